#include "widgets/run_tree.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QStyledItemDelegate>
#include <algorithm>
#include <utility>

#include "widgets/palette.h"
#include "widgets/run_tick.h"

namespace ballast {
namespace {

constexpr const char* kStateColumn = "state";
constexpr int kLeastColumnWidth = 160;  // of what a column may take at first; the user may widen it
constexpr int kMostColumnWidth = 320;
constexpr int kMeasuredRows = 60;
constexpr int kBarHeight = 3;

/// A cell with room on both sides; in the first column with a tick in the run's colour, in that of
/// the state with a bar.
class CellDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const int text = option.fontMetrics.horizontalAdvance(index.data().toString());
        const int tick = index.column() == 0 ? kRunTick + kSpace2 : 0;
        return {text + tick + 2 * kSpace2 + 1, option.fontMetrics.height() + kSpace2};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& given,
               const QModelIndex& index) const override {
        QStyleOptionViewItem option = given;
        initStyleOption(&option, index);
        const QString text = option.text;
        option.text.clear();
        option.features &= ~QStyleOptionViewItem::HasCheckIndicator;
        option.widget->style()->drawControl(QStyle::CE_ItemViewItem, &option, painter,
                                            option.widget);
        QRect where = option.rect.adjusted(kSpace2, 0, -kSpace2, 0);
        if (index.column() == 0) {
            paintRunTick(*painter, tickRect(option.rect),
                         seriesColor(index.data(RunTableModel::color_role).toInt()),
                         static_cast<Qt::CheckState>(index.data(Qt::CheckStateRole).toInt()));
            where.setLeft(where.left() + kRunTick + kSpace2);
        }
        const double progress = index.data(RunTableModel::progress_role).toDouble();
        if (progress >= 0.0) paintBar(*painter, where, progress, option.palette);
        const bool active = option.state.testFlag(QStyle::State_Active);
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        QColor color = option.palette.color(active ? QPalette::Active : QPalette::Inactive,
                                            selected ? QPalette::HighlightedText : QPalette::Text);
        if (!selected && index.data(RunTableModel::wrong_role).toBool() &&
            index.data(RunTableModel::state_role).toBool()) {
            color = plotColors().error;
        }
        painter->save();
        painter->setPen(color);
        painter->setFont(option.font);
        painter->drawText(where, static_cast<int>(option.displayAlignment),
                          option.fontMetrics.elidedText(text, Qt::ElideMiddle, where.width()));
        painter->restore();
    }

    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override {
        if (event->type() != QEvent::MouseButtonRelease || index.column() > 0) return false;
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const QRect hit = tickRect(option.rect).adjusted(-kSpace1, -kSpace1, kSpace1, kSpace1);
        if (mouse->button() != Qt::LeftButton || !hit.contains(mouse->position().toPoint())) {
            return false;
        }
        return toggle(*model, index);
    }

    static bool toggle(QAbstractItemModel& model, const QModelIndex& index) {
        const bool on = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
        return model.setData(index, on ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
    }

private:
    static QRect tickRect(const QRect& cell) {
        return {cell.left() + kSpace2, cell.top() + (cell.height() - kRunTick) / 2, kRunTick,
                kRunTick};
    }

    static void paintBar(QPainter& painter, const QRect& cell, double progress,
                         const QPalette& palette) {
        QRectF bar(cell.left(), cell.bottom() - kBarHeight + 1, cell.width(), kBarHeight);
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(palette.color(QPalette::Midlight));
        painter.drawRoundedRect(bar, 1.5, 1.5);
        bar.setWidth(bar.width() * std::min(progress, 1.0));
        painter.setBrush(plotColors().accent);
        painter.drawRoundedRect(bar, 1.5, 1.5);
        painter.restore();
    }
};

}  // namespace

