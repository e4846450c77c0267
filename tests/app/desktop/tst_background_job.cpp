#include "app/desktop/background_job.h"
#include "tests/support/test_program.h"

#include <QElapsedTimer>
#include <QtTest>
#include "core/base/error.h"

using namespace ballast;
using Task = BackgroundJob::Task;

namespace {

constexpr int kSoon = 2000;      // ms
constexpr int kForever = 20000;  // ms: work that nobody calls off

/// Works until it is called off. Whether it was.
bool waitToBeCancelled(Task& task) {
    QElapsedTimer timer;
    timer.start();
    while (!task.cancelled() && timer.elapsed() < kForever) QThread::msleep(1);
    return task.cancelled();
}

}  // namespace

class TestBackgroundJob : public QObject {
    Q_OBJECT

    QStringList heard_;  // what reached the window's thread

    auto hear() {
        return [this](const QString& what) { heard_ << what; };
    }
    auto hearError() {
        return [this](const QString& sentence) { heard_ << QStringLiteral("error: ") + sentence; };
    }
    /// Work that returns its name at once.
    static auto named(const char* name) {
        return [name](Task&) { return QString::fromLatin1(name); };
    }
    /// Work that ends only when it is called off.
    auto endless(std::atomic<int>& begun) {
        return [&begun](Task& task) {
            ++begun;
            waitToBeCancelled(task);
            return QStringLiteral("endless");
        };
    }

private Q_SLOTS:
    void init() { heard_.clear(); }

    void theResultComesToTheWindowsThread() {
        BackgroundJob job;
        const QThread* window = QThread::currentThread();
        const QThread* worked_on = nullptr;
        const QThread* told_on = nullptr;
        std::unique_ptr<int> result;
        QVERIFY(!job.busy());
        job.start(
            [&](Task&) {
                worked_on = QThread::currentThread();
                return std::make_unique<int>(7);  // which cannot be copied
            },
            [&](std::unique_ptr<int> made) {
                told_on = QThread::currentThread();
                result = std::move(made);
            },
            hearError());
        QVERIFY(job.busy());
        QVERIFY(result == nullptr);
        QTRY_VERIFY(result != nullptr);
        QCOMPARE(*result, 7);
        QVERIFY(worked_on != window);
        QCOMPARE(told_on, window);
        QVERIFY(!job.busy());
        QCOMPARE(heard_, QStringList());
    }

    void anExceptionComesAsItsSentence() {
        BackgroundJob job;
        job.start([](Task&) -> QString { throw StorageError("the disk is full"); }, hear(),
                  hearError());
        QTRY_COMPARE(heard_, QStringList(QStringLiteral("error: the disk is full")));
        QVERIFY(!job.busy());
    }

    void oneAtATime() {
        BackgroundJob job;
        std::atomic<int> begun{0};
        QVERIFY(job.start(endless(begun), hear(), hearError()));
        QTRY_COMPARE(begun.load(), 1);
        QVERIFY(!job.start(named("second"), hear(), hearError()));
        job.cancel();
        QTRY_VERIFY(!job.busy());
        QCOMPARE(heard_, QStringList());
        QVERIFY(job.start(named("third"), hear(), hearError()));
        QTRY_COMPARE(heard_, QStringList(QStringLiteral("third")));
    }

    /// Whoever hears of the end may begin the next.
    void theEndMayBeginTheNext() {
        BackgroundJob job;
        bool begun = false;
        job.start(
            named("first"),
            [&](const QString& what) {
                heard_ << what;
                begun = job.start(named("second"), hear(), hearError());
            },
            hearError());
        QTRY_COMPARE(heard_, (QStringList{QStringLiteral("first"), QStringLiteral("second")}));
        QVERIFY(begun);
    }

    void theWindowSeesTheLatestProgress() {
        BackgroundJob job;
        QSignalSpy progressed(&job, &BackgroundJob::progressed);
        job.start(
            [](Task& task) {
                for (int i = 0; i <= 1000; ++i) task.report(QStringLiteral("step"), i / 10);
                return waitToBeCancelled(task);
            },
            [](bool) {}, hearError());
        QTRY_COMPARE(progressed.count(), 1);
        QCOMPARE(progressed[0][0].toString(), QStringLiteral("step"));
        QCOMPARE(progressed[0][1].toInt(), 100);
        QTest::qWait(250);
        QCOMPARE(progressed.count(), 1);  // nothing new was said
    }

    void cancellingDropsResultErrorAndProgress_data() {
        QTest::addColumn<bool>("fails");
        QTest::newRow("result") << false;
        QTest::newRow("error") << true;
    }

    void cancellingDropsResultErrorAndProgress() {
        QFETCH(bool, fails);
        BackgroundJob job;
        QSignalSpy progressed(&job, &BackgroundJob::progressed);
        std::atomic<bool> begun{false};
        job.start(
            [&](Task& task) {
                task.report(QStringLiteral("begun"), 0);
                begun = true;
                waitToBeCancelled(task);
                if (fails) throw std::runtime_error("called off");
                return QStringLiteral("result");
            },
            hear(), hearError());
        while (!begun) QThread::msleep(1);  // the window does not look meanwhile
        job.cancel();
        QVERIFY(job.busy());
        QTRY_VERIFY(!job.busy());
        QTest::qWait(150);
        QCOMPARE(heard_, QStringList());
        QCOMPARE(progressed.count(), 0);
    }

    /// The result is there and nobody was told yet.
    void cancellingAfterTheEndDropsTheResult() {
        BackgroundJob job;
        std::atomic<bool> over{false};
        job.start(
            [&](Task&) {
                over = true;
                return QStringLiteral("result");
            },
            hear(), hearError());
        while (!over) QThread::msleep(1);
        QThread::msleep(50);
        job.cancel();
        QTRY_VERIFY(!job.busy());
        QCOMPARE(heard_, QStringList());
    }

    void theDestructorCancelsAndWaits() {
        std::atomic<int> begun{0};
        std::atomic<bool> told{false};
        QElapsedTimer timer;
        {
            BackgroundJob job;
            job.start(
                [&](Task& task) {
                    ++begun;
                    const bool cancelled = waitToBeCancelled(task);
                    QThread::msleep(50);
                    told = cancelled;
                    return QStringLiteral("result");
                },
                hear(), hearError());
            while (begun == 0) QThread::msleep(1);
            timer.start();
        }
        QVERIFY2(timer.elapsed() < kSoon, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(told);
        QTest::qWait(50);
        QCOMPARE(heard_, QStringList());
    }

    void ofSeveralOnlyTheLastIsBegun() {
        BackgroundJob job;
        std::atomic<int> begun{0};
        std::atomic<int> between{0};
        job.restart(endless(begun), hear(), hearError());
        QTRY_COMPARE(begun.load(), 1);
        for (int i = 0; i < 3; ++i) job.restart(endless(between), hear(), hearError());
        job.restart(named("last"), hear(), hearError());
        QTRY_COMPARE(heard_, QStringList(QStringLiteral("last")));
        QCOMPARE(between.load(), 0);
        QVERIFY(!job.busy());
    }

    void cancellingForgetsWhatWaits() {
        BackgroundJob job;
        std::atomic<int> begun{0};
        job.restart(endless(begun), hear(), hearError());
        QTRY_COMPARE(begun.load(), 1);
        job.restart(named("next"), hear(), hearError());
        job.cancel();
        QTRY_VERIFY(!job.busy());
        QTest::qWait(50);
        QCOMPARE(heard_, QStringList());
    }
};

BALLAST_TEST(TestBackgroundJob)
#include "tst_background_job.moc"
