#include <QElapsedTimer>
#include <QSignalSpy>
#include <QtTest>
#include <random>

#include "tests/support/test_program.h"
#include "widgets/parallel_plot.h"

using namespace ballast;

namespace {

/// Three axes: a number 0 … 4, another 0 … 2, and the methods "CE" and "VS"; the result grows with
/// the first and the third.
ParallelPicture pictureOf(int lines) {
    ParallelPicture picture;
    picture.percent = true;
    picture.drawn.value_label = "balanced test accuracy";
    const auto numbers = [](const char* label, int count) {
        ParallelAxis axis;
        axis.label = label;
        for (int i = 0; i < count; ++i) axis.values.emplace_back(double(i));
        axis.highest = count - 1.0;
        return axis;
    };
    picture.drawn.axes = {numbers("a", 5), numbers("b", 3), numbers("method", 2)};
    picture.drawn.axes[2].scale = AxisScale::categories;
    picture.drawn.axes[2].values = {std::string("CE"), std::string("VS")};
    for (int i = 0; i < lines; ++i) {
        ParallelLine line;
        line.positions = {double(i % 5), double(i / 5 % 3), double(i / 15 % 2)};
        line.spread.n = 1;
        line.spread.mean = 0.5 + 0.05 * line.positions[0] + 0.1 * line.positions[2];
        line.values = {{"run-" + std::to_string(i), 0, line.spread.mean}};
        picture.drawn.lines.push_back(std::move(line));
    }
    return picture;
}

}  // namespace

class TestParallelPlot : public QObject {
    Q_OBJECT

    std::unique_ptr<ParallelPlot> plot_;

    void drag(std::size_t axis, double from, double to) {
        QTest::mousePress(plot_.get(), Qt::LeftButton, {}, plot_->placeOf(axis, from).toPoint());
        QTest::mouseMove(plot_.get(), plot_->placeOf(axis, to).toPoint());
        QTest::mouseRelease(plot_.get(), Qt::LeftButton, {}, plot_->placeOf(axis, to).toPoint());
    }

private Q_SLOTS:
    void init() {
        plot_ = std::make_unique<ParallelPlot>();
        plot_->resize(700, 400);
        plot_->setPicture(pictureOf(30));
        plot_->show();
    }

    // Brushes of several axes combine, those of one axis add up, and a click on one clears it.
    void brushesCombine() {
        QCOMPARE(plot_->brushedCount(), std::size_t{30});
        QSignalSpy changed(plot_.get(), &ParallelPlot::brushesChanged);
        drag(0, 2.6, 4.2);  // 3 and 4 of five values
        QCOMPARE(plot_->brushedCount(), std::size_t{12});
        QVERIFY(changed.count() > 0);
        drag(2, 0.7, 1.2);  // VS
        QCOMPARE(plot_->brushedCount(), std::size_t{6});
        QCOMPARE(plot_->brushedRuns().size(), 6);
        QVERIFY(plot_->brushedRuns().contains(QStringLiteral("run-18")));
        drag(0, -0.2, 0.4);  // 0 as well
        QCOMPARE(plot_->brushedCount(), std::size_t{9});
        QTest::mouseClick(plot_.get(), Qt::LeftButton, {}, plot_->placeOf(2, 1.0).toPoint());
        QCOMPARE(plot_->brushedCount(), std::size_t{18});
        QCOMPARE(plot_->brushes().size(), std::size_t{2});
        QTest::mouseClick(plot_.get(), Qt::LeftButton, {}, plot_->placeOf(0, 2.0).toPoint());
        QCOMPARE(plot_->brushes().size(), std::size_t{2});  // no brush is there
    }

    void theResultIsAnAxisToo() {
        drag(3, 0.745, 0.9);  // from 4 with CE, or 3 and 4 with VS
        for (const QString& run : plot_->brushedRuns()) {
            const auto i = run.section(QLatin1Char('-'), 1).toUInt();
            QVERIFY(plot_->picture().drawn.lines[i].spread.mean >= 0.745);
        }
        QCOMPARE(plot_->brushedCount(), std::size_t{6});
    }

