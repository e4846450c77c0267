#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/theory/bound_inspection.h"
#include "tests/support/made_bound_run.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestBoundInspection : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    RunSummary run_;

    static std::vector<std::string> cellsOf(const std::string& csv, int line) {
        std::istringstream lines(csv);
        std::string text;
        for (int i = 0; i <= line; ++i) std::getline(lines, text);
        std::istringstream row(text);
        std::vector<std::string> cells;
        while (std::getline(row, text, ',')) cells.push_back(text);
        return cells;
    }

private Q_SLOTS:
    void initTestCase() { run_ = readRun(madeBoundRun(folder_.path().toStdString(), "VS+ADRW")); }

    void saysWhichEpochsAreMeasured() {
        QCOMPARE(epochsWith(run_.records, StatisticsSource::exact), (std::vector<int>{4, 5, 8}));
        QCOMPARE(epochsWith(run_.records, StatisticsSource::streaming).size(), std::size_t{8});
    }

    void partsAgreeWithEachOther() {
        const BoundInspection one = inspectBound(run_, 8, StatisticsSource::exact);
        QCOMPARE(one.phase, 1);
        QCOMPARE(one.class_names[0], std::string("airplane"));
        QVERIFY(one.advice);
        // Eq. 14's complexity is the sum over √N, as c is 1.
        QVERIFY(std::abs(one.data_dependent.complexity * std::sqrt(1110.0) / one.factors.sum() -
                         1.0) < 1e-12);
        // Its risk is Eq. 7's at worst.
        QCOMPARE(one.data_dependent.risk, one.union_risk.upper);
        QVERIFY(one.comparison().find("bound adds less") != std::string::npos);
        QVERIFY(!inspectBound(run_, 4, StatisticsSource::exact).advice);
    }

    void sourcesDiffer() {
        const auto exact = inspectBound(run_, 8, StatisticsSource::exact);
        const auto streaming = inspectBound(run_, 8, StatisticsSource::streaming);
        QCOMPARE(exact.factors.min_logit[0], streaming.factors.min_logit[0] + 1.0);
    }

    void csvIsInFull() {
        const BoundInspection one = inspectBound(run_, 8, StatisticsSource::exact);
        const std::string csv = boundCsv(std::span(&one, 1));
        const auto names = cellsOf(csv, 0);
        const auto cells = cellsOf(csv, 3);  // the rarest class
        const auto number = [&](const char* name) {
            const auto at = std::ranges::find(names, name) - names.begin();
            return std::stod(cells[static_cast<std::size_t>(at)]);
        };
        QCOMPARE(number("class_images"), 10.0);
        QCOMPARE(number("one_minus_softmax"), one.factors.one_minus_softmax[2]);
        QCOMPARE(number("product"), one.factors.product[2]);
        QCOMPARE(number("bound_term"), one.factors.scale * one.factors.product[2]);
        const BoundCurve curve = boundCurve(run_);
        const auto last = cellsOf(boundCurvesCsv(std::span(&curve, 1)), 11);
        QCOMPARE(last[2] + last[3], std::string("exact8"));
        QCOMPARE(std::stod(last[4]), one.factors.sum());
    }

    void notesSayWhatDoesNotHold() {
        RunSummary other = run_;
        other.description.config.loss.name = "focal";
        other.description.config.phases[1].sampling = Sampling::class_balanced;
        other.records[7].streaming.min_logit[1] = kMissing;
        const auto one = inspectBound(other, 8, StatisticsSource::streaming);
        QCOMPARE(one.notes.size(), std::size_t{3});
        QVERIFY(std::isnan(one.data_dependent.risk));
        QVERIFY(std::isnan(one.factors.sum()));
        QVERIFY(one.comparison().empty());
        QVERIFY(boundJson(one)["sum"].is_null());
    }

    void refusesByName() {
        const auto sentence = [&](int epoch, StatisticsSource source) {
            try {
                inspectBound(run_, epoch, source);
            } catch (const ConfigError& error) {
                return std::string(error.what());
            }
            return std::string();
        };
        QVERIFY(sentence(9, StatisticsSource::exact).find("no epoch 9; it has 8") !=
                std::string::npos);
        QVERIFY(sentence(6, StatisticsSource::exact).find("those after epochs 4, 5, 8 have") !=
                std::string::npos);
    }
};

BALLAST_TEST(TestBoundInspection)
#include "tst_bound_inspection.moc"
