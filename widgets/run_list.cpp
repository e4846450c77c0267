#include "widgets/run_list.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QKeyEvent>
#include <QListView>
#include <QLocale>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/base/human_text.h"
#include "widgets/palette.h"
#include "widgets/run_tick.h"

namespace ballast {
namespace {

constexpr int kBarHeight = 3;

/// Draws one run: a tick box in the run's colour, name, state line and progress bar.
class RunDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {160, 2 * option.fontMetrics.height() + kBarHeight + 2 * kSpace2 + kSpace1};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const PlotColors colors = plotColors();
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (selected || option.state.testFlag(QStyle::State_MouseOver)) {
            QColor ground = selected ? colors.accent : colors.muted;
            ground.setAlpha(selected ? 44 : 20);
            painter->fillRect(option.rect, ground);
        }
        if (selected) {
            painter->fillRect(QRect(option.rect.topLeft(), QSize(3, option.rect.height())),
                              colors.accent);
        }
        paintTick(painter, tickRect(option.rect, option.fontMetrics), index);
        paintText(painter, option, index, colors);
        if (option.state.testFlag(QStyle::State_HasFocus)) {
            painter->setPen(QPen(colors.accent, 1));
            painter->setBrush(Qt::NoBrush);
            painter->drawRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5));
        }
        painter->restore();
    }

    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override {
        if (event->type() == QEvent::MouseButtonRelease) {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            const QRect hit = tickRect(option.rect, option.fontMetrics)
                                  .adjusted(-kSpace2, -kSpace2, kSpace2, kSpace2);
            if (mouse->button() == Qt::LeftButton && hit.contains(mouse->position().toPoint())) {
                const bool on = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
                return model->setData(index, on ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
            }
        }
        // Space is the view's matter; see RunList::eventFilter.
        return false;
    }

private:
    static QRect tickRect(const QRect& item, const QFontMetrics& metrics) {
        return {item.left() + kSpace3, item.top() + kSpace2 + (metrics.height() - kRunTick) / 2,
                kRunTick, kRunTick};
    }

    static void paintTick(QPainter* painter, const QRect& rect, const QModelIndex& index) {
        paintRunTick(*painter, rect, seriesColor(index.data(RunListModel::color_role).toInt()),
                     static_cast<Qt::CheckState>(index.data(Qt::CheckStateRole).toInt()));
    }

    static void paintText(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index, const PlotColors& colors) {
        const int left = option.rect.left() + kSpace3 + kRunTick + kSpace2;
        const int width = option.rect.right() - kSpace2 - left;
        const int line = option.fontMetrics.height();
        QFont bold = option.font;
        bold.setWeight(QFont::DemiBold);
        painter->setFont(bold);
        painter->setPen(colors.text);
        const QRect name(left, option.rect.top() + kSpace2, width, line);
        painter->drawText(
            name, Qt::AlignLeft | Qt::AlignVCenter,
            QFontMetrics(bold).elidedText(index.data().toString(), Qt::ElideMiddle, width));
        const auto state = static_cast<RunState>(index.data(RunListModel::state_role).toInt());
        const bool wrong = state == RunState::failed || state == RunState::diverged;
        painter->setFont(option.font);
        painter->setPen(wrong ? colors.error : colors.muted);
        const QRect status = name.translated(0, line + 1);
        painter->drawText(
            status, Qt::AlignLeft | Qt::AlignVCenter,
            option.fontMetrics.elidedText(index.data(RunListModel::status_role).toString(),
                                          Qt::ElideRight, width));

        const double progress = index.data(RunListModel::progress_role).toDouble();
        if (!(progress >= 0.0)) return;
        QRectF bar(left, status.bottom() + kSpace1, width, kBarHeight);
        painter->setPen(Qt::NoPen);
        painter->setBrush(option.palette.color(QPalette::Midlight));
        painter->drawRoundedRect(bar, 1.5, 1.5);
        bar.setWidth(bar.width() * std::min(progress, 1.0));
        const QColor color = state == RunState::finished  ? colors.success
                             : state == RunState::running ? colors.accent
                                                          : colors.muted;
        painter->setBrush(color);
        painter->drawRoundedRect(bar, 1.5, 1.5);
    }
};

}  // namespace

QString runningText(const StepProgress& progress) {
    QStringList parts{RunListModel::tr("epoch %1/%2").arg(progress.epoch + 1).arg(progress.epochs)};
    if (progress.images_per_second > 0.0) {
        parts << RunListModel::tr("%1 images/s")
                     .arg(QLocale(QLocale::English).toString(progress.images_per_second, 'f', 0));
    }
    if (progress.seconds_left >= 0.0) {
        parts << RunListModel::tr("about %1 left")
                     .arg(QString::fromStdString(estimateInWords(progress.seconds_left)));
    }
    return parts.join(QStringLiteral(" · "));
}

QString finishedText(double best_balanced, int best_epoch, Selection selection) {
    const QString text = RunListModel::tr("finished · best %1 % at epoch %2")
                             .arg(100.0 * best_balanced, 0, 'f', 1)
                             .arg(best_epoch + 1);
    return selection == Selection::validation ? text + RunListModel::tr(", chosen on validation")
                                              : text;
}

