#include "widgets/run_table_model.h"

#include <algorithm>
#include <set>
#include <utility>

#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr int kMostTips = 20;  // lines of a group's tool tip

/// What a run is to be told apart by: it has the same label for as long as this stays.
std::string identity(const IndexedRun& run) {
    return run.id + '\n' + configKey(run) + '\n' + run.description.config.name;
}

bool isWrong(const IndexedRun& run) {
    return !run.error.empty() || run.status.state == RunState::failed ||
           run.status.state == RunState::diverged;
}

}  // namespace

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

int RunTableModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid()) return static_cast<int>(rows_.size());
    if (parent.internalId() != 0 || parent.column() != 0) return 0;
    return static_cast<int>(rowAt(parent).runs.size());
}

int RunTableModel::columnCount(const QModelIndex& parent) const {
    if (parent.isValid() && rowCount(parent) == 0) return 0;
    return static_cast<int>(columns_.size());
}

const FieldValue& RunTableModel::valueOf(const Row& row, std::size_t column) const {
    return column == 0 ? row.name : (*row.cells)[column].value;
}

QString RunTableModel::textOf(const Row& row, std::size_t column) const {
    if (column == 0) return row.pinned ? QStringLiteral("★ ") + row.name_text : row.name_text;
    if (columns_[column].key == "state" && !row.status.isEmpty()) return row.status;
    return (*row.cells)[column].text;
}

/// Of a run, or the mean of a group's; negative where all are over.
double RunTableModel::progressOf(const Row& row) {
    const auto over = [](double progress) { return progress < 0.0; };
    if (row.wrong || std::ranges::all_of(row.progress, over)) return -1.0;
    double sum = 0.0;
    for (const double progress : row.progress) sum += over(progress) ? 1.0 : progress;
    return sum / static_cast<double>(row.progress.size());
}

QVariant RunTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = rowAt(index);
    const auto column = static_cast<std::size_t>(index.column());
    const bool is_state = columns_[column].key == "state";
    switch (role) {
        case Qt::DisplayRole:
            return textOf(row, column);
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
            if (column == 0) return row.tip;
            return is_state ? textOf(row, column) : QVariant();
        case ids_role:
            return row.ids;
        case color_role:
            return row.color_index;
        case progress_role:
            return is_state ? progressOf(row) : -1.0;
        case state_role:
            return is_state;
        case wrong_role:
            return row.wrong;
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
    if (running_first_ && a.running != b.running) return a.running;
    if (sorted_by_ >= 0) {
        const auto column = static_cast<std::size_t>(sorted_by_);
        const int order =
            compareValues(valueOf(a, column), valueOf(b, column), order_ == Qt::DescendingOrder);
        if (order != 0) return order < 0;
    }
    return a.position < b.position;
}

/// Where the sorted rows come from, rather than the rows themselves, is moved about.
void RunTableModel::sortRows(std::vector<Row>& rows) const {
    std::vector<std::size_t> order(rows.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order,
                      [&](std::size_t a, std::size_t b) { return before(rows[a], rows[b]); });
    std::vector<Row> sorted;
    sorted.reserve(rows.size());
    for (const std::size_t from : order) sorted.push_back(std::move(rows[from]));
    rows = std::move(sorted);
    for (Row& row : rows) {
        if (!row.runs.empty()) sortRows(row.runs);
    }
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
    places_.clear();
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
    for (const std::string& key : keys) runField(key);
    keys_ = keys;
}

RunTableModel::Row RunTableModel::rowOf(const TableRun& given) {
    const IndexedRun& run = *given.run;
    const std::string& name = run.description.config.name;
    Row row;
    row.pinned = run.notes.pinned;
    row.running = run.status.state == RunState::running || run.status.state == RunState::paused;
    row.running = row.running && !run.interrupted && run.error.empty();
    row.wrong = isWrong(run);
    row.ids = {text(run.id)};
    row.visible = {given.visible};
    row.progress = {given.progress};
    row.color_index = given.color_index;
    row.status = given.status;
    row.name = name.empty() ? run.id : name;
    row.name_text = text(name.empty() ? run.id : name);
    row.tip = row.ids.front();
    const std::string& said = run.error.empty() ? run.status.message : run.error;
    for (const std::string& line : {said, run.notes.note, tagText(run.notes), run.notes_problem}) {
        if (!line.empty()) row.tip += QLatin1Char('\n') + text(line);
    }
    row.cells = cells_.of(run);
    return row;
}

std::vector<std::string> RunTableModel::labelsOf(std::span<const IndexedRun* const> runs) {
    std::vector<std::string> of;
    of.reserve(runs.size());
    for (const IndexedRun* run : runs) of.push_back(identity(*run));
    if (of != labels_.of) labels_ = {std::move(of), runLabels(runs)};
    return labels_.names;
}

