#include "app/desktop/cluster_training.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QWidget>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "app/desktop/cluster_dialog.h"
#include "app/desktop/run_controller.h"
#include "core/cluster/job_book.h"
#include "core/runs/learning_library.h"
#include "tests/core/cluster/planned_sweep.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

namespace {

/// Two runs of ten epochs that part after five.
json sweep() {
    return json::parse(R"({"format": 1, "name": "nu", "base": {
        "data": {"dataset": "fashion-mnist"}, "model": {"name": "resnet8"},
        "phases": [{"from": 0}, {"from": 5, "alpha": {"rule": "power", "nu": 0.5}}],
        "lr_schedule": {"warmup_epochs": 1, "steps": []},
        "training": {"epochs": 10, "device": "cpu"}},
        "axes": {"/phases/1/alpha/nu": [0.2, 0.7]}})");
}

template<class T>
T* part(QWidget& parent, const char* name) {
    return parent.findChild<T*>(QLatin1String(name));
}

}  // namespace

/// A sweep that the window submits, to a scheduler that this test plays.
class TestClusterTraining : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<QWidget> window_;
    std::unique_ptr<RunController> controller_;
    std::unique_ptr<ClusterTraining> cluster_;
    FakeScheduler* scheduler_ = nullptr;

    QPushButton* submitButton() {
        return cluster_->dialog()->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
    }

    /// The one sentence that follows.
    QString answered() {
        QSignalSpy said(cluster_.get(), &ClusterTraining::said);
        QSignalSpy failed(cluster_.get(), &ClusterTraining::failed);
        submitButton()->click();
        if (!QTest::qWaitFor([&] { return said.count() + failed.count() > 0; }, 60'000)) return {};
        return said.isEmpty() ? QStringLiteral("failed: ") + failed.at(0).at(0).toString()
                              : said.at(0).at(0).toString();
    }

private Q_SLOTS:
    void init() {
        const auto workspace = folder_.filePath(QString::fromLatin1(QTest::currentTestFunction()));
        window_ = std::make_unique<QWidget>();
        window_->show();
        TrainingEnvironment environment;
        environment.threads = 1;
        controller_ = std::make_unique<RunController>(learningLibrary(), environment,
                                                      workspace.toStdString());
        auto scheduler = std::make_unique<FakeScheduler>();
        scheduler_ = scheduler.get();
        cluster_ = std::make_unique<ClusterTraining>(*controller_, window_.get(),
                                                     std::move(scheduler), "/usr/bin/ballast-cli");
    }
    void cleanup() {
        cluster_.reset();
        QSignalSpy closed(controller_.get(), &RunController::closed);
        controller_->close();
        QVERIFY(closed.count() > 0 || closed.wait(60000));
        controller_.reset();
        window_.reset();
    }

    void submitsWhatTheDialogueSays() {
        cluster_->ask(sweep());
        ClusterDialog* dialog = cluster_->dialog();
        QVERIFY(dialog != nullptr && dialog->isVisible());
        part<QLineEdit>(*dialog, "cluster_partition")->setText(QStringLiteral("long"));
        part<QLineEdit>(*dialog, "cluster_time")->setText(QStringLiteral("2:00:00"));
        part<QLineEdit>(*dialog, "cluster_memory")->setText(QStringLiteral("3G"));
        part<QSpinBox>(*dialog, "cluster_threads")->setValue(4);
        part<QSpinBox>(*dialog, "cluster_side_by_side")->setValue(7);
        part<QCheckBox>(*dialog, "cluster_shared")->setChecked(true);
        const QString said = answered();
        QVERIFY2(said.startsWith(QStringLiteral("Submitted 3 segments to Slurm as 2 jobs.")),
                 qPrintable(said));
        QCOMPARE(scheduler_->submitted.size(), std::size_t{2});
        const JobScript& first = scheduler_->submitted.front();
        QCOMPARE(first.segments.size(), std::size_t{1});  // what both share
        QCOMPARE(first.request, (JobRequest{"long", 4, 3072, 0, 7200, 7}));
        QCOMPARE(first.command.program, std::filesystem::path("/usr/bin/ballast-cli"));
        QCOMPARE(first.command.workspace, controller_->workspace());
        QCOMPARE(scheduler_->submitted.back().segments.size(), std::size_t{2});
        QCOMPARE(readJobBook(controller_->workspace()).jobs.size(), std::size_t{2});
        QTRY_COMPARE(window_->cursor().shape(), Qt::ArrowCursor);

        // Again: the dialogue has the last answer, and nothing is submitted twice.
        cluster_->ask(sweep());
        QCOMPARE(part<QLineEdit>(*cluster_->dialog(), "cluster_partition")->text(),
                 QStringLiteral("long"));
        QCOMPARE(answered(), QStringLiteral("Slurm has all that is left of this sweep already."));
        QCOMPARE(scheduler_->submitted.size(), std::size_t{2});
    }

    void wrongAnswersAreSaidAtOnce_data() {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("said");
        QTest::newRow("time") << "cluster_time"
                              << "soon"
                              << "Time limit: \"soon\" is no time limit";
        QTest::newRow("memory") << "cluster_memory"
                                << "4X"
                                << "Memory: \"4X\" is no amount";
        QTest::newRow("partition") << "cluster_partition"
                                   << "a b"
                                   << "Partition: \"a b\" is no name";
    }

    void wrongAnswersAreSaidAtOnce() {
        QFETCH(const QString, field);
        QFETCH(const QString, value);
        QFETCH(const QString, said);
        cluster_->ask(sweep());
        ClusterDialog& dialog = *cluster_->dialog();
        for (const char* each : {"cluster_partition", "cluster_time", "cluster_memory"}) {
            part<QLineEdit>(dialog, each)->clear();
        }
        QVERIFY(dialog.problem().isEmpty() && submitButton()->isEnabled());
        dialog.findChild<QLineEdit*>(field)->setText(value);
        QVERIFY2(dialog.problem().startsWith(said), qPrintable(dialog.problem()));
        QVERIFY(!submitButton()->isEnabled());
        QVERIFY(part<QLabel>(dialog, "cluster_problem")->isVisible());
        dialog.reject();
        QVERIFY(scheduler_->submitted.empty());
    }

    /// What the cluster says is shown.
    void whatTheClusterSaysIsShown() {
        scheduler_->fail_at = 1;
        cluster_->ask(sweep());
        part<QCheckBox>(*cluster_->dialog(), "cluster_shared")->setChecked(true);
        const QString said = answered();
        QCOMPARE(said, QStringLiteral("failed: sbatch cannot reach Slurm"));
        QCOMPARE(window_->cursor().shape(), Qt::ArrowCursor);
    }
};

BALLAST_TEST(TestClusterTraining)
#include "tst_cluster_training.moc"
