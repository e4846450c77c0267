#include "core/base/machine.h"

#include <QtTest>

#include "core/base/error.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestMachine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void memoryIsReadFromWhatTheKernelWrites() {
        const MemoryUse use = memoryUseOf(
            "MemTotal:        8000 kB\nMemFree:          500 kB\nMemAvailable:    3000 kB\n"
            "HugePages_Total:       0\n");
        QCOMPARE(use.total, std::int64_t{8000 * 1024});
        QCOMPARE(use.used, std::int64_t{5000 * 1024});
        QVERIFY(memoryUseOf("") == MemoryUse());
        QVERIFY(memoryUseOf("nonsense\n") == MemoryUse());
        // More available than there is, as some containers say.
        QCOMPARE(memoryUseOf("MemTotal: 10 kB\nMemAvailable: 20 kB\n").used, std::int64_t{0});
        const MemoryUse here = memoryUse();
        QVERIFY(here.total > 0 && here.used > 0 && here.used < here.total);
    }

    // What is given back stays in it.
    void peakMemoryOfThisProcess() {
        const std::int64_t before = peakMemory();
        QVERIFY(before > (1 << 20));
        { const std::vector<char> much(static_cast<std::size_t>(before + (64 << 20)), 'x'); }
        QVERIFY(peakMemory() >= before + (64 << 20));
    }

    void freeBytesOfAFolderThatIsNotThereYet() {
        const QTemporaryDir folder;
        const std::filesystem::path there = folder.path().toStdString();
        QVERIFY(freeBytes(there) > 0);
        QVERIFY(freeBytes(there / "a" / "b") > 0);
        QVERIFY(!std::filesystem::exists(there / "a"));
    }
};

BALLAST_TEST(TestMachine)
#include "tst_machine.moc"
