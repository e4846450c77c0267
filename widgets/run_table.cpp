#include "widgets/run_table.h"

#include <QApplication>
#include <QClipboard>
#include <QDataStream>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QInputDialog>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QRegularExpression>
#include <QScrollBar>
#include <QShortcut>
#include <QSignalBlocker>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/error.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/run_tick.h"

namespace ballast {
namespace {

constexpr int kSoon = 250;             // ms
constexpr int kMostColumnWidth = 320;  // of a name; the user may widen it
constexpr int kMeasuredRows = 60;

const std::vector<std::string> kAtFirst = {"name",       "state", "epochs",   "best",
                                           "best-epoch", "last",  "majority", "minority"};
constexpr const char* kOffered[] = {"state",    "epochs",   "best", "best-epoch", "last",
                                    "majority", "minority", "many", "medium",     "few",
                                    "loss",     "method",   "data", "created",    "disk"};

/// A cell with room on both sides; in the first column with a tick in the run's colour.
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
        const bool active = option.state.testFlag(QStyle::State_Active);
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        painter->save();
        painter->setPen(
            option.palette.color(active ? QPalette::Active : QPalette::Inactive,
                                 selected ? QPalette::HighlightedText : QPalette::Text));
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
};

/// "best>0.6 and state=finished" -> its conditions.
std::vector<std::string> conditionsOf(const QString& text) {
    static const QRegularExpression kJoints(QStringLiteral("\\s+and\\s+|;"));
    std::vector<std::string> conditions;
    for (const QString& part : text.split(kJoints)) {
        if (!part.trimmed().isEmpty()) conditions.push_back(part.trimmed().toStdString());
    }
    return conditions;
}

}  // namespace

RunTable::RunTable(Source source, QWidget* parent)
    : QWidget(parent),
      source_(std::move(source)),
      model_(new RunTableModel(this)),
      table_(new QTableView),
      bar_(new QWidget(this)),
      filter_(new QLineEdit),
      group_(new QToolButton),
      choose_(new QToolButton),
      problem_(new QLabel),
      count_(new QLabel),
      soon_(new QTimer(this)) {
    table_->setObjectName(QStringLiteral("run_table"));
    table_->setAccessibleName(tr("Run table"));
    table_->setModel(model_);
    table_->setItemDelegate(new CellDelegate(table_));
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setAlternatingRowColors(true);
    table_->setShowGrid(false);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setTabKeyNavigation(false);
    table_->setWordWrap(false);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 10);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->installEventFilter(this);
    QHeaderView* header = table_->horizontalHeader();
    header->setHighlightSections(false);
    header->setMinimumSectionSize(40);
    header->setStyleSheet(
        QStringLiteral("QHeaderView::section { padding: 4px %1px; }"
                       "QHeaderView::up-arrow, QHeaderView::down-arrow {"
                       " subcontrol-position: top center; width: 9px; height: 9px; }")
            .arg(kSpace2));
    header->setResizeContentsPrecision(kMeasuredRows);
    header->setSortIndicatorClearable(true);
    header->setSortIndicator(-1, Qt::DescendingOrder);  // the order of the runs
    table_->setSortingEnabled(true);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QHeaderView::customContextMenuRequested, this, [this](const QPoint& at) {
        QMenu menu;
        fillColumnMenu(menu);
        menu.exec(table_->horizontalHeader()->mapToGlobal(at));
    });
    makeBar();
    problem_->setObjectName(QStringLiteral("filter_problem"));
    problem_->setWordWrap(true);
    problem_->setContentsMargins(kSpace2, 0, kSpace2, kSpace1);
    problem_->hide();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(bar_);
    column->addWidget(problem_);
    column->addWidget(table_);
    setFocusProxy(table_);
    setColumns(kAtFirst);

    soon_->setSingleShot(true);
    soon_->setInterval(kSoon);
    connect(soon_, &QTimer::timeout, this, &RunTable::refresh);
    connect(model_, &RunTableModel::visibilityToggled, this, &RunTable::visibilityToggled);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (!updating_) Q_EMIT selectionChanged();
    });
    connect(table_, &QTableView::activated, this, [this](const QModelIndex& index) {
        const QStringList ids = model_->idsOf(index.row());
        if (ids.size() == 1) Q_EMIT activated(ids.front());
    });
    auto* copy_keys = new QShortcut(QKeySequence::Copy, this);
    copy_keys->setContext(Qt::WidgetWithChildrenShortcut);
    connect(copy_keys, &QShortcut::activated, this, &RunTable::copy);
}

