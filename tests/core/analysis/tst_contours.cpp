#include <QtTest>

#include "core/analysis/contours.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

/// A surface whose means are `of(column, row)`.
template<class Of>
Surface surfaceWith(std::size_t columns, std::size_t rows, const Of& of) {
    Surface surface;
    for (std::size_t x = 0; x < columns; ++x) surface.xs.emplace_back(double(x));
    for (std::size_t y = 0; y < rows; ++y) surface.ys.emplace_back(double(y));
    surface.cells.resize(columns * rows);
    for (std::size_t i = 0; i < surface.cells.size(); ++i) {
        surface.cells[i].spread.mean = of(double(i % columns), double(i / columns));
    }
    return surface;
}

}  // namespace

class TestContours : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void levelsAreRoundAndWithin() {
        QCOMPARE(contourLevels(60.3, 73.9), (std::vector<double>{62, 64, 66, 68, 70, 72}));
        QCOMPARE(contourLevels(0.0, 1.0, 4),
                 (std::vector<double>{0.2, 0.4, 0.6000000000000001, 0.8}));
        QVERIFY(contourLevels(5.0, 5.0).empty());
        QVERIFY(contourLevels(kMissing, kMissing).empty());
        QVERIFY(contourLevels(-3.0, 4.0).size() <= 6);
    }

    // A plane x + 2y: the line of 3 is straight from (3, 0) to (0, 1.5).
    void aPlaneHasStraightLines() {
        const Surface plane = surfaceWith(4, 4, [](double x, double y) { return x + 2.0 * y; });
        const std::vector<ContourLine> lines = contoursOf(plane, std::vector<double>{2.5});
        QCOMPARE(lines.size(), std::size_t{1});
        QVERIFY(!lines[0].closed);
        for (const auto& [x, y] : lines[0].points) QVERIFY(std::abs(x + 2.0 * y - 2.5) < 1e-12);
        const auto [from, to] = std::minmax(lines[0].points.front(), lines[0].points.back());
        QCOMPARE(from, std::pair(0.0, 1.25));
        QCOMPARE(to, std::pair(2.5, 0.0));
    }

    // A peak is ringed: the line comes back to where it began.
    void aPeakIsRinged() {
        const Surface peak = surfaceWith(5, 5, [](double x, double y) {
            return 10.0 - (x - 2.0) * (x - 2.0) - (y - 2.0) * (y - 2.0);
        });
        const std::vector<ContourLine> lines = contoursOf(peak, std::vector<double>{8.5});
        QCOMPARE(lines.size(), std::size_t{1});
        QVERIFY(lines[0].closed);
        QCOMPARE(lines[0].points.front(), lines[0].points.back());
        QCOMPARE(lines[0].points.size(), std::size_t{13});  // twelve edges about the nine cells
    }

    void noneAcrossMissingCells() {
        const Surface gap = surfaceWith(
            3, 2, [](double x, double y) { return x == 1.0 && y == 1.0 ? kMissing : y; });
        QVERIFY(contoursOf(gap, std::vector<double>{0.5}).empty());
        const Surface whole = surfaceWith(3, 2, [](double, double y) { return y; });
        QCOMPARE(contoursOf(whole, std::vector<double>{0.5}).front().points.size(), std::size_t{3});
    }

    // Two high corners across from each other: the middle (0.5) is not above 0.6, so each is cut
    // off, and above 0.4, so the low ones are.
    void theMeanDecidesASaddle() {
        const Surface saddle =
            surfaceWith(2, 2, [](double x, double y) { return x == y ? 1.0 : 0.0; });
        for (const auto& [level, corner] : {std::pair(0.6, 0.0), std::pair(0.4, 1.0)}) {
            const std::vector<ContourLine> lines = contoursOf(saddle, std::vector<double>{level});
            QCOMPARE(lines.size(), std::size_t{2});
            // One of them is about (0, 0) or (1, 0), the corner of that sign.
            const auto about = [&, corner = corner](const ContourLine& line) {
                return std::ranges::all_of(line.points, [&](const auto& point) {
                    return std::abs(point.first - corner) + point.second < 0.7;
                });
            };
            QCOMPARE(std::ranges::count_if(lines, about), std::ptrdiff_t{1});
        }
    }

    void categoriesHaveNone() {
        Surface surface = surfaceWith(3, 3, [](double x, double) { return x; });
        QVERIFY(!contoursOf(surface).empty());
        surface.y_scale = AxisScale::categories;
        QVERIFY(contoursOf(surface).empty());
    }
};

BALLAST_TEST(TestContours)
#include "tst_contours.moc"