RunTree::RunTree(RunTableModel& model, QWidget* parent) : QTreeView(parent), model_(model) {
    setObjectName(QStringLiteral("run_table"));
    setAccessibleName(tr("Run table"));
    setModel(&model);
    setItemDelegate(new CellDelegate(this));
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setUniformRowHeights(true);  // ten thousand rows are laid out at once
    setAllColumnsShowFocus(true);
    setAlternatingRowColors(true);
    setFrameShape(QFrame::NoFrame);
    setRootIsDecorated(false);
    setExpandsOnDoubleClick(true);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setContextMenuPolicy(Qt::CustomContextMenu);
    header()->setHighlightSections(false);
    header()->setStretchLastSection(false);
    header()->setSectionsMovable(false);
    header()->setMinimumSectionSize(40);
    header()->setStyleSheet(
        QStringLiteral("QHeaderView::section { padding: 4px %1px; }"
                       "QHeaderView::up-arrow, QHeaderView::down-arrow {"
                       " subcontrol-position: top center; width: 9px; height: 9px; }")
            .arg(kSpace2));
    header()->setResizeContentsPrecision(kMeasuredRows);
    header()->setSortIndicatorClearable(true);
    header()->setSortIndicator(-1, Qt::DescendingOrder);  // the order of the runs
    setSortingEnabled(true);

    connect(this, &QTreeView::customContextMenuRequested, this, [this](const QPoint& at) {
        if (!selectedIds().isEmpty()) Q_EMIT menuRequested(viewport()->mapToGlobal(at));
    });
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (!quiet_) Q_EMIT selectionChangedByUser();
    });
    connect(this, &QTreeView::activated, this, [this](const QModelIndex& index) {
        const QStringList ids = model_.idsOf(index);
        if (ids.size() == 1) Q_EMIT activatedRun(ids.front());
    });
    connect(this, &QTreeView::expanded, this, [this](const QModelIndex& index) {
        unfolded_.insert(model_.idsOf(index).front());
        // The runs beneath are indented, and were not there when the columns were fitted.
        const int wanted = std::min(sizeHintForColumn(0), mostColumnWidth());
        header()->resizeSection(0, std::max(header()->sectionSize(0), wanted));
    });
    connect(this, &QTreeView::collapsed, this,
            [this](const QModelIndex& index) { unfolded_.remove(model_.idsOf(index).front()); });
}

void RunTree::keepingView(const std::function<void()>& change) {
    const QStringList selected = selectedIds();
    const int across = horizontalScrollBar()->value();
    const int down = verticalScrollBar()->value();
    const bool was_quiet = std::exchange(quiet_, true);
    bool reset = false;
    const auto watch =
        connect(&model_, &QAbstractItemModel::modelReset, this, [&] { reset = true; });
    change();
    disconnect(watch);
    if (reset) {
        const QSignalBlocker no_sort(header());
        header()->setSortIndicator(model_.sortColumn(), model_.sortOrder());
        unfoldAgain();
        setSelectedIds(selected);
        horizontalScrollBar()->setValue(across);
        verticalScrollBar()->setValue(down);
    }
    quiet_ = was_quiet;
    if (selectedIds() != selected) Q_EMIT selectionChangedByUser();
}

/// What was unfolded before the rows were made anew.
void RunTree::unfoldAgain() {
    if (unfolded_.isEmpty()) return;
    for (int row = 0; row < model_.rowCount(); ++row) {
        const QModelIndex group = model_.index(row, 0);
        if (model_.rowCount(group) == 0) continue;
        if (unfolded_.contains(model_.idsOf(group).front())) expand(group);
    }
}

void RunTree::fitColumns() {
    for (int column = 0; column < header()->count(); ++column) fit(column);
}

void RunTree::fit(int column) {
    resizeColumnToContents(column);
    header()->resizeSection(column, std::min(header()->sectionSize(column), mostColumnWidth()));
    const auto at = static_cast<std::size_t>(column);
    if (column == 0) name_width_ = header()->sectionSize(column);
    if (model_.columns()[at].key == kStateColumn) state_width_ = header()->sectionSize(column);
}

void RunTree::widenNames() {
    const int width = header()->sectionSize(0);
    if (width == name_width_ && sizeHintForColumn(0) > width) fit(0);
}

