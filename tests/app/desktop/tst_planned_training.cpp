#include <QMessageBox>
#include <QPushButton>
#include <QTemporaryDir>
#include <QWidget>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "app/desktop/planned_training.h"
#include "app/desktop/run_controller.h"
#include "core/runs/learning_library.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

namespace {

/// Runs of 10 epochs that part after 5.
json config(double nu) {
    json made = json::parse(R"({"data": {"dataset": "fashion-mnist"}, "model": {"name": "resnet8"},
        "phases": [{"from": 0}, {"from": 5, "alpha": {"rule": "power", "nu": 0.5}}],
        "lr_schedule": {"warmup_epochs": 1, "steps": []},
        "training": {"epochs": 10, "device": "cpu"}})");
    made["name"] = "CE · ν = " + std::to_string(nu);
    made["phases"][1]["alpha"]["nu"] = nu;
    return made;
}

}  // namespace

/// Runs that are asked for are planned, confirmed and queued.
class TestPlannedTraining : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<QWidget> window_;
    std::unique_ptr<RunController> controller_;
    std::unique_ptr<PlannedTraining> planned_;

private Q_SLOTS:
    void init() {
        const auto workspace = folder_.filePath(QString::fromLatin1(QTest::currentTestFunction()));
        window_ = std::make_unique<QWidget>();
        window_->show();
        TrainingEnvironment environment;
        environment.threads = 1;
        controller_ = std::make_unique<RunController>(learningLibrary(), environment,
                                                      workspace.toStdString());
        planned_ = std::make_unique<PlannedTraining>(*controller_, window_.get());
    }
    void cleanup() {
        planned_.reset();
        QSignalSpy closed(controller_.get(), &RunController::closed);
        controller_->close();
        QVERIFY(closed.count() > 0 || closed.wait(60000));
        controller_.reset();
        window_.reset();
    }

    void thePointerIsBusyWhileRunsArePlanned() {
        planned_->ask({}, [] { return std::vector{config(0.1)}; });
        QCOMPARE(window_->cursor().shape(), Qt::BusyCursor);
        QTRY_VERIFY(planned_->question() != nullptr);
        QCOMPARE(window_->cursor().shape(), Qt::ArrowCursor);
    }

    // 15 epochs instead of 20, as a sweep would share them; nothing is made before the answer.
    void theQuestionSaysWhatItTakes() {
        planned_->ask(QStringLiteral("CE at 0.2"), [] {
            return std::vector<json>{config(0.2), config(0.7)};
        });
        QTRY_VERIFY(planned_->question() != nullptr);
        QMessageBox* question = planned_->question();
        QVERIFY2(question->text().startsWith(QStringLiteral(
                     "<b>Train 2 runs?</b><br>CE at 0.2<br>15 epochs instead of 20")),
                 qPrintable(question->text()));
        question->reject();
        QVERIFY(controller_->runs().empty());
        QVERIFY(!controller_->hasRuns());
    }

    void theRunsAreQueued() {
        QSignalSpy started(controller_.get(), &RunController::runsStarted);
        planned_->ask({}, [] { return std::vector<json>{config(0.2)}; });
        QTRY_VERIFY(planned_->question() != nullptr);
        planned_->question()->defaultButton()->click();
        QTRY_COMPARE(started.count(), 1);
        QCOMPARE(started.at(0).at(0).toInt(), 1);
        QCOMPARE(controller_->runs().size(), std::size_t{1});
        const QString run = QString::fromStdString(controller_->runs().front()->id);
        QVERIFY(controller_->holds(run));
        // Again: it is there.
        QSignalSpy said(planned_.get(), &PlannedTraining::said);
        planned_->ask({}, [] { return std::vector<json>{config(0.2)}; });
        QTRY_COMPARE(said.count(), 1);
        QVERIFY(said.at(0).at(0).toString().contains(QStringLiteral("already")));
        controller_->stop(run);
    }

    void whatIsNotValidIsRefusedInTheConfigsWords() {
        QSignalSpy failed(planned_.get(), &PlannedTraining::failed);
        planned_->ask({}, [] { return std::vector<json>{config(0.2), config(-3.0)}; });
        QTRY_COMPARE(failed.count(), 1);
        const QString sentence = failed.at(0).at(0).toString();
        QVERIFY2(sentence.contains(QStringLiteral("/phases/1/alpha/nu")) &&
                     sentence.contains(QStringLiteral("-3")),
                 qPrintable(sentence));
        QVERIFY(planned_->question() == nullptr);
    }
};

BALLAST_TEST(TestPlannedTraining)
#include "tst_planned_training.moc"
