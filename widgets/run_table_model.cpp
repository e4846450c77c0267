#include "widgets/run_table_model.h"

#include <QLocale>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>

#include "core/base/error.h"
#include "core/experiment/class_rules.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

using nlohmann::json;

constexpr const char* kSeeds = "seeds";  // of a group; no field of a run

/// Left in its column; all else are numbers.
bool isText(const RunColumn& column) {
    static constexpr std::string_view kTexts[] = {"id",    "name",    "method", "data",
                                                  "state", "created", "device", "error"};
    if (std::ranges::find(kTexts, column.key) != std::end(kTexts)) return true;
    const Field* field = findField(column.key);
    return field != nullptr && field->type != FieldType::integer &&
           field->type != FieldType::number;
}

QString missing() {
    return QStringLiteral("–");
}

QString shown(const std::string& key, const FieldValue& value) {
    if (const double* number = std::get_if<double>(&value)) {
        if (isAccuracyField(key)) return QString::number(100.0 * *number, 'f', 1);
        if (key == "disk") return QLocale().formattedDataSize(static_cast<qint64>(*number), 1);
        return QString::fromStdString(ballast::valueText(value, key == "loss" ? 4 : -1));
    }
    QString words = QString::fromStdString(ballast::valueText(value));
    if (words.isEmpty()) return missing();
    if (key == "created") return words.left(16).replace(QLatin1Char('T'), QLatin1Char(' '));
    return words;
}

/// "Phase 2" of a pointer into the second phase, or nothing.
QString phaseOf(const std::string& pointer) {
    if (!pointer.starts_with("/phases/")) return {};
    return RunTableModel::tr("phase %1").arg(std::atoi(pointer.c_str() + 8) + 1);
}

RunColumn configColumn(const std::string& pointer) {
    RunColumn column;
    column.key = pointer;
    QString symbol;
    const Field* field = findField(pointer);
    if (field != nullptr) {
        column.label = text(field->label);
        symbol = text(field->symbol);
        column.help = text(field->help);
    } else {
        const std::size_t slash = pointer.rfind('/');
        const std::string part = pointer.substr(slash + 1);
        const Field* owner = findField(pointer.substr(0, slash));
        column.label = text(owner->label);
        symbol = text(owner->symbol);
        for (const ClassRuleInfo* rule : rulesFor(owner->term)) {
            if (!rule->parameter || rule->parameter->name != part) continue;
            symbol = text(rule->parameter->symbol);
            column.help = text(rule->parameter->help);
        }
    }
    column.title = symbol.isEmpty() ? column.label : symbol;
    if (!symbol.isEmpty()) column.label += QLatin1Char(' ') + symbol;
    if (const QString phase = phaseOf(pointer); !phase.isEmpty()) {
        column.title += QStringLiteral(" · ") + phase;
        column.label += QStringLiteral(" · ") + phase;
    }
    column.help =
        column.help.isEmpty() ? column.label : column.label + QLatin1Char('\n') + column.help;
    return column;
}

}  // namespace

RunColumn runColumn(const std::string& key) {
    if (key != kSeeds) runField(key);  // throws
    if (key.starts_with('/')) return configColumn(key);
    const auto tr = [](const char* words) { return RunTableModel::tr(words); };
    if (key == kSeeds) return {key, tr("Seeds"), tr("Seeds"), tr("Runs of the group that count")};
    if (key.starts_with("at:")) {
        const QString title =
            RunTableModel::tr("% at %1").arg(QString::fromStdString(key.substr(3)));
        return {key, title, title, tr("Balanced test accuracy after that many epochs")};
    }
    struct Words {
        std::string_view key;
        const char* title;
    };
    static constexpr Words kTitles[] = {{"id", "ID"},
                                        {"name", "Run"},
                                        {"method", "Method"},
                                        {"data", "Data"},
                                        {"state", "State"},
                                        {"created", "Created"},
                                        {"device", "Device"},
                                        {"epochs", "Epochs"},
                                        {"best", "Best %"},
                                        {"best-epoch", "at epoch"},
                                        {"last", "Last %"},
                                        {"validation", "Validation %"},
                                        {"loss", "Loss"},
                                        {"majority", "Majority %"},
                                        {"minority", "Minority %"},
                                        {"many", "Many %"},
                                        {"medium", "Medium %"},
                                        {"few", "Few %"},
                                        {"disk", "Disk"},
                                        {"error", "Error"}};
    const auto found = std::ranges::find(kTitles, key, &Words::key);
    const auto info = std::ranges::find(resultFields(), key, &ResultFieldInfo::name);
    const QString title =
        found == std::end(kTitles) ? QString::fromStdString(key) : tr(found->title);
    QString help = info == resultFields().end() ? QString() : text(info->help);
    if (!help.isEmpty()) help[0] = help[0].toUpper();
    const QString label = key == "best-epoch" ? tr("Best at epoch") : title;
    return {key, title, label, help};
}

