#include "widgets/trunk_tree.h"

#include <QImage>
#include <QScrollBar>
#include <QtTest>

#include "core/experiment/imbalance.h"
#include "tests/support/test_program.h"
#include "widgets/palette.h"

using namespace ballast;

namespace {

/// A re-weighting from `t0` of 200 epochs on.
RunConfig deferred(int t0, double nu, std::uint64_t seed = 0) {
    RunConfig config;
    config.phases.resize(2);
    config.phases[1].from = t0;
    config.phases[1].alpha = {"power", {{"nu", nu}}, {}};
    config.training.seed = seed;
    return config;
}

TrunkPlan planOf(const std::vector<RunConfig>& configs) {
    EpochTree tree;
    std::vector<EpochPath> paths;
    for (const RunConfig& config : configs) {
        paths.push_back(tree.add(config, classCounts(config.data)));
    }
    return planTrunks(paths);
}

QStringList labels(qsizetype count) {
    QStringList list;
    for (qsizetype i = 0; i < count; ++i) list << QStringLiteral("run %1").arg(i);
    return list;
}

}  // namespace

class TestTrunkTree : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aTrunkIsDrawnOnceAndThick() {
        TrunkTree tree;
        tree.resize(700, 300);
        tree.setPlan(planOf({deferred(160, 0.1), deferred(160, 0.2), deferred(160, 0.3)}),
                     labels(3));
        tree.show();
        QCOMPARE(tree.rows(), 3);
        QCOMPARE(tree.segmentText(0), QStringLiteral("Epochs 0–159, trained once for 3 runs"));
        QCOMPARE(tree.segmentText(1), QStringLiteral("Epochs 160–199 of run 0"));
        for (int segment = 0; segment < 4; ++segment) {
            QCOMPARE(tree.segmentAt(tree.segmentPosition(segment)), segment);
        }
        QCOMPARE(tree.segmentAt(QPoint(5, 5)), -1);
        QVERIFY(tree.accessibleDescription().contains(QStringLiteral("600")));
        QVERIFY(tree.accessibleDescription().contains(QStringLiteral("280")));

        const QImage image = tree.viewport()->grab().toImage();
        const QColor line = seriesColor(0);
        const auto height = [&](int segment) {
            const QPoint middle = tree.segmentPosition(segment);
            int pixels = 0;
            for (int y = middle.y() - 8; y <= middle.y() + 8; ++y) {
                pixels += image.pixelColor(middle.x(), y) == line ? 1 : 0;
            }
            return pixels;
        };
        QVERIFY2(height(0) >= 3, qPrintable(QString::number(height(0))));
        QVERIFY(height(2) <= 2);
        QVERIFY(height(0) > height(1));
        // Nothing of the trunk stands in the other runs' rows.
        const int row = tree.segmentPosition(2).y();
        QCOMPARE(image.pixelColor(tree.segmentPosition(0).x(), row), plotColors().background);
    }

    /// Runs that leave later stand nearer to their trunk, families stand together.
    void branchesDoNotCross() {
        TrunkTree tree;
        tree.setPlan(planOf({deferred(200, 0), deferred(100, 0.1), deferred(150, 0.1),
                             deferred(200, 0, 1), deferred(120, 0.1), deferred(150, 0.1, 1)}),
                     labels(6));
        QCOMPARE(tree.rowOfRun(0), 0);
        QVERIFY(tree.rowOfRun(2) < tree.rowOfRun(4));
        QVERIFY(tree.rowOfRun(4) < tree.rowOfRun(1));
        QCOMPARE(tree.rowOfRun(3), 4);
        QCOMPARE(tree.rowOfRun(5), 5);
    }

    void runsThatAddNothingHaveARow() {
        TrunkTree tree;
        tree.resize(700, 300);
        tree.setPlan(planOf({deferred(160, 0.1), deferred(160, 0.1)}), labels(2));
        tree.show();
        QCOMPARE(tree.rows(), 2);
        QCOMPARE(tree.segmentText(0), QStringLiteral("Epochs 0–199, trained once for 2 runs"));
        QVERIFY(!tree.viewport()->grab().isNull());
    }

    void ofManyRunsTheFirstAreShown() {
        std::vector<RunConfig> configs;
        for (int i = 0; i < 230; ++i) configs.push_back(deferred(160, 0.001 * (i + 1)));
        TrunkTree tree;
        tree.resize(600, 200);
        tree.setPlan(planOf(configs), labels(230));
        tree.show();
        QCOMPARE(tree.rows(), TrunkTree::kMostRows);
        QCOMPARE(tree.hiddenText(), QStringLiteral("and 30 more runs"));
        QCOMPARE(tree.rowOfRun(229), -1);
        QVERIFY(tree.verticalScrollBar()->maximum() > 1000);
        tree.verticalScrollBar()->setValue(1000);
        QVERIFY(!tree.viewport()->grab().isNull());
    }

    void aSentenceInPlaceOfAPlan() {
        TrunkTree tree;
        tree.setPlan(planOf({deferred(160, 0.1)}), labels(1));
        tree.setUnavailable(QStringLiteral("20,000 runs"));
        QCOMPARE(tree.rows(), 0);
        QCOMPARE(tree.accessibleDescription(), QStringLiteral("20,000 runs"));
        QVERIFY(!tree.viewport()->grab().isNull());
    }
};

BALLAST_TEST(TestTrunkTree)
#include "tst_trunk_tree.moc"
