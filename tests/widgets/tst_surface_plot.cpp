#include <QElapsedTimer>
#include <QSignalSpy>
#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/surface_plot.h"

using namespace ballast;

namespace {

/// A hill over a square grid; the cell in the lower left corner is missing.
SurfacePicture hill(std::size_t side) {
    SurfacePicture picture;
    picture.percent = true;
    Surface& surface = picture.surface;
    surface.x_label = "a";
    surface.y_label = "b";
    const double middle = double(side - 1) / 2.0;
    for (std::size_t i = 0; i < side; ++i) {
        surface.xs.emplace_back(double(i));
        surface.ys.emplace_back(double(i));
    }
    surface.cells.resize(side * side);
    for (std::size_t i = 1; i < surface.cells.size(); ++i) {
        const double x = (double(i % side) - middle) / middle;
        const double y = (double(i / side) - middle) / middle;
        surface.cells[i].spread.mean = 0.8 - 0.2 * x * x - 0.1 * y * y;
        surface.cells[i].spread.n = 1;
        surface.cells[i].values = {{"run", 0, surface.cells[i].spread.mean}};
    }
    picture.contours = contoursOf(surface, 0.01);
    return picture;
}

}  // namespace

class TestSurfacePlot : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cellsAreReachedByTheKeyboard() {
        SurfacePlot plot;
        plot.resize(500, 400);
        plot.setPicture(hill(5));
        plot.show();
        QSignalSpy chosen(&plot, &SurfacePlot::cellChosen);
        QSignalSpy menus(&plot, &SurfacePlot::menuRequested);
        QTest::keyClick(&plot, Qt::Key_Up);
        QCOMPARE(plot.marked(), std::optional(SurfaceAt(0, 0)));
        QTest::keyClick(&plot, Qt::Key_Right);
        QTest::keyClick(&plot, Qt::Key_Up);
        QCOMPARE(plot.marked(), std::optional(SurfaceAt(1, 1)));
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(chosen.count(), 1);
        QContextMenuEvent menu(QContextMenuEvent::Keyboard, QPoint(), QPoint());
        QApplication::sendEvent(&plot, &menu);
        QCOMPARE(menus.count(), 1);
        QCOMPARE(menus[0][0].value<std::size_t>(), std::size_t{1});
        for (int i = 0; i < 9; ++i) QTest::keyClick(&plot, Qt::Key_Left);
        QCOMPARE(plot.marked(), std::optional(SurfaceAt(0, 1)));
        plot.setMarked(SurfaceAt(9, 9));
        QVERIFY(!plot.marked());
    }

    void theMenuOfACellWithoutRuns() {
        SurfacePlot plot;
        plot.resize(500, 400);
        plot.setPicture(hill(5));
        plot.show();
        plot.grab();
        QSignalSpy menus(&plot, &SurfacePlot::menuRequested);
        auto* canvas = plot.findChild<QWidget*>(QStringLiteral("surface_plot"));
        QContextMenuEvent menu(QContextMenuEvent::Mouse, plot.placeOf({0, 0}), QPoint(5, 5));
        QApplication::sendEvent(canvas, &menu);
        QCOMPARE(menus.count(), 1);
        QCOMPARE(menus[0][0].value<std::size_t>(), std::size_t{0});
        QVERIFY(plot.wordsFor(0, 0).endsWith(QStringLiteral("no run")));
    }

    void contoursCanBeSeen() {
        SurfacePlot plot;
        plot.resize(500, 400);
        SurfacePicture picture = hill(9);
        QVERIFY(!picture.contours.empty());
        plot.setPicture(picture);
        plot.show();
        QTest::qWait(20);  // a plot draws when the events are done
        const QImage with = plot.grab().toImage();
        picture.contours.clear();
        plot.setPicture(picture);
        QTest::qWait(20);
        QVERIFY(plot.grab().toImage() != with);
    }

    void aLargeGridIsFluid() {
        SurfacePlot plot;
        plot.resize(900, 600);
        plot.setPicture(hill(50));
        plot.show();
        plot.grab();
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 10; ++i) {
            plot.setMarked(SurfaceAt(static_cast<std::size_t>(i), 3));
            QCoreApplication::processEvents();  // a plot draws when the events are done
            plot.grab();
        }
        qInfo("%lld ms a picture", timer.elapsed() / 10);
    }
};

BALLAST_TEST(TestSurfacePlot)
#include "tst_surface_plot.moc"
