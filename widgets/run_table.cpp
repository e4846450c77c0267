#include "widgets/run_table.h"

#include <QApplication>
#include <QClipboard>
#include <QDataStream>
#include <QElapsedTimer>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QResizeEvent>
#include <QShortcut>
#include <QSignalBlocker>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/error.h"
#include "widgets/column_chooser.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/run_tree.h"
#include "widgets/saved_list.h"

namespace ballast {
namespace {

constexpr int kSoon = 250;        // ms
constexpr int kShareOfTime = 10;  // refreshing takes a tenth of the window's time at most
constexpr int kNarrow = 620;      // device-independent pixels below which the bar takes two lines

const std::vector<std::string> kAtFirst = {"name",       "state",     "epochs", "best",
                                           "best-epoch", "chosen-on", "last",   "majority",
                                           "minority",   "many",      "medium", "few"};
constexpr const char* kOffered[] = {
    "state",  "epochs", "best", "best-epoch", "chosen-on", "last", "majority", "minority", "many",
    "medium", "few",    "loss", "method",     "data",      "tags", "note",     "created",  "disk"};
// Of state(); those before the second had no number, the second said nothing of running runs.
constexpr std::uint32_t kStateFormat = 0x42540003;
constexpr std::uint32_t kSecondFormat = 0x42540002;

std::vector<const IndexedRun*> runsOf(const std::vector<TableRun>& rows) {
    std::vector<const IndexedRun*> runs;
    runs.reserve(rows.size());
    for (const TableRun& row : rows) runs.push_back(row.run);
    return runs;
}

}  // namespace

RunTable::RunTable(Source source, QWidget* parent)
    : QWidget(parent),
      source_(std::move(source)),
      model_(new RunTableModel(this)),
      tree_(new RunTree(*model_)),
      bar_(new QWidget(this)),
      bar_lines_(new QBoxLayout(QBoxLayout::LeftToRight, bar_)),
      buttons_(new QHBoxLayout),
      filter_(new QLineEdit),
      group_(new QToolButton),
      choose_(new QToolButton),
      running_(new QToolButton),
      archived_(new QToolButton),
      views_(new ViewMenu([this] { return state(); }, this)),
      problem_(new QLabel),
      count_(new QLabel),
      soon_(new QTimer(this)) {
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
    column->addWidget(tree_, 1);
    setColumns(kAtFirst);

    soon_->setSingleShot(true);
    soon_->setInterval(kSoon);
    connect(soon_, &QTimer::timeout, this, &RunTable::refresh);
    connect(model_, &RunTableModel::visibilityToggled, this, &RunTable::visibilityToggled);
    connect(tree_, &RunTree::selectionChangedByUser, this, &RunTable::selectionChanged);
    connect(tree_, &RunTree::activatedRun, this, &RunTable::activated);
    connect(tree_, &RunTree::removeRequested, this, &RunTable::removeRequested);
    connect(tree_, &RunTree::menuRequested, this, &RunTable::menuRequested);
    QHeaderView* header = tree_->header();
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QHeaderView::customContextMenuRequested, this, [this](const QPoint& at) {
        QMenu menu;
        fillColumnMenu(menu);
        menu.exec(tree_->header()->mapToGlobal(at));
    });
    auto* copy_keys = new QShortcut(QKeySequence::Copy, this);
    copy_keys->setContext(Qt::WidgetWithChildrenShortcut);
    connect(copy_keys, &QShortcut::activated, this, &RunTable::copy);
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
    for (std::string& field : differingFields(runsOf(source_())))
        fields.push_back(std::move(field));
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
    filter_->setAccessibleName(tr("Filter of the runs"));
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
    connect(archived_, &QToolButton::toggled, this, &RunTable::refresh);
    running_->setObjectName(QStringLiteral("running_first"));
    running_->setAccessibleName(tr("Runs in training first"));
    running_->setIcon(icon(QStringLiteral("play")));
    running_->setToolTip(tr("Hold runs in training on top"));
    running_->setCheckable(true);
    running_->setChecked(true);
    running_->setAutoRaise(true);
    connect(running_, &QToolButton::toggled, this, &RunTable::refresh);
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
    copy_all->setAccessibleName(tr("Copy the rows"));
    copy_all->setIcon(icon(QStringLiteral("copy")));
    copy_all->setToolTip(tr("Copy the selected rows, or all, as tab-separated values"));
    copy_all->setAutoRaise(true);
    connect(copy_all, &QToolButton::clicked, this, &RunTable::copy);
    count_->setForegroundRole(QPalette::PlaceholderText);
    auto* line = new QHBoxLayout;
    line->setSpacing(kSpace2);
    line->addWidget(filter_, 1);
    line->addWidget(count_);
    buttons_->setSpacing(kSpace1);
    for (QWidget* button : {running_, archived_, group_, choose_, view, copy_all}) {
        buttons_->addWidget(button);
    }
    bar_lines_->setContentsMargins(kSpace2, kSpace1, kSpace2, kSpace1);
    bar_lines_->setSpacing(kSpace1);
    bar_lines_->addLayout(line, 1);
    bar_lines_->addLayout(buttons_);
}