    void byTheKeyboard() {
        plot_->setFocus();
        QTest::keyClick(plot_.get(), Qt::Key_Up);
        QTest::keyClick(plot_.get(), Qt::Key_Space);  // a = 1
        QCOMPARE(plot_->brushes(), (std::vector<ParallelBrush>{{0, 1.0, 1.0}}));
        QCOMPARE(plot_->brushedCount(), std::size_t{6});
        QTest::keyClick(plot_.get(), Qt::Key_Right);
        QTest::keyClick(plot_.get(), Qt::Key_Down);
        QTest::keyClick(plot_.get(), Qt::Key_Space);  // b = 0
        QCOMPARE(plot_->brushedCount(), std::size_t{2});
        QTest::keyClick(plot_.get(), Qt::Key_Delete);
        QCOMPARE(plot_->brushedCount(), std::size_t{6});
        QTest::keyClick(plot_.get(), Qt::Key_Escape);
        QCOMPARE(plot_->brushedCount(), std::size_t{30});
    }

    void brushesStayWhereTheAxesDo() {
        plot_->setBrushes({{0, 1.0, 1.0}});
        plot_->setPicture(pictureOf(60));
        QCOMPARE(plot_->brushedCount(), std::size_t{12});
        ParallelPicture other = pictureOf(60);
        other.drawn.axes[0].label = "c";
        plot_->setPicture(other);
        QVERIFY(plot_->brushes().empty());
    }

    void placesAndPositionsAreInverse() {
        for (const std::size_t axis : {0, 1, 3}) {
            const auto [low, high] =
                ParallelPlaces(plot_->picture(), QRectF(0, 0, 500, 300), QFont()).range(axis);
            const ParallelPlaces places(plot_->picture(), QRectF(0, 0, 500, 300), QFont());
            const double middle = low + 0.3 * (high - low);
            QVERIFY(std::abs(places.positionAt(axis, places.y(axis, middle)) - middle) < 1e-9);
        }
        QCOMPARE(parallelWords(plot_->picture(), 2, 1.0), QStringLiteral("VS"));
        QCOMPARE(parallelWords(plot_->picture(), 3, 0.712), QStringLiteral("71.2"));
    }

    // 1,000 lines while a brush is dragged: each step draws all of them.
    void aThousandLinesAreFluid() {
        plot_->resize(1200, 600);
        plot_->setPicture(pictureOf(1000));
        QTest::mousePress(plot_.get(), Qt::LeftButton, {}, plot_->placeOf(0, 0.0).toPoint());
        plot_->grab();
        QElapsedTimer timer;
        timer.start();
        for (int step = 1; step <= 10; ++step) {
            QTest::mouseMove(plot_.get(), plot_->placeOf(0, 0.4 * step).toPoint());
            plot_->grab();
        }
        qInfo("%lld ms a step", timer.elapsed() / 10);
        timer.restart();
        QTest::mouseRelease(plot_.get(), Qt::LeftButton, {}, plot_->placeOf(0, 4.0).toPoint());
        plot_->grab();
        qInfo("%lld ms at rest", timer.elapsed());
    }

    void onPaper() {
        FigureStyle style;
        style.width = 180.0;
        style.png_dpi = 150;
        const PaperFigure figure = paperFigure(plot_->picture());
        QVERIFY(paperPdf(figure.title, style, figure.compose).startsWith("%PDF"));
        const QImage png = QImage::fromData(paperPng(style, figure.compose));
        QCOMPARE(png.width(), 1063);
        const PgfFigure pgf = figure.pgf(style, "lines.dat");
        QVERIFY(pgf.tex.find("lines.dat") != std::string::npos);
        QCOMPARE(std::ranges::count(pgf.data, '\n'),
                 std::ssize(plot_->picture().drawn.axes) + 2);  // names, axes and the result
        int inked = 0;
        for (int y = 0; y < png.height(); ++y) {
            for (int x = 0; x < png.width(); ++x) inked += png.pixel(x, y) != 0xffffffff;
        }
        QVERIFY(inked > 5000);
    }
};

BALLAST_TEST(TestParallelPlot)
#include "tst_parallel_plot.moc"
