#include "widgets/queue_table.h"

#include <QAbstractTableModel>
#include <QHeaderView>
#include <QIODevice>
#include <QKeyEvent>
#include <QMimeData>
#include <algorithm>
#include <functional>
#include <set>

#include "widgets/palette.h"

namespace ballast {
namespace {

const QString kRowsFormat = QStringLiteral("application/x-ballast-queue-rows");

enum QueueColumn { kPlace, kQueuedRun, kQueuedState, kDoneIn, kQueueColumns };

}  // namespace

/// The rows; what is dropped is left to the table, which moves all of them at once.
class QueueTable::Model : public QAbstractTableModel {
public:
    explicit Model(std::function<void(const std::vector<int>&, int)> dropped)
        : dropped_(std::move(dropped)) {}

    bool movable = true;
    int row_height = 0;  // device-independent pixels

    const std::vector<QueueRow>& rows() const { return rows_; }

    void setRows(std::vector<QueueRow> rows) {
        if (std::ranges::equal(rows, rows_, {}, &QueueRow::id, &QueueRow::id)) {
            for (std::size_t i = 0; i < rows.size(); ++i) {
                if (rows_[i] == rows[i]) continue;
                rows_[i] = std::move(rows[i]);
                const int row = static_cast<int>(i);
                Q_EMIT dataChanged(index(row, 0), index(row, kQueueColumns - 1));
            }
            return;
        }
        beginResetModel();
        rows_ = std::move(rows);
        endResetModel();
    }

    int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(rows_.size());
    }
    int columnCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : kQueueColumns;
    }

    QVariant data(const QModelIndex& at, int role) const override {
        const QueueRow& row = rows_[static_cast<std::size_t>(at.row())];
        if (role == Qt::TextAlignmentRole && (at.column() == kPlace || at.column() == kDoneIn)) {
            return QVariant(Qt::AlignRight | Qt::AlignVCenter);
        }
        if (role == Qt::SizeHintRole) return QSize(0, row_height);
        if (role == Qt::ToolTipRole && at.column() == kQueuedRun) return row.id;
        if (role == Qt::ToolTipRole && at.column() == kQueuedState) return row.state;
        if (role != Qt::DisplayRole) return {};
        switch (at.column()) {
            case kPlace:
                return at.row() + 1;
            case kQueuedRun:
                return row.name;
            case kQueuedState:
                return row.state;
            default:
                return row.done_in.isEmpty() ? QStringLiteral("–") : row.done_in;
        }
    }

    QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
        if (orientation != Qt::Horizontal) return {};
        if (role == Qt::TextAlignmentRole && (section == kPlace || section == kDoneIn)) {
            return QVariant(Qt::AlignRight | Qt::AlignVCenter);
        }
        if (role == Qt::ToolTipRole && section == kDoneIn) {
            return QueueTable::tr(
                "About how long from now until the run is done, by the runs of "
                "the workspace that are like it");
        }
        if (role != Qt::DisplayRole) return {};
        const QStringList words{QueueTable::tr("#"), QueueTable::tr("Run"), QueueTable::tr("State"),
                                QueueTable::tr("Done in")};
        return words[section];
    }

    Qt::ItemFlags flags(const QModelIndex& at) const override {
        const Qt::ItemFlags plain = QAbstractTableModel::flags(at);
        if (!movable) return plain;
        return at.isValid() ? plain | Qt::ItemIsDragEnabled : plain | Qt::ItemIsDropEnabled;
    }
    Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }
    QStringList mimeTypes() const override { return {kRowsFormat}; }

    QMimeData* mimeData(const QModelIndexList& indexes) const override {
        std::set<int> rows;
        for (const QModelIndex& at : indexes) rows.insert(at.row());
        QStringList words;
        for (const int row : rows) words << QString::number(row);
        auto* data = new QMimeData;
        data->setData(kRowsFormat, words.join(QLatin1Char(' ')).toUtf8());
        return data;
    }

    bool dropMimeData(const QMimeData* data, Qt::DropAction, int row, int,
                      const QModelIndex& parent) override {
        if (!movable || !data->hasFormat(kRowsFormat)) return false;
        std::vector<int> moved;
        for (const QString& word :
             QString::fromUtf8(data->data(kRowsFormat)).split(QLatin1Char(' '))) {
            moved.push_back(word.toInt());
        }
        if (parent.isValid()) row = parent.row();
        dropped_(moved, row < 0 ? rowCount() : row);
        return false;  // nothing is to be removed where it came from
    }

private:
    const std::function<void(const std::vector<int>&, int)> dropped_;
    std::vector<QueueRow> rows_;
};