std::vector<RunTableModel::Row> RunTableModel::rowsOf(std::span<const TableRun> runs) {
    std::vector<const IndexedRun*> all;
    all.reserve(runs.size());
    for (const TableRun& given : runs) all.push_back(given.run);
    const std::vector<std::string> labels = labelsOf(all);
    std::vector<Row> rows;
    rows.reserve(runs.size());
    for (const TableRun& given : runs) {
        rows.push_back(rowOf(given));
        rows.back().position = rows.size() - 1;
        rows.back().name_text = text(labels[rows.size() - 1]);
        rows.back().tip.prepend(rows.back().name_text + QLatin1Char('\n'));
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
        const QString best = QString::number(100.0 * run->best(), 'f', 1);
        tips << tr("%1: %2 %").arg(label, run->epochs.empty() ? QStringLiteral("–") : best);
        if (!by_seed) label = one.name_text + QStringLiteral(" · ") + label;
        if (std::ranges::find(group.repeated, run) != group.repeated.end()) {
            const QString repeated = tr(" (the seed once more; does not count)");
            label += repeated;
            tips.back() += repeated;
        }
        one.name_text = label;
        if (by_seed) {  // as a number, so that seed 10 follows seed 9
            one.name = static_cast<double>(run->description.config.training.seed);
        }
        row.pinned = row.pinned || one.pinned;
        row.running = row.running || one.running;
        row.wrong = row.wrong || one.wrong;
        row.ids << one.ids.front();
        row.visible.push_back(one.visible.front());
        row.progress.push_back(one.progress.front());
        row.runs.push_back(std::move(one));
    }
    if (tips.size() > kMostTips) tips = tips.mid(0, kMostTips) << QStringLiteral("…");
    if (const std::string mixed = mixedIn(group); !mixed.empty()) {
        tips.prepend(tr("The means are over runs with %1").arg(text(mixed)));
    }
    row.tip = tips.join(QLatin1Char('\n'));
    row.color_index = given.at(group.runs.front())->color_index;
    row.name = name;
    row.name_text = text(name);
    row.cells = cells_.of(group);
    if (row.runs.size() == 1) {
        row.status = row.runs.front().status;
        row.runs.clear();
    }
    return row;
}

std::vector<std::string> RunTableModel::namesOf(std::span<const RunGroup> groups) {
    std::vector<std::string> of;
    for (const RunGroup& group : groups) of.push_back(identity(*group.runs.front()));
    if (of == group_names_.of) return group_names_.names;
    std::vector<std::string> names = groupNames(groups);
    std::set<std::string> data;
    for (const RunGroup& group : groups) data.insert(dataText(group.config().data));
    for (std::size_t i = 0; i < groups.size() && data.size() > 1; ++i) {
        names[i] += " · " + dataText(groups[i].config().data);
    }
    group_names_ = {std::move(of), names};
    return names;
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
        fields.push_back({key, [this, field = runField(key)](const IndexedRun& run) {
                              return cells_.valueOf(field, run);
                          }});
    }
    const bool by_seed = fields.empty();
    const std::vector<RunGroup> groups = by_seed ? groupRuns(all) : groupRunsBy(all, fields);
    const std::vector<std::string> names = by_seed ? namesOf(groups) : groupNamesBy(groups, fields);
    std::vector<Row> rows;
    rows.reserve(groups.size());
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
    for (const std::string& key : grouping.fields) runField(key);  // throws
    std::vector<std::string> keys = keys_;
    if (grouping.on && !keys.empty()) keys.insert(keys.begin() + 1, kSeedsColumn);
    cells_.setColumns(keys);
    std::vector<RunColumn> columns;
    for (const std::string& key : keys) columns.push_back(runColumn(key));
    const std::string sort_key =
        sorted_by_ < 0 ? "" : columns_[static_cast<std::size_t>(sorted_by_)].key;
    const auto sorted = std::ranges::find(columns, sort_key, &RunColumn::key);
    sorted_by_ = sorted == columns.end() ? -1 : static_cast<int>(sorted - columns.begin());
    std::vector<Row> rows = grouping.on ? groupedRows(runs, grouping.fields) : rowsOf(runs);
    sortRows(rows);
    places_.clear();
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

const std::unordered_map<std::string, RunTableModel::Place>& RunTableModel::places() const {
    if (!places_.empty()) return places_;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        for (std::size_t member = 0; member < rows_[row].visible.size(); ++member) {
            const QString& id = rows_[row].ids[static_cast<qsizetype>(member)];
            places_[id.toStdString()] = {row, std::nullopt, member};
        }
        for (std::size_t below = 0; below < rows_[row].runs.size(); ++below) {
            const Row& run = rows_[row].runs[below];
            places_[run.ids.front().toStdString()].below = below;
        }
    }
    return places_;
}

/// The row of a run and, where it is in a group, its own beneath.
void RunTableModel::change(const std::string& run,
                           const std::function<void(Row&, std::size_t member)>& how) {
    const auto found = places().find(run);
    if (found == places().end()) return;
    const Place& place = found->second;
    const int last = columnCount() - 1;
    how(rows_[place.row], place.member);
    const QModelIndex top = index(static_cast<int>(place.row), 0);
    Q_EMIT dataChanged(top, top.siblingAtColumn(last));
    if (!place.below) return;
    how(rows_[place.row].runs[*place.below], 0);
    const QModelIndex below = index(static_cast<int>(*place.below), 0, top);
    Q_EMIT dataChanged(below, below.siblingAtColumn(last));
}

void RunTableModel::setVisible(const QString& run, bool visible) {
    change(run.toStdString(), [&](Row& row, std::size_t member) { row.visible[member] = visible; });
}

void RunTableModel::renew(const TableRun& given) {
    change(given.run->id, [&](Row& row, std::size_t member) {
        row.visible[member] = given.visible;
        row.progress[member] = given.progress;
        if (member == 0) row.color_index = given.color_index;
        if (row.ids.size() == 1) row.status = given.status;
    });
}

QStringList RunTableModel::idsOf(const QModelIndex& index) const {
    return rowAt(index).ids;
}

QModelIndex RunTableModel::indexOf(const QString& run) const {
    const auto found = places().find(run.toStdString());
    if (found == places().end()) return {};
    const QModelIndex top = index(static_cast<int>(found->second.row), 0);
    return found->second.below ? index(static_cast<int>(*found->second.below), 0, top) : top;
}

}  // namespace ballast
