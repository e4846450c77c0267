#include <QtTest>
#include <nlohmann/json.hpp>
#include <set>

#include "core/analysis/paper_results.h"
#include "core/experiment/presets.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

RunConfig preset(const char* method, std::uint64_t seed, const char* dataset = "cifar10") {
    PresetRequest request;
    request.method = method;
    request.dataset = dataset;
    RunConfig config = presetConfig(request);
    config.training.seed = seed;
    return config;
}

/// Five seeds of CE on CIFAR-10 LT 100 about 0.717, with a deviation of 0.004.
void addCe(AnalysisRuns& runs) {
    // 0, ±1, ±1 over √1 · …: squares 4 over n − 1 = 4
    const double off[] = {0.0, 1.0, -1.0, 1.0, -1.0};
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        runs.add(preset("CE", seed), 0.717 + 0.004 * off[seed]);
    }
}

bool nearlyEqual(double a, double b) {
    return std::abs(a - b) < 1e-9;
}

}  // namespace

class TestPaperResults : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Counted in the paper: 16 rows of 8; 15 rows of 8, of which LFMR, BBN and De-confound have 4
    // dashes each, Focal and DRO-LT 3 each.
    void allOfTheTables() {
        int numbers[3] = {0, 0, 0};
        std::set<std::string> rows[3];
        for (const PaperNumber& number : paperNumbers()) {
            ++numbers[number.table];
            rows[number.table].insert(std::string(number.method) + (number.sam ? " SAM" : ""));
            QVERIFY(number.mean > 7.0 && number.mean < 91.0);
            QCOMPARE(std::isnan(number.deviation), number.table == 2);
        }
        QCOMPARE(numbers[1], 128);
        QCOMPARE(numbers[2], 120 - 3 * 4 - 2 * 3);
        QCOMPARE(rows[1].size(), std::size_t{16});
        QCOMPARE(rows[2].size(), std::size_t{15});
    }

    void cells_data() {
        QTest::addColumn<QString>("preset");
        QTest::addColumn<QString>("dataset");
        QTest::addColumn<int>("profile");
        QTest::addColumn<double>("ratio");
        QTest::addColumn<QString>("value");
        QTest::addColumn<double>("mean");
        const int lt = int(Profile::long_tailed);
        const int step = int(Profile::step);
        const int none = int(Profile::none);
        QTest::newRow("first") << "CE"
                               << "cifar10" << lt << 100.0 << "best" << 71.5;
        QTest::newRow("step") << "LDAM"
                              << "cifar10" << step << 10.0 << "best" << 85.0;
        QTest::newRow("100 classes") << "VS"
                                     << "cifar100" << lt << 10.0 << "best" << 58.4;
        QTest::newRow("SAM") << "VS+SAM"
                             << "cifar100" << step << 100.0 << "best" << 47.4;
        QTest::newRow("last") << "VS+TLA+ADRW+SAM"
                              << "cifar100" << step << 10.0 << "best" << 62.3;
        QTest::newRow("few") << "VS+TLA+ADRW+SAM"
                             << "imagenet-lt" << none << 1.0 << "few" << 37.1;
        QTest::newRow("all") << "tau-norm"
                             << "inaturalist2018" << none << 1.0 << "best" << 65.6;
    }
    void cells() {
        QFETCH(const QString, preset);
        QFETCH(const QString, dataset);
        QFETCH(const int, profile);
        QFETCH(const double, ratio);
        QFETCH(const QString, value);
        QFETCH(const double, mean);
        const PaperNumber* found =
            paperNumber(preset.toStdString(), dataset.toStdString(), static_cast<Profile>(profile),
                        ratio, value.toStdString());
        QVERIFY(found != nullptr);
        QCOMPARE(found->mean, mean);
    }

    void noSuchCell() {
        QVERIFY(paperNumber("LA", "cifar10", Profile::long_tailed, 100) == nullptr);
        QVERIFY(paperNumber("CE", "cifar10", Profile::long_tailed, 50) == nullptr);
        QVERIFY(paperNumber("CE", "fashion-mnist", Profile::long_tailed, 100) == nullptr);
        QVERIFY(paperNumber("", "imagenet-lt", Profile::none, 1) == nullptr);
        QVERIFY(paperNumber("Focal", "inaturalist2018", Profile::none, 1, "many") == nullptr);
    }

    void whatIsMissingCanBeTrained() {
        const PaperComparison made = paperDiff({});
        QVERIFY(made.missing.size() > 128);
        for (const PaperNumber* number : made.missing) {
            PresetRequest request;
            request.method = std::string(number->preset);
            request.dataset = std::string(number->dataset);
            QVERIFY(!presetConfig(request).name.empty());
        }
    }

    void ownBesideThePapers() {
        AnalysisRuns runs;
        addCe(runs);
        const PaperComparison made = paperDiff(runs.all());
        QCOMPARE(made.rows.size(), std::size_t{1});
        const PaperDifference& row = made.rows[0];
        QCOMPARE(row.paper->mean, 71.5);
        QVERIFY(nearlyEqual(row.own.mean, 71.7) && nearlyEqual(row.own.standard_deviation, 0.4));
        QVERIFY(nearlyEqual(row.difference, 0.2));
        // 0.2 / √(0.4² / 5 + 0.4² / 5)
        QVERIFY(nearlyEqual(row.z, 0.2 / std::sqrt(0.064)));
        QCOMPARE(row.agreement, Agreement::within_one);
        QVERIFY(row.reservations.empty());
        QVERIFY(std::ranges::find(made.missing, row.paper) == made.missing.end());
        QVERIFY(!made.missing.empty());
        const std::string text = paperMarkdown(made, true);
        QVERIFY2(text.find("| CE | CIFAR-10 LT 100 | 71.7 ± 0.4 | 5 | 71.5 ± 0.4 | +0.2 | +0.8 | "
                           "within 1 standard error |") != std::string::npos,
                 text.c_str());
        QVERIFY(text.find("| LDAM+DRW+SAM | CIFAR-100 step 10 | 59.3 ± 0.2 |") !=
                std::string::npos);
        QVERIFY(paperMarkdown(made, false).find("LDAM") == std::string::npos);
        QCOMPARE(paperJson(made)["rows"][0]["paper"]["n"], 5);
    }

    void oneSeedSaysLittle() {
        AnalysisRuns runs;
        runs.add(preset("CE+DRW+SAM", 0), 0.8);
        const PaperComparison made = paperDiff(runs.all());
        QCOMPARE(made.rows.at(0).paper->mean, 80.5);
        QVERIFY(std::isnan(made.rows[0].z));
        QCOMPARE(agreementText(made.rows[0]), std::string("n = 1: one seed has no standard error"));
    }

    void otherTrainingIsNamed() {
        AnalysisRuns runs;
        for (std::uint64_t seed = 0; seed < 2; ++seed) {
            RunConfig config = preset("CE+ADRW", seed);
            config.name = "CE+ADRW · ν = 0.9";
            config.phases[1].alpha.parameters["nu"] = 0.9;
            config.model.name = "resnet8";
            config.training.epochs = 180;
            config.training.selection = Selection::validation;
            runs.add(config, 0.7 + 0.001 * double(seed));
        }
        const PaperComparison made = paperDiff(runs.all());
        QCOMPARE(made.rows.at(0).reservations,
                 (std::vector<std::string>{
                     "not the values of preset CE+ADRW", "180 epochs instead of 200 epochs",
                     "resnet8 instead of resnet32", "best epoch on validation instead of test"}));
        QCOMPARE(made.rows[0].agreement, Agreement::beyond);
    }

    void whatThePaperHasNot() {
        AnalysisRuns runs;
        runs.add(preset("LA", 0), 0.7);
        runs.add(preset("CE", 0), 0.7).epochs.resize(3);
        const PaperComparison made = paperDiff(runs.all());
        QVERIFY(made.rows.empty());
        QCOMPARE(made.elsewhere, std::size_t{1});
        QCOMPARE(made.unfinished, std::size_t{1});
    }

    void table2HasNoDeviation() {
        AnalysisRuns runs;
        for (std::uint64_t seed = 0; seed < 2; ++seed) {
            IndexedRun& run = runs.add(preset("CE", seed, "imagenet-lt"), 0.5);
            run.epochs[0].many = 0.6;
            run.epochs[0].few = 0.3;
        }
        const PaperComparison made = paperDiff(runs.all());
        QCOMPARE(made.rows.size(), std::size_t{4});
        QCOMPARE(made.rows[0].paper->value, std::string_view("many"));
        QVERIFY(nearlyEqual(made.rows[0].difference, 60.0 - 65.9));
        QCOMPARE(agreementText(made.rows[0]), std::string("the paper prints no deviation"));
        QCOMPARE(agreementText(made.rows[1]), std::string("no number of ours"));
    }
};

BALLAST_TEST(TestPaperResults)
#include "tst_paper_results.moc"
