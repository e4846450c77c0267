#pragma once

#include <QAbstractTableModel>
#include <QWidget>
#include <vector>

#include "core/results/run_index.h"

class QTableView;
class QSortFilterProxyModel;

namespace ballast {

/// One run's results. Accuracies are shares (0 … 1), shown in %; NaN is shown as "–".
struct ResultRow {
    QString id;
    QString name;
    RunState state = RunState::queued;
    int epochs_done = 0;
    int epochs = 0;
    double best_balanced = kMissing;  // balanced test accuracy of the best epoch
    int best_epoch = -1;              // 0-based; negative: none yet
    QString selection;                // the data that chose the best epoch: test | validation
    double last_balanced = kMissing;  // of the last epoch
    double majority = kMissing;       // training accuracy, last epoch
    double minority = kMissing;       // training accuracy, last epoch
    bool exact = false;               // these two were measured after it, not while it was trained
    ShotAccuracy shots;               // test accuracy by class size, at the best epoch
};

/// The row that a run's scalars give.
ResultRow resultRow(const IndexedRun& run);

/// ResultRows as a table model. Qt::UserRole holds the number a column sorts by.
class ResultModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        name,
        state,
        epochs,
        best,
        best_epoch,
        selection,
        last,
        majority,
        minority,
        many,
        medium,
        few,
        columns
    };

    explicit ResultModel(QObject* parent = nullptr);
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    /// Adds a run, or replaces the one of the same id in place.
    void setRow(const ResultRow& row);
    void removeRun(const QString& id);
    void clear();

private:
    std::vector<ResultRow> rows_;
};

/// A sortable table of results. Ctrl+C copies the selected rows (all where none is selected), with
/// the header, as tab-separated values.
class ResultView : public QWidget {
    Q_OBJECT
public:
    explicit ResultView(QWidget* parent = nullptr);

    void setRow(const ResultRow& row);
    void removeRun(const QString& id);
    void clear();
    ResultModel& model() { return *model_; }

    /// What Ctrl+C copies.
    QString selectionAsTsv() const;

public Q_SLOTS:
    void copy();

private:
    ResultModel* model_;
    QSortFilterProxyModel* sorted_;
    QTableView* table_;
};

}  // namespace ballast