std::vector<std::string> differingFields(std::span<const TableRun> runs) {
    struct Seen {
        json value;
        std::size_t configs = 0;  // that have the field
        bool differs = false;
    };
    std::map<std::string, Seen> seen;
    std::size_t configs = 0;
    const RunConfig* last = nullptr;
    for (const TableRun& row : runs) {
        if (!row.run->error.empty()) continue;
        const RunConfig& config = row.run->description.config;
        if (last != nullptr && config == *last) continue;
        last = &config;
        ++configs;
        const json fields = json(toJson(config)).flatten();
        for (const auto& [pointer, value] : fields.items()) {
            Seen& field = seen[pointer];
            if (field.configs++ == 0) field.value = value;
            field.differs = field.differs || field.value != value;
        }
    }
    std::vector<std::string> fields;
    for (const auto& [pointer, field] : seen) {
        // A class rule is text, or an object with its name; the whole rule is one column.
        const bool rule = pointer.ends_with("/rule");
        const std::string shown_as = rule ? pointer.substr(0, pointer.size() - 5) : pointer;
        const Field* info = findField(shown_as);
        const bool is_rule = info != nullptr && info->type == FieldType::class_rule;
        // Of a phase that only some have, its start and its rules count, and not all its defaults.
        const bool some = field.configs < configs && (is_rule || pointer.ends_with("/from"));
        if (field.differs || some) fields.push_back(shown_as);
    }
    std::ranges::sort(fields);
    fields.erase(std::ranges::unique(fields).begin(), fields.end());
    std::erase_if(fields, [](const std::string& pointer) {
        if (pointer == "/name") return true;
        try {
            runField(pointer);
            return false;
        } catch (const ConfigError&) {  // one number of a list
            return true;
        }
    });
    const auto all = configFields();
    std::ranges::stable_sort(fields, {}, [&](const std::string& pointer) {
        const Field* field = findField(pointer);
        if (field == nullptr) field = findField(pointer.substr(0, pointer.rfind('/')));
        return field - all.data();
    });
    return fields;
}

RunTableModel::RunTableModel(QObject* parent) : QAbstractTableModel(parent) {}

int RunTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int RunTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(columns_.size());
}

QVariant RunTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    const auto column = static_cast<std::size_t>(index.column());
    switch (role) {
        case Qt::DisplayRole:
            return row.cells[column].text;
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(Qt::AlignVCenter |
                                       (isText(columns_[column]) ? Qt::AlignLeft : Qt::AlignRight));
        case Qt::CheckStateRole: {
            if (column > 0) return {};
            const auto on = std::ranges::count(row.visible, true);
            if (on == 0) return Qt::Unchecked;
            return on == std::ssize(row.visible) ? Qt::Checked : Qt::PartiallyChecked;
        }
        case Qt::ToolTipRole:
            return column == 0 ? row.tip : QVariant();
        case ids_role:
            return row.ids;
        case color_role:
            return row.color_index;
        default:
            return {};
    }
}

bool RunTableModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::CheckStateRole || index.column() > 0 ||
        !checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return false;
    }
    Row& row = rows_[static_cast<std::size_t>(index.row())];
    const bool visible = value.toInt() != Qt::Unchecked;
    QStringList changed;
    for (std::size_t i = 0; i < row.visible.size(); ++i) {
        if (row.visible[i] != visible) changed << row.ids[static_cast<qsizetype>(i)];
        row.visible[i] = visible;
    }
    Q_EMIT dataChanged(index, index, {Qt::CheckStateRole});
    for (const QString& run : changed) Q_EMIT visibilityToggled(run, visible);
    return true;
}

QVariant RunTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const RunColumn& column = columns_[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole) return column.title;
    if (role == Qt::ToolTipRole) return column.help;
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (isText(column) ? Qt::AlignLeft : Qt::AlignRight));
    }
    return {};
}

Qt::ItemFlags RunTableModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    const Qt::ItemFlags all = Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemNeverHasChildren;
    return index.column() == 0 ? all | Qt::ItemIsUserCheckable : all;
}

