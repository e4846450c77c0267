#pragma once

#include <QStringList>
#include <QWidget>
#include <functional>
#include <vector>

#include "widgets/run_table_model.h"

class QLabel;
class QLineEdit;
class QMenu;
class QTableView;
class QTimer;
class QToolButton;

namespace ballast {

/// The runs as a table: columns that the user chooses, sorted by a click on a header, filtered in
/// the language of `ballast-cli runs --where`, single or grouped over their seeds. A tick shows a
/// run on the plots. Ctrl+C copies the selected rows (all where none is selected), with the header,
/// as tab-separated values.
///
/// It asks for the runs whenever it needs them, and not while it is hidden.
class RunTable : public QWidget {
    Q_OBJECT
public:
    using Source = std::function<std::vector<TableRun>()>;

    explicit RunTable(Source source, QWidget* parent = nullptr);

    /// Filter line and buttons: to be placed where there is room, and shown with the table.
    QWidget* bar() { return bar_; }

    /// Asks for the runs soon: any number of calls is one.
    void refreshSoon();
    /// Asks for the runs now.
    void refresh();

    void setRunVisible(const QString& run, bool visible);

    /// Several conditions are joined by "and" or ";". One that is wrong leaves the table as it is;
    /// problem() says what is wrong.
    void setFilter(const QString& conditions);
    QString problem() const;
    void setGrouped(bool grouped);
    /// Keys of RunColumn; "name" stays the first. Unknown ones are left out.
    void setColumns(std::vector<std::string> keys);
    const std::vector<std::string>& columns() const { return keys_; }

    /// Ids of the selected runs, of whole groups, in the table's order.
    QStringList selectedIds() const;
    void setSelectedIds(const QStringList& ids);

    RunTableModel& model() { return *model_; }

    /// What Ctrl+C copies.
    QString selectionAsTsv() const;

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

protected:
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void makeBar();
    void fillColumnMenu(QMenu& menu);
    void addColumnAction(QMenu& menu, const std::string& key);
    void askForEpoch();
    void showProblem(const QString& sentence);
    void fitColumns();

    const Source source_;
    RunTableModel* model_;
    QTableView* table_;
    QWidget* bar_;
    QLineEdit* filter_;
    QToolButton* group_;
    QToolButton* choose_;
    QLabel* problem_;
    QLabel* count_;
    QTimer* soon_;
    std::vector<std::string> keys_;
    bool stale_ = true;
    bool updating_ = false;
};

}  // namespace ballast
