#include "widgets/run_table_model.h"

#include <QLocale>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

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
constexpr int kMostTips = 20;            // lines of a group's tool tip

bool isText(const std::string& key) {
    static constexpr std::string_view kTexts[] = {
        "id",    "name",      "method", "data", "state",  "created", "device",
        "error", "chosen-on", "tags",   "note", "pinned", "archived"};
    if (std::ranges::find(kTexts, key) != std::end(kTexts)) return true;
    const Field* field = findField(key);
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
    if (key == "note") return words.simplified();
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
    column.is_text = isText(pointer);
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
    if (key == kSeeds) return {key, tr("Runs"), tr("Runs"), tr("Runs of the group that count")};
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
                                        {"chosen-on", "chosen on"},
                                        {"last", "Last %"},
                                        {"validation", "Validation %"},
                                        {"loss", "Loss"},
                                        {"majority", "Majority %"},
                                        {"minority", "Minority %"},
                                        {"many", "Many %"},
                                        {"medium", "Medium %"},
                                        {"few", "Few %"},
                                        {"tags", "Tags"},
                                        {"note", "Note"},
                                        {"pinned", "Pinned"},
                                        {"archived", "Archived"},
                                        {"disk", "Disk"},
                                        {"error", "Error"}};
    const auto found = std::ranges::find(kTitles, key, &Words::key);
    const auto info = std::ranges::find(resultFields(), key, &ResultFieldInfo::name);
    const QString title =
        found == std::end(kTitles) ? QString::fromStdString(key) : tr(found->title);
    QString help = info == resultFields().end() ? QString() : text(info->help);
    if (!help.isEmpty()) help[0] = help[0].toUpper();
    if (key == "majority" || key == "minority") help += tr("; ~ while it was trained");
    const QString label = key == "best-epoch"  ? tr("Best at epoch")
                          : key == "chosen-on" ? tr("Best chosen on")
                                               : title;
    return {key, title, label, help, isText(key)};
}

namespace {

/// Without those that are no field of a run, in the order in which people read them.
std::vector<std::string> readable(std::vector<std::string> fields) {
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

/// A class rule is text, or an object with its name; the whole rule is one column.
std::string shownPointer(const std::string& pointer) {
    return pointer.ends_with("/rule") ? pointer.substr(0, pointer.size() - 5) : pointer;
}

}  // namespace

std::vector<std::string> fieldsOfConfigs(std::span<const TableRun> runs) {
    std::set<std::string> seen;
    std::set<std::string> fields;
    for (const TableRun& row : runs) {
        if (!row.run->error.empty()) continue;
        // A field that one run of a method has, all have.
        const RunConfig& config = row.run->description.config;
        std::string shape = std::to_string(config.phases.size()) + " " +
                            std::to_string(config.lr_schedule.steps.size());
        for (const Phase& phase : config.phases) {
            shape += " " + phase.alpha.rule + " " + phase.beta.rule + " " + phase.delta.rule;
        }
        if (!seen.insert(shape).second) continue;
        const json flat = json(toJson(config)).flatten();
        for (const auto& [pointer, value] : flat.items()) fields.insert(shownPointer(pointer));
    }
    return readable({fields.begin(), fields.end()});
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
        const std::string shown_as = shownPointer(pointer);
        const Field* info = findField(shown_as);
        const bool is_rule = info != nullptr && info->type == FieldType::class_rule;
        // Of a phase that only some have, its start and its rules count, and not all its defaults.
        const bool some = field.configs < configs && (is_rule || pointer.ends_with("/from"));
        if (field.differs || some) fields.push_back(shown_as);
    }
    return readable(std::move(fields));
}

RunTableModel::RunTableModel(QObject* parent) : QAbstractItemModel(parent) {}

// An index of a group's run holds the group's row, counted from 1; 0 stands for the top.
QModelIndex RunTableModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    return createIndex(row, column,
                       parent.isValid() ? static_cast<quintptr>(parent.row()) + 1 : quintptr{0});
}

QModelIndex RunTableModel::parent(const QModelIndex& index) const {
    if (!index.isValid() || index.internalId() == 0) return {};
    return createIndex(static_cast<int>(index.internalId()) - 1, 0, quintptr{0});
}

const RunTableModel::Row& RunTableModel::rowAt(const QModelIndex& index) const {
    const auto row = static_cast<std::size_t>(index.row());
    return index.internalId() == 0 ? rows_[row] : rows_[index.internalId() - 1].runs[row];
}

