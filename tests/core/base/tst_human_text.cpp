#include <QtTest>
#include <algorithm>
#include <limits>

#include "core/base/human_text.h"

#include "tests/support/test_program.h"

using namespace ballast;

class TestHumanText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sizes_data() {
        QTest::addColumn<qint64>("bytes");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("nothing") << qint64{0} << QByteArray("0.0 MiB");
        QTest::newRow("too little to see") << qint64{52'428} << QByteArray("0.0 MiB");
        QTest::newRow("a tenth") << qint64{52'429} << QByteArray("0.1 MiB");
        QTest::newRow("one") << qint64{1} * 1024 * 1024 << QByteArray("1.0 MiB");
        QTest::newRow("170498071 bytes of CIFAR-10")
            << qint64{170'498'071} << QByteArray("162.6 MiB");
        QTest::newRow("almost a gibibyte")
            << qint64{1023} * 1024 * 1024 << QByteArray("1023.0 MiB");
        QTest::newRow("a gibibyte") << qint64{1024} * 1024 * 1024 << QByteArray("1.00 GiB");
        QTest::newRow("a large disk") << qint64{2'000'000'000'000} << QByteArray("1862.65 GiB");
    }
    void sizes() {
        QFETCH(const qint64, bytes);
        QFETCH(const QByteArray, text);
        QCOMPARE(sizeText(bytes), text.toStdString());
    }

    void durations_data() {
        QTest::addColumn<double>("seconds");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("less than nothing") << -3.0 << QByteArray("0 s");
        QTest::newRow("nothing") << 0.0 << QByteArray("0 s");
        QTest::newRow("rounded down") << 12.4 << QByteArray("12 s");
        QTest::newRow("rounded up to a minute") << 59.5 << QByteArray("1 min 00 s");
        QTest::newRow("minutes") << 200.0 << QByteArray("3 min 20 s");
        QTest::newRow("almost an hour") << 3599.0 << QByteArray("59 min 59 s");
        QTest::newRow("an hour") << 3600.0 << QByteArray("1 h 00 min");
        QTest::newRow("seconds of an hour are left out") << 3779.0 << QByteArray("1 h 02 min");
        QTest::newRow("days") << 100.0 * 3600 << QByteArray("100 h 00 min");
    }
    void durations() {
        QFETCH(const double, seconds);
        QFETCH(const QByteArray, text);
        QCOMPARE(durationInWords(seconds), text.toStdString());
    }

    void paddedByCharacters() {
        QCOMPARE(padded("", 2), std::string("  "));
        QCOMPARE(padded("Été", 5), std::string("Été  "));
        QCOMPARE(padded("too long", 5), std::string("too long"));
    }

    void thousands_data() {
        QTest::addColumn<qint64>("number");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("nothing") << qint64{0} << QByteArray("0");
        QTest::newRow("three digits") << qint64{999} << QByteArray("999");
        QTest::newRow("four digits") << qint64{1000} << QByteArray("1,000");
        QTest::newRow("seven digits") << qint64{1'234'567} << QByteArray("1,234,567");
        QTest::newRow("negative, three digits") << qint64{-123} << QByteArray("-123");
        QTest::newRow("negative") << qint64{-123'456} << QByteArray("-123,456");
        QTest::newRow("the largest")
            << std::numeric_limits<qint64>::max() << QByteArray("9,223,372,036,854,775,807");
    }
    void thousands() {
        QFETCH(const qint64, number);
        QFETCH(const QByteArray, text);
        QCOMPARE(groupedText(number), text.toStdString());
    }

    void namesAreSortedByTheirNumbers() {
        std::vector<std::string> names = {"T₀ = 10, a", "T₀ = 8", "ν = 0.15", "ν = 0.2",
                                          "ν = 0.1",    "CE",     "T₀ = 10",  "CE 2"};
        std::ranges::sort(names, naturallyBefore);
        QCOMPARE(names, (std::vector<std::string>{"CE", "CE 2", "T₀ = 8", "T₀ = 10", "T₀ = 10, a",
                                                  "ν = 0.1", "ν = 0.15", "ν = 0.2"}));
        QVERIFY(!naturallyBefore("a1", "a1"));
        QVERIFY(naturallyBefore("a1", "a1.0") != naturallyBefore("a1.0", "a1"));
    }
};

BALLAST_TEST(TestHumanText)
#include "tst_human_text.moc"
