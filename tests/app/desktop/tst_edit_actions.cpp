#include "app/desktop/edit_actions.h"
#include "core/runs/learning_library.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/desktop/edit_dialog.h"
#include "app/desktop/run_controller.h"
#include "core/experiment/imbalance.h"
#include "core/results/owned_run.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

/// A run of ten epochs, `done` of which are trained, with checkpoints after some.
QString makeRun(const std::filesystem::path& workspace, int done, RunState state,
                const std::vector<int>& checkpoints) {
    RunDescription description;
    description.config.name = "run";
    description.config.training.epochs = 10;
    description.config_as_given = nlohmann::json::object();
    description.class_counts = classCounts(description.config.data);
    RunStart start;
    start.state = state;
    for (int epoch = 0; epoch < done; ++epoch) {
        EpochRecord record;
        record.epoch = epoch;
        start.records.push_back(record);
    }
    start.write_checkpoints = [&](const std::filesystem::path& folder) {
        for (const int epochs : checkpoints) std::ofstream(folder / checkpointName(epochs)) << "x";
    };
    return QString::fromStdString(
        OwnedRun::create(workspace, description, start).filename().string());
}

}  // namespace

class TestEditActions : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<RunController> controller_;
    std::unique_ptr<QWidget> window_;
    EditActions* actions_ = nullptr;

    std::filesystem::path workspace() const { return controller_->workspace(); }

private Q_SLOTS:
    void init() {
        const auto workspace = folder_.filePath(QString::fromLatin1(QTest::currentTestFunction()));
        controller_ = std::make_unique<RunController>(learningLibrary(), TrainingEnvironment{},
                                                      workspace.toStdString());
        window_ = std::make_unique<QWidget>();
        window_->show();
        actions_ = new EditActions(*controller_, window_.get());
    }
    void cleanup() {
        window_.reset();
        controller_.reset();
    }

    void whatCanBeForkedAndEdited() {
        const QString stopped = makeRun(workspace(), 6, RunState::stopped, {3, 5, 6});
        const QString fresh = makeRun(workspace(), 0, RunState::stopped, {});
        const QString finished = makeRun(workspace(), 10, RunState::finished, {9, 10});
        controller_->open();
        QCOMPARE(controller_->forkEpochs(stopped), (std::vector<int>{3, 5, 6}));
        QCOMPARE(controller_->editEpoch(stopped), 6);
        QCOMPARE(controller_->editEpoch(fresh), 0);
        QVERIFY(!controller_->editEpoch(finished));
        const auto enabled = [&](const QStringList& runs) {
            actions_->setRuns(runs);
            return std::pair(actions_->forkAction()->isEnabled(),
                             actions_->editAction()->isEnabled());
        };
        QCOMPARE(enabled({}), std::pair(false, false));
        QCOMPARE(enabled({stopped}), std::pair(true, true));
        QCOMPARE(enabled({fresh}), std::pair(false, true));
        QCOMPARE(enabled({finished}), std::pair(true, false));
        QCOMPARE(enabled({stopped, finished}), std::pair(false, false));
    }

    void theDialogueKnowsTheCheckpoints() {
        const QString run = makeRun(workspace(), 10, RunState::finished, {4, 9, 10});
        controller_->open();
        actions_->setRuns({run});
        actions_->forkAction()->trigger();
        EditDialog* dialog = actions_->dialog();
        QVERIFY(dialog != nullptr);
        QCOMPARE(dialog->findChild<QComboBox*>(QStringLiteral("epoch"))->count(), 3);
        QCOMPARE(dialog->epoch(), 9);  // after the last one there is nothing to train
        dialog->reject();
        QVERIFY(actions_->dialog() == nullptr);
    }

    void aRunWithoutCheckpointsSaysSo() {
        const QString run = makeRun(workspace(), 10, RunState::finished, {});
        controller_->open();
        actions_->setRuns({run});
        QSignalSpy failed(actions_, &EditActions::failed);
        actions_->forkAction()->trigger();
        QCOMPARE(failed.count(), 1);
        QVERIFY(actions_->dialog() == nullptr);
    }

    /// What is accepted ends in one signal, whichever way it goes.
    void whatIsAcceptedIsCarriedOut() {
        const QString run = makeRun(workspace(), 6, RunState::stopped, {6});
        controller_->open();
        actions_->setRuns({run});
        QSignalSpy failed(actions_, &EditActions::failed);
        QSignalSpy done(actions_, &EditActions::done);
        actions_->editAction()->trigger();
        EditDialog* dialog = actions_->dialog();
        auto* radius = dialog->findChild<QLineEdit*>(QStringLiteral("/phase/sam_radius"));
        radius->selectAll();
        QTest::keyClicks(radius, QStringLiteral("0.1"));
        QTest::mouseClick(dialog->findChild<QPushButton*>(QStringLiteral("accept")),
                          Qt::LeftButton);
        QCOMPARE(failed.count() + done.count(), 1);
    }
};

BALLAST_TEST(TestEditActions)
#include "tst_edit_actions.moc"
