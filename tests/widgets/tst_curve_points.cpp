#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/curve_points.h"

using namespace ballast;

namespace {

/// Values as text, "–" for a gap.
QString text(const std::vector<QPointF>& points) {
    QStringList list;
    for (const QPointF& point : points) {
        list << (std::isnan(point.y()) ? QStringLiteral("–") : QString::number(point.y(), 'g', 10));
    }
    return list.join(QLatin1Char(' '));
}

}  // namespace

class TestCurvePoints : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theMeanOfSeedsOfOneLength() {
        const std::vector<std::vector<QPointF>> seeds{{{1, 2}, {2, 10}}, {{1, 4}, {2, 30}}};
        const MeanCurve made = meanCurve(seeds, Spread::range);
        QCOMPARE(text(made.mean), QStringLiteral("3 20"));
        QCOMPARE(text(made.lower), QStringLiteral("2 10"));
        QCOMPARE(text(made.upper), QStringLiteral("4 30"));
        QCOMPARE(text(made.fewer), QStringLiteral("– –"));
        QCOMPARE(made.n, (std::vector<int>{2, 2}));
    }

    // Three seeds; one ends after the third epoch, another has a gap in the second and one ends
    // after the fourth: nowhere is a mean of fewer drawn as one of all.
    void fewerSeedsAreAnotherLine() {
        const std::vector<std::vector<QPointF>> seeds{
            {{1, 1}, {2, 2}, {3, 3}},
            {{1, 2}, {2, kMissing}, {3, 6}, {4, 8}},
            {{1, 6}, {2, 8}, {3, 9}, {4, 10}, {5, 11}},
        };
        const MeanCurve made = meanCurve(seeds, Spread::range);
        QCOMPARE(made.n, (std::vector<int>{3, 2, 3, 2, 1}));
        QCOMPARE(text(made.mean), QStringLiteral("3 – 6 – –"));
        QCOMPARE(text(made.fewer), QStringLiteral("3 5 6 9 11"));
        QCOMPARE(text(made.lower), QStringLiteral("1 2 3 8 –"));
        QCOMPARE(text(made.upper), QStringLiteral("6 8 9 10 –"));
        QCOMPARE(made.fewer.back().x(), 5.0);
    }

    // Exact statistics of seeds may be due in different epochs.
    void epochsThatSomeSeedsSkip() {
        const std::vector<std::vector<QPointF>> seeds{{{1, 1}, {5, 5}}, {{5, 7}}};
        const MeanCurve made = meanCurve(seeds, Spread::range);
        QCOMPARE(text(made.mean), QStringLiteral("– 6"));
        QCOMPARE(made.n, (std::vector<int>{1, 2}));
        QVERIFY(meanCurve({}, Spread::range).mean.empty());
    }

    // By hand, weight ½: 4, (4 + 2·8)/3 and, behind the gap, (4 + 2·8 + 4·1)/7.
    void smoothingIsDebiased() {
        const std::vector<QPointF> points{{1, 4}, {2, 8}, {3, kMissing}, {4, 1}};
        const std::vector<QPointF> made = smoothed(points, 0.5);
        QCOMPARE(made[0].y(), 4.0);
        QCOMPARE(made[1].y(), 20.0 / 3.0);
        QVERIFY(std::isnan(made[2].y()));
        QCOMPARE(made[3].y(), 24.0 / 7.0);
        QCOMPARE(made[3].x(), 4.0);
        QCOMPARE(smoothed(points, 0.0)[1], points[1]);
    }
};

BALLAST_TEST(TestCurvePoints)
#include "tst_curve_points.moc"
