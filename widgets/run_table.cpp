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
#include <QScrollBar>
#include <QShortcut>
#include <QSignalBlocker>
#include <QStyledItemDelegate>
#include <QTimer>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/error.h"
#include "widgets/column_chooser.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/run_tick.h"

namespace ballast {
namespace {

constexpr int kSoon = 250;             // ms
constexpr int kMostColumnWidth = 320;  // of a name; the user may widen it
constexpr int kMeasuredRows = 60;

const std::vector<std::string> kAtFirst = {"name",       "state",     "epochs", "best",
                                           "best-epoch", "chosen-on", "last",   "majority",
                                           "minority",   "many",      "medium", "few"};
constexpr const char* kOffered[] = {
    "state",  "epochs", "best", "best-epoch", "chosen-on", "last", "majority", "minority", "many",
    "medium", "few",    "loss", "method",     "data",      "tags", "note",     "created",  "disk"};
constexpr std::uint32_t kStateFormat = 0x42540002;  // of state(); those before had no number

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

}  // namespace

RunTable::RunTable(Source source, QWidget* parent)
    : QWidget(parent),
      source_(std::move(source)),
      model_(new RunTableModel(this)),
      table_(new QTreeView),
      bar_(new QWidget(this)),
      filter_(new QLineEdit),
      group_(new QToolButton),
      choose_(new QToolButton),
      archived_(new QToolButton),
      views_(new ViewMenu([this] { return state(); }, this)),
      problem_(new QLabel),
      count_(new QLabel),
      soon_(new QTimer(this)) {
    makeTree();
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
    connect(table_, &QTreeView::activated, this, [this](const QModelIndex& index) {
        const QStringList ids = model_->idsOf(index);
        if (ids.size() == 1) Q_EMIT activated(ids.front());
    });
    const auto fold = [this](const QModelIndex& index, bool open) {
        const QString group = model_->idsOf(index).front();
        if (open) {
            unfolded_.insert(group);
        } else {
            unfolded_.remove(group);
        }
    };
    connect(table_, &QTreeView::expanded, this, [this, fold](const QModelIndex& index) {
        fold(index, true);
        // The runs beneath are indented, and were not there when the columns were fitted.
        const int wanted = static_cast<QAbstractItemView*>(table_)->sizeHintForColumn(0);
        QHeaderView* header = table_->header();
        header->resizeSection(0,
                              std::max(header->sectionSize(0), std::min(wanted, kMostColumnWidth)));
    });
    connect(table_, &QTreeView::collapsed, this,
            [fold](const QModelIndex& index) { fold(index, false); });
    auto* copy_keys = new QShortcut(QKeySequence::Copy, this);
    copy_keys->setContext(Qt::WidgetWithChildrenShortcut);
    connect(copy_keys, &QShortcut::activated, this, &RunTable::copy);
}

void RunTable::makeTree() {
    table_->setObjectName(QStringLiteral("run_table"));
    table_->setAccessibleName(tr("Run table"));
    table_->setModel(model_);
    table_->setItemDelegate(new CellDelegate(table_));
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table_->setUniformRowHeights(true);  // ten thousand rows are laid out at once
    table_->setAllColumnsShowFocus(true);
    table_->setAlternatingRowColors(true);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setRootIsDecorated(false);
    table_->setExpandsOnDoubleClick(true);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(table_, &QTreeView::customContextMenuRequested, this, [this](const QPoint& at) {
        if (!selectedIds().isEmpty()) {
            Q_EMIT menuRequested(table_->viewport()->mapToGlobal(at));
        }
    });
    table_->installEventFilter(this);
    QHeaderView* header = table_->header();
    header->setHighlightSections(false);
    header->setStretchLastSection(false);
    header->setSectionsMovable(false);
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
        menu.exec(table_->header()->mapToGlobal(at));
    });
}