bool RunTableModel::before(const Row& a, const Row& b) const {
    if (sorted_by_ >= 0) {
        const auto column = static_cast<std::size_t>(sorted_by_);
        const int order = compareValues(a.cells[column].value, b.cells[column].value,
                                        order_ == Qt::DescendingOrder);
        if (order != 0) return order < 0;
    }
    return a.position < b.position;
}

void RunTableModel::sort(int column, Qt::SortOrder order) {
    sorted_by_ = column < columnCount() ? column : -1;
    order_ = order;
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    std::vector<std::size_t> old_position;
    for (const Row& row : rows_) old_position.push_back(row.position);
    std::ranges::sort(rows_, [this](const Row& a, const Row& b) { return before(a, b); });
    std::vector<int> new_row(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) new_row[rows_[i].position] = static_cast<int>(i);
    const QModelIndexList from = persistentIndexList();
    QModelIndexList to;
    for (const QModelIndex& old : from) {
        const std::size_t position = old_position[static_cast<std::size_t>(old.row())];
        to << index(new_row[position], old.column());
    }
    changePersistentIndexList(from, to);
    Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

void RunTableModel::setColumns(const std::vector<std::string>& keys) {
    std::map<std::string, RunField> fields;
    for (const std::string& key : keys) {
        const auto known = fields_.find(key);
        fields.emplace(key, known != fields_.end() ? known->second : runField(key));
    }
    fields_ = std::move(fields);
    keys_ = keys;
}

FieldValue RunTableModel::valueOf(const std::string& key, const IndexedRun& run) {
    const RunField& field = fields_.at(key);
    if (!key.starts_with('/')) return field.of(run);
    Known& known = known_[run.id];
    if (known.config != run.description.config) {
        known.config = run.description.config;
        known.values.clear();
    }
    const auto [found, added] = known.values.try_emplace(key);
    if (added) found->second = field.of(run);
    return found->second;
}

RunTableModel::Cell RunTableModel::cellOf(const std::string& key, const IndexedRun& run) {
    Cell cell;
    cell.value = valueOf(key, run);
    cell.text = shown(key, cell.value);
    if (key == "name" && cell.text == missing()) {
        cell.value = run.id;
        cell.text = QString::fromStdString(run.id);
    }
    if (key == "epochs" && run.error.empty()) {
        cell.text = QStringLiteral("%1/%2")
                        .arg(run.epochs.size())
                        .arg(run.description.config.training.epochs);
    }
    return cell;
}

/// What the group's runs have in common.
RunTableModel::Cell RunTableModel::cellOf(const std::string& key, const RunGroup& group) {
    Cell cell;
    if (key == kSeeds) {
        cell.value = static_cast<double>(group.runs.size());
        cell.text = QString::number(group.runs.size());
        const auto unfinished = std::ranges::count_if(group.runs, [](const IndexedRun* run) {
            return run->status.state != RunState::finished;
        });
        // Their numbers are in the means too.
        if (unfinished > 0) cell.text += tr(" (%1 unfinished)").arg(unfinished);
        return cell;
    }
    std::vector<double> numbers;
    std::map<QString, int> texts;
    for (const IndexedRun* run : group.runs) {
        const FieldValue value = valueOf(key, *run);
        if (cell.value.index() == 0) cell.value = value;
        if (const double* number = std::get_if<double>(&value)) numbers.push_back(*number);
        ++texts[shown(key, value)];
    }
    if (!numbers.empty()) {
        const Statistics statistics = statisticsOf(numbers);
        cell.value = statistics.mean;
        if (key == "disk") cell.value = statistics.mean * statistics.n;
        cell.text = shown(key, cell.value);
        if (isAccuracyField(key) && statistics.n > 1) {
            cell.text += QStringLiteral(" ± ") +
                         QString::number(100.0 * statistics.standard_deviation, 'f', 1);
        } else if (key != "disk" && texts.size() > 1) {
            const auto [low, high] = std::ranges::minmax(numbers);
            cell.text = shown(key, low) + QStringLiteral(" … ") + shown(key, high);
        }
    } else if (texts.size() == 1) {
        cell.text = texts.begin()->first;
    } else if (key == "state") {
        QStringList parts;
        for (const auto& [state, count] : texts) {
            parts << QStringLiteral("%1 %2").arg(count).arg(state);
        }
        cell.text = parts.join(QStringLiteral(", "));
    } else {
        cell.text = QStringLiteral("…");
    }
    return cell;
}

std::vector<RunTableModel::Row> RunTableModel::rowsOf(std::span<const TableRun> runs) {
    std::vector<Row> rows;
    rows.reserve(runs.size());
    for (const TableRun& given : runs) {
        Row row;
        row.position = rows.size();
        row.ids = {QString::fromStdString(given.run->id)};
        row.visible = {given.visible};
        row.color_index = given.color_index;
        row.tip = row.ids.front();
        const std::string& said =
            given.run->error.empty() ? given.run->status.message : given.run->error;
        if (!said.empty()) row.tip += QLatin1Char('\n') + QString::fromStdString(said);
        for (const RunColumn& column : columns_)
            row.cells.push_back(cellOf(column.key, *given.run));
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<RunTableModel::Row> RunTableModel::groupedRows(std::span<const TableRun> runs) {
    std::vector<const IndexedRun*> readable;
    std::unordered_map<const IndexedRun*, const TableRun*> given;
    for (const TableRun& run : runs) {
        readable.push_back(run.run);
        given[run.run] = &run;
    }
    const std::vector<RunGroup> groups = groupRuns(readable);
    const std::vector<std::string> names = groupNames(groups);
    std::set<std::string> data;
    for (const RunGroup& group : groups) data.insert(dataText(group.config().data));
    std::vector<Row> rows;
    for (const RunGroup& group : groups) {
        Row row;
        row.position = rows.size();
        QStringList tips;
        std::vector<const IndexedRun*> members = group.runs;
        members.insert(members.end(), group.repeated.begin(), group.repeated.end());
        for (const IndexedRun* run : members) {
            row.ids << QString::fromStdString(run->id);
            row.visible.push_back(given.at(run)->visible);
            QString tip = tr("seed %1: %2 %")
                              .arg(run->description.config.training.seed)
                              .arg(shown("best", runField("best").of(*run)));
            if (std::ranges::find(group.repeated, run) != group.repeated.end()) {
                tip += tr(" (the seed once more; does not count)");
            }
            if (tips.size() < 20) tips << tip;
        }
        if (std::ssize(members) > tips.size()) tips << QStringLiteral("…");
        row.tip = tips.join(QLatin1Char('\n'));
        row.color_index = given.at(group.runs.front())->color_index;
        for (const RunColumn& column : columns_) {
            Cell cell;
            if (column.key == "name") {
                std::string name = names[row.position];
                if (data.size() > 1) name += " · " + dataText(group.config().data);
                cell.text = QString::fromStdString(name);
                cell.value = std::move(name);
            } else {
                cell = cellOf(column.key, group);
            }
            row.cells.push_back(std::move(cell));
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

bool RunTableModel::shows(const std::vector<RunColumn>& columns,
                          const std::vector<Row>& rows) const {
    return std::ranges::equal(columns, columns_, {}, &RunColumn::key, &RunColumn::key) &&
           std::ranges::equal(rows, rows_, {}, &Row::ids, &Row::ids);
}

void RunTableModel::setRuns(std::span<const TableRun> runs, bool grouped) {
    std::vector<RunColumn> columns;
    for (const std::string& key : keys_) {
        columns.push_back(runColumn(key));
        if (grouped && columns.size() == 1) columns.push_back(runColumn(kSeeds));
    }
    const std::string sort_key =
        sorted_by_ < 0 ? "" : columns_[static_cast<std::size_t>(sorted_by_)].key;
    const auto sorted = std::ranges::find(columns, sort_key, &RunColumn::key);
    sorted_by_ = sorted == columns.end() ? -1 : static_cast<int>(sorted - columns.begin());
    std::swap(columns, columns_);
    std::vector<Row> rows = grouped ? groupedRows(runs) : rowsOf(runs);
    std::ranges::sort(rows, [this](const Row& a, const Row& b) { return before(a, b); });
    std::swap(columns, columns_);  // as they were, until the views know
    if (shows(columns, rows)) {
        rows_ = std::move(rows);
        if (!rows_.empty())
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
        return;
    }
    beginResetModel();
    columns_ = std::move(columns);
    rows_ = std::move(rows);
    endResetModel();
}

void RunTableModel::setVisible(const QString& run, bool visible) {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const qsizetype at = rows_[i].ids.indexOf(run);
        if (at < 0) continue;
        const auto member = static_cast<std::size_t>(at);
        if (rows_[i].visible[member] == visible) return;
        rows_[i].visible[member] = visible;
        const QModelIndex cell = index(static_cast<int>(i), 0);
        Q_EMIT dataChanged(cell, cell, {Qt::CheckStateRole});
        return;
    }
}

QStringList RunTableModel::idsOf(int row) const {
    return rows_[static_cast<std::size_t>(row)].ids;
}

}  // namespace ballast
