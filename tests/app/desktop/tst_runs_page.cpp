#include <QTemporaryDir>
#include <QToolButton>
#include <QTreeView>
#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/desktop/pages/run_closeup.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/set_menu.h"
#include "app/desktop/working_set.h"
#include "core/results/named_sets.h"
#include "core/runs/learning_library.h"
#include "tests/support/test_program.h"
#include "tests/widgets/curve_keys.h"
#include "widgets/class_heat_map.h"
#include "widgets/live_plots.h"
#include "widgets/run_table.h"
#include "widgets/transition_view.h"

using namespace ballast;

namespace {

QString makeRun(const std::filesystem::path& workspace, const std::string& name, double best,
                std::uint64_t seed = 0) {
    RunDescription description;
    description.config.name = name;
    description.config.training.epochs = 1;
    description.config.training.seed = seed;
    description.config_as_given = nlohmann::json::object();
    description.class_counts = {5000, 50};
    const auto folder = OwnedRun::create(workspace, description);
    EpochRecord record;
    record.balanced_test_accuracy = best;
    record.streaming.accuracy = {0.75, 0.25};
    record.streaming.min_logit = {-1.5, 2.0};
    OwnedRun owned(folder);
    owned.append(record);
    owned.setStatus(RunState::finished, 1, "");
    return QString::fromStdString(folder.filename().string());
}

}  // namespace