RunListModel::RunListModel(QObject* parent) : QAbstractListModel(parent) {}

int RunListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(items_.size());
}

QVariant RunListModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const RunListItem& item = items_[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return item.name;
        case Qt::CheckStateRole:
            return item.visible ? Qt::Checked : Qt::Unchecked;
        case Qt::ToolTipRole:
        case Qt::AccessibleTextRole:
            return item.status.isEmpty() ? item.name
                                         : item.name + QStringLiteral("\n") + item.status;
        case id_role:
            return item.id;
        case color_role:
            return item.color_index;
        case state_role:
            return static_cast<int>(item.state);
        case status_role:
            return item.status;
        case progress_role:
            return item.progress;
        default:
            return {};
    }
}

bool RunListModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::CheckStateRole || !checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return false;
    }
    RunListItem& item = items_[static_cast<std::size_t>(index.row())];
    const bool visible = value.toInt() == Qt::Checked;
    if (visible == item.visible) return true;
    item.visible = visible;
    Q_EMIT dataChanged(index, index, {Qt::CheckStateRole});
    Q_EMIT visibilityToggled(item.id, visible);
    return true;
}

Qt::ItemFlags RunListModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable |
           Qt::ItemNeverHasChildren;
}

int RunListModel::rowOf(const QString& id) const {
    const auto found = std::ranges::find(items_, id, &RunListItem::id);
    return found == items_.end() ? -1 : static_cast<int>(found - items_.begin());
}

const RunListItem* RunListModel::find(const QString& id) const {
    const int row = rowOf(id);
    return row < 0 ? nullptr : &items_[static_cast<std::size_t>(row)];
}

void RunListModel::setItem(const RunListItem& item) {
    const int row = rowOf(item.id);
    if (row < 0) {
        const int end = static_cast<int>(items_.size());
        beginInsertRows({}, end, end);
        items_.push_back(item);
        endInsertRows();
        return;
    }
    RunListItem& old = items_[static_cast<std::size_t>(row)];
    if (old == item) return;
    old = item;
    Q_EMIT dataChanged(index(row), index(row));
}

void RunListModel::removeItem(const QString& id) {
    const int row = rowOf(id);
    if (row < 0) return;
    beginRemoveRows({}, row, row);
    items_.erase(items_.begin() + row);
    endRemoveRows();
}

void RunListModel::clear() {
    beginResetModel();
    items_.clear();
    endResetModel();
}

RunList::RunList(QWidget* parent)
    : QWidget(parent), model_(new RunListModel(this)), view_(new QListView(this)) {
    view_->setObjectName(QStringLiteral("run_list"));
    view_->setAccessibleName(tr("Runs"));
    view_->setModel(model_);
    view_->setItemDelegate(new RunDelegate(view_));
    view_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setMouseTracking(true);
    view_->setUniformItemSizes(true);
    view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view_->installEventFilter(this);
    view_->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(view_, &QListView::customContextMenuRequested, this, [this](const QPoint& at) {
        if (!selectedIds().isEmpty()) Q_EMIT menuRequested(view_->viewport()->mapToGlobal(at));
    });
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(view_);
    setFocusProxy(view_);
    connect(model_, &RunListModel::visibilityToggled, this, &RunList::visibilityToggled);
    connect(view_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &RunList::selectionChanged);
    connect(view_, &QListView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT activated(index.data(RunListModel::id_role).toString());
    });
}

void RunList::setItem(const RunListItem& item) {
    model_->setItem(item);
}
void RunList::removeItem(const QString& id) {
    model_->removeItem(id);
}
void RunList::clear() {
    model_->clear();
}

QStringList RunList::selectedIds() const {
    QModelIndexList rows = view_->selectionModel()->selectedRows();
    std::ranges::sort(rows, {}, &QModelIndex::row);
    QStringList ids;
    for (const QModelIndex& row : rows) ids << row.data(RunListModel::id_role).toString();
    return ids;
}

void RunList::setSelectedIds(const QStringList& ids) {
    QItemSelection selection;
    for (const QString& id : ids) {
        const int row = model_->rowOf(id);
        if (row >= 0) selection.select(model_->index(row), model_->index(row));
    }
    view_->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    if (!selection.isEmpty()) view_->scrollTo(selection.indexes().front());
}

void RunList::select(const QString& id) {
    const int row = model_->rowOf(id);
    if (row < 0) return;
    view_->selectionModel()->setCurrentIndex(model_->index(row),
                                             QItemSelectionModel::ClearAndSelect);
}

bool RunList::eventFilter(QObject* watched, QEvent* event) {
    if (watched == view_ && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Delete && !selectedIds().isEmpty()) {
            Q_EMIT removeRequested(selectedIds());
            return true;
        }
        if (key->key() == Qt::Key_Space && view_->currentIndex().isValid()) {
            const QModelIndex index = view_->currentIndex();
            const bool on = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
            model_->setData(index, on ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace ballast
