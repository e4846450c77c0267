#include "widgets/typeable_text.h"

#include <QStringList>
#include <algorithm>

namespace ballast {

QString typeable(const QString& label) {
    static constexpr std::pair<char16_t, const char*> kLetters[] = {
        {u'α', "alpha"}, {u'β', "beta"},  {u'Δ', "delta"}, {u'γ', "gamma"}, {u'ν', "nu"},
        {u'τ', "tau"},   {u'κ', "kappa"}, {u'ρ', "rho"},   {u'π', "pi"}};
    QString text;
    for (const QChar c : label) {
        if (c >= QChar(u'₀') && c <= QChar(u'₉')) {
            text += QChar(u'0' + (c.unicode() - u'₀'));
            continue;
        }
        const auto letter =
            std::ranges::find(kLetters, c.unicode(), [](const auto& entry) { return entry.first; });
        text += letter == std::end(kLetters) ? QString(c) : QString::fromLatin1(letter->second);
    }
    return text.toLower();
}

bool hasWords(const QString& label, const QString& typed) {
    const QString here = typeable(label);
    const QStringList words = typeable(typed).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    return std::ranges::all_of(words, [&](const QString& word) { return here.contains(word); });
}

}  // namespace ballast
