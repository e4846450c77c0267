#include <QAbstractItemModelTester>
#include <QHeaderView>
#include <QLineEdit>
#include <QToolButton>
#include <QTreeView>
#include <QtTest>
#include <deque>

#include "core/base/error.h"
#include "tests/support/test_program.h"
#include "widgets/run_table.h"
#include "widgets/run_tree.h"

using namespace ballast;

namespace {

const RunGrouping kGrouped{true, {}};

IndexedRun makeRun(const std::string& name, double best, std::int64_t seed = 0, double lr = 0.1) {
    IndexedRun run;
    run.id = name + "-" + std::to_string(seed);
    run.description.config.name = name;
    run.description.config.training.seed = seed;
    run.description.config.optimizer.lr = lr;
    run.status.state = RunState::finished;
    if (std::isnan(best)) return run;
    EpochScalars epoch;
    epoch.balanced_test_accuracy = best - 0.125;
    run.epochs.push_back(epoch);
    epoch.balanced_test_accuracy = best;
    run.epochs.push_back(epoch);
    return run;
}

}  // namespace

class TestRunTable : public QObject {
    Q_OBJECT

    std::deque<IndexedRun> runs_;
    std::unique_ptr<RunTable> table_;

    std::vector<TableRun> given() const {
        std::vector<TableRun> list;
        for (const IndexedRun& run : runs_) {
            list.push_back({&run, static_cast<int>(list.size()), list.size() < 2, {}, -1.0});
        }
        return list;
    }
    QString cell(int row, const std::string& key) const {
        const auto& columns = table_->model().columns();
        const auto found = std::ranges::find(columns, key, &RunColumn::key);
        if (found == columns.end()) return QStringLiteral("no such column");
        return table_->model()
            .index(row, static_cast<int>(found - columns.begin()))
            .data()
            .toString();
    }
    /// Without what tells runs of one name apart.
    QStringList names() const {
        QStringList list;
        for (int row = 0; row < table_->model().rowCount(); ++row) {
            list << cell(row, "name").section(QStringLiteral(" ("), 0, 0);
        }
        return list;
    }
    std::vector<const IndexedRun*> runs() const {
        std::vector<const IndexedRun*> list;
        for (const IndexedRun& run : runs_) list.push_back(&run);
        return list;
    }
    QTreeView& view() const { return *table_->findChild<QTreeView*>(); }
    void selectRow(int row, const QModelIndex& group = {}) const {
        view().selectionModel()->select(
            table_->model().index(row, 0, group),
            QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    }

private Q_SLOTS:
    void init() {
        runs_ = {makeRun("b", 0.5, 0), makeRun("none", kMissing, 0, 0.2),
                 makeRun("a", 0.095, 0, 0.3), makeRun("b", 0.75, 1), makeRun("c", 0.25, 0, 0.25)};
        table_ = std::make_unique<RunTable>([this] { return given(); });
        table_->show();
    }

    void theModelKeepsItsPromises() {
        RunTableModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setColumns({"name", "best", "/optimizer/lr"});
        model.setRuns(given(), {});
        model.sort(1, Qt::DescendingOrder);
        model.renew({&runs_[2], 5, true, QStringLiteral("epoch 1/2"), 0.5});
        model.setRuns(given(), {});
        model.setRuns(given(), kGrouped);
        model.sort(2, Qt::AscendingOrder);
        const QPersistentModelIndex below = model.index(0, 0, model.index(0, 0));
        QVERIFY(!below.isValid() || below.parent().isValid());
        model.sort(0, Qt::DescendingOrder);
        model.setRuns(given(), {true, {"name", "/optimizer/lr"}});
        model.setRuns(given(), {true, {"state"}});
        model.sort(0, Qt::AscendingOrder);
        model.renew({&runs_[3], 5, true, QStringLiteral("epoch 1/2"), 0.5});
        model.setColumns({"name"});
        model.setRuns({}, kGrouped);
        QCOMPARE(model.rowCount(), 0);
        QVERIFY_THROWS_EXCEPTION(ConfigError, model.setColumns({"nonsense"}));
    }

    void sortsNumbersAndPutsMissingLast() {
        const auto& columns = table_->model().columns();
        const auto best = std::ranges::find(columns, "best", &RunColumn::key) - columns.begin();
        view().sortByColumn(static_cast<int>(best), Qt::DescendingOrder);
        QCOMPARE(names().join(QLatin1Char(' ')), QStringLiteral("b b c a none"));
        view().sortByColumn(static_cast<int>(best), Qt::AscendingOrder);
        QCOMPARE(names().join(QLatin1Char(' ')), QStringLiteral("a c b b none"));
        QCOMPARE(cell(0, "best"), QStringLiteral("9.5"));
        QCOMPARE(cell(4, "best"), QStringLiteral("–"));
        view().sortByColumn(-1, Qt::AscendingOrder);
        QCOMPARE(names().join(QLatin1Char(' ')), QStringLiteral("b none a b c"));
    }

    void filtersAsTheCommandLineDoes() {
        auto* line = table_->bar()->findChild<QLineEdit*>();
        line->setText(QStringLiteral("best>0.3 and name=b"));
        QCOMPARE(names(), QStringList({QStringLiteral("b"), QStringLiteral("b")}));
        line->setText(QStringLiteral("bets>0.3"));
        QVERIFY(table_->problem().contains(QStringLiteral("bets")));
        QVERIFY(table_->problem().endsWith(QStringLiteral("did you mean best?")));
        QCOMPARE(table_->model().rowCount(), 2);  // as it was
        line->setText(QStringLiteral("/optimizer/lr=0.25"));
        QCOMPARE(table_->problem(), QString());
        QCOMPARE(names(), QStringList(QStringLiteral("c")));
        line->clear();
        QCOMPARE(table_->model().rowCount(), 5);
    }

    void groupsSeeds() {
        table_->setGrouped(true);
        QCOMPARE(table_->model().rowCount(), 4);
        QCOMPARE(cell(0, "seeds"), QStringLiteral("2"));
        QCOMPARE(cell(0, "best"), QStringLiteral("62.5 ± 17.7"));
        const QString tip = table_->model().index(0, 0).data(Qt::ToolTipRole).toString();
        QVERIFY(tip.contains(QStringLiteral("seed 1: 75.0 %")));
        QSignalSpy toggled(table_.get(), &RunTable::visibilityToggled);
        const QModelIndex first = table_->model().index(0, 0);
        QCOMPARE(first.data(Qt::CheckStateRole).toInt(), static_cast<int>(Qt::PartiallyChecked));
        table_->model().setData(first, Qt::Checked, Qt::CheckStateRole);
        QCOMPARE(toggled.count(), 1);  // the one that was not shown
        QCOMPARE(toggled.at(0).at(0).toString(), QStringLiteral("b-1"));
        selectRow(0);
        QCOMPARE(table_->selectedIds(),
                 QStringList({QStringLiteral("b-0"), QStringLiteral("b-1")}));
    }

    void groupsHaveTheirRunsBeneath() {
        table_->setColumns({"name", "best"});
        table_->setGrouped(true);
        RunTableModel& model = table_->model();
        const QModelIndex group = model.index(0, 0);
        QCOMPARE(model.rowCount(group), 2);
        QCOMPARE(model.rowCount(model.index(1, 0)), 0);  // of one run
        QCOMPARE(model.index(0, 0, group).data().toString(), QStringLiteral("seed 0"));
        QCOMPARE(model.index(1, 2, group).data().toString(), QStringLiteral("75.0"));
        view().setColumnWidth(0, 50);
        view().expand(group);  // makes room for the indented runs
        const QModelIndex below = model.index(0, 0, group);
        QVERIFY(view().visualRect(below).width() >= view().sizeHintForIndex(below).width());
        view().sortByColumn(2, Qt::DescendingOrder);
        QCOMPARE(model.idsOf(model.index(0, 0)).front(), QStringLiteral("b-0"));
        QCOMPARE(model.index(0, 0, model.index(0, 0)).data().toString(), QStringLiteral("seed 1"));
        selectRow(0, model.index(0, 0));
        QCOMPARE(table_->selectedIds(), QStringList(QStringLiteral("b-1")));
        QCOMPARE(table_->selectionAsTsv().count(QLatin1Char('\n')), 2);
        // A run that comes folds and unselects nothing.
        runs_.push_front(makeRun("0", 0.9, 0, 0.7));
        table_->refresh();
        QCOMPARE(model.rowCount(), 5);
        QCOMPARE(model.idsOf(model.index(1, 0)).front(), QStringLiteral("b-0"));
        QVERIFY(view().isExpanded(model.index(1, 0)));
        QCOMPARE(table_->selectedIds(), QStringList(QStringLiteral("b-1")));
        // A tick of a run changes its group's.
        const auto state = [&] {
            return static_cast<Qt::CheckState>(model.index(1, 0).data(Qt::CheckStateRole).toInt());
        };
        QCOMPARE(state(), Qt::PartiallyChecked);
        model.setData(model.index(0, 0, model.index(1, 0)), Qt::Checked, Qt::CheckStateRole);
        QCOMPARE(state(), Qt::Checked);
        view().clearSelection();
        view().collapseAll();
        QCOMPARE(table_->selectionAsTsv().count(QLatin1Char('\n')), 6);
    }

    void groupsByChosenFields() {
        table_->setColumns({"name", "best"});
        table_->setGrouping({true, {"state"}});
        QCOMPARE(table_->model().rowCount(), 1);
        QCOMPARE(cell(0, "name"), QStringLiteral("state = finished"));
        QCOMPARE(cell(0, "seeds"), QStringLiteral("5"));
        QVERIFY2(cell(0, "best").endsWith(QStringLiteral("(n = 4)")), qPrintable(cell(0, "best")));
        const QString tip = table_->model().index(0, 0).data(Qt::ToolTipRole).toString();
        QVERIFY2(tip.contains(QStringLiteral("epochs 0 and 2")), qPrintable(tip));
        QVERIFY_THROWS_EXCEPTION(ConfigError, table_->setGrouping({true, {"nonsense"}}));
        QCOMPARE(table_->grouping().fields.front(), std::string("state"));
        runs_[0].error = "run.json is gone";  // a row of its own, with its sentence
        table_->refresh();
        QCOMPARE(table_->model().rowCount(), 2);
        QVERIFY(table_->model()
                    .index(1, 0)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("run.json is gone")));
    }

