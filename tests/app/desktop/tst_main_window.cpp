#include <QDragEnterEvent>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/desktop/main_window.h"
#include "app/desktop/pages/compare_page.h"
#include "app/desktop/pages/experiment_page.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/pages/sweep_page.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/working_set.h"
#include "core/analysis/capsule_file.h"
#include "core/analysis/capsule_runs.h"
#include "core/experiment/config_json.h"
#include "core/results/owned_run.h"
#include "core/runs/learning_library.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/support/test_program.h"
#include "widgets/banner.h"
#include "widgets/class_term_preview.h"
#include "widgets/config_form.h"
#include "widgets/live_plots.h"
#include "widgets/run_table.h"
#include "widgets/schedule_timeline.h"

using namespace ballast;
using nlohmann::json;

namespace {

json smallConfig() {
    return {{"name", "test"},
            {"data", {{"dataset", "fashion-mnist"}, {"imbalance", {{"ratio", 100}}}}},
            {"model", {{"name", "resnet8"}}},
            {"phases", {{{"from", 0}}, {{"from", 5}, {"alpha", "inverse"}}}},
            {"training", {{"epochs", 10}}}};
}

}  // namespace

/// The window without training: what it shows, allows and refuses.
class TestMainWindow : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<RunController> controller_;
    std::unique_ptr<MainWindow> window_;

    ExperimentPage& page() { return window_->experimentPage(); }

