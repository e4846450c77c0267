#pragma once

#include <QAbstractItemModel>
#include <QStringList>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/results/run_groups.h"
#include "widgets/run_cells.h"
#include "widgets/run_columns.h"

namespace ballast {

/// A run as a table is told of it. `run` is read during the call and not kept.
struct TableRun {
    const IndexedRun* run = nullptr;
    int color_index = 0;     // the same as in the plots
    bool visible = false;    // on the plots
    QString status;          // what its state is in words; empty: its state's name
    double progress = -1.0;  // 0 … 1 of a run that is not over; negative: no bar
};

/// How runs are put together: by nothing, by all but the seed, or by the values of fields.
struct RunGrouping {
    bool on = false;
    std::vector<std::string> fields;  // of core/results/run_query.h; empty: all but the seed
    bool operator==(const RunGrouping&) const = default;
};

/// Runs, or groups of runs with their runs beneath, as rows of values that are worked out when they
/// are set. Sorts itself: pinned runs first, then where that is wanted those in training; numbers
/// as numbers, before text, missing values last in either direction. Runs of one name are told
/// apart by what differs among those shown.
class RunTableModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Role {
        ids_role = Qt::UserRole,
        color_role,
        progress_role,  // of the state's cell: 0 … 1, or negative
        state_role,     // bool: whether it is the state's cell
        wrong_role      // bool: failed, diverged or unreadable
    };

    explicit RunTableModel(QObject* parent = nullptr);
    using QObject::parent;
    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    void sort(int column, Qt::SortOrder order) override;

    /// What the next setRuns() shows; the first is "name". Throws ConfigError: unknown field.
    void setColumns(const std::vector<std::string>& keys);

    /// Whether the next setRuns() puts runs in training before others.
    void setRunningFirst(bool first) { running_first_ = first; }

    /// Shows these runs. Rows that stay where they are keep their indices; any other change resets
    /// the model. Throws ConfigError: unknown field of the grouping.
    void setRuns(std::span<const TableRun> runs, const RunGrouping& grouping);

    /// Forgets what was worked out for runs that are none of these.
    void keepOnly(std::span<const IndexedRun* const> runs) { cells_.keepOnly(runs); }

    /// Renews colour, tick, status and progress where the run has a row. Cheap: for every step.
    void renew(const TableRun& run);

    const std::vector<RunColumn>& columns() const { return columns_; }
    int sortColumn() const { return sorted_by_; }  // -1: none
    Qt::SortOrder sortOrder() const { return order_; }
    /// The run of a row, or all of a group.
    QStringList idsOf(const QModelIndex& index) const;
    /// The row of a run, beneath its group's where it is in one; invalid where it has none.
    QModelIndex indexOf(const QString& run) const;

Q_SIGNALS:
    /// The user ticked or unticked a run or a group of runs.
    void visibilityToggled(const QString& run, bool visible);

private:
    struct Row {
        std::size_t position = 0;  // without sorting, among its like
        bool pinned = false;
        bool running = false;
        bool wrong = false;
        QStringList ids;
        std::vector<bool> visible;     // of each
        std::vector<double> progress;  // of each; negative: it is over
        int color_index = 0;
        FieldValue name;
        QString name_text;
        QString status;
        QString tip;
        RunCells cells;         // the first, the name, is unused
        std::vector<Row> runs;  // of a group of several
    };
    struct Place {
        std::size_t row = 0;
        std::optional<std::size_t> below;
        std::size_t member = 0;  // of the row's ids
    };

    const Row& rowAt(const QModelIndex& index) const;
    const FieldValue& valueOf(const Row& row, std::size_t column) const;
    QString textOf(const Row& row, std::size_t column) const;
    static double progressOf(const Row& row);
    const std::unordered_map<std::string, Place>& places() const;
    void change(const std::string& run, const std::function<void(Row&, std::size_t member)>& how);
    void setVisible(const QString& run, bool visible);
    Row rowOf(const TableRun& run);
    std::vector<Row> rowsOf(std::span<const TableRun> runs);
    std::vector<Row> groupedRows(std::span<const TableRun> runs,
                                 std::span<const std::string> fields);
    Row rowOf(const RunGroup& group, const std::string& name,
              const std::unordered_map<const IndexedRun*, const TableRun*>& given, bool by_seed);
    std::vector<std::string> labelsOf(std::span<const IndexedRun* const> runs);
    std::vector<std::string> namesOf(std::span<const RunGroup> groups);
    bool before(const Row& a, const Row& b) const;
    void sortRows(std::vector<Row>& rows) const;
    bool shows(const std::vector<RunColumn>& columns, const std::vector<Row>& rows) const;

    std::vector<RunColumn> columns_;  // as shown
    std::vector<std::string> keys_;   // as chosen
    RunCellMaker cells_;
    std::vector<Row> rows_;
    int sorted_by_ = -1;
    Qt::SortOrder order_ = Qt::AscendingOrder;
    bool running_first_ = false;
    mutable std::unordered_map<std::string, Place> places_;  // made when asked for

    // Telling names apart compares every config: remembered while the runs are the same.
    struct Names {
        std::vector<std::string> of;  // what each run or group is
        std::vector<std::string> names;
    };
    Names labels_;
    Names group_names_;
};

}  // namespace ballast