    void plainWordsAndArchivedRuns() {
        runs_[2].notes.tags = {"baseline"};
        runs_[3].notes.archived = true;
        runs_[4].notes.pinned = true;
        table_->refresh();
        QCOMPARE(names().join(QLatin1Char(' ')), QStringLiteral("★ c b none a"));
        table_->setFilter(QStringLiteral("baseline"));
        QCOMPARE(names(), QStringList(QStringLiteral("a")));
        table_->setFilter(QStringLiteral("archived=yes"));
        QCOMPARE(names(), QStringList(QStringLiteral("b")));
        table_->setFilter({});
        table_->setArchivedShown(true);
        QCOMPARE(table_->model().rowCount(), 5);
    }

    void theStateStandsInItsRow() {
        runs_[2].status.state = RunState::running;
        runs_[4].status.state = RunState::diverged;
        table_->setColumns({"name", "state"});
        QCOMPARE(names().join(QLatin1Char(' ')), QStringLiteral("a b none b c"));  // on top
        RunTableModel& model = table_->model();
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        table_->renew({&runs_[2], 3, true, QStringLiteral("epoch 2/4"), 0.25});
        QCOMPARE(changed.count(), 1);
        const QModelIndex state = model.index(0, 1);
        QCOMPARE(state.data().toString(), QStringLiteral("epoch 2/4"));
        QCOMPARE(state.data(RunTableModel::progress_role).toDouble(), 0.25);
        QCOMPARE(state.siblingAtColumn(0).data(RunTableModel::color_role).toInt(), 3);
        QCOMPARE(model.index(1, 1).data(RunTableModel::progress_role).toDouble(), -1.0);
        QVERIFY(model.indexOf(QStringLiteral("c-0")).data(RunTableModel::wrong_role).toBool());
        auto* first = table_->findChild<QToolButton*>(QStringLiteral("running_first"));
        first->setChecked(false);
        QCOMPARE(names().join(QLatin1Char(' ')), QStringLiteral("b none a b c"));
        // A group counts the states of its runs; its bar is their mean.
        runs_[3].status.state = RunState::running;
        table_->setGrouped(true);
        table_->renew({&runs_[3], 0, true, QStringLiteral("epoch 2/4"), 0.5});
        QCOMPARE(cell(0, "state"), QStringLiteral("1 finished, 1 running"));
        const QModelIndex group = model.index(0, 2);
        QCOMPARE(group.data(RunTableModel::progress_role).toDouble(), 0.75);
        QCOMPARE(model.index(1, 2, model.index(0, 0)).data().toString(),
                 QStringLiteral("epoch 2/4"));
    }

