#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/analysis/confusion.h"
#include "core/results/owned_run.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

using Rows = std::vector<std::vector<ConfusionMatrix::Cell>>;

bool isNear(double a, double b) {
    return std::abs(a - b) < 1e-12;
}

}  // namespace

class TestConfusion : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;
    std::vector<IndexedRun> runs_;

    /// A finished run of two epochs, the first of which is the best.
    IndexedRun& add(double nu, std::uint64_t seed, const Rows& rows, std::size_t measured = 0,
                    std::vector<std::int64_t> counts = {50, 5000, 500}) {
        RunDescription description;
        description.config = nuConfig(nu, seed);
        description.config.training.epochs = 2;
        description.config.phases[1].from = 1;
        description.config_as_given = nlohmann::json::object();
        description.class_counts = std::move(counts);
        const auto run = OwnedRun::create(folder_->path().toStdString(), description);
        OwnedRun owned(run);
        for (std::size_t epoch = 0; epoch < 2; ++epoch) {
            EpochRecord record;
            record.epoch = static_cast<int>(epoch);
            record.balanced_test_accuracy = epoch == 0 ? 0.5 : 0.4;
            if (epoch == measured) record.test_confusion.rows = rows;
            owned.append(record);
        }
        owned.setStatus(RunState::finished, 2, "");
        runs_.push_back(indexed(readRun(run)));
        return runs_.back();
    }

    std::vector<const IndexedRun*> all() const {
        std::vector<const IndexedRun*> pointers;
        for (const IndexedRun& run : runs_) pointers.push_back(&run);
        return pointers;
    }

    static FigureDescription figure(std::vector<std::string> of,
                                    std::vector<std::string> minus = {}) {
        FigureDescription made;
        made.figure = FigureKind::confusion;
        made.of = std::move(of);
        made.minus = std::move(minus);
        return made;
    }