QueueTable::QueueTable(QWidget* parent)
    : QTreeView(parent),
      model_(std::make_unique<Model>(
          [this](const std::vector<int>& moved, int row) { dropAt(moved, row); })) {
    model_->row_height = fontMetrics().height() + kSpace2;
    setModel(model_.get());
    setAlternatingRowColors(true);
    setAccessibleName(tr("Queue"));
    setRootIsDecorated(false);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setSelectionMode(ExtendedSelection);
    setDragDropMode(InternalMove);
    setDefaultDropAction(Qt::MoveAction);
    setDragDropOverwriteMode(false);
    setDropIndicatorShown(true);
    setTextElideMode(Qt::ElideRight);
    header()->setStretchLastSection(false);
    header()->setSectionsMovable(false);
    header()->setSectionResizeMode(kPlace, QHeaderView::ResizeToContents);
    header()->setSectionResizeMode(kQueuedRun, QHeaderView::Stretch);
    header()->setSectionResizeMode(kQueuedState, QHeaderView::Stretch);
    header()->setSectionResizeMode(kDoneIn, QHeaderView::ResizeToContents);
    header()->setResizeContentsPrecision(30);  // rows looked at, of thousands
}

QueueTable::~QueueTable() {
    setModel(nullptr);
}

const std::vector<QueueRow>& QueueTable::rows() const {
    return model_->rows();
}

void QueueTable::setRows(std::vector<QueueRow> rows) {
    if (state() == DraggingState || rows == model_->rows()) return;
    const QStringList selected = selectedIds();
    const QModelIndex top = indexAt(QPoint(1, 1));
    const int row = top.isValid() ? top.row() : 0;
    model_->setRows(std::move(rows));
    if (selectedIds() != selected) setSelectedIds(selected);
    if (row > 0) scrollTo(model_->index(std::min(row, model_->rowCount() - 1), 0), PositionAtTop);
}

void QueueTable::setMovable(bool movable) {
    movable_ = movable;
    model_->movable = movable;
    setDragEnabled(movable);
}

QStringList QueueTable::selectedIds() const {
    QStringList ids;
    QList<int> rows;
    for (const QModelIndex& at : selectionModel()->selectedRows()) rows << at.row();
    std::ranges::sort(rows);
    for (const int row : rows) ids << model_->rows()[static_cast<std::size_t>(row)].id;
    return ids;
}

void QueueTable::setSelectedIds(const QStringList& ids) {
    QItemSelection selection;
    QModelIndex current;
    for (int row = 0; row < model_->rowCount(); ++row) {
        if (!ids.contains(model_->rows()[static_cast<std::size_t>(row)].id)) continue;
        const QModelIndex first = model_->index(row, 0);
        if (!current.isValid()) current = first;
        selection.select(first, model_->index(row, kQueueColumns - 1));
    }
    if (current.isValid())
        selectionModel()->setCurrentIndex(current, QItemSelectionModel::NoUpdate);
    selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
}

/// Shows the order, keeps the selection on its runs, and says so.
void QueueTable::reorder(std::vector<QueueRow> rows) {
    if (rows == model_->rows()) return;
    const QStringList selected = selectedIds();
    QStringList ids;
    for (const QueueRow& row : rows) ids << row.id;
    model_->setRows(std::move(rows));
    setSelectedIds(selected);
    scrollTo(currentIndex());
    Q_EMIT reordered(ids);
}

void QueueTable::dropAt(const std::vector<int>& moved, int row) {
    const std::vector<QueueRow>& before = model_->rows();
    const auto is_moved = [&](int i) { return std::ranges::find(moved, i) != moved.end(); };
    std::vector<QueueRow> rows;
    const auto take = [&](int from, int to, bool which) {
        for (int i = from; i < to; ++i) {
            if (is_moved(i) == which) rows.push_back(before[static_cast<std::size_t>(i)]);
        }
    };
    const int count = static_cast<int>(before.size());
    take(0, std::min(row, count), false);
    take(0, count, true);
    take(std::min(row, count), count, false);
    reorder(std::move(rows));
}

void QueueTable::moveSelected(int places) {
    std::vector<int> selected;
    for (const QModelIndex& at : selectionModel()->selectedRows()) selected.push_back(at.row());
    if (selected.empty() || places == 0 || !movable_) return;
    std::ranges::sort(selected);
    const int count = model_->rowCount();
    // Before which of the present rows they come to stand.
    const int row = places < 0 ? std::max(0, selected.front() + places)
                               : std::min(count, selected.back() + 1 + places);
    dropAt(selected, row);
}

void QueueTable::keyPressEvent(QKeyEvent* event) {
    if (event->modifiers().testFlag(Qt::AltModifier)) {
        const int all = model_->rowCount();
        switch (event->key()) {
            case Qt::Key_Up:
                return moveSelected(-1);
            case Qt::Key_Down:
                return moveSelected(1);
            case Qt::Key_Home:
                return moveSelected(-all);
            case Qt::Key_End:
                return moveSelected(all);
            default:
                break;
        }
    }
    if (event->key() == Qt::Key_Delete && !selectedIds().isEmpty()) {
        Q_EMIT removeRequested(selectedIds());
        return;
    }
    QTreeView::keyPressEvent(event);
}

}  // namespace ballast