void RunTable::makeBar() {
    filter_->setObjectName(QStringLiteral("run_filter"));
    filter_->setPlaceholderText(tr("Filter: best > 60 % and state = finished"));
    filter_->setClearButtonEnabled(true);
    QStringList fields;
    for (const ResultFieldInfo& field : resultFields()) fields << text(field.name);
    filter_->setToolTip(
        tr("FIELD OPERATOR VALUE, joined by “and”.\nFields: %1, at:EPOCH, and pointers into the "
           "config (/optimizer/lr).\nOperators: = != < <= > >= and ~ (contains). Accuracies are "
           "in % or shares of 1: 60, 60 % and 0.6 are the same.")
            .arg(fields.join(QStringLiteral(", "))));
    connect(filter_, &QLineEdit::textChanged, this, &RunTable::refresh);
    group_->setObjectName(QStringLiteral("group_seeds"));
    group_->setText(tr("Group seeds"));
    group_->setToolTip(
        tr("One row for the runs that differ in their seed alone: mean ± standard "
           "deviation over the seeds"));
    group_->setCheckable(true);
    group_->setAutoRaise(true);
    connect(group_, &QToolButton::toggled, this, &RunTable::refresh);
    choose_->setObjectName(QStringLiteral("columns"));
    choose_->setText(tr("Columns"));
    choose_->setAutoRaise(true);
    choose_->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(choose_);
    choose_->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, [this, menu] {
        menu->clear();
        fillColumnMenu(*menu);
    });
    auto* copy_all = new QToolButton;
    copy_all->setIcon(icon(QStringLiteral("copy")));
    copy_all->setToolTip(tr("Copy the selected rows, or all, as tab-separated values"));
    copy_all->setAutoRaise(true);
    connect(copy_all, &QToolButton::clicked, this, &RunTable::copy);
    count_->setForegroundRole(QPalette::PlaceholderText);
    auto* row = new QHBoxLayout(bar_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace1);
    row->addWidget(filter_, 1);
    row->addWidget(count_);
    row->addWidget(group_);
    row->addWidget(choose_);
    row->addWidget(copy_all);
}

void RunTable::refreshSoon() {
    stale_ = true;
    if (isVisible() && !soon_->isActive()) soon_->start();
}

void RunTable::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (stale_) refresh();
}

void RunTable::refresh() {
    const std::vector<TableRun> all = source_();
    std::vector<TableRun> chosen = all;
    try {
        for (const std::string& condition : conditionsOf(filter_->text())) {
            const auto holds = runCondition(condition);
            std::erase_if(chosen, [&](const TableRun& run) { return !holds(*run.run); });
        }
    } catch (const ConfigError& error) {
        return showProblem(text(error.what()));
    }
    showProblem({});
    stale_ = false;
    const QStringList selected = selectedIds();
    const int before = model_->columnCount();
    const int across = table_->horizontalScrollBar()->value();
    const int down = table_->verticalScrollBar()->value();
    updating_ = true;
    bool reset = false;
    const auto watch =
        connect(model_, &QAbstractItemModel::modelReset, this, [&] { reset = true; });
    const bool first = model_->rowCount() == 0;
    model_->setRuns(chosen, group_->isChecked());
    disconnect(watch);
    if (reset) {
        const QSignalBlocker quiet(table_->horizontalHeader());
        table_->horizontalHeader()->setSortIndicator(model_->sortColumn(), model_->sortOrder());
        if (first || before != model_->columnCount()) fitColumns();
        setSelectedIds(selected);
        table_->horizontalScrollBar()->setValue(across);
        table_->verticalScrollBar()->setValue(down);
    }
    updating_ = false;
    const auto total = all.size() == 1 ? tr("1 run") : tr("%L1 runs").arg(all.size());
    const auto shown =
        chosen.size() == all.size() ? total : tr("%L1 of %2").arg(chosen.size()).arg(total);
    count_->setText(shown);
    if (selectedIds() != selected) Q_EMIT selectionChanged();
}

void RunTable::fitColumns() {
    table_->resizeColumnsToContents();
    QHeaderView* header = table_->horizontalHeader();
    for (int column = 0; column < header->count(); ++column) {
        header->resizeSection(column, std::min(header->sectionSize(column), kMostColumnWidth));
    }
}

void RunTable::showProblem(const QString& sentence) {
    problem_->setText(sentence);
    problem_->setHidden(sentence.isEmpty());
    QPalette colors;
    if (!sentence.isEmpty()) {
        colors.setColor(QPalette::Text, plotColors().error);
        colors.setColor(QPalette::WindowText, plotColors().error);
    }
    filter_->setPalette(colors);
    problem_->setPalette(colors);
}

QString RunTable::problem() const {
    return problem_->text();
}

void RunTable::setRunVisible(const QString& run, bool visible) {
    model_->setVisible(run, visible);
}

void RunTable::setFilter(const QString& conditions) {
    filter_->setText(conditions);
}

void RunTable::setGrouped(bool grouped) {
    group_->setChecked(grouped);
}

void RunTable::setColumns(std::vector<std::string> keys) {
    keys_ = {"name"};
    for (std::string& key : keys) {
        if (std::ranges::find(keys_, key) != keys_.end()) continue;
        try {
            runField(key);
            keys_.push_back(std::move(key));
        } catch (const ConfigError&) {  // of another version
        }
    }
    model_->setColumns(keys_);
    stale_ = true;
    if (isVisible()) refresh();
}

