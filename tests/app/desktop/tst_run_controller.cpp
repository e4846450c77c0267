#include <QComboBox>
#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "app/desktop/main_window.h"
#include "app/desktop/pages/experiment_page.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/working_set.h"
#include "core/base/error.h"
#include "core/runs/learning_library.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/support/test_program.h"
#include "tests/widgets/curve_keys.h"
#include "widgets/config_form.h"
#include "widgets/live_plots.h"
#include "widgets/palette.h"

using namespace ballast;

namespace {

EpochRecord record(int epoch, double balanced) {
    EpochRecord made;
    made.epoch = epoch;
    made.balanced_test_accuracy = balanced;
    return made;
}

/// A run's folder with two epochs, at rest.
std::filesystem::path makeRun(const std::filesystem::path& workspace, int number) {
    RunDescription description;
    description.config.name = "run " + std::to_string(number);
    description.config.training.epochs = 3;
    description.config_as_given = nlohmann::json::object();
    description.class_counts = {5000, 50};
    const auto folder = OwnedRun::create(workspace, description);
    OwnedRun owned(folder);
    owned.append(record(0, 0.25));
    owned.append(record(1, 0.5));
    owned.setStatus(RunState::stopped, 2, "");
    return folder;
}

QString idOf(const std::filesystem::path& folder) {
    return QString::fromStdString(folder.filename().string());
}

}  // namespace

/// What the window knows of the runs in a workspace, and when it reads them.
class TestRunController : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    std::filesystem::path workspace() const {
        return folder_.filePath(QString::fromLatin1(QTest::currentTestFunction())).toStdString();
    }

private Q_SLOTS:
    void whatTheMachineCannotTrainIsNotMade() {
        FakeLearning learning;
        learning.has_bfloat16 = false;
        RunController controller(learning, TrainingEnvironment{}, workspace());
        const nlohmann::json config = {{"training", {{"convolution", "bfloat16"}}}};
        QVERIFY_THROWS_EXCEPTION(ConfigError, controller.start(config));
        const nlohmann::json divided = {{"training", {{"processes", 2}}}};
        QVERIFY_THROWS_EXCEPTION(ConfigError, controller.start(divided));
        QVERIFY(!controller.hasRuns());
    }

    void theFormOffersOnlyWhatTheMachineCanTrain() {
        keepSettingsIn(folder_);
        for (const bool here : {false, true}) {
            FakeLearning learning;
            learning.has_bfloat16 = here;
            RunController controller(learning, TrainingEnvironment{}, workspace());
            MainWindow window(controller);
            controller.open();
            QSignalSpy loaded(&controller, &RunController::trainingLoaded);
            controller.loadTraining();
            QTRY_COMPARE(loaded.size(), 1);
            const auto* combo = window.experimentPage().form().findChild<QComboBox*>(
                QStringLiteral("/training/convolution"));
            const int index = combo->findData(QStringLiteral("bfloat16"));
            const QModelIndex item = combo->model()->index(index, 0);
            QCOMPARE(item.flags().testFlag(Qt::ItemIsEnabled), here);
            const QString tip = combo->itemData(index, Qt::ToolTipRole).toString();
            QCOMPARE(tip == QStringLiteral("bfloat16 is not for this machine"), !here);
        }
    }

    void openingTellsOfAllRunsAtOnce() {
        const QString run = idOf(makeRun(workspace(), 1));
        makeRun(workspace(), 2);
        RunController controller(learningLibrary(), TrainingEnvironment{}, workspace());
        QSignalSpy opened(&controller, &RunController::opened);
        QSignalSpy added(&controller, &RunController::runAdded);
        controller.open();
        QCOMPARE(opened.count(), 1);
        QCOMPARE(added.count(), 0);
        QCOMPARE(controller.runs().size(), std::size_t{2});
        QCOMPARE(controller.find(run)->best(), 0.5);
        QCOMPARE(controller.readRecords(run).size(), std::size_t{2});
        QVERIFY(controller.readRecords(QStringLiteral("none")).empty());
    }

    // Another process trains, makes and removes runs.
    void changesOfOthersAreSeen() {
        const auto trained = makeRun(workspace(), 1);
        const auto removed = makeRun(workspace(), 2);
        RunController controller(learningLibrary(), TrainingEnvironment{}, workspace());
        RunsPage page(controller);
        controller.open();
        QSignalSpy replaced(&controller, &RunController::recordsReplaced);
        OwnedRun(trained).append(record(2, 0.75));
        std::filesystem::remove_all(removed);
        const auto made = makeRun(workspace(), 3);
        QTRY_COMPARE(replaced.count(), 1);
        QCOMPARE(controller.find(idOf(trained))->last(), 0.75);
        const auto curve = page.plots().curve(idOf(trained), kBalancedTestAccuracy);
        QCOMPARE(curve.back(), QPointF(3, 75.0));
        QCOMPARE(controller.find(idOf(removed)), nullptr);
        QVERIFY(!page.workingSet().contains(idOf(removed)));
        QVERIFY(page.plots().runIds().contains(idOf(made)));
    }

    // Only what is shown is read; what is ticked is read then.
    void theNewestRunsAreOnThePlots() {
        std::vector<QString> runs;
        for (int i = 0; i < kSeriesColors + 2; ++i) runs.push_back(idOf(makeRun(workspace(), i)));
        RunController controller(learningLibrary(), TrainingEnvironment{}, workspace());
        RunsPage page(controller);
        controller.open();
        const auto in_order = controller.runs();
        const QString oldest = QString::fromStdString(in_order.front()->id);
        QCOMPARE(page.plots().runIds().size(), kSeriesColors);
        QVERIFY(!page.plots().runIds().contains(oldest));
        QVERIFY(!page.workingSet().contains(oldest));
        page.workingSet().setTicked({oldest}, true);
        QCOMPARE(page.plots().curve(oldest, kBalancedTestAccuracy).size(), std::size_t{2});
    }
};

BALLAST_TEST(TestRunController)
#include "tst_run_controller.moc"