/// The plots and the table show the same runs.
class TestRunsPage : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<RunController> controller_;
    std::unique_ptr<RunsPage> page_;
    QString low_;
    QString high_;

    void selectRow(int row) {
        auto& view = *page_->table().findChild<QTreeView*>();
        view.selectionModel()->select(
            view.model()->index(row, 0),
            QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    }

private Q_SLOTS:
    void init() {
        const auto workspace =
            folder_.filePath(QString::fromLatin1(QTest::currentTestFunction())).toStdString();
        low_ = makeRun(workspace, "a", 0.25);
        high_ = makeRun(workspace, "b", 0.5, 1);
        controller_ =
            std::make_unique<RunController>(learningLibrary(), TrainingEnvironment{}, workspace);
        page_ = std::make_unique<RunsPage>(*controller_);
        page_->resize(1000, 700);
        page_->show();
        controller_->open();
        QTRY_COMPARE(page_->table().model().rowCount(), 2);
    }
    void cleanup() {
        page_.reset();
        controller_.reset();
    }

    /// More runs than there are colours: all are drawn, as means over their seeds.
    void aSweepIsShownWhole() {
        QStringList runs;
        for (std::uint64_t seed = 0; seed < 9; ++seed) {
            runs << makeRun(controller_->workspace(), "c", 0.5, seed);
        }
        QTRY_VERIFY(controller_->find(runs.back()) != nullptr);  // the next look finds them
        page_->showSweep(runs);
        QCOMPARE(page_->workingSet().runs(), QSet<QString>(runs.begin(), runs.end()));
        QVERIFY(page_->plots().view().means);
        page_->showSweep({low_});
        QCOMPARE(page_->workingSet().runs(), QSet<QString>{low_});
    }

    void theTableShowsTheRuns() {
        QVERIFY(page_->table().isVisible());
        QVERIFY(page_->table().bar()->isVisible());
        QCOMPARE(page_->table().model().rowCount(), 2);
        QCOMPARE(page_->table().model().idsOf(page_->table().model().index(1, 0)),
                 QStringList(high_));
    }

    void ticksOfTableAndPlotsAgree() {
        RunTableModel& model = page_->table().model();
        model.setData(model.index(0, 0), Qt::Unchecked, Qt::CheckStateRole);
        QVERIFY(!page_->plots().isRunVisible(low_));
        QVERIFY(!page_->workingSet().contains(low_));
        page_->workingSet().setTicked({low_}, true);
        QVERIFY(page_->plots().isRunVisible(low_));
        QCOMPARE(model.index(0, 0).data(Qt::CheckStateRole).toInt(), static_cast<int>(Qt::Checked));
        // What is unticked in the legend can be ticked there again.
        Q_EMIT page_->plots().runVisibilityChanged(low_, false);
        QVERIFY(!page_->workingSet().contains(low_));
        QVERIFY(page_->plots().runIds().contains(low_));
        page_->showOnly({});
        QVERIFY(page_->plots().visibleCurves().empty());
    }

    // The numbers of an epoch are drawn at once, those of its classes when they have been read.
    void classesFollowTheRest() {
        page_->showOnly({});
        page_->showOnly({low_});
        QCOMPARE(page_->plots().curve(low_, kBalancedTestAccuracy),
                 std::vector<QPointF>{QPointF(1, 25.0)});
        const CurveKey logit{"min-logit", "lowest"};
        QVERIFY(std::isnan(page_->plots().curve(low_, logit).front().y()));
        QTRY_COMPARE(page_->plots().curve(low_, logit).front().y(), -1.5);
        page_->showOnly({});
        page_->showOnly({low_});
        page_->finishReading();  // an export does not wait
        QCOMPARE(page_->plots().curve(low_, logit).front().y(), -1.5);
    }

    void aSetIsSavedInTheWorkspace() {
        page_->showOnly({high_});
        QVERIFY(page_->sets().save(QStringLiteral("best")));
        QCOMPARE(readNamedSets(controller_->workspace()),
                 (NamedSets{{"best", {high_.toStdString()}}}));
        page_->showOnly({low_});
        // One that another program saved is there when the menu opens.
        NamedSets sets = readNamedSets(controller_->workspace());
        sets["elsewhere"] = {low_.toStdString()};
        writeNamedSets(controller_->workspace(), sets);
        Q_EMIT page_->sets().aboutToShow();
        Q_EMIT page_->sets().aboutToShow();  // more than once
        QStringList shown;
        for (const QAction* action : page_->sets().actions()) shown << action->text();
        QVERIFY(shown.contains(QStringLiteral("elsewhere")));
        Q_EMIT page_->sets().chosen(page_->sets().views().first());
        QCOMPARE(page_->workingSet().runs(), QSet<QString>{high_});
        for (QAction* action : page_->sets().actions()) {
            if (action->text() == QStringLiteral("All in the table")) action->trigger();
        }
        QCOMPARE(page_->workingSet().runs(), QSet<QString>({low_, high_}));
        std::ofstream(namedSetsFile(controller_->workspace())) << R"({"format": 9})";
        QSignalSpy failed(page_.get(), &RunsPage::failed);
        page_->sets().save(QStringLiteral("other"));
        QCOMPARE(failed.count(), 1);
        QVERIFY(failed.at(0).at(0).toString().contains(QStringLiteral("format 9")));
    }

    void theTableStandsBelowOrBeside() {
        auto* button = page_->findChild<QToolButton*>(QStringLiteral("table_beside"));
        const auto leftOfPlots = [](RunsPage& page) {
            return page.table().mapTo(&page, QPoint()).x() <
                   page.plots().mapTo(&page, QPoint()).x();
        };
        QVERIFY(!leftOfPlots(*page_));
        button->click();
        QTRY_VERIFY(leftOfPlots(*page_));
        page_->showOnly({high_});
        RunController next(learningLibrary(), TrainingEnvironment{}, controller_->workspace());
        RunsPage other(next);
        other.resize(1000, 700);
        other.restoreLayout(page_->layoutState());
        other.show();
        next.open();
        QTRY_VERIFY(leftOfPlots(other));
        QCOMPARE(other.workingSet().runs(), QSet<QString>{high_});  // as it was
        button->click();
        QTRY_VERIFY(!leftOfPlots(*page_));
    }

    void theSelectionIsOne() {
        QSignalSpy changed(page_.get(), &RunsPage::selectionChanged);
        selectRow(1);
        QCOMPARE(page_->selectedRuns(), QStringList(high_));
        QVERIFY(changed.count() >= 1);
        page_->select(low_);
        QCOMPARE(page_->table().selectedIds(), QStringList(low_));
    }

    // One run of another seed was hidden: the mean is of all.
    void meansAreOfWholeGroups() {
        const QString twin = makeRun(controller_->workspace(), "a", 0.35, 7);
        RunController controller(learningLibrary(), TrainingEnvironment{},
                                 controller_->workspace());
        RunsPage page(controller);
        controller.open();
        page.workingSet().setTicked({twin}, false);
        PlotView view;
        view.means = true;
        page.plots().setView(view);
        QVERIFY(page.plots().isRunVisible(twin));
        // "a" and "b" differ in their name only, which is no reason for another group.
        page.table().refresh();
        const auto color = [&](const QString& run) {
            return page.table().model().indexOf(run).data(RunTableModel::color_role).toInt();
        };
        QCOMPARE(color(twin), color(low_));
        page.plots().setView({});
        QVERIFY(color(twin) != color(low_));
        RunsPage other(controller);
        view.spread = Spread::range;
        page.plots().setView(view);
        other.restoreLayout(page.layoutState());
        QCOMPARE(other.plots().view(), view);
    }

    // What the selected run's classes and phase changes show is read from its folder, and the
    // crosshair is one.
    void theSelectedRunFromClose() {
        auto* classes = page_->findChild<QToolButton*>(QStringLiteral("show_classes"));
        auto* cards = page_->findChild<QToolButton*>(QStringLiteral("show_transitions"));
        RunCloseup& closeup = page_->closeup();
        QVERIFY(closeup.isHidden());
        page_->select(low_);
        QCOMPARE(closeup.classes().epochsDone(), 0);  // nothing is read while nobody looks
        classes->click();
        QVERIFY(closeup.isVisible());
        QCOMPARE(closeup.classes().epochsDone(), 1);
        QTRY_COMPARE(closeup.classes().grid().rows, 2);  // once it has its height
        QCOMPARE(closeup.classes().grid().at(1, 0), 25.0);
        Q_EMIT closeup.classes().pointedAt(1);
        QCOMPARE(page_->plots().crosshair(), std::optional(1));

        EpochRecord next;
        next.epoch = 1;
        next.streaming.accuracy = {0.9, 0.4};
        Q_EMIT controller_->recordArrived(low_, next);
        QCOMPARE(closeup.classes().epochsDone(), 2);
        Q_EMIT controller_->recordArrived(high_, next);
        QCOMPARE(closeup.classes().grid().at(1, 1), 40.0);
        page_->select(high_);
        QCOMPARE(closeup.classes().epochsDone(), 1);

        cards->click();
        QVERIFY(!classes->isChecked());
        QCOMPARE(closeup.shown(), QStringLiteral("transitions"));
        QVERIFY(closeup.transitionCards().text().contains(QStringLiteral("one phase")));
        RunsPage other(*controller_);
        other.restoreLayout(page_->layoutState());
        QCOMPARE(other.closeup().shown(), QStringLiteral("transitions"));
        cards->click();
        QVERIFY(closeup.isHidden());
    }

    // Actions never mean a run that cannot be seen where it was selected.
    void aFilteredRunIsNoLongerSelected() {
        selectRow(0);
        page_->table().setFilter(QStringLiteral("best>0.3"));
        QCOMPARE(page_->table().model().rowCount(), 1);
        QCOMPARE(page_->selectedRuns(), QStringList());
        page_->table().setFilter({});
        QCOMPARE(page_->table().model().rowCount(), 2);
    }

    void theChoiceComesBack() {
        page_->table().setFilter(QStringLiteral("best>0.3"));
        RunsPage other(*controller_);
        other.restoreLayout(page_->layoutState());
        QCOMPARE(other.table().state(), page_->table().state());
        RunsPage third(*controller_);
        third.restoreLayout({});  // of a first start
        QVERIFY(third.table().columns().size() > 3);
    }

    void archivedRunsAreLeftOutUntilTheyAreAskedFor() {
        controller_->changeNotes(low_, [](RunNotes& notes) { notes.archived = true; });
        QTRY_COMPARE(page_->table().model().rowCount(), 1);
        page_->table().setArchivedShown(true);
        QCOMPARE(page_->table().model().rowCount(), 2);
        page_->table().setArchivedShown(false);
        page_->table().setFilter(QStringLiteral("archived=yes"));
        QCOMPARE(page_->table().model().rowCount(), 1);
        RunController next(learningLibrary(), TrainingEnvironment{}, controller_->workspace());
        RunsPage other(next);
        next.open();
        other.table().refresh();
        QVERIFY(!other.table().model().indexOf(low_).isValid());
        QVERIFY(!other.plots().isRunVisible(low_));
    }

    void aSavedViewComesBack() {
        RunTable& table = page_->table();
        table.setColumns({"name", "few"});
        table.setGrouping({true, {"state"}});
        table.setFilter(QStringLiteral("best>0.3"));
        table.views().save(QStringLiteral("best ones"));
        const QByteArray saved = table.state();
        table.setColumns({"name"});
        table.setGrouped(false);
        table.setFilter({});
        QCOMPARE(table.views().presentName(), QString());
        Q_EMIT table.views().chosen(table.views().views().first());
        QCOMPARE(table.state(), saved);
        QCOMPARE(table.grouping().fields, std::vector<std::string>{"state"});
        QCOMPARE(table.model().rowCount(), 1);
        QCOMPARE(table.views().presentName(), QStringLiteral("best ones"));
    }

    // Who works with the command line beside the window sees it here.
    void notesOfOthersArrive() {
        changeNotes(controller_->find(high_)->folder, [](RunNotes& notes) { notes.pinned = true; });
        QTRY_VERIFY(page_->table().model().indexOf(high_).data().toString().startsWith(
            QStringLiteral("★")));
        QTRY_COMPARE(page_->table().model().idsOf(page_->table().model().index(0, 0)),
                     QStringList(high_));  // on top
    }
};

BALLAST_TEST(TestRunsPage)
#include "tst_runs_page.moc"