RunTableModel::Row& RunTableModel::rowAt(const QModelIndex& index) {
    return const_cast<Row&>(std::as_const(*this).rowAt(index));
}

int RunTableModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid()) return static_cast<int>(rows_.size());
    if (parent.internalId() != 0 || parent.column() != 0) return 0;
    return static_cast<int>(rowAt(parent).runs.size());
}

int RunTableModel::columnCount(const QModelIndex& parent) const {
    if (parent.isValid() && rowCount(parent) == 0) return 0;
    return static_cast<int>(columns_.size());
}

QVariant RunTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = rowAt(index);
    const auto column = static_cast<std::size_t>(index.column());
    switch (role) {
        case Qt::DisplayRole:
            return row.cells[column].text;
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(Qt::AlignVCenter |
                                       (columns_[column].is_text ? Qt::AlignLeft : Qt::AlignRight));
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
    const bool visible = value.toInt() != Qt::Unchecked;
    const Row& row = rowAt(index);
    QStringList changed;
    for (std::size_t i = 0; i < row.visible.size(); ++i) {
        if (row.visible[i] != visible) changed << row.ids[static_cast<qsizetype>(i)];
    }
    for (const QString& run : changed) setVisible(run, visible);
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
                                   (column.is_text ? Qt::AlignLeft : Qt::AlignRight));
    }
    return {};
}

Qt::ItemFlags RunTableModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    Qt::ItemFlags all = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (rowAt(index).runs.empty()) all |= Qt::ItemNeverHasChildren;
    return index.column() == 0 ? all | Qt::ItemIsUserCheckable : all;
}

bool RunTableModel::before(const Row& a, const Row& b) const {
    if (a.pinned != b.pinned) return a.pinned;
    if (sorted_by_ >= 0) {
        const auto column = static_cast<std::size_t>(sorted_by_);
        const int order = compareValues(a.cells[column].value, b.cells[column].value,
                                        order_ == Qt::DescendingOrder);
        if (order != 0) return order < 0;
    }
    return a.position < b.position;
}

void RunTableModel::sortRows(std::vector<Row>& rows) const {
    const auto first = [this](const Row& a, const Row& b) { return before(a, b); };
    std::ranges::sort(rows, first);
    for (Row& row : rows) std::ranges::sort(row.runs, first);
}

void RunTableModel::sort(int column, Qt::SortOrder order) {
    sorted_by_ = column < columnCount() ? column : -1;
    order_ = order;
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    // Where each of the views' rows was, without sorting: a row, and a run of it or −1.
    constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    const QModelIndexList from = persistentIndexList();
    std::vector<std::pair<std::size_t, std::size_t>> places;
    for (const QModelIndex& old : from) {
        const bool below = old.internalId() != 0;
        places.emplace_back(below ? rows_[old.internalId() - 1].position : rowAt(old).position,
                            below ? rowAt(old).position : kNone);
    }
    sortRows(rows_);
    std::vector<std::size_t> new_row(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) new_row[rows_[i].position] = i;
    QModelIndexList to;
    for (qsizetype i = 0; i < from.size(); ++i) {
        const auto& [top, below] = places[static_cast<std::size_t>(i)];
        const std::size_t row = new_row[top];
        if (below == kNone) {
            to << createIndex(static_cast<int>(row), from[i].column(), quintptr{0});
            continue;
        }
        const auto run = std::ranges::find(rows_[row].runs, below, &Row::position);
        to << createIndex(static_cast<int>(run - rows_[row].runs.begin()), from[i].column(),
                          quintptr{row + 1});
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
    if (!key.starts_with('/') && key != "method") return field.of(run);
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
    const bool running_accuracy = key == "majority" || key == "minority";
    if (running_accuracy && !run.epochs.empty() && cell.value.index() != 0 &&
        std::isnan(run.epochs.back().exact_majority_accuracy)) {
        cell.text.prepend(QLatin1Char('~'));  // measured while the epoch was trained
    }
    if (key == "name" && run.notes.pinned) cell.text.prepend(QStringLiteral("★ "));
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
        const Cell one = cellOf(key, *run);
        if (cell.value.index() == 0) cell.value = one.value;
        if (const double* number = std::get_if<double>(&one.value)) numbers.push_back(*number);
        ++texts[one.text];
    }
    if (numbers.empty()) {
        cell.text = texts.size() == 1 ? texts.begin()->first : QStringLiteral("…");
        if (key != "state" || texts.size() == 1) return cell;
        QStringList parts;
        for (const auto& [state, count] : texts) {
            parts << QStringLiteral("%1 %2").arg(count).arg(state);
        }
        cell.text = parts.join(QStringLiteral(", "));
        return cell;
    }
    const Statistics statistics = statisticsOf(numbers);
    cell.value = statistics.mean;
    if (key == "disk") {
        cell.value = statistics.mean * statistics.n;
        cell.text = shown(key, cell.value);
    } else if (isAccuracyField(key) || key == "loss") {
        cell.text = shown(key, cell.value);
        const bool mark = std::ranges::any_of(
            texts, [](const auto& text) { return text.first.startsWith(QLatin1Char('~')); });
        if (mark) cell.text.prepend(QLatin1Char('~'));
        if (statistics.n > 1) {
            const double deviation = statistics.standard_deviation;
            cell.text +=
                QStringLiteral(" ± ") + (key == "loss" ? QString::number(deviation, 'f', 4)
                                                       : QString::number(100 * deviation, 'f', 1));
        }
        if (statistics.n != static_cast<int>(group.runs.size())) {
            cell.text += tr(" (n = %1)").arg(statistics.n);
        }
    } else if (texts.size() == 1) {
        cell.text = texts.begin()->first;
    } else {
        const auto [low, high] = std::ranges::minmax(numbers);
        cell.text = shown(key, low);
        if (low != high) cell.text += QStringLiteral(" … ") + shown(key, high);
    }
    return cell;
}

