#pragma once

#include <QSet>
#include <QStringList>
#include <QTreeView>

#include "widgets/run_table_model.h"

namespace ballast {

/// The tree of runs on screen: a tick in the run's colour, its state with a bar, selection by run.
/// Space toggles the current row on the plots, Delete asks to remove the selected runs.
class RunTree : public QTreeView {
    Q_OBJECT
public:
    explicit RunTree(RunTableModel& model, QWidget* parent = nullptr);

    /// Ids of the selected runs, of whole groups, in the table's order, each once.
    QStringList selectedIds() const;
    /// Selects those of these runs that have a row, without selectionChanged().
    void setSelectedIds(const QStringList& ids);
    /// Brings a run's row into view, and unfolds its group.
    void reveal(const QString& run);

    /// The selected rows, or all that are unfolded where none is, with the header, as tab-separated
    /// values.
    QString selectionAsTsv() const;

    /// Calls `change`, which may reset the model: what was selected, unfolded and in view stays.
    void keepingView(const std::function<void()>& change);

    void fitColumns();
    /// Names that were added may be longer; a width that someone has set stays.
    void widenNames();

Q_SIGNALS:
    void selectionChangedByUser();
    void activatedRun(const QString& run);  // double click or Return, on a single run
    void removeRequested(const QStringList& runs);
    void menuRequested(const QPoint& at);  // on the screen, for the selected runs

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void dataChanged(const QModelIndex& first, const QModelIndex& last,
                     const QList<int>& roles) override;

private:
    QModelIndexList rowsInOrder() const;
    void unfoldAgain();
    int mostColumnWidth() const;
    void fit(int column);

    RunTableModel& model_;
    QSet<QString> unfolded_;  // groups, by their first run
    int state_width_ = 0;     // that the states' column was given last, if not by hand
    int name_width_ = 0;      // the same of the first column
    bool quiet_ = false;
};

}  // namespace ballast
