#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "app/desktop/workspace_watch.h"
#include "tests/bench/workspace_maker.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

class TestWorkspaceWatch : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    fs::path workspace(int runs) const {
        const fs::path made =
            folder_.filePath(QString::fromLatin1(QTest::currentTestFunction())).toStdString();
        makeWorkspace(made, {.runs = runs, .epochs = 3, .classes = 4});
        return made;
    }

private Q_SLOTS:
    void openReadsAtOnce() {
        WorkspaceWatch watch(workspace(3));
        QSignalSpy looked(&watch, &WorkspaceWatch::looked);
        watch.open();
        QCOMPARE(watch.runs().size(), std::size_t{3});
        QCOMPARE(looked.count(), 0);
        watch.open();
        QCOMPARE(watch.runs().size(), std::size_t{3});
    }

    // What comes and goes is found by the next look, on the window's thread.
    void laterChangesAreFound() {
        const fs::path made = workspace(3);
        WorkspaceWatch watch(made);
        watch.open();
        const fs::path gone = watch.runs()[1].folder;
        fs::remove_all(gone);
        std::vector<std::string> told;
        std::size_t found = 0;
        connect(&watch, &WorkspaceWatch::looking, this, [&] { told.push_back("looking"); });
        connect(&watch, &WorkspaceWatch::looked, this, [&] {
            QCOMPARE(QThread::currentThread(), qApp->thread());
            told.push_back("looked");
            found = watch.runs().size();
            for (const IndexedRun& run : watch.runs()) QVERIFY(run.folder != gone);
        });
        QTRY_COMPARE_WITH_TIMEOUT(told.size(), std::size_t{4}, 20000);
        const std::vector<std::string> expected = {"looking", "looked", "looking", "looked"};
        QCOMPARE(told, expected);
        QCOMPARE(found, std::size_t{2});
    }

    // A slot that takes its time, as a dialog does, has the runs to itself.
    void noLookBeginsWhileOneIsTold() {
        WorkspaceWatch watch(workspace(1));
        watch.open();
        int looking = 0;
        int while_told = -1;
        connect(&watch, &WorkspaceWatch::looking, this, [&] { ++looking; });
        connect(&watch, &WorkspaceWatch::looked, this, [&] {
            if (while_told >= 0) return;
            const int before = looking;
            QTest::qWait(2500);
            while_told = looking - before;
        });
        QTRY_VERIFY_WITH_TIMEOUT(while_told >= 0, 20000);
        QCOMPARE(while_told, 0);
    }

    /// A tenth of the time is spent looking, or a look is made once a minute.
    void slowDisksAreLookedAtSeldom() {
        using namespace std::chrono_literals;
        QCOMPARE(WorkspaceWatch::pauseAfter(10ms), std::chrono::milliseconds(2s));
        QCOMPARE(WorkspaceWatch::pauseAfter(500ms), std::chrono::milliseconds(4500ms));
        QCOMPARE(WorkspaceWatch::pauseAfter(30s), std::chrono::milliseconds(60s));
    }

    void endsInTheMiddleOfALook() {
        const fs::path made = workspace(200);
        auto watch = std::make_unique<WorkspaceWatch>(made);
        watch->open();
        QSignalSpy looking(watch.get(), &WorkspaceWatch::looking);
        QSignalSpy looked(watch.get(), &WorkspaceWatch::looked);
        connect(watch.get(), &WorkspaceWatch::looking, this,
                [&] { watch.release()->deleteLater(); });
        QTRY_COMPARE_WITH_TIMEOUT(looking.count(), 1, 20000);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QCOMPARE(looked.count(), 0);
    }
};

BALLAST_TEST(TestWorkspaceWatch)
#include "tst_workspace_watch.moc"