RunTableModel::Row RunTableModel::rowOf(const TableRun& given) {
    Row row;
    row.pinned = given.run->notes.pinned;
    row.ids = {QString::fromStdString(given.run->id)};
    row.visible = {given.visible};
    row.color_index = given.color_index;
    row.tip = row.ids.front();
    const std::string& said =
        given.run->error.empty() ? given.run->status.message : given.run->error;
    for (const std::string& line :
         {said, given.run->notes.note, tagText(given.run->notes), given.run->notes_problem}) {
        if (!line.empty()) row.tip += QLatin1Char('\n') + QString::fromStdString(line);
    }
    for (const RunColumn& column : columns_) {
        row.cells.push_back(column.key == kSeeds ? Cell() : cellOf(column.key, *given.run));
    }
    return row;
}

std::vector<RunTableModel::Row> RunTableModel::rowsOf(std::span<const TableRun> runs) {
    std::vector<Row> rows;
    rows.reserve(runs.size());
    for (const TableRun& given : runs) {
        rows.push_back(rowOf(given));
        rows.back().position = rows.size() - 1;
    }
    return rows;
}

/// A group, and where it has several runs these beneath.
RunTableModel::Row RunTableModel::rowOf(
    const RunGroup& group, const std::string& name,
    const std::unordered_map<const IndexedRun*, const TableRun*>& given, bool by_seed) {
    Row row;
    QStringList tips;
    std::vector<const IndexedRun*> members = group.runs;
    members.insert(members.end(), group.repeated.begin(), group.repeated.end());
    for (const IndexedRun* run : members) {
        Row one = rowOf(*given.at(run));
        one.position = row.runs.size();
        QString label = tr("seed %1").arg(run->description.config.training.seed);
        tips << tr("%1: %2 %").arg(label, shown("best", runField("best").of(*run)));
        if (!by_seed) label = one.cells.front().text + QStringLiteral(" · ") + label;
        if (std::ranges::find(group.repeated, run) != group.repeated.end()) {
            const QString repeated = tr(" (the seed once more; does not count)");
            label += repeated;
            tips.back() += repeated;
        }
        one.cells.front().text = label;
        if (by_seed) {  // as a number, so that seed 10 follows seed 9
            one.cells.front().value = static_cast<double>(run->description.config.training.seed);
        }
        row.pinned = row.pinned || one.pinned;
        row.ids << one.ids.front();
        row.visible.push_back(one.visible.front());
        row.runs.push_back(std::move(one));
    }
    if (tips.size() > kMostTips) tips = tips.mid(0, kMostTips) << QStringLiteral("…");
    if (const std::string mixed = mixedIn(group); !mixed.empty()) {
        tips.prepend(tr("The means are over runs with %1").arg(QString::fromStdString(mixed)));
    }
    row.tip = tips.join(QLatin1Char('\n'));
    row.color_index = given.at(group.runs.front())->color_index;
    for (const RunColumn& column : columns_) {
        Cell cell;
        if (column.key == "name") {
            cell.text = QString::fromStdString(name);
            cell.value = name;
        } else {
            cell = cellOf(column.key, group);
        }
        row.cells.push_back(std::move(cell));
    }
    if (row.runs.size() == 1) row.runs.clear();
    return row;
}

