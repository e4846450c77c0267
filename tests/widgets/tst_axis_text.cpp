#include "tests/support/test_program.h"
#include "widgets/axis_text.h"

#include <QtTest>

using namespace ballast;
using nlohmann::json;

class TestAxisText : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void values_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("values");
        const auto row = [](const char* typed, const char* values) {
            QTest::newRow(typed) << QString::fromUtf8(typed) << QString::fromUtf8(values);
        };
        row("0, 0.05, 0.1", "[0, 0.05, 0.1]");
        row(" 3 ", "[3]");
        row("-1, 2e-4", "[-1, 2e-4]");
        row("one, inverse", R"(["one", "inverse"])");
        row("0 … 0.5 step 0.05", R"({"from": 0, "to": 0.5, "step": 0.05})");
        row("0...0.5 step 0.05", R"({"from": 0, "to": 0.5, "step": 0.05})");
        row("0..0.5 step 0.05", R"({"from": 0, "to": 0.5, "step": 0.05})");
        row("0 – 0.5 step 0.05", R"({"from": 0, "to": 0.5, "step": 0.05})");
        row("1 … 0 step -0.5", R"({"from": 1, "to": 0, "step": -0.5})");
        row("0 … 1 count 5", R"({"from": 0, "to": 1, "count": 5})");
        row("0 … 1 linear 5", R"({"from": 0, "to": 1, "count": 5})");
        row("1e-4 … 1e-1 log 7", R"({"from": 1e-4, "to": 1e-1, "count": 7, "scale": "log"})");
    }
    void values() {
        QFETCH(QString, typed);
        QFETCH(QString, values);
        const AxisText read = axisValues(typed);
        QCOMPARE(read.problem, QString());
        QCOMPARE(read.values, json::parse(values.toStdString()));
        // What is shown for it is read as the same.
        QCOMPARE(axisValues(axisText(read.values)).values, read.values);
    }

    void problems_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* typed, const char* says) {
            QTest::newRow(typed) << QString::fromUtf8(typed) << QString::fromUtf8(says);
        };
        row("", "Values are missing");
        row("1,,2", "between two commas");
        row("1, 2,", "between two commas");
        row("0 … 1", "Say how many");
        row("a … 1 step 1", "“a” is not a number");
        row("0 … b step 1", "“b” is not a number");
        row("0 … 1 step", "After “step” stands a number");
        row("0 … 1 step x", "not “x”");
        row("0 … 1 by 3", "A range is");
        row("0, 1 … 5", "A range is");
    }
    void problems() {
        QFETCH(QString, typed);
        QFETCH(QString, says);
        const AxisText read = axisValues(typed);
        QVERIFY2(read.problem.contains(says), qPrintable(read.problem));
    }

    void seeds_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("seeds");
        QTest::addColumn<QString>("shown");
        const auto row = [](const char* typed, const char* seeds, const char* shown) {
            QTest::newRow(typed) << QString::fromUtf8(typed) << QString::fromUtf8(seeds)
                                 << QString::fromUtf8(shown);
        };
        row("", "[]", "");
        row("3", "[3]", "3");
        row("0–4", "[0, 1, 2, 3, 4]", "0–4");
        row("0-2", "[0, 1, 2]", "0–2");
        row("0 … 2", "[0, 1, 2]", "0–2");
        row("0, 1, 7–9", "[0, 1, 7, 8, 9]", "0, 1, 7–9");
    }
    void seeds() {
        QFETCH(QString, typed);
        QFETCH(QString, seeds);
        QFETCH(QString, shown);
        const AxisText read = seedValues(typed);
        QCOMPARE(read.problem, QString());
        QCOMPARE(read.values, json::parse(seeds.toStdString()));
        QCOMPARE(seedText(read.values), shown);
    }

    void badSeeds() {
        for (const char* typed : {"a", "-1", "1.5", "1,,2", "4–0", "0–99999999"}) {
            QVERIFY2(!seedValues(QString::fromUtf8(typed)).problem.isEmpty(), typed);
        }
        QCOMPARE(seedText({{"from", 2}, {"count", 3}}), QStringLiteral("2–4"));
    }
};

BALLAST_TEST(TestAxisText)
#include "tst_axis_text.moc"