    void runsOfOneNameAreToldApart() {
        QCOMPARE(cell(0, "name"), QStringLiteral("b (seed = 0)"));
        QCOMPARE(cell(3, "name"), QStringLiteral("b (seed = 1)"));
        QCOMPARE(cell(4, "name"), QStringLiteral("c"));
        table_->setFilter(QStringLiteral("best<0.6"));  // what differs within what is shown
        QCOMPARE(cell(0, "name"), QStringLiteral("b"));
    }

    void aSelectedRunIsBroughtIntoView() {
        table_->setGrouped(true);
        QSignalSpy selected(table_.get(), &RunTable::selectionChanged);
        table_->select(QStringLiteral("b-1"));
        QCOMPARE(selected.count(), 1);
        QVERIFY(view().isExpanded(table_->model().index(0, 0)));
        QCOMPARE(table_->selectedIds(), QStringList(QStringLiteral("b-1")));
    }

    void theKeyboard() {
        QSignalSpy toggled(table_.get(), &RunTable::visibilityToggled);
        QSignalSpy removed(table_.get(), &RunTable::removeRequested);
        QTest::keyClick(&view(), Qt::Key_Delete);
        QCOMPARE(removed.count(), 0);
        view().setCurrentIndex(table_->model().index(2, 0));
        QTest::keyClick(&view(), Qt::Key_Space);
        QCOMPARE(toggled.count(), 1);
        QCOMPARE(toggled.at(0).at(0).toString(), QStringLiteral("a-0"));
        QTest::keyClick(&view(), Qt::Key_Delete);
        QCOMPARE(removed.at(0).at(0).toStringList(), QStringList(QStringLiteral("a-0")));
    }