void RunTable::addColumnAction(QMenu& menu, const std::string& key) {
    const RunColumn column = runColumn(key);
    QAction* action = menu.addAction(column.label);
    action->setToolTip(column.help);
    action->setCheckable(true);
    action->setChecked(std::ranges::find(keys_, key) != keys_.end());
    connect(action, &QAction::toggled, this, [this, key](bool on) {
        std::vector<std::string> keys = keys_;
        if (on) {
            keys.push_back(key);
        } else {
            std::erase(keys, key);
        }
        setColumns(std::move(keys));
    });
}

void RunTable::fillColumnMenu(QMenu& menu) {
    menu.setToolTipsVisible(true);
    for (const char* key : kOffered) addColumnAction(menu, key);
    for (const std::string& key : keys_) {
        if (key.starts_with("at:")) addColumnAction(menu, key);
    }
    connect(menu.addAction(tr("Accuracy at epoch…")), &QAction::triggered, this,
            &RunTable::askForEpoch);
    std::vector<std::string> fields = differingFields(source_());
    for (const std::string& key : keys_) {
        if (key.starts_with('/') && std::ranges::find(fields, key) == fields.end()) {
            fields.push_back(key);
        }
    }
    if (fields.empty()) return;
    menu.addSection(tr("Settings that differ"));
    for (const std::string& key : fields) addColumnAction(menu, key);
}

void RunTable::askForEpoch() {
    bool accepted = false;
    const int epoch = QInputDialog::getInt(this, tr("Accuracy at epoch"),
                                           tr("Balanced test accuracy after so many epochs:"), 100,
                                           1, 1000000, 1, &accepted);
    if (!accepted) return;
    std::vector<std::string> keys = keys_;
    keys.push_back("at:" + std::to_string(epoch));
    setColumns(std::move(keys));
}

QStringList RunTable::selectedIds() const {
    QModelIndexList rows = table_->selectionModel()->selectedRows();
    std::ranges::sort(rows, {}, &QModelIndex::row);
    QStringList ids;
    for (const QModelIndex& row : rows) ids << model_->idsOf(row.row());
    return ids;
}

void RunTable::setSelectedIds(const QStringList& ids) {
    const QSet<QString> wanted(ids.begin(), ids.end());
    QItemSelection selection;
    for (int row = 0; row < model_->rowCount() && !wanted.isEmpty(); ++row) {
        const QStringList its = model_->idsOf(row);
        if (std::ranges::all_of(its, [&](const QString& id) { return wanted.contains(id); })) {
            selection.select(model_->index(row, 0), model_->index(row, model_->columnCount() - 1));
        }
    }
    const bool was_updating = std::exchange(updating_, true);
    table_->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    updating_ = was_updating;
}

QString RunTable::selectionAsTsv() const {
    QList<int> rows;
    for (const QModelIndex& index : table_->selectionModel()->selectedRows()) rows << index.row();
    if (rows.isEmpty()) {
        for (int row = 0; row < model_->rowCount(); ++row) rows << row;
    }
    std::ranges::sort(rows);
    const auto line = [this](const auto& cell) {
        QStringList cells;
        for (int column = 0; column < model_->columnCount(); ++column) {
            cells << cell(column).toString().replace(QLatin1Char('\t'), QLatin1Char(' '));
        }
        return cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    };
    QString text = line(
        [this](int column) { return model_->headerData(column, Qt::Horizontal, Qt::DisplayRole); });
    for (const int row : rows) {
        text += line([&](int column) { return model_->index(row, column).data(); });
    }
    return text;
}

void RunTable::copy() {
    QApplication::clipboard()->setText(selectionAsTsv());
}

QByteArray RunTable::state() const {
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    QStringList keys;
    for (const std::string& key : keys_) keys << QString::fromStdString(key);
    stream << keys << model_->sortColumn() << static_cast<int>(model_->sortOrder())
           << filter_->text() << group_->isChecked();
    return state;
}

void RunTable::restoreState(const QByteArray& state, bool with_filter) {
    QDataStream stream(state);
    QStringList keys;
    int column = -1;
    int order = 0;
    QString filter;
    bool grouped = false;
    stream >> keys >> column >> order >> filter >> grouped;
    if (stream.status() != QDataStream::Ok || keys.isEmpty()) return;
    {
        const QSignalBlocker no_text(filter_);
        const QSignalBlocker no_group(group_);
        filter_->setText(with_filter ? filter : QString());
        group_->setChecked(with_filter && grouped);
    }
    std::vector<std::string> wanted;
    for (const QString& key : keys) wanted.push_back(key.toStdString());
    setColumns(std::move(wanted));
    refresh();
    const bool known = column >= 0 && column < model_->columnCount();
    table_->sortByColumn(known ? column : -1,
                         order == Qt::DescendingOrder ? Qt::DescendingOrder : Qt::AscendingOrder);
}

bool RunTable::eventFilter(QObject* watched, QEvent* event) {
    if (watched == table_ && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Delete && !selectedIds().isEmpty()) {
            Q_EMIT removeRequested(selectedIds());
            return true;
        }
        if (key->key() == Qt::Key_Space && table_->currentIndex().isValid()) {
            CellDelegate::toggle(*model_, model_->index(table_->currentIndex().row(), 0));
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace ballast
