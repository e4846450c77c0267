#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/analysis/class_differences.h"
#include "core/base/error.h"
#include "core/results/owned_run.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

std::filesystem::path makeRun(const QTemporaryDir& folder, std::vector<double> accuracy,
                              std::vector<std::int64_t> counts = {50, 5000, 500}) {
    RunDescription description;
    description.config_as_given = nlohmann::json::object();
    description.class_counts = std::move(counts);
    const auto run = OwnedRun::create(folder.path().toStdString(), description);
    OwnedRun owned(run);
    EpochRecord worse;
    worse.balanced_test_accuracy = 0.1;
    worse.test_accuracy.assign(accuracy.size(), 0.1);
    EpochRecord best = worse;
    best.balanced_test_accuracy = 0.5;
    best.test_accuracy = std::move(accuracy);
    owned.append(best);
    worse.epoch = 1;
    owned.append(worse);
    return run;
}

}  // namespace

class TestClassDifferences : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void ofTheBestEpochOverSeeds() {
        const QTemporaryDir folder;
        const RunPair pairs[] = {
            {makeRun(folder, {0.5, 0.9, kMissing}), makeRun(folder, {0.2, 0.8, kMissing})},
            {makeRun(folder, {0.6, 0.9, kMissing}), makeRun(folder, {0.2, 0.9, kMissing})}};
        const ClassDifferences found = classDifferences(pairs);
        QCOMPARE(found.seeds, 2);
        QCOMPARE(found.classes.size(), std::size_t{2});          // one has no test images
        QCOMPARE(found.classes[0].class_index, std::size_t{1});  // most training images first
        QCOMPARE(found.classes[0].images, std::int64_t{5000});
        QVERIFY(std::abs(found.classes[0].difference.mean - 0.05) < 1e-12);
        QVERIFY(std::abs(found.classes[1].difference.mean - 0.35) < 1e-12);
        QCOMPARE(found.classes[1].difference.n, 2);
    }

    void oneSettingAlone() {
        const QTemporaryDir folder;
        const RunPair runs[] = {{makeRun(folder, {0.5, 0.9, kMissing}), {}},
                                {makeRun(folder, {0.7, 0.9, kMissing}), {}}};
        const ClassDifferences found = classDifferences(runs);
        QVERIFY(!found.difference);
        QCOMPARE(found.runs.size(), std::size_t{2});
        QCOMPARE(found.classes.size(), std::size_t{2});
        QVERIFY(std::abs(found.classes[0].difference.mean - 0.9) < 1e-12);
        QVERIFY(std::abs(found.classes[1].difference.mean - 0.6) < 1e-12);
    }

    void otherDataDoNotCompare() {
        const QTemporaryDir folder;
        const RunPair pairs[] = {
            {makeRun(folder, {0.5, 0.9}, {9, 3}), makeRun(folder, {0.2, 0.8}, {9, 4})}};
        QVERIFY_THROWS_EXCEPTION(ConfigError, classDifferences(pairs));
        const RunPair gone[] = {{"nowhere", "nowhere"}};
        QCOMPARE(classDifferences(gone).seeds, 0);
    }
};

BALLAST_TEST(TestClassDifferences)
#include "tst_class_differences.moc"