private Q_SLOTS:
    void initTestCase() { keepSettingsIn(folder_); }
    void init() {
        const auto workspace = folder_.filePath(QString::fromLatin1(QTest::currentTestFunction()));
        controller_ = std::make_unique<RunController>(learningLibrary(), TrainingEnvironment{},
                                                      workspace.toStdString());
        window_ = std::make_unique<MainWindow>(*controller_);
        window_->show();
        page().setConfig(smallConfig());
    }
    void cleanup() {
        window_.reset();
        controller_.reset();
    }

    void editsReachThePreviewAtOnce() {
        const auto before = page().preview().drawn(ClassTermPreview::Plot::class_counts, 0);
        QCOMPARE(before.size(), std::size_t{10});
        QCOMPARE(before.front(), 6000.0);
        QCOMPARE(before.back(), 60.0);
        page().form().setValue("/data/imbalance/ratio", 10);
        QCOMPARE(page().preview().drawn(ClassTermPreview::Plot::class_counts, 0).back(), 600.0);
        // Phase 2 weighs by the inverse of the counts, normalised to sum to 10.
        const auto alpha = page().preview().drawn(ClassTermPreview::Plot::alpha, 1);
        QCOMPARE(alpha.size(), std::size_t{10});
        QVERIFY(std::abs(alpha.back() / alpha.front() - 10.0) < 1e-9);
    }

    void wrongValueDisablesStartWithTheReason() {
        auto* start = page().findChild<QPushButton*>(QStringLiteral("start"));
        QVERIFY(start->isEnabled());
        page().form().setValue("/training/epochs", 4);  // T0 = 5 lies beyond
        QVERIFY(!start->isEnabled());
        QVERIFY(page().obstacle().contains(QStringLiteral("From epoch")));
        QVERIFY(!page().form().problemAt("/phases/1/from").isEmpty());
        page().form().setValue("/training/epochs", 10);
        QVERIFY(start->isEnabled());
        QCOMPARE(page().obstacle(), QString());
    }

    void missingDataSetDisablesStart() {
        if (controller_->dataStore().find(*findDataset("cifar100")))
            QSKIP("CIFAR-100 is on this machine");
        page().form().setValue("/data/dataset", "cifar100");
        QVERIFY(!page().findChild<QPushButton*>(QStringLiteral("start"))->isEnabled());
        QVERIFY(page().obstacle().contains(QStringLiteral("CIFAR-100")));
    }

    void draggingTheTimelineMovesT0() {
        ScheduleTimeline& timeline = page().timeline();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        QCOMPARE(timeline.phaseStart(1), 5);
        const QPoint from = timeline.phaseLinePosition(1);
        page().form().setValue("/phases/1/from", 8);
        const QPoint to = timeline.phaseLinePosition(1);
        page().form().setValue("/phases/1/from", 5);
        QVERIFY(to.x() > from.x());
        QWidget* target = timeline.childAt(from) ? timeline.childAt(from) : &timeline;
        QTest::mousePress(target, Qt::LeftButton, {}, target->mapFrom(&timeline, from));
        QTest::mouseMove(target, target->mapFrom(&timeline, (from + to) / 2));
        QTest::mouseMove(target, target->mapFrom(&timeline, to));
        QTest::mouseRelease(target, Qt::LeftButton, {}, target->mapFrom(&timeline, to));
        QCOMPARE(page().config()["phases"][1]["from"].get<int>(), 8);
        QCOMPARE(timeline.phaseStart(1), 8);
    }

    void unreadableConfigIsSaidAndKeepsTheEditor() {
        const json before = page().config();
        const QString file = folder_.filePath(QStringLiteral("broken.json"));
        std::ofstream(file.toStdString()) << "{ \"name\": ";
        window_->openConfig(file.toStdString());
        QCOMPARE(window_->banner().kind(), Banner::Kind::error);
        QVERIFY(window_->banner().message().contains(QStringLiteral("broken.json")));
        QCOMPARE(page().config(), before);
        window_->openConfig("/nowhere/x.json");
        QVERIFY(window_->banner().message().contains(QStringLiteral("/nowhere/x.json")));
    }

    /// A figure that was exported opens with its runs; a PDF without one is said, and nothing
    /// changes.
    void aDroppedFigureOpensOnTheComparePage() {
        FigureDescription figure;
        figure.x = "/phases/1/alpha/nu";
        figure.where = {"best>0.1"};
        RunDescription description;
        description.config_as_given = json::object();
        const auto run = OwnedRun::create(controller_->workspace(), description);
        const std::string id = run.filename().string();
        const std::string text = capsuleText(figureCapsule(
            figure, {}, {{id, configHash(run)}, {"20200101-000000-gone", std::string(64, '0')}}));
        const QString file = folder_.filePath(QStringLiteral("nu.svg"));
        const auto drop = [&] {
            QMimeData dropped;
            dropped.setUrls({QUrl::fromLocalFile(file)});
            QDragEnterEvent enter(QPoint(9, 9), Qt::CopyAction, &dropped, Qt::LeftButton, {});
            QCoreApplication::sendEvent(window_.get(), &enter);
            QVERIFY(enter.isAccepted());
            QDropEvent event(QPointF(9, 9), Qt::CopyAction, &dropped, Qt::LeftButton, {});
            QCoreApplication::sendEvent(window_.get(), &event);
        };
        std::ofstream(file.toStdString()) << "<svg></svg>";
        drop();
        QVERIFY(window_->banner().message().contains(QStringLiteral("carries no figure")));
        QVERIFY(!window_->comparePage().isVisible());
        std::ofstream(file.toStdString()) << svgWithCapsule("<svg></svg>", text);
        drop();
        QVERIFY(window_->comparePage().isVisible());
        const QString said = window_->banner().message();
        QVERIFY2(said.contains(QStringLiteral("1 of the figure's 2 runs are here. 1 is missing: "
                                              "20200101-000000-gone")),
                 qPrintable(said));
        QCOMPARE(window_->runsPage().workingSet().runs(),
                 QSet<QString>{QString::fromStdString(id)});
        QTRY_COMPARE(window_->comparePage().shown().figure.x, figure.x);
        QCOMPARE(window_->comparePage().shown().figure.where, figure.where);
    }

    /// One of curves opens on the Runs page: its plot, its view, its runs.
    void aDroppedFigureOfCurvesOpensOnTheRunsPage() {
        RunDescription description;
        description.config_as_given = json::object();
        RunStart start;
        start.state = RunState::stopped;
        const auto run = OwnedRun::create(controller_->workspace(), description, start);
        const std::string id = run.filename().string();
        controller_->open();
        FigureDescription figure;
        figure.figure = FigureKind::curves;
        figure.curves.panel = "loss";
        figure.curves.runs = {id, "20200101-000000-gone"};
        figure.curves.smoothing = 0.6;
        figure.curves.log = true;
        const QString file = folder_.filePath(QStringLiteral("loss.svg"));
        std::ofstream(file.toStdString()) << svgWithCapsule(
            "<svg></svg>",
            capsuleText(figureCapsule(
                figure, {},
                {{id, configHash(run)}, {figure.curves.runs[1], std::string(64, '0')}})));
        window_->openConfig(file.toStdString());
        QVERIFY(window_->runsPage().isVisible());
        QVERIFY(window_->banner().message().contains(
            QStringLiteral("1 of the figure's 2 runs are here")));
        const LivePlots& plots = window_->runsPage().plots();
        QCOMPARE(plots.panelNames(), QStringList{QStringLiteral("loss")});
        QCOMPARE(plots.view().smoothing, 0.6);
        QCOMPARE(plots.view().log_panels, QStringList{QStringLiteral("loss")});
        QCOMPARE(window_->runsPage().workingSet().runs(),
                 QSet<QString>{QString::fromStdString(id)});
    }

    void theSweepPageVariesTheConfigInTheEditor() {
        window_->showSweep();
        SweepPage& sweep = window_->sweepPage();
        QVERIFY(sweep.isVisible());
        page().form().setValue("/optimizer/lr", 0.0625);
        QCOMPARE(sweep.sweep()["base"]["optimizer"]["lr"], 0.0625);
        sweep.addAxis()->setAxis({{"/training/batch_size", {64, 128}}});
        QTRY_COMPARE(sweep.outline().runs, std::uint64_t{2});
        QSignalSpy added(controller_.get(), &RunController::runAdded);
        sweep.startRequested(sweep.sweep());
        QTRY_COMPARE(added.count(), 2);
        QVERIFY(window_->runsPage().isVisible());
    }

    /// Presets bring their own data, which are there, whatever the Experiment page asks for.
    void aSweepAsksForItsOwnData() {
        if (controller_->dataStore().find(*findDataset("cifar100")))
            QSKIP("CIFAR-100 is on this machine");
        page().form().setValue("/data/dataset", "cifar100");
        window_->showSweep();
        SweepPage& sweep = window_->sweepPage();
        sweep.restoreSweep({{"axes", json::array()}, {"seeds", {0}}});
        auto* said = sweep.findChild<QLabel*>(QStringLiteral("obstacle"));
        QTRY_VERIFY2(said->text().contains(QStringLiteral("CIFAR-100")),
                     qPrintable(said->text() + sweep.summary()));
        QVERIFY(!sweep.canStart());
        sweep.setSweep(
            json::parse(R"({"presets": {"methods": ["CE", "VS"], "dataset": "fashion-mnist"}})"));
        QTRY_COMPARE(sweep.outline().runs, std::uint64_t{2});
        const bool here = controller_->dataStore().find(*findDataset("fashion-mnist")).has_value();
        QTRY_COMPARE(sweep.canStart(), here);
        QCOMPARE(said->text().isEmpty(), here);
    }

    void startOnTheSweepPageStartsTheSweep() {
        window_->showSweep();
        SweepPage& sweep = window_->sweepPage();
        sweep.restoreSweep({{"axes", {{{"/training/batch_size", {64, 128}}}}}});
        QTRY_COMPARE(sweep.outline().runs, std::uint64_t{2});
        QSignalSpy asked(&sweep, &SweepPage::startRequested);
        const auto actions = window_->findChildren<QAction*>();
        const auto start =
            std::ranges::find(actions, QStringLiteral("S&tart sweep"), &QAction::text);
        QVERIFY(start != actions.end());
        (*start)->trigger();
        QCOMPARE(asked.count(), 1);
        QCOMPARE((*start)->text(), QStringLiteral("S&tart training"));  // of the runs' page
    }

    /// An axis that is not finished comes back too.
    void theSweepSurvivesAClosedWindow() {
        SweepPage& sweep = window_->sweepPage();
        sweep.restoreSweep({{"axes", {{{"/optimizer/lr", {0.1, 0.2}}}}}, {"seeds", {0, 1}}});
        sweep.addAxis();
        const json before = sweep.sweep();
        QCOMPARE(before["axes"].size(), std::size_t{2});
        window_->close();
        window_ = std::make_unique<MainWindow>(*controller_);
        QCOMPARE(window_->sweepPage().sweep()["axes"], before["axes"]);
        QCOMPARE(window_->sweepPage().sweep()["seeds"], before["seeds"]);
        window_->sweepPage().restoreSweep(json::object());
    }

    void aSweepFileOpensOnItsPage() {
        const QString file = folder_.filePath(QStringLiteral("sweep.json"));
        const json sweep = {{"base", smallConfig()}, {"axes", {{"/optimizer/lr", {0.1, 0.2}}}}};
        std::ofstream(file.toStdString()) << sweep;
        window_->openConfig(file.toStdString());
        QVERIFY(window_->sweepPage().isVisible());
        QCOMPARE(page().config(), smallConfig());
        QCOMPARE(window_->sweepPage().axes().size(), 1U);
        QCOMPARE(window_->sweepPage().sweep()["base"], smallConfig());
    }

    void editorSurvivesAClosedWindow() {
        page().form().setValue("/optimizer/lr", 0.0625);
        window_->close();
        window_ = std::make_unique<MainWindow>(*controller_);
        QCOMPARE(page().config()["optimizer"]["lr"].get<double>(), 0.0625);
    }

    // A GPU that is not there: the run fails with a sentence, and the window stays alive.
    void failedRunIsSaid() {
        json config = smallConfig();
        config["training"]["device"] = "cuda:99";
        controller_->open();
        const QString run = controller_->start(config);
        QTRY_VERIFY_WITH_TIMEOUT(controller_->find(run)->status.state == RunState::failed, 60000);
        QCOMPARE(window_->banner().kind(), Banner::Kind::error);
        QVERIFY(window_->banner().message().contains(QStringLiteral("cuda:99")));
        RunTable& table = window_->runsPage().table();
        table.refresh();
        const QModelIndex row = table.model().indexOf(run);
        QVERIFY(row.siblingAtColumn(1).data().toString().contains(QStringLiteral("cuda:99")));
        QVERIFY(row.data(RunTableModel::wrong_role).toBool());
    }

    /// Its worker may still be loading the training library; nothing is running that could be
    /// waited for.
    void closesWhileARunWaits() {
        controller_->open();
        const QString run = controller_->start(smallConfig());
        window_->close();
        QTRY_VERIFY(!window_->isVisible());
        QCOMPARE(readRun(controller_->find(run)->folder).status.state, RunState::queued);
    }

    void anEditReachesThePlots() {
        RunDescription description;
        description.config = configFromJson(smallConfig(), "the config");
        description.config_as_given = smallConfig();
        description.class_counts = {6000, 60};
        const auto folder = OwnedRun::create(controller_->workspace(), description);
        OwnedRun(folder).setStatus(RunState::stopped, 0, "");
        controller_->open();
        const QString run = QString::fromStdString(folder.filename().string());
        const LivePlots& plots = window_->runsPage().plots();
        QCOMPARE(plots.visibleCurves().at(0).info().phase_starts, std::vector<int>({0, 5}));
        controller_->edit(run, 0, {{"/phases/1/from", 7}}, false);
        QCOMPARE(plots.visibleCurves().at(0).info().phase_starts, std::vector<int>({0, 7}));
    }

    void aDamagedRunHidesNoOther() {
        RunDescription description;
        description.config.name = "good";
        description.config_as_given = json::object();
        description.class_counts = {5000, 50};
        const auto good = OwnedRun::create(controller_->workspace(), description);
        const auto bad = OwnedRun::create(controller_->workspace(), description);
        for (const auto& folder : {good, bad}) OwnedRun(folder).setStatus(RunState::stopped, 0, "");
        std::ofstream(bad / "run.json") << "nonsense";
        controller_->open();
        QCOMPARE(controller_->runs().size(), std::size_t{2});
        RunTable& table = window_->runsPage().table();
        table.refresh();
        const QModelIndex row =
            table.model().indexOf(QString::fromStdString(bad.filename().string()));
        QVERIFY(row.siblingAtColumn(1).data().toString().contains(QStringLiteral("damaged")));
        QCOMPARE(window_->runsPage().plots().runIds().size(), 1);
    }
};

BALLAST_TEST(TestMainWindow)
#include "tst_main_window.moc"
