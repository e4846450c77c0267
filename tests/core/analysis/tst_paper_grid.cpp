#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/analysis/paper_grid.h"
#include "core/experiment/presets.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

RunConfig presetOn100(const std::string& method, std::uint64_t seed) {
    PresetRequest request;
    request.method = method;
    request.profile = "long-tailed";
    request.ratio = 100.0;
    RunConfig config = presetConfig(request);
    config.training.seed = seed;
    return config;
}

}  // namespace

class TestPaperGrid : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theTablesStandAsInThePaper() {
        const PaperComparison none = paperDiff({});
        const PaperGrid first = paperGrid(none, 1);
        QCOMPARE(first.rows.size(), std::size_t{16});
        QCOMPARE(first.columns.size(), std::size_t{8});
        QCOMPARE(first.rows.front(), std::string("CE"));
        QCOMPARE(first.columns.front(), std::string("CIFAR-10 LT 100"));
        QCOMPARE(first.at(0, 0).paper->mean, 71.5);
        QVERIFY(first.at(0, 0).trainable);
        QVERIFY(first.at(0, 0).own.empty());
        const PaperGrid second = paperGrid(none, 2);
        QCOMPARE(second.rows.size(), std::size_t{15});
        QCOMPARE(second.columns.size(), std::size_t{8});
        QVERIFY(std::ranges::any_of(second.cells,
                                    [](const PaperCell& cell) { return cell.paper == nullptr; }));
    }

    // A group as the paper's stands before one that is trained otherwise, whatever its seeds.
    void ownNumbersStandInTheirCells() {
        AnalysisRuns runs;
        std::vector<std::string> like;
        for (std::uint64_t seed = 0; seed < 2; ++seed) {
            like.push_back(runs.add(presetOn100("CE", seed), 0.71 + 0.01 * double(seed)).id);
        }
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
            RunConfig shorter = presetOn100("CE", seed);
            shorter.training.epochs = 100;
            shorter.lr_schedule.steps.clear();
            runs.add(shorter, 0.6 + 0.01 * double(seed));
        }
        const PaperComparison comparison = paperDiff(runs.all());
        const PaperGrid grid = paperGrid(comparison, 1);
        const PaperCell& cell = grid.at(0, 0);
        QCOMPARE(cell.own.size(), std::size_t{2});
        QVERIFY(!cell.trainable);
        QCOMPARE(cell.own[0]->runs, like);
        QVERIFY(std::abs(cell.own[0]->own.mean - 71.5) < 1e-9);
        QVERIFY(cell.own[0]->reservations.empty());
        QVERIFY(!cell.own[1]->reservations.empty());
    }

    void configsOfANumber() {
        const PaperNumber* number = paperNumber("CE+DRW", "cifar10", Profile::long_tailed, 100.0);
        const auto configs = paperConfigs(*number, {0, 4});
        QCOMPARE(configs.size(), std::size_t{2});
        RunConfig expected = presetOn100("CE+DRW", 4);
        expected.name += " · seed 4";
        QCOMPARE(configFromJson(configs[1], "it"), expected);
        PaperNumber without = *number;
        without.preset = "";
        QCOMPARE(complaintOf([&] { paperConfigs(without, {0}); }),
                 std::string("no preset trains CE+DRW on CIFAR-10 LT 100"));
    }
};

BALLAST_TEST(TestPaperGrid)
#include "tst_paper_grid.moc"