/// A click groups or not; the arrow beside it says by what.
void RunTable::makeGroupMenu() {
    group_->setObjectName(QStringLiteral("group_seeds"));
    group_->setText(tr("Group"));
    group_->setToolTip(
        tr("One row for the runs that differ in their seed alone, or have the same values of the "
           "fields below, with its runs beneath: mean ± standard deviation"));
    group_->setCheckable(true);
    group_->setAutoRaise(true);
    group_->setPopupMode(QToolButton::MenuButtonPopup);
    connect(group_, &QToolButton::toggled, this, [this](bool on) {
        grouping_.on = on;
        refresh();
    });
    auto* menu = new QMenu(group_);
    group_->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, [this, menu] {
        menu->clear();
        fillGroupMenu(*menu);
    });
}

void RunTable::fillGroupMenu(QMenu& menu) {
    QAction* seeds = menu.addAction(tr("All but the seed"));
    seeds->setCheckable(true);
    seeds->setChecked(grouping_.fields.empty());
    connect(seeds, &QAction::triggered, this, [this] { setGrouping({true, {}}); });
    menu.addSection(tr("By these fields"));
    std::vector<std::string> fields = {"method", "data", "tags"};
    for (std::string& field : differingFields(source_())) fields.push_back(std::move(field));
    for (const std::string& field : grouping_.fields) {
        if (std::ranges::find(fields, field) == fields.end()) fields.push_back(field);
    }
    for (const std::string& field : fields) {
        QAction* action = menu.addAction(runColumn(field).label);
        action->setCheckable(true);
        action->setChecked(std::ranges::find(grouping_.fields, field) != grouping_.fields.end());
        connect(action, &QAction::triggered, this, [this, field](bool on) {
            RunGrouping changed{true, grouping_.fields};
            std::erase(changed.fields, field);
            if (on) changed.fields.push_back(field);
            setGrouping(std::move(changed));
        });
    }
}

void RunTable::makeBar() {
    filter_->setObjectName(QStringLiteral("run_filter"));
    filter_->setPlaceholderText(tr("Filter: drw best > 60 % and state = finished"));
    filter_->setClearButtonEnabled(true);
    QStringList fields;
    for (const ResultFieldInfo& field : resultFields()) fields << text(field.name);
    filter_->setToolTip(
        tr("Words that the name, method, tags or note have, and FIELD OPERATOR VALUE, joined by "
           "“and”.\nFields: %1, at:EPOCH, and pointers into the config (/optimizer/lr).\n"
           "Operators: = != < <= > >= and ~ (contains). Accuracies are in % or shares of 1: 60, "
           "60 % and 0.6 are the same.")
            .arg(fields.join(QStringLiteral(", "))));
    connect(filter_, &QLineEdit::textChanged, this, &RunTable::refresh);
    makeGroupMenu();
    archived_->setObjectName(QStringLiteral("show_archived"));
    archived_->setText(tr("Archived"));
    archived_->setToolTip(tr("Show archived runs too"));
    archived_->setCheckable(true);
    archived_->setAutoRaise(true);
    archived_->hide();  // until there is one
    connect(archived_, &QToolButton::toggled, this, [this](bool on) {
        refresh();
        Q_EMIT archivedToggled(on);
    });
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
    auto* view = new QToolButton;
    view->setObjectName(QStringLiteral("views"));
    view->setText(tr("Views"));
    view->setToolTip(tr("Filter, grouping, columns and order, saved under a name"));
    view->setAutoRaise(true);
    view->setPopupMode(QToolButton::InstantPopup);
    view->setMenu(views_);
    connect(views_, &ViewMenu::chosen, this,
            [this](const QByteArray& saved) { restoreState(saved); });
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
    row->addWidget(archived_);
    row->addWidget(group_);
    row->addWidget(choose_);
    row->addWidget(view);
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
    std::vector<TableRun> chosen;
    std::size_t archived = 0;
    try {
        if (!holds_ || filtered_by_ != filter_->text()) {
            holds_ = runFilter(filter_->text().toStdString());
            filtered_by_ = filter_->text();
        }
        const bool with_archived =
            archivedShown() || filtered_by_.contains(QStringLiteral("archived"));
        for (const TableRun& run : all) {
            if (run.run->notes.archived) ++archived;
            if (run.run->notes.archived && !with_archived) continue;
            if (holds_(*run.run)) chosen.push_back(run);
        }
    } catch (const ConfigError& error) {
        holds_ = nullptr;
        return showProblem(text(error.what()));
    }
    showProblem({});
    archived_->setVisible(archived > 0 || archived_->isChecked());
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
    table_->setRootIsDecorated(grouping_.on);
    model_->setRuns(chosen, grouping_);
    disconnect(watch);
    if (reset) {
        const QSignalBlocker quiet(table_->header());
        table_->header()->setSortIndicator(model_->sortColumn(), model_->sortOrder());
        unfoldAgain();
        if (first || before != model_->columnCount()) fitColumns();
        setSelectedIds(selected);
        table_->horizontalScrollBar()->setValue(across);
        table_->verticalScrollBar()->setValue(down);
    }
    updating_ = false;
    const std::size_t left_out =
        std::ranges::any_of(chosen, [](const TableRun& run) { return run.run->notes.archived; })
            ? 0
            : archived;
    const std::size_t total = all.size() - left_out;
    QString shown = total == 1 ? tr("1 run") : tr("%L1 runs").arg(total);
    if (chosen.size() != total) shown = tr("%L1 of %2").arg(chosen.size()).arg(shown);
    if (left_out > 0) shown += tr(", %L1 archived").arg(left_out);
    count_->setText(shown);
    if (selectedIds() != selected) Q_EMIT selectionChanged();
}