/// A run that begins says more than one that waits, and its column widens unless someone has set
/// its width.
void RunTree::dataChanged(const QModelIndex& first, const QModelIndex& last,
                          const QList<int>& roles) {
    QTreeView::dataChanged(first, last, roles);
    const auto& columns = model_.columns();
    const auto state = std::ranges::find(columns, kStateColumn, &RunColumn::key);
    if (state == columns.end() || !first.isValid() || first.row() != last.row()) return;
    const int column = static_cast<int>(state - columns.begin());
    const int width = header()->sectionSize(column);
    if (width == state_width_ && sizeHintForIndex(first.siblingAtColumn(column)).width() > width) {
        fit(column);
    }
}

/// So that a narrow table shows more than names.
int RunTree::mostColumnWidth() const {
    return std::clamp(viewport()->width() / 2, kLeastColumnWidth, kMostColumnWidth);
}

/// All rows that can be seen by scrolling, from the top.
QModelIndexList RunTree::rowsInOrder() const {
    QModelIndexList rows;
    for (int row = 0; row < model_.rowCount(); ++row) {
        const QModelIndex top = model_.index(row, 0);
        rows << top;
        if (!isExpanded(top)) continue;
        for (int run = 0; run < model_.rowCount(top); ++run) rows << model_.index(run, 0, top);
    }
    return rows;
}

QStringList RunTree::selectedIds() const {
    QModelIndexList rows = selectionModel()->selectedRows();
    const auto place = [](const QModelIndex& row) {
        const QModelIndex top = row.parent();
        return top.isValid() ? std::pair(top.row(), row.row()) : std::pair(row.row(), -1);
    };
    std::ranges::sort(rows, {}, place);
    QStringList ids;
    for (const QModelIndex& row : rows) ids << model_.idsOf(row);
    ids.removeDuplicates();
    return ids;
}

void RunTree::setSelectedIds(const QStringList& ids) {
    const QSet<QString> wanted(ids.begin(), ids.end());
    const auto all = [&](const QModelIndex& row) {
        const QStringList its = model_.idsOf(row);
        return std::ranges::all_of(its, [&](const QString& id) { return wanted.contains(id); });
    };
    QItemSelection selection;
    const auto select = [&](const QModelIndex& row) {
        selection.select(row, row.siblingAtColumn(model_.columnCount() - 1));
    };
    for (int row = 0; row < model_.rowCount() && !wanted.isEmpty(); ++row) {
        const QModelIndex top = model_.index(row, 0);
        if (all(top)) {
            select(top);
            continue;
        }
        for (int run = 0; run < model_.rowCount(top); ++run) {
            if (const QModelIndex one = model_.index(run, 0, top); all(one)) select(one);
        }
    }
    const bool was_quiet = std::exchange(quiet_, true);
    selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    quiet_ = was_quiet;
}

void RunTree::reveal(const QString& run) {
    const QModelIndex index = model_.indexOf(run);
    if (!index.isValid()) return;
    if (index.parent().isValid()) expand(index.parent());
    scrollTo(index);
}

QString RunTree::selectionAsTsv() const {
    QModelIndexList rows = rowsInOrder();
    const QItemSelectionModel& selection = *selectionModel();
    if (selection.hasSelection()) {
        rows.removeIf([&](const QModelIndex& row) { return !selection.isSelected(row); });
    }
    const auto line = [this](const auto& cell) {
        QStringList cells;
        for (int column = 0; column < model_.columnCount(); ++column) {
            cells << cell(column).toString().replace(QLatin1Char('\t'), QLatin1Char(' '));
        }
        return cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    };
    QString text = line(
        [this](int column) { return model_.headerData(column, Qt::Horizontal, Qt::DisplayRole); });
    for (const QModelIndex& row : rows) {
        text += line([&](int column) { return row.siblingAtColumn(column).data(); });
    }
    return text;
}

void RunTree::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Delete && !selectedIds().isEmpty()) {
        Q_EMIT removeRequested(selectedIds());
    } else if (event->key() == Qt::Key_Space && currentIndex().isValid()) {
        CellDelegate::toggle(model_, currentIndex().siblingAtColumn(0));
    } else {
        QTreeView::keyPressEvent(event);
    }
}

}  // namespace ballast
