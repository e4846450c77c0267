#include "core/cluster/job_request.h"

#include <QtTest>

#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestJobRequest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // As man sbatch lists the formats of --time.
    void timeLimits_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("seconds");
        QTest::addColumn<QString>("back");
        QTest::newRow("minutes") << "90" << qint64{5400} << "01:30:00";
        QTest::newRow("minutes:seconds") << "2:30" << qint64{150} << "00:03:00";
        QTest::newRow("hours:minutes:seconds") << "12:00:00" << qint64{43200} << "12:00:00";
        QTest::newRow("many hours") << "48:00:00" << qint64{172800} << "2-00:00:00";
        QTest::newRow("days-hours") << "1-12" << qint64{129600} << "1-12:00:00";
        QTest::newRow("days-hours:minutes") << "1-2:30" << qint64{95400} << "1-02:30:00";
        QTest::newRow("all") << "3-00:10:30" << qint64{259830} << "3-00:11:00";
    }

    void timeLimits() {
        QFETCH(QString, text);
        QFETCH(qint64, seconds);
        QFETCH(QString, back);
        QCOMPARE(timeLimitSeconds(text.toStdString()), seconds);
        QCOMPARE(QString::fromStdString(timeLimitText(seconds)), back);
    }

    void badTimeLimits_data() {
        QTest::addColumn<QString>("text");
        for (const char* text :
             {"", "soon", "1h", "-5", "1-", "1-2-3", "1:2:3:4", "0", "0:59", "1:60", "1:60:00",
              "1-24", "1-1:60", "2 h", "10:", "99999999", "400-0", "1.5"}) {
            QTest::newRow(text) << QString(text);
        }
    }

    void badTimeLimits() {
        QFETCH(QString, text);
        const QString said = errorOf([&] { timeLimitSeconds(text.toStdString()); });
        QVERIFY2(said.contains("--time: \"" + text + "\""), qPrintable(said));
        QVERIFY2(said.contains("HOURS:MINUTES:SECONDS"), qPrintable(said));
    }

    void memory() {
        QCOMPARE(memoryMebibytes("1500M"), 1500);
        QCOMPARE(memoryMebibytes("1500"), 1500);
        QCOMPARE(memoryMebibytes("4G"), 4096);
        QCOMPARE(memoryMebibytes("2t"), 2 << 20);
        for (const char* bad : {"", "G", "0", "0G", "4GB", "-1G", "1.5G", "much"}) {
            const QString said = errorOf([&] { memoryMebibytes(bad); });
            QVERIFY2(said.contains(QString("--memory-per-run: \"%1\"").arg(bad)), qPrintable(said));
        }
    }

    void warnings() {
        JobRequest request;
        QCOMPARE(warningSeconds(request), 120);
        request.seconds = 60;
        QCOMPARE(warningSeconds(request), 30);
        request.seconds = 300;
        QCOMPARE(warningSeconds(request), 60);
        request.seconds = 86400;
        QCOMPARE(warningSeconds(request), 120);
    }

    void partitions() {
        requirePartitionName("gpu-long_2,main");
        for (const char* bad : {"", "two words", "a\nb", "x;y"}) {
            QVERIFY(errorOf([&] { requirePartitionName(bad); }).startsWith("--partition: "));
        }
    }
};

BALLAST_TEST(TestJobRequest)
#include "tst_job_request.moc"