    void clickingTheTickTogglesVisibility() {
        table_->resize(600, 300);
        QSignalSpy toggled(table_.get(), &RunTable::visibilityToggled);
        const QRect row = view().visualRect(table_->model().index(0, 0));
        QTest::mouseClick(view().viewport(), Qt::LeftButton, {},
                          QPoint(row.left() + 15, row.center().y()));
        QCOMPARE(toggled.count(), 1);
        QTest::mouseClick(view().viewport(), Qt::LeftButton, {}, row.center());
        QCOMPARE(toggled.count(), 1);
        QCOMPARE(table_->selectedIds(), QStringList(QStringLiteral("b-0")));
    }

    void runningAccuraciesAreMarked() {
        runs_[0].epochs.back().majority_accuracy = 0.75;
        runs_[3].epochs.back().majority_accuracy = 0.25;
        runs_[3].epochs.back().exact_majority_accuracy = 0.5;
        table_->setColumns({"name", "majority", "chosen-on"});
        QCOMPARE(cell(0, "majority"), QStringLiteral("~75.0"));
        QCOMPARE(cell(3, "majority"), QStringLiteral("50.0"));
        QCOMPARE(cell(1, "majority"), QStringLiteral("–"));
        QCOMPARE(cell(0, "chosen-on"), QStringLiteral("test"));
        table_->setGrouped(true);
        QVERIFY(cell(0, "majority").startsWith(QStringLiteral("~62.5 ±")));
    }

