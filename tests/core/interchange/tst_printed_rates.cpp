#include "core/interchange/printed_rates.h"

#include <QtTest>

#include "tests/support/test_program.h"

using namespace ballast;

namespace {

std::vector<PrintedRate> rates(const QStringList& texts, int first_epoch) {
    std::vector<PrintedRate> printed;
    for (const QString& text : texts) {
        printed.push_back({first_epoch++, printedNumber(text.toStdString())});
    }
    return printed;
}

}  // namespace

class TestPrintedRates : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void precision_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<double>("value");
        QTest::addColumn<double>("error");
        QTest::newRow("fixed") << "0.02000" << 0.02 << 5e-6;
        QTest::newRow("rounded to nothing") << "0.00000" << 0.0 << 5e-6;
        QTest::newRow("exponent") << "1.0e-02" << 0.01 << 5e-4;
        QTest::newRow("plus") << "1e+01" << 10.0 << 5.0;
        QTest::newRow("whole") << "1" << 1.0 << 0.5;
    }
    void precision() {
        QFETCH(const QString, text);
        QFETCH(const double, value);
        QFETCH(const double, error);
        const PrintedNumber number = printedNumber(text.toStdString());
        QCOMPARE(number.value, value);
        QCOMPARE(number.error, error);
    }

    void scale_data() {
        QTest::addColumn<QStringList>("printed");
        QTest::addColumn<int>("first_epoch");
        QTest::addColumn<double>("factor");
        QTest::addColumn<QString>("said");
        const auto row = [](const char* name, const QString& printed, int first, double factor,
                            const char* said) {
            QTest::newRow(name) << printed.split(' ') << first << factor << said;
        };
        row("LDAM-DRW", "0.00200 0.00400 0.00600 0.00800 0.01000 0.01000", 0, 10.0, "ten times");
        row("LDAM-DRW after 160 epochs", "0.00010 0.00010 0.00000", 160, 10.0, "ten times");
        row("DDC", "2.0e-03 4.0e-03 6.0e-03 8.0e-03 1.0e-02", 0, 10.0, "ten times");
        row("VS-Loss", "0.02000 0.04000 0.06000 0.08000 0.10000", 0, 1.0, "as the log prints");
        row("VS-Loss after one epoch", "0.02000", 0, 1.0, "as the log prints");
        row("VS-Loss after 160 epochs", "0.00100 0.00100 0.00001", 160, 1.0, "as the log prints");
        row("neither", "0.00030 0.00030", 0, 10.0, "a tenth is assumed");
        row("zeros", "0.00000", 180, 10.0, "a tenth is assumed");
    }
    void scale() {
        QFETCH(const QStringList, printed);
        QFETCH(const int, first_epoch);
        QFETCH(const double, factor);
        QFETCH(const QString, said);
        const RateScale scale = rateScale(rates(printed, first_epoch), {0.1, 5});
        QCOMPARE(scale.factor, factor);
        QVERIFY2(QString::fromStdString(scale.said).contains(said), scale.said.c_str());
        QVERIFY(QString::fromStdString(scale.said).contains("lr=0.1"));
    }
};

BALLAST_TEST(TestPrintedRates)
#include "tst_printed_rates.moc"
