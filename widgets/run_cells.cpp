#include "widgets/run_cells.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>
#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_set>

#include "widgets/run_columns.h"

namespace ballast {
namespace {

struct CellWords {
    Q_DECLARE_TR_FUNCTIONS(CellWords)
};

QString missing() {
    return QStringLiteral("–");
}

QString shown(const std::string& key, const FieldValue& value) {
    if (const double* number = std::get_if<double>(&value)) {
        if (isAccuracyField(key)) return QString::number(100.0 * *number, 'f', 1);
        if (key == "disk") return QLocale().formattedDataSize(static_cast<qint64>(*number), 1);
        return QString::fromStdString(valueText(value, key == "loss" ? 4 : -1));
    }
    QString words = QString::fromStdString(valueText(value));
    if (words.isEmpty()) return missing();
    if (key == "note") return words.simplified();
    if (key == "created") return words.left(16).replace(QLatin1Char('T'), QLatin1Char(' '));
    return words;
}

/// "2 finished, 1 running".
QString counted(const std::map<QString, int>& texts) {
    QStringList parts;
    for (const auto& [words, count] : texts) {
        parts << QStringLiteral("%1 %2").arg(count).arg(words);
    }
    return parts.join(QStringLiteral(", "));
}

QString countOfSeeds(const RunGroup& group) {
    QString words = QString::number(group.runs.size());
    const auto unfinished = std::ranges::count_if(
        group.runs, [](const IndexedRun* run) { return run->status.state != RunState::finished; });
    // Their numbers are in the means too.
    if (unfinished > 0) words += CellWords::tr(" (%1 unfinished)").arg(unfinished);
    return words;
}

/// Of an accuracy or a loss: "62.5 ± 17.7 (n = 2)".
QString meanText(const std::string& key, const Statistics& statistics, std::size_t runs) {
    QString words = shown(key, statistics.mean);
    if (statistics.n > 1) {
        const double deviation = statistics.standard_deviation;
        words += QStringLiteral(" ± ") + (key == "loss" ? QString::number(deviation, 'f', 4)
                                                        : QString::number(100 * deviation, 'f', 1));
    }
    if (static_cast<std::size_t>(statistics.n) != runs) {
        words += CellWords::tr(" (n = %1)").arg(statistics.n);
    }
    return words;
}

}  // namespace

void RunCellMaker::setColumns(const std::vector<std::string>& keys) {
    std::vector<RunField> columns;
    for (const std::string& key : keys) {
        columns.push_back(key == kSeedsColumn ? RunField{key, nullptr} : runField(key));
    }
    const bool same = std::ranges::equal(columns, columns_, {}, &RunField::name, &RunField::name);
    if (same) return;
    columns_ = std::move(columns);
    for (auto& [id, run] : known_) run.cells = nullptr;
}

RunCellMaker::Stamp RunCellMaker::stampOf(const IndexedRun& run) {
    Stamp stamp;
    stamp.epochs = run.epochs.size();
    if (!run.epochs.empty()) {
        stamp.last = std::bit_cast<std::array<std::byte, sizeof(EpochScalars)>>(run.epochs.back());
    }
    stamp.state = run.status.state;
    stamp.interrupted = run.interrupted;
    stamp.device = run.description.device;
    stamp.error = run.error;
    stamp.notes = run.notes;
    stamp.disk_bytes = run.disk_bytes;
    return stamp;
}

RunCellMaker::Known& RunCellMaker::known(const IndexedRun& run) {
    Known& known = known_[run.id];
    if (known.config != run.description.config) {
        known.config = run.description.config;
        known.fields.clear();
        known.cells = nullptr;
    }
    return known;
}

FieldValue RunCellMaker::valueOf(const RunField& field, const IndexedRun& run) {
    if (!field.name.starts_with('/') && field.name != "method") return field.of(run);
    const auto [found, added] = known(run).fields.try_emplace(field.name);
    if (added) found->second = field.of(run);
    return found->second;
}

RunCells RunCellMaker::of(const IndexedRun& run) {
    Known& known = this->known(run);
    Stamp stamp = stampOf(run);
    if (known.cells != nullptr && known.stamp == stamp) return known.cells;
    std::vector<RunCell> cells;
    cells.reserve(columns_.size());
    for (const RunField& field : columns_) {
        cells.push_back(field.of == nullptr ? RunCell() : cellOf(field, run));
    }
    known.stamp = std::move(stamp);
    known.cells = std::make_shared<const std::vector<RunCell>>(std::move(cells));
    return known.cells;
}

RunCell RunCellMaker::cellOf(const RunField& field, const IndexedRun& run) {
    const std::string& key = field.name;
    RunCell cell;
    cell.value = valueOf(field, run);
    cell.text = shown(key, cell.value);
    const bool running_accuracy = key == "majority" || key == "minority";
    if (running_accuracy && !run.epochs.empty() && cell.value.index() != 0 &&
        std::isnan(run.epochs.back().exact_majority_accuracy)) {
        cell.text.prepend(QLatin1Char('~'));  // measured while the epoch was trained
    }
    if (key == "epochs" && run.error.empty()) {
        cell.text = QStringLiteral("%1/%2")
                        .arg(run.epochs.size())
                        .arg(run.description.config.training.epochs);
    }
    return cell;
}

RunCells RunCellMaker::of(const RunGroup& group) {
    std::vector<RunCell> cells;
    cells.reserve(columns_.size());
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        cells.push_back(cellOf(column, group));
    }
    return std::make_shared<const std::vector<RunCell>>(std::move(cells));
}

RunCell RunCellMaker::cellOf(std::size_t column, const RunGroup& group) {
    const std::string& key = columns_[column].name;
    if (key == kSeedsColumn) {
        return {static_cast<double>(group.runs.size()), countOfSeeds(group)};
    }
    RunCell cell;
    std::vector<double> numbers;
    std::map<QString, int> texts;
    for (const IndexedRun* run : group.runs) {
        const RunCell& one = (*of(*run))[column];
        if (cell.value.index() == 0) cell.value = one.value;
        if (const double* number = std::get_if<double>(&one.value)) numbers.push_back(*number);
        ++texts[one.text];
    }
    if (texts.size() == 1) cell.text = texts.begin()->first;
    if (numbers.empty()) {
        if (texts.size() > 1) cell.text = key == "state" ? counted(texts) : QStringLiteral("…");
        return cell;
    }
    const Statistics statistics = statisticsOf(numbers);
    cell.value = statistics.mean;
    if (key == "disk") {
        cell.value = statistics.mean * statistics.n;
        cell.text = shown(key, cell.value);
    } else if (isAccuracyField(key) || key == "loss") {
        cell.text = meanText(key, statistics, group.runs.size());
        const bool running = std::ranges::any_of(
            texts, [](const auto& text) { return text.first.startsWith(QLatin1Char('~')); });
        if (running) cell.text.prepend(QLatin1Char('~'));
    } else if (texts.size() > 1) {
        const auto [low, high] = std::ranges::minmax(numbers);
        cell.text = shown(key, low);
        if (low != high) cell.text += QStringLiteral(" … ") + shown(key, high);
    }
    return cell;
}

void RunCellMaker::keepOnly(std::span<const IndexedRun* const> runs) {
    if (known_.size() <= runs.size()) return;
    std::unordered_set<std::string> there;
    for (const IndexedRun* run : runs) there.insert(run->id);
    std::erase_if(known_, [&](const auto& known) { return !there.contains(known.first); });
}

}  // namespace ballast