    /// What a run says while it is trained is not cut short, unless someone wants it so.
    void theStatesColumnWidens() {
        auto& header = *table_->findChild<QTreeView*>()->header();
        const auto& columns = table_->model().columns();
        const int state = static_cast<int>(std::ranges::find(columns, "state", &RunColumn::key) -
                                           columns.begin());
        table_->resize(1200, 400);
        table_->fitColumns();
        const int before = header.sectionSize(state);
        TableRun running = given()[0];
        running.status = QStringLiteral("epoch 1/8 · 637 images/s · about 3 min left");
        table_->renew(running);
        const int widened = header.sectionSize(state);
        QVERIFY(widened > before);
        header.resizeSection(state, 50);
        running.status += QStringLiteral(" or four");
        table_->renew(running);
        QCOMPARE(header.sectionSize(state), 50);
    }

    /// Of runs that come one by one no name is cut short.
    void theNamesColumnWidens() {
        auto& header = *table_->findChild<QTreeView*>()->header();
        table_->resize(1200, 400);
        table_->fitColumns();
        const int before = header.sectionSize(0);
        runs_[2].description.config.name = "a name that is longer than all of the others here";
        table_->refresh();
        const int widened = header.sectionSize(0);
        QVERIFY(widened > before);
        header.resizeSection(0, 60);
        runs_[2].description.config.name += ", and longer still";
        table_->refresh();
        QCOMPARE(header.sectionSize(0), 60);
    }

    void columnsOfWhatDiffers() {
        const auto fields = differingFields(runs());
        QCOMPARE(fields, std::vector<std::string>({"/optimizer/lr", "/training/seed"}));
        table_->setColumns({"name", "/optimizer/lr", "at:1", "unknown"});
        QCOMPARE(cell(4, "/optimizer/lr"), QStringLiteral("0.25"));
        QCOMPARE(cell(0, "at:1"), QStringLiteral("37.5"));
        QCOMPARE(table_->model().columnCount(), 3);
        runs_[4].description.config.optimizer.lr = 0.5;  // edited
        table_->refresh();
        QCOMPARE(cell(4, "/optimizer/lr"), QStringLiteral("0.5"));
    }

    void keepsTheSelectionWhileRunsComeAndSort() {
        selectRow(2);
        const QStringList selected = table_->selectedIds();
        QCOMPARE(selected, QStringList(QStringLiteral("a-0")));
        view().sortByColumn(0, Qt::AscendingOrder);
        QCOMPARE(table_->selectedIds(), selected);
        runs_.push_front(makeRun("0", 0.5));
        table_->refresh();
        QCOMPARE(table_->model().rowCount(), 6);
        QCOMPARE(table_->selectedIds(), selected);
    }

    void copiesTabSeparatedValues() {
        table_->setColumns({"name", "best"});
        selectRow(3);
        QCOMPARE(table_->selectionAsTsv(), QStringLiteral("Run\tBest %\nb (seed = 1)\t75.0\n"));
        view().clearSelection();
        QCOMPARE(table_->selectionAsTsv().count(QLatin1Char('\n')), 6);
    }

    void theStateComesBack() {
        table_->setColumns({"name", "last", "/optimizer/lr"});
        table_->setGrouped(true);
        table_->setFilter(QStringLiteral("best>0.2"));
        view().sortByColumn(2, Qt::DescendingOrder);
        const QStringList before = names();
        RunTable other([this] { return given(); });
        other.restoreState(table_->state());
        QCOMPARE(other.columns(), table_->columns());
        QStringList after;
        for (int row = 0; row < other.model().rowCount(); ++row) {
            after << other.model().index(row, 0).data().toString().section(QStringLiteral(" ("), 0,
                                                                           0);
        }
        QCOMPARE(after, before);
        other.restoreState(table_->state(), false);  // in another workspace
        QCOMPARE(other.model().rowCount(), static_cast<int>(runs_.size()));
        other.restoreState("nonsense");
        QCOMPARE(other.columns().size(), std::size_t{3});
    }
};

BALLAST_TEST(TestRunTable)
#include "tst_run_table.moc"
