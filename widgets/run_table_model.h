#pragma once

#include <QAbstractItemModel>
#include <QStringList>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/results/run_groups.h"

namespace ballast {

/// A run as a table is told of it. `run` is read during the call and not kept.
struct TableRun {
    const IndexedRun* run = nullptr;
    int color_index = 0;   // the same as in the plots
    bool visible = false;  // on the plots
};

/// One column: a field of core/results/run_query.h, and how people read it.
struct RunColumn {
    std::string key;  // the field's name: "best", "at:100", "/optimizer/lr"; "seeds" of a group
    QString title;    // short, for the header
    QString label;    // for menus
    QString help;
    bool is_text = false;  // left in its column; all else are numbers
};

/// How runs are put together: by nothing, by all but the seed, or by the values of fields.
struct RunGrouping {
    bool on = false;
    std::vector<std::string> fields;  // of core/results/run_query.h; empty: all but the seed
    bool operator==(const RunGrouping&) const = default;
};

/// The column of that key. Throws ConfigError where core knows no such field.
RunColumn runColumn(const std::string& key);

/// JSON pointers of the config fields that are not the same in all runs, but for the name, in the
/// order in which people read them.
std::vector<std::string> differingFields(std::span<const TableRun> runs);

/// JSON pointers of all fields that any of the runs' configs has, in the same order.
std::vector<std::string> fieldsOfConfigs(std::span<const TableRun> runs);

/// Runs, or groups of runs with their runs beneath, as rows of values that are worked out when they
/// are set. Sorts itself: pinned runs first, numbers as numbers, before text, missing values last
/// in either direction.
class RunTableModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Role { ids_role = Qt::UserRole, color_role };

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

    /// What the next setRuns() shows. Throws ConfigError: unknown field.
    void setColumns(const std::vector<std::string>& keys);

    /// Shows these runs. Rows that stay where they are keep their indices; any other change resets
    /// the model. Results of a group are "mean ± sample standard deviation", with n where not all
    /// of its runs have the value. Throws ConfigError: unknown field of the grouping.
    void setRuns(std::span<const TableRun> runs, const RunGrouping& grouping);

    /// On or off the plots.
    void setVisible(const QString& run, bool visible);

    const std::vector<RunColumn>& columns() const { return columns_; }
    int sortColumn() const { return sorted_by_; }  // -1: none
    Qt::SortOrder sortOrder() const { return order_; }
    /// The run of a row, or all of a group.
    QStringList idsOf(const QModelIndex& index) const;

Q_SIGNALS:
    /// The user ticked or unticked a run or a group of runs.
    void visibilityToggled(const QString& run, bool visible);

private:
    struct Cell {
        FieldValue value;
        QString text;
    };
    struct Row {
        std::size_t position = 0;  // without sorting, among its like
        bool pinned = false;
        QStringList ids;
        std::vector<bool> visible;  // of each
        int color_index = 0;
        QString tip;
        std::vector<Cell> cells;
        std::vector<Row> runs;  // of a group of several
    };

    const Row& rowAt(const QModelIndex& index) const;
    Row& rowAt(const QModelIndex& index);
    FieldValue valueOf(const std::string& key, const IndexedRun& run);
    Cell cellOf(const std::string& key, const IndexedRun& run);
    Cell cellOf(const std::string& key, const RunGroup& group);
    Row rowOf(const TableRun& run);
    std::vector<Row> rowsOf(std::span<const TableRun> runs);
    std::vector<Row> groupedRows(std::span<const TableRun> runs,
                                 std::span<const std::string> fields);
    Row rowOf(const RunGroup& group, const std::string& name,
              const std::unordered_map<const IndexedRun*, const TableRun*>& given, bool by_seed);
    bool before(const Row& a, const Row& b) const;
    void sortRows(std::vector<Row>& rows) const;
    bool shows(const std::vector<RunColumn>& columns, const std::vector<Row>& rows) const;

    std::vector<RunColumn> columns_;  // as shown
    std::vector<std::string> keys_;   // as chosen
    std::map<std::string, RunField> fields_;
    std::vector<Row> rows_;
    int sorted_by_ = -1;
    Qt::SortOrder order_ = Qt::AscendingOrder;

    // A config as JSON costs more than everything else here: its values are remembered.
    struct Known {
        RunConfig config;
        std::map<std::string, FieldValue> values;
    };
    std::map<std::string, Known> known_;
};

}  // namespace ballast