void RunTable::fitColumns() {
    tree_->fitColumns();
}

void RunTable::addToBar(QWidget* widget) {
    QWidget* before = buttons_->itemAt(buttons_->count() - 1)->widget();
    buttons_->addWidget(widget);
    setTabOrder(before, widget);
}

void RunTable::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    bar_lines_->setDirection(event->size().width() < kNarrow ? QBoxLayout::TopToBottom
                                                             : QBoxLayout::LeftToRight);
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
    QElapsedTimer clock;
    clock.start();
    showRuns();
    soon_->setInterval(std::max(kSoon, kShareOfTime * static_cast<int>(clock.elapsed())));
}

void RunTable::showRuns() {
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
    const int columns = model_->columnCount();
    const bool first = model_->rowCount() == 0;
    tree_->setRootIsDecorated(grouping_.on);
    tree_->keepingView([&] {
        model_->setRunningFirst(running_->isChecked());
        model_->setRuns(chosen, grouping_);
    });
    model_->keepOnly(runsOf(all));
    if (first || columns != model_->columnCount()) {
        tree_->fitColumns();
    } else {
        tree_->widenNames();
    }
    const std::size_t left_out =
        std::ranges::any_of(chosen, [](const TableRun& run) { return run.run->notes.archived; })
            ? 0
            : archived;
    const std::size_t total = all.size() - left_out;
    QString shown = total == 1 ? tr("1 run") : tr("%L1 runs").arg(total);
    if (chosen.size() != total) shown = tr("%L1 of %2").arg(chosen.size()).arg(shown);
    if (left_out > 0) shown += tr(", %L1 archived").arg(left_out);
    count_->setText(shown);
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

void RunTable::renew(const TableRun& run) {
    model_->renew(run);
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
    std::vector<std::string> fields = differingFields(runsOf(source_()));
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
    for (std::string& field : fieldsOfConfigs(runsOf(source_()))) keys.push_back(std::move(field));
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

QStringList RunTable::selectedIds() const {
    return tree_->selectedIds();
}

QStringList RunTable::shownIds() const {
    QStringList ids;
    for (int row = 0; row < model_->rowCount(); ++row) ids << model_->idsOf(model_->index(row, 0));
    return ids;
}

void RunTable::setSelectedIds(const QStringList& ids) {
    tree_->setSelectedIds(ids);
}

void RunTable::select(const QString& run) {
    if (stale_) refresh();
    tree_->setSelectedIds({run});
    tree_->reveal(run);
    Q_EMIT selectionChanged();
}

QString RunTable::selectionAsTsv() const {
    return tree_->selectionAsTsv();
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
           << filter_->text() << grouping_.on << fields << archivedShown() << running_->isChecked();
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
    if (format != kStateFormat && format != kSecondFormat) return;
    bool running_first = true;
    stream >> SavedList(keys) >> column >> order >> filter >> grouped >> SavedList(fields) >>
        archived;
    if (format == kStateFormat) stream >> running_first;
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
        const QSignalBlocker no_order(running_);
        running_->setChecked(running_first);
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
    tree_->sortByColumn(known ? column : -1,
                        order == Qt::DescendingOrder ? Qt::DescendingOrder : Qt::AscendingOrder);
}

}  // namespace ballast
