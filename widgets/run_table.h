#pragma once

#include <QStringList>
#include <QWidget>
#include <functional>
#include <vector>

#include "widgets/run_table_model.h"
#include "widgets/view_menu.h"

class QBoxLayout;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QMenu;
class QTimer;
class QToolButton;

namespace ballast {

class RunTree;

/// The runs as a tree table: columns that the user chooses, sorted by a click on a header, filtered
/// in the language of `ballast-cli runs --where` and by plain words, single or in groups over their
/// seeds or by any fields, with their runs beneath. A tick shows a run on the plots. Archived runs
/// are left out unless they are asked for. Ctrl+C copies the selected rows (all that are unfolded
/// where none is selected), with the header, as tab-separated values.
///
/// It asks for the runs whenever it needs them, and not while it is hidden.
class RunTable : public QWidget {
    Q_OBJECT
public:
    using Source = std::function<std::vector<TableRun>()>;

    explicit RunTable(Source source, QWidget* parent = nullptr);

    /// Filter line and buttons, in two lines where the table is narrow.
    QWidget* bar() { return bar_; }
    /// Gives each column the width of what it shows, within reason.
    void fitColumns();
    /// Puts a button behind those of the bar.
    void addToBar(QWidget* widget);

    /// Asks for the runs soon: any number of calls is one.
    void refreshSoon();
    /// Asks for the runs now.
    void refresh();

    /// Renews colour, tick, status and progress of a run where it has a row, at once.
    void renew(const TableRun& run);

    /// See runFilter() of core/results/run_query.h. What is wrong leaves the table as it is;
    /// problem() says it.
    void setFilter(const QString& conditions);
    QString problem() const;
    void setGrouped(bool grouped);
    /// Throws ConfigError: unknown field.
    void setGrouping(RunGrouping grouping);
    const RunGrouping& grouping() const { return grouping_; }
    void setArchivedShown(bool shown);
    bool archivedShown() const;
    /// Keys of RunColumn; "name" stays the first. Unknown ones are left out.
    void setColumns(std::vector<std::string> keys);
    const std::vector<std::string>& columns() const { return keys_; }

    /// Ids of the selected runs, of whole groups, in the table's order, each once.
    QStringList selectedIds() const;
    /// Ids of all runs that the filter leaves, in the table's order.
    QStringList shownIds() const;

    /// Without selectionChanged().
    void setSelectedIds(const QStringList& ids);
    /// Selects one run, brings its row into view, and says so.
    void select(const QString& run);

    RunTableModel& model() { return *model_; }

    /// What Ctrl+C copies.
    QString selectionAsTsv() const;

    /// Filters, columns and groupings saved under a name.
    ViewMenu& views() { return *views_; }

    /// Columns, sorting, filter and grouping.
    QByteArray state() const;
    /// `with_filter`: what is filtered and grouped too.
    void restoreState(const QByteArray& state, bool with_filter = true);

public Q_SLOTS:
    void copy();

Q_SIGNALS:
    void selectionChanged();
    void visibilityToggled(const QString& run, bool visible);
    void activated(const QString& run);  // double click or Return, on a single run
    void removeRequested(const QStringList& runs);
    void menuRequested(const QPoint& at);  // on the screen, for the selected runs

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void showRuns();
    void makeBar();
    void makeGroupMenu();
    void fillGroupMenu(QMenu& menu);
    void fillColumnMenu(QMenu& menu);
    void chooseColumns();
    void addColumnAction(QMenu& menu, const std::string& key);
    void askForEpoch();
    void showProblem(const QString& sentence);

    const Source source_;
    RunTableModel* model_;
    RunTree* tree_;
    QWidget* bar_;
    QBoxLayout* bar_lines_;
    QHBoxLayout* buttons_;
    QLineEdit* filter_;
    QToolButton* group_;
    QToolButton* choose_;
    QToolButton* running_;
    QToolButton* archived_;
    ViewMenu* views_;
    QLabel* problem_;
    QLabel* count_;
    QTimer* soon_;
    std::vector<std::string> keys_;
    RunGrouping grouping_;
    QString filtered_by_;  // what `holds_` was made from
    std::function<bool(const IndexedRun&)> holds_;
    bool stale_ = true;
};

}  // namespace ballast