/// What was unfolded before the rows were made anew.
void RunTable::unfoldAgain() {
    for (int row = 0; row < model_->rowCount(); ++row) {
        const QModelIndex group = model_->index(row, 0);
        if (model_->rowCount(group) == 0) continue;
        if (unfolded_.contains(model_->idsOf(group).front())) table_->expand(group);
    }
}

void RunTable::fitColumns() {
    QHeaderView* header = table_->header();
    for (int column = 0; column < header->count(); ++column) {
        table_->resizeColumnToContents(column);
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

void RunTable::setGrouping(RunGrouping grouping) {
    for (const std::string& field : grouping.fields) runField(field);
    grouping_ = std::move(grouping);
    const QSignalBlocker quiet(group_);
    group_->setChecked(grouping_.on);
    refresh();
}

void RunTable::setArchivedShown(bool shown) {
    archived_->setChecked(shown);
}

bool RunTable::archivedShown() const {
    return archived_->isChecked();
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
    connect(menu.addAction(tr("All fields…")), &QAction::triggered, this, &RunTable::chooseColumns);
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

void RunTable::chooseColumns() {
    std::vector<RunColumn> offered;
    std::vector<std::string> keys;
    for (const ResultFieldInfo& field : resultFields()) {
        if (field.name != "name") keys.emplace_back(field.name);
    }
    for (std::string& field : fieldsOfConfigs(source_())) keys.push_back(std::move(field));
    for (const std::string& key : keys_) {
        const bool listed = std::ranges::find(keys, key) != keys.end();
        if (key != "name" && !listed) keys.push_back(key);
    }
    for (const std::string& key : keys) offered.push_back(runColumn(key));
    ColumnChooser chooser(std::move(offered), keys_, this);
    if (chooser.exec() == QDialog::Accepted) setColumns(chooser.chosen());
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

/// All rows that can be seen by scrolling, from the top.
QModelIndexList RunTable::rowsInOrder() const {
    QModelIndexList rows;
    for (int row = 0; row < model_->rowCount(); ++row) {
        const QModelIndex top = model_->index(row, 0);
        rows << top;
        if (!table_->isExpanded(top)) continue;
        for (int run = 0; run < model_->rowCount(top); ++run) rows << model_->index(run, 0, top);
    }
    return rows;
}

QStringList RunTable::selectedIds() const {
    QModelIndexList rows = table_->selectionModel()->selectedRows();
    const auto place = [](const QModelIndex& row) {
        const QModelIndex top = row.parent();
        return top.isValid() ? std::pair(top.row(), row.row()) : std::pair(row.row(), -1);
    };
    std::ranges::sort(rows, {}, place);
    QStringList ids;
    for (const QModelIndex& row : rows) ids << model_->idsOf(row);
    ids.removeDuplicates();
    return ids;
}

void RunTable::setSelectedIds(const QStringList& ids) {
    const QSet<QString> wanted(ids.begin(), ids.end());
    const auto all = [&](const QModelIndex& row) {
        const QStringList its = model_->idsOf(row);
        return std::ranges::all_of(its, [&](const QString& id) { return wanted.contains(id); });
    };
    QItemSelection selection;
    const auto select = [&](const QModelIndex& row) {
        selection.select(row, row.siblingAtColumn(model_->columnCount() - 1));
    };
    for (int row = 0; row < model_->rowCount() && !wanted.isEmpty(); ++row) {
        const QModelIndex top = model_->index(row, 0);
        if (all(top)) {
            select(top);
            continue;
        }
        for (int run = 0; run < model_->rowCount(top); ++run) {
            if (const QModelIndex one = model_->index(run, 0, top); all(one)) select(one);
        }
    }
    const bool was_updating = std::exchange(updating_, true);
    table_->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    updating_ = was_updating;
}

QString RunTable::selectionAsTsv() const {
    QModelIndexList rows = rowsInOrder();
    const QItemSelectionModel& selection = *table_->selectionModel();
    if (selection.hasSelection()) {
        rows.removeIf([&](const QModelIndex& row) { return !selection.isSelected(row); });
    }
    const auto line = [this](const auto& cell) {
        QStringList cells;
        for (int column = 0; column < model_->columnCount(); ++column) {
            cells << cell(column).toString().replace(QLatin1Char('\t'), QLatin1Char(' '));
        }
        return cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    };
    QString text = line(
        [this](int column) { return model_->headerData(column, Qt::Horizontal, Qt::DisplayRole); });
    for (const QModelIndex& row : rows) {
        text += line([&](int column) { return row.siblingAtColumn(column).data(); });
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
    QStringList fields;
    for (const std::string& field : grouping_.fields) fields << QString::fromStdString(field);
    stream << kStateFormat << keys << model_->sortColumn() << static_cast<int>(model_->sortOrder())
           << filter_->text() << grouping_.on << fields << archivedShown();
    return state;
}

void RunTable::restoreState(const QByteArray& state, bool with_filter) {
    QDataStream stream(state);
    std::uint32_t format = 0;
    QStringList keys;
    int column = -1;
    int order = 0;
    QString filter;
    bool grouped = false;
    QStringList fields;
    bool archived = false;
    stream >> format;
    if (format != kStateFormat) return;
    stream >> keys >> column >> order >> filter >> grouped >> fields >> archived;
    if (stream.status() != QDataStream::Ok || keys.isEmpty()) return;
    RunGrouping grouping{with_filter && grouped, {}};
    try {
        for (const QString& field : fields) {
            grouping.fields.push_back(runField(field.toStdString()).name);
        }
    } catch (const ConfigError&) {  // of another version
        grouping = {};
    }
    {
        const QSignalBlocker no_text(filter_);
        const QSignalBlocker no_group(group_);
        filter_->setText(with_filter ? filter : QString());
        group_->setChecked(grouping.on);
        grouping_ = std::move(grouping);
    }
    std::vector<std::string> wanted;
    for (const QString& key : keys) wanted.push_back(key.toStdString());
    setColumns(std::move(wanted));
    setArchivedShown(with_filter && archived);
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
            CellDelegate::toggle(*model_, table_->currentIndex().siblingAtColumn(0));
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace ballast