private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        runs_.clear();
        runs_.reserve(10);
    }

    void sharesOverSeeds() {
        // 4 images of each class; of class 0 one has NaN among its logits in the first run.
        add(0.5, 0, {{{-1, 1}, {0, 1}, {1, 2}}, {{1, 4}}, {{1, 1}, {2, 3}}});
        add(0.5, 1, {{{0, 1}, {1, 3}}, {{1, 4}}, {{2, 4}}});
        const ConfusionGrid grid = confusionGrid(all(), figure({}));
        const Surface& surface = grid.surface;
        QVERIFY(!grid.difference);
        QCOMPARE(grid.runs.size(), std::size_t{2});
        // Most training images (class 1) on the left and at the top; rows count from below.
        QCOMPARE(surface.xs, (std::vector<FieldValue>{"automobile", "bird", "airplane"}));
        QCOMPARE(surface.ys, (std::vector<FieldValue>{"airplane", "bird", "automobile"}));
        QVERIFY(isNear(surface.at(0, 0).spread.mean, (0.5 + 0.75) / 2));  // 0 taken for 1
        QVERIFY(isNear(surface.at(2, 0).spread.mean, 0.25));              // 0 for itself
        QVERIFY(isNear(surface.at(0, 1).spread.mean, 0.125));             // 2 for 1
        QVERIFY(isNear(surface.at(0, 2).spread.mean, 1.0));
        QVERIFY(isNear(surface.at(1, 2).spread.mean, 0.0));
        QCOMPARE(surface.at(0, 0).spread.n, 2);
        QVERIFY(surface.warnings.empty());
        QCOMPARE(
            confusionSentence(grid),
            std::string("Most often taken: airplane for automobile (62.5 %), bird for automobile "
                        "(12.5 %)."));
    }

    void differencesSeedBySeed() {
        const Rows good = {{{0, 4}}, {{1, 4}}, {{1, 1}, {2, 3}}};
        const Rows poor = {{{0, 1}, {1, 3}}, {{1, 4}}, {{2, 4}}};
        for (std::uint64_t seed = 0; seed < 2; ++seed) {
            add(0.5, seed, good);
            add(0.0, seed, poor);
        }
        add(0.0, 7, poor);  // no common seed
        const ConfusionGrid grid =
            confusionGrid(all(), figure({"/phases/1/alpha/nu=0.5"}, {"/phases/1/alpha/nu=0"}));
        QVERIFY(grid.difference);
        QCOMPARE(grid.runs.size(), std::size_t{4});
        QVERIFY(isNear(grid.surface.at(0, 0).spread.mean, -0.75));
        QVERIFY(isNear(grid.surface.at(2, 0).spread.mean, 0.75));
        QCOMPARE(grid.surface.at(0, 0).spread.n, 2);
        QCOMPARE(
            confusionSentence(grid),
            std::string("More often taken, in points: bird for automobile (+25.0). Less often: "
                        "airplane for automobile (−75.0)."));
    }

    void theNearestMeasuredEpochIsSaid() {
        const Rows rows = {{{0, 1}}, {{1, 1}}, {{2, 1}}};
        add(0.5, 0, rows, 1);
        add(0.5, 1, rows, 2);  // in no epoch
        const ConfusionGrid grid = confusionGrid(all(), figure({}));
        QCOMPARE(grid.runs.size(), std::size_t{1});
        QCOMPARE(grid.surface.warnings.size(), std::size_t{2});
        QVERIFY(grid.surface.warnings[0].starts_with("1 of 1 runs measured no confusions at the"));
        QVERIFY(grid.surface.warnings[1].starts_with("1 run has no confusions"));
    }

    void whatCannotBeDrawnIsSaid() {
        const Rows rows = {{{0, 1}}, {{1, 1}}, {{2, 1}}};
        add(0.5, 0, rows, 2);
        QVERIFY(complaintOf([&] {
                    confusionGrid(all(), figure({}));
                }).starts_with("these runs have no confusions"));
        add(0.0, 1, rows);
        QVERIFY(complaintOf([&] {
                    confusionGrid(all(), figure({"/phases/1/alpha/nu=3"}));
                }).find("/of") != std::string::npos);
        QVERIFY(complaintOf([&] {
                    confusionGrid(all(),
                                  figure({"/phases/1/alpha/nu=0.5"}, {"/phases/1/alpha/nu=0"}));
                }).find("/minus: has no seed in common with /of") != std::string::npos);
        add(0.0, 2, rows, 0, {50, 5000, 501});
        QVERIFY(complaintOf([&] {
                    confusionGrid(all(), figure({}));
                }).find("other numbers of training images") != std::string::npos);
    }

    void manyClasses() {
        // Of 120 classes, 119 and 118 are taken for each other, and every other one is right.
        Rows rows(120);
        for (int y = 0; y < 120; ++y) rows[static_cast<std::size_t>(y)] = {{y, 2}};
        rows[118] = {{118, 1}, {119, 1}};
        rows[119] = {{118, 1}, {119, 1}};
        add(0.5, 0, rows, 0, std::vector<std::int64_t>(120, 10));
        const ConfusionGrid grid = confusionGrid(all(), figure({}));
        QCOMPARE(grid.surface.xs.size(), kMostConfusedClasses);
        QCOMPARE(grid.surface.xs.back(), FieldValue("119"));
        QCOMPARE(grid.surface.warnings.size(), std::size_t{1});
        QVERIFY(grid.surface.warnings[0].starts_with("the 100 of 120 classes"));
    }

    void settingsBecomeAFigure() {
        const Rows rows = {{{0, 1}}, {{1, 1}}, {{2, 1}}};
        for (const double nu : {0.1, 0.75}) add(nu, 0, rows);
        FigureDescription lines;
        lines.x = "/phases/1/alpha/nu";
        lines.lines = {"method", "T0"};
        lines.where = {"/data/dataset=cifar10"};
        const FigureDescription made =
            settingFigure(FigureKind::confusion, lines, runs_[0], &runs_[1]);
        QCOMPARE(made.of, (std::vector<std::string>{"method=CE+ADRW", "/phases/1/from=1",
                                                    "/phases/1/alpha/nu=0.1"}));
        QCOMPARE(made.minus.back(), std::string("/phases/1/alpha/nu=0.75"));
        QCOMPARE(made.where, lines.where);
        QCOMPARE(figureFromJson(toJson(made), "f"), made);
        QVERIFY(settingFigure(FigureKind::classes, lines, runs_[0], nullptr).minus.empty());
        FigureDescription here = made;
        here.where.clear();
        QCOMPARE(confusionGrid(all(), here).runs.size(), std::size_t{2});
    }
};

BALLAST_TEST(TestConfusion)
#include "tst_confusion.moc"