std::vector<RunTableModel::Row> RunTableModel::groupedRows(std::span<const TableRun> runs,
                                                           std::span<const std::string> by) {
    std::vector<const IndexedRun*> all;
    std::unordered_map<const IndexedRun*, const TableRun*> given;
    for (const TableRun& run : runs) {
        all.push_back(run.run);
        given[run.run] = &run;
    }
    std::vector<RunField> fields;
    for (const std::string& key : by) {
        fields.push_back({key, [this, key](const IndexedRun& run) { return valueOf(key, run); }});
    }
    const bool by_seed = fields.empty();
    const std::vector<RunGroup> groups = by_seed ? groupRuns(all) : groupRunsBy(all, fields);
    std::vector<std::string> names = by_seed ? groupNames(groups) : groupNamesBy(groups, fields);
    if (by_seed) {
        std::set<std::string> data;
        for (const RunGroup& group : groups) data.insert(dataText(group.config().data));
        for (std::size_t i = 0; i < groups.size() && data.size() > 1; ++i) {
            names[i] += " · " + dataText(groups[i].config().data);
        }
    }
    std::vector<Row> rows;
    for (const RunGroup& group : groups) {
        rows.push_back(rowOf(group, names[rows.size()], given, by_seed));
        rows.back().position = rows.size() - 1;
    }
    for (const TableRun& run : runs) {  // in no group, and not to be lost from sight
        if (run.run->error.empty()) continue;
        rows.push_back(rowOf(run));
        rows.back().position = rows.size() - 1;
    }
    return rows;
}

bool RunTableModel::shows(const std::vector<RunColumn>& columns,
                          const std::vector<Row>& rows) const {
    const auto same = [](const Row& a, const Row& b) {
        return a.ids == b.ids && std::ranges::equal(a.runs, b.runs, {}, &Row::ids, &Row::ids);
    };
    return std::ranges::equal(columns, columns_, {}, &RunColumn::key, &RunColumn::key) &&
           std::ranges::equal(rows, rows_, same);
}

void RunTableModel::setRuns(std::span<const TableRun> runs, const RunGrouping& grouping) {
    for (const std::string& key : grouping.fields) fields_.try_emplace(key, runField(key));
    std::vector<RunColumn> columns;
    for (const std::string& key : keys_) {
        columns.push_back(runColumn(key));
        if (grouping.on && columns.size() == 1) columns.push_back(runColumn(kSeeds));
    }
    const std::string sort_key =
        sorted_by_ < 0 ? "" : columns_[static_cast<std::size_t>(sorted_by_)].key;
    const auto sorted = std::ranges::find(columns, sort_key, &RunColumn::key);
    sorted_by_ = sorted == columns.end() ? -1 : static_cast<int>(sorted - columns.begin());
    std::swap(columns, columns_);
    std::vector<Row> rows = grouping.on ? groupedRows(runs, grouping.fields) : rowsOf(runs);
    sortRows(rows);
    std::swap(columns, columns_);  // as they were, until the views know
    if (shows(columns, rows)) {
        rows_ = std::move(rows);
        if (rows_.empty()) return;
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
        for (int row = 0; row < rowCount(); ++row) {
            const QModelIndex group = index(row, 0);
            if (const int count = rowCount(group); count > 0) {
                Q_EMIT dataChanged(index(0, 0, group), index(count - 1, columnCount() - 1, group));
            }
        }
        return;
    }
    beginResetModel();
    columns_ = std::move(columns);
    rows_ = std::move(rows);
    endResetModel();
}

void RunTableModel::setVisible(const QString& run, bool visible) {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        Row& row = rows_[i];
        const qsizetype at = row.ids.indexOf(run);
        if (at < 0) continue;
        const auto member = static_cast<std::size_t>(at);
        if (row.visible[member] == visible) return;
        row.visible[member] = visible;
        const QModelIndex cell = index(static_cast<int>(i), 0);
        Q_EMIT dataChanged(cell, cell, {Qt::CheckStateRole});
        for (std::size_t r = 0; r < row.runs.size(); ++r) {
            if (row.runs[r].ids.front() != run) continue;
            row.runs[r].visible.front() = visible;
            const QModelIndex below = index(static_cast<int>(r), 0, cell);
            Q_EMIT dataChanged(below, below, {Qt::CheckStateRole});
        }
        return;
    }
}

QStringList RunTableModel::idsOf(const QModelIndex& index) const {
    return rowAt(index).ids;
}

}  // namespace ballast
