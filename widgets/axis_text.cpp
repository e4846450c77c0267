#include "widgets/axis_text.h"

#include <QRegularExpression>
#include <algorithm>
#include <vector>

#include "widgets/field_editors.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMostSeeds = 1'000'000;

AxisText problem(const QString& sentence) {
    return {json::array(), sentence};
}

AxisText rangeOf(const QRegularExpressionMatch& match) {
    json range = json::object();
    const QString how = match.captured(3);
    for (const auto& [key, group] : {std::pair{"from", 1}, {"to", 2}}) {
        range[key] = numberOrText(match.captured(group));
        if (!range[key].is_number()) {
            return problem(tr("“%1” is not a number").arg(match.captured(group).trimmed()));
        }
    }
    if (how.isEmpty()) {
        return problem(tr("Say how many: “%1 … %2 step …”, “count …” or “log …”")
                           .arg(match.captured(1).trimmed(), match.captured(2).trimmed()));
    }
    const json amount = numberOrText(match.captured(4));
    if (!amount.is_number()) {
        return problem(
            tr("After “%1” stands a number, not “%2”").arg(how, match.captured(4).trimmed()));
    }
    range[how == QLatin1String("step") ? "step" : "count"] = amount;
    if (how == QLatin1String("log")) range["scale"] = "log";
    return {range, {}};
}

}  // namespace

AxisText axisValues(const QString& text) {
    if (text.trimmed().isEmpty()) {
        return problem(tr("Values are missing, e.g. “0, 0.1, 0.5” or “0 … 0.5 step 0.05”"));
    }
    static const QRegularExpression kRange(QStringLiteral(
        "^\\s*([^,…]+?)\\s*(?:…|\\.{2,3}|\\s[–—]\\s)\\s*([^,\\s]+)\\s*(?:(step|count|linear|log)\\b"
        "\\s*(.*?))?\\s*$"));
    if (const QRegularExpressionMatch match = kRange.match(text); match.hasMatch()) {
        return rangeOf(match);
    }
    if (text.contains(QStringLiteral("…")) || text.contains(QStringLiteral(".."))) {
        return problem(
            tr("A range is “0 … 0.5 step 0.05”, “0 … 1 count 5” or “1e-4 … 1e-1 log 7”"));
    }
    json list = json::array();
    for (const QString& part : text.split(QLatin1Char(','))) {
        if (part.trimmed().isEmpty()) return problem(tr("A value is missing between two commas"));
        list.push_back(numberOrText(part));
    }
    return {list, {}};
}

AxisText seedValues(const QString& text) {
    json list = json::array();
    if (text.trimmed().isEmpty()) return {list, {}};
    static const QRegularExpression kRange(
        QStringLiteral("^\\s*(\\d{1,15})\\s*(?:-|–|—|…|\\.{2,3})\\s*(\\d{1,15})\\s*$"));
    static const QRegularExpression kOne(QStringLiteral("^\\s*(\\d{1,15})\\s*$"));
    for (const QString& part : text.split(QLatin1Char(','))) {
        const QRegularExpressionMatch range = kRange.match(part);
        const QRegularExpressionMatch one = kOne.match(part);
        if (!range.hasMatch() && !one.hasMatch()) {
            return problem(tr("Seeds are whole numbers, e.g. “0–4” or “0, 1, 2”, not “%1”")
                               .arg(part.trimmed()));
        }
        const auto from = (one.hasMatch() ? one : range).captured(1).toULongLong();
        const auto to = one.hasMatch() ? from : range.captured(2).toULongLong();
        if (to < from || to - from >= kMostSeeds) {
            return problem(tr("“%1” does not lead upwards, or too far").arg(part.trimmed()));
        }
        for (std::uint64_t seed = from; seed <= to; ++seed) list.push_back(seed);
    }
    return {list, {}};
}

QString axisText(const json& values) {
    if (!values.is_object()) return listText(values);
    const auto part = [&](const char* key) {
        return values.contains(key) ? textOf(values[key]) : QString();
    };
    const bool log = values.value("scale", json()) == "log";
    const QString how = values.contains("step") ? QStringLiteral("step ") + part("step")
                        : log                   ? QStringLiteral("log ") + part("count")
                                                : QStringLiteral("count ") + part("count");
    return QStringLiteral("%1 … %2 %3").arg(part("from"), part("to"), how);
}

QString seedText(const json& seeds) {
    if (seeds.is_object()) {
        const auto from = seeds.value("from", std::uint64_t{0});
        const auto count = seeds.value("count", std::uint64_t{1});
        return count <= 1 ? QString::number(from)
                          : QStringLiteral("%1–%2").arg(from).arg(from + count - 1);
    }
    if (!seeds.is_array() ||
        std::ranges::any_of(seeds, [](const json& seed) { return !seed.is_number_integer(); })) {
        return listText(seeds);
    }
    QStringList parts;
    for (std::size_t i = 0; i < seeds.size();) {
        std::size_t last = i;
        while (last + 1 < seeds.size() &&
               seeds[last + 1].get<std::int64_t>() == seeds[last].get<std::int64_t>() + 1) {
            ++last;
        }
        const bool run = last > i + 1;
        parts << (run ? textOf(seeds[i]) + QStringLiteral("–") + textOf(seeds[last])
                      : textOf(seeds[i]));
        i = run ? last + 1 : i + 1;
    }
    return parts.join(QStringLiteral(", "));
}

}  // namespace ballast
