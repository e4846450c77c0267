#include "app/desktop/pages/compare_notes.h"

#include <QCoreApplication>
#include <QLabel>

#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr int kMostNotes = 3;

/// A warning without the place in the figure's file, which is not on the screen.
QString inWords(const std::string& warning) {
    QString words = text(warning);
    if (words.startsWith(QLatin1Char('/'))) words = words.section(QStringLiteral(": "), 1);
    if (!words.isEmpty()) words[0] = words[0].toUpper();
    return words;
}

}  // namespace

QLabel* makeNotes() {
    auto* notes = new QLabel;
    notes->setObjectName(QStringLiteral("comparison_notes"));
    notes->setWordWrap(true);
    notes->setTextFormat(Qt::PlainText);
    notes->setForegroundRole(QPalette::PlaceholderText);
    notes->setContentsMargins(kSpace3, 0, kSpace3, kSpace2);
    return notes;
}

void showNotes(QLabel& notes, const std::string& protocol,
               const std::vector<std::string>& warnings) {
    QStringList all;
    for (const std::string& warning : warnings) all << QStringLiteral("⚠ ") + inWords(warning);
    QStringList lines;
    if (!protocol.empty()) lines << text(protocol);
    lines << all.mid(0, kMostNotes);
    if (all.size() > kMostNotes) {
        lines << QCoreApplication::translate("ballast::CompareNotes", "… and %1 more")
                     .arg(all.size() - kMostNotes);
    }
    notes.setText(lines.join(QLatin1Char('\n')));
    notes.setToolTip(all.size() > kMostNotes ? all.join(QLatin1Char('\n')) : QString());
    notes.setVisible(!notes.text().isEmpty());
}

}  // namespace ballast
