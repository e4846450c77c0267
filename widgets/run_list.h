#pragma once

#include <QAbstractListModel>
#include <QWidget>
#include <vector>

#include "core/results/records.h"

class QListView;

namespace ballast {

/// One run as the list shows it.
struct RunListItem {
    QString id;
    QString name;
    int color_index = 0;  // the same as in the plots
    bool visible = true;  // on the plots
    RunState state = RunState::queued;
    QString status;          // one line under the name, see the functions below
    double progress = -1.0;  // 0 … 1 of the whole run; negative: no bar
    bool operator==(const RunListItem&) const = default;
};

/// "epoch 7/14 · 4,100 images/s · 0:48 left".
QString runningText(const StepProgress& progress);

/// "finished · best 84.2 % at epoch 12", and which data chose it where that was not the test set;
/// epochs as people count them.
QString finishedText(double best_balanced, int best_epoch, Selection selection);

/// RunListItems as an item model. Check state is visibility.
class RunListModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { id_role = Qt::UserRole, color_role, state_role, status_role, progress_role };

    explicit RunListModel(QObject* parent = nullptr);
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

    /// Adds a run, or replaces the one of the same id in place.
    void setItem(const RunListItem& item);
    void removeItem(const QString& id);
    void clear();
    const RunListItem* find(const QString& id) const;
    int rowOf(const QString& id) const;  // -1: not there
    const std::vector<RunListItem>& items() const { return items_; }

Q_SIGNALS:
    /// The user ticked or unticked a run.
    void visibilityToggled(const QString& id, bool visible);

private:
    std::vector<RunListItem> items_;
};

/// The list of runs: swatch, tick, name, one line of state and a thin bar. Space toggles a run on
/// the plots; Delete asks to remove the selected one.
class RunList : public QWidget {
    Q_OBJECT
public:
    explicit RunList(QWidget* parent = nullptr);

    /// Adds a run, or updates the one of the same id without losing the selection.
    void setItem(const RunListItem& item);
    void removeItem(const QString& id);
    void clear();
    RunListModel& model() { return *model_; }

    /// Ids of the selected runs, in the list's order.
    QStringList selectedIds() const;
    void select(const QString& id);
    void setSelectedIds(const QStringList& ids);

Q_SIGNALS:
    void selectionChanged();
    void visibilityToggled(const QString& id, bool visible);
    void activated(const QString& id);  // double click or Return
    void removeRequested(const QStringList& ids);
    void menuRequested(const QPoint& at);  // on the screen, for the selected runs

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    RunListModel* model_;
    QListView* view_;
};

}  // namespace ballast
