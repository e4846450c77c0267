#include "core/runs/foreign_runs.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "core/results/workspace.h"
#include "tests/core/base/error_of.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

/// Without the training library: a checkpoint is what the script says.
class TestForeignRuns : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;

    fs::path path(const char* name) const { return fs::path(folder_->path().toStdString()) / name; }

private Q_SLOTS:
    /// The public code's logs and a checkpoint beside them.
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        fs::copy(fs::path(BALLAST_TEST_DATA) / "public-code", path("source"));
        std::ofstream(path("source") / "20ckpt.pth.tar") << "weights";
    }

    void anImportTakesTheCheckpointOver() {
        const ForeignRun made = importRun(FakeLearning(), path("workspace"), path("source"));
        const RunSummary run = readRun(made.folder);
        QVERIFY(run.status.state == RunState::finished);
        QCOMPARE(run.records.size(), std::size_t{20});
        QVERIFY(fs::exists(made.folder / "checkpoints" / checkpointName(20)));
    }

    void aCancelledImportLeavesNothing_data() {
        QTest::addColumn<QString>("during");
        QTest::newRow("before it begins") << QString();
        QTest::newRow("as the checkpoint is read") << QStringLiteral("inspectCheckpoint");
    }

    void aCancelledImportLeavesNothing() {
        QFETCH(QString, during);
        std::atomic<bool> cancelled{during.isEmpty()};
        QStringList asked;
        const FakeLearning learning([&](const std::string& member) {
            asked << QString::fromStdString(member);
            if (asked.last() == during) cancelled = true;
        });
        const QString said =
            errorOf([&] { importRun(learning, path("workspace"), path("source"), cancelled); });
        QCOMPARE(said, QStringLiteral("the import was cancelled"));
        QCOMPARE(asked, during.isEmpty() ? QStringList() : QStringList(during));
        QVERIFY(!fs::exists(path("workspace")));
    }
};

BALLAST_TEST(TestForeignRuns)
#include "tst_foreign_runs.moc"
