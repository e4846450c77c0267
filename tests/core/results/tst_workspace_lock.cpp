#include "core/results/workspace_lock.h"

#include <QtTest>
#include <memory>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "tests/support/other_process.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

/// Another process that has the workspace open, until it is killed.
class OtherWindow : public OtherProcess {
public:
    explicit OtherWindow(const fs::path& workspace)
        : OtherProcess([&workspace] { return std::make_unique<WorkspaceLock>(workspace); }) {}
};

std::string whyNot(const fs::path& workspace) {
    try {
        const WorkspaceLock lock(workspace);
        return "";
    } catch (const StorageError& error) {
        return error.what();
    }
}

}  // namespace

class TestWorkspaceLock : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    const fs::path workspace_ = fs::path(folder_.path().toStdString()) / "workspace";

private Q_SLOTS:
    void oneAtATime() {
        {
            const WorkspaceLock lock(workspace_);  // makes the folder
            QVERIFY(fs::exists(WorkspaceLock::fileOf(workspace_)));
            const std::string reason = whyNot(workspace_);
            QVERIFY2(reason.find("another window has") != std::string::npos, reason.c_str());
            const std::string process = "(process " + std::to_string(::getpid()) + ")";
            QVERIFY2(reason.find(process) != std::string::npos, reason.c_str());
        }
        QCOMPARE(whyNot(workspace_), std::string());
    }

    // However a process ends, what it leaves locks nothing.
    void aDeadProcessHoldsNothing() {
        OtherWindow other(workspace_);
        QVERIFY(other.holds());
        const std::string reason = whyNot(workspace_);
        QVERIFY2(reason.find(std::to_string(other.pid())) != std::string::npos, reason.c_str());
        other.kill();
        QVERIFY(readFile(WorkspaceLock::fileOf(workspace_)).find(std::to_string(other.pid())) !=
                std::string::npos);
        QCOMPARE(whyNot(workspace_), std::string());
    }

    void aLockThatSaysNothingIsOneStill() {
        const WorkspaceLock lock(workspace_);
        fs::resize_file(WorkspaceLock::fileOf(workspace_), 0);
        QCOMPARE(whyNot(workspace_), "another window has " + workspace_.string() + " open");
    }

    void whereNothingCanBeWrittenTheReasonIsSaid() {
        const fs::path file = fs::path(folder_.path().toStdString()) / "file";
        replaceFile(file, "no folder");
        QVERIFY(whyNot(file / "workspace").find((file / "workspace").string()) !=
                std::string::npos);
        QVERIFY(!whyNot("/proc/self").empty());  // not even for root
    }

    // What lies in a run is no workspace, and nothing is made there.
    void nestedWorkspacesAreRefused() {
        const fs::path inner = workspace_ / "runs" / "a" / "workspace";
        fs::create_directories(workspace_ / "runs" / "a");
        for (const char* name : {"run.json", "status.json"}) {
            replaceFile(workspace_ / "runs" / "a" / name, "{}");
        }
        QVERIFY(whyNot(inner).find("would lie in") != std::string::npos);
        QVERIFY(!fs::exists(inner));
    }
};

BALLAST_TEST(TestWorkspaceLock)
#include "tst_workspace_lock.moc"
