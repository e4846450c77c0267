#include <QLabel>
#include <QToolButton>
#include <QtTest>
#include <cmath>

#include "tests/support/test_program.h"
#include "tests/widgets/curve_keys.h"
#include "tests/widgets/sample_records.h"
#include "widgets/live_plots.h"
#include "widgets/plot_crowd.h"
#include "widgets/plot_panel.h"

using namespace ballast;

namespace {

constexpr QRgb kRed = qRgb(255, 0, 0);

QImage drawn(CrowdCurve curve, const PixelMap& map = {}, QSize size = {20, 10}) {
    QImage image(size, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    const CrowdSeries series[] = {{QString(), kRed, {std::move(curve)}}};
    drawCrowd(image, series, map);
    return image;
}

int pixels(const QImage& image) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) count += image.pixel(x, y) == kRed ? 1 : 0;
    }
    return count;
}

QString idOf(int run) {
    return QStringLiteral("run-%1").arg(run);
}

}  // namespace

class TestPlotCrowd : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void linesAreOnePixelWideAndHaveNoHoles();
    void gapsStayGaps();
    void manyPointsInOneColumnAreAllSeen();
    void dashesAndMarkers();
    void nothingIsDrawnOutside();
    void logarithmicValues();
    void aThousandRunsAreAllDrawnAndFewNamed();
};

void TestPlotCrowd::linesAreOnePixelWideAndHaveNoHoles() {
    const QImage flat = drawn({{{0.0, 5.5}, {20.0, 5.5}}});
    QCOMPARE(pixels(flat), 20);
    QCOMPARE(flat.pixel(7, 5), kRed);
    // Steep: each column takes over where the one before ended.
    const QImage steep = drawn({{{2.0, 0.5}, {4.0, 9.5}}});
    for (int y = 0; y < 10; ++y) {
        QVERIFY(steep.pixel(2, y) == kRed || steep.pixel(3, y) == kRed ||
                steep.pixel(4, y) == kRed);
    }
    QVERIFY(pixels(steep) <= 11);
}

void TestPlotCrowd::gapsStayGaps() {
    const QImage image =
        drawn({{{0.0, 2.5}, {4.0, 2.5}, {8.0, std::nan("")}, {12.0, 2.5}, {16.0, 2.5}}});
    QVERIFY(image.pixel(3, 2) == kRed && image.pixel(14, 2) == kRed);
    for (int x = 5; x < 12; ++x) QVERIFY(image.pixel(x, 2) != kRed);
}

/// Of ten points in one column the highest and the lowest are seen, and all between.
void TestPlotCrowd::manyPointsInOneColumnAreAllSeen() {
    CrowdCurve curve;
    for (int i = 0; i < 10; ++i) curve.points.emplace_back(3.0 + 0.05 * i, i % 2 == 0 ? 1.5 : 8.5);
    const QImage image = drawn(curve);
    for (int y = 1; y <= 8; ++y) QCOMPARE(image.pixel(3, y), kRed);
    QCOMPARE(pixels(image), 8);
}

void TestPlotCrowd::dashesAndMarkers() {
    const QImage dashes =
        drawn({{{0.0, 5.5}, {18.0, 5.5}}, CrowdCurve::Look::dashes}, {}, {18, 10});
    QCOMPARE(pixels(dashes), 12);  // four of six
    QCOMPARE(pixels(drawn({{{5.0, 5.0}}, CrowdCurve::Look::dots})), 9);
    QCOMPARE(pixels(drawn({{{5.0, 5.0}}, CrowdCurve::Look::rings})), 8);
    const QImage best = drawn({{{9.0, 5.0}}, CrowdCurve::Look::best});
    QVERIFY(pixels(best) > 12 && best.pixel(9, 5) != kRed);
    // One point alone makes no line, but is seen.
    QCOMPARE(pixels(drawn({{{5.0, 5.0}}})), 9);
}

void TestPlotCrowd::nothingIsDrawnOutside() {
    QCOMPARE(pixels(drawn({{{-50.0, 5.0}, {-1.0, 5.0}}})), 0);
    QCOMPARE(pixels(drawn({{{0.0, -1e17}, {20.0, -1e16}}})), 0);
    QCOMPARE(pixels(drawn({{{0.0, 5.5}, {1e9, 5.5}}})), 20);
    // To a value far away: a column's full height, and the rest is elsewhere.
    QVERIFY(pixels(drawn({{{5.0, 5.0}, {6.0, 1e17}}})) >= 5);
    QCOMPARE(pixels(drawn({{{19.0, 9.0}}, CrowdCurve::Look::dots})), 4);
}

void TestPlotCrowd::logarithmicValues() {
    PixelMap map;
    map.log = true;
    map.y_scale = 2.0;
    const QImage image = drawn({{{0.0, 1000.0}, {20.0, 1000.0}, {21.0, -1.0}}}, map);
    QCOMPARE(image.pixel(4, 6), kRed);
    QCOMPARE(pixels(image), 20);
}

void TestPlotCrowd::aThousandRunsAreAllDrawnAndFewNamed() {
    constexpr int kRuns = 200;
    LivePlots plots;
    std::vector<RunCurves> runs;
    for (int i = 0; i < kRuns; ++i) {
        runs.emplace_back(sample::run(idOf(i), i));
        const EpochRecord records[] = {sample::record(0, true, 1e-4 * i),
                                       sample::record(1, false, 1e-4 * i)};
        runs.back().setRecords(records);
    }
    plots.addRuns(runs);
    QHash<QString, QString> names;
    for (int i = 0; i < kRuns; ++i) names[idOf(i)] = QStringLiteral("run %1").arg(i);
    plots.setRunNames(names);
    plots.resize(900, 700);
    plots.show();
    QTRY_VERIFY(!plots.drawnCurve(idOf(0), kMajorityAccuracy).empty());
    for (int i = 0; i < kRuns; ++i) {
        QCOMPARE(plots.drawnCurve(idOf(i), kMajorityAccuracy),
                 runs[static_cast<std::size_t>(i)].points(kMajorityAccuracy));
        QCOMPARE(plots.drawnCurve(idOf(i), kExactMajorityAccuracy).size(), std::size_t{1});
    }
    const PlotPanel& panel = *plots.findChildren<PlotPanel*>()[0];
    QVERIFY(panel.note().contains(QStringLiteral("200")));
    QVERIFY(plots.findChildren<QWidget*>().size() < 120);
    auto* more = plots.findChild<QLabel*>(QStringLiteral("more_chips"));
    QVERIFY(more->isVisible() && more->text().startsWith(QString::number(kRuns - 24)));
    QVERIFY(!plots.findChild<QToolButton*>(QStringLiteral("chip/run-150")));
    QVERIFY(panel.values().left() > kRuns - 40);

    // The selected ones come first, and are drawn as always.
    plots.setHighlighted({idOf(150)});
    QTRY_VERIFY(plots.findChild<QToolButton*>(QStringLiteral("chip/run-150")));
    QCOMPARE(panel.values().rows()[0].name, QStringLiteral("run 150"));
    QVERIFY(panel.drawnWidth(idOf(150), kMajorityAccuracy) > 1.0);
    QCOMPARE(panel.drawnWidth(idOf(149), kMajorityAccuracy), 0.0);  // of the crowd
    for (int i = 20; i < kRuns; ++i) plots.removeRun(idOf(i));
    QTRY_VERIFY(!more->isVisible());
    QTRY_VERIFY(panel.note().isEmpty());
    QVERIFY(panel.values().left() < 20);
}

BALLAST_TEST(TestPlotCrowd)
#include "tst_plot_crowd.moc"
