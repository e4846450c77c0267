#include <QImage>
#include <QRegularExpression>
#include <QtTest>

#include "sample_records.h"
#include "tests/support/test_program.h"
#include "widgets/figure_export.h"
#include "widgets/palette.h"

using namespace ballast;

namespace {

std::vector<RunCurves> someRuns(int count) {
    std::vector<RunCurves> runs;
    for (int i = 0; i < count; ++i) {
        runs.emplace_back(sample::run(QStringLiteral("run%1").arg(i), i));
        for (int epoch = 0; epoch < 6; ++epoch) {
            runs.back().append(sample::record(epoch, epoch == 4, 0.02 * i));
        }
    }
    return runs;
}

QByteArray pdfOf(const Panel& panel, const Figure& figure, const FigureStyle& style = {}) {
    return paperPdf(panel.title, style, paperFigure(panel, figure).compose);
}

QByteArray pngOf(const Panel& panel, const Figure& figure, const FigureStyle& style = {}) {
    return paperPng(style, paperFigure(panel, figure).compose);
}

int pixelsNear(const QImage& image, const QColor& color) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const QColor pixel = image.pixelColor(x, y);
            const int distance = std::abs(pixel.red() - color.red()) +
                                 std::abs(pixel.green() - color.green()) +
                                 std::abs(pixel.blue() - color.blue());
            if (distance < 12) ++count;
        }
    }
    return count;
}

}  // namespace

class TestFigureExport : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void figures_data();
    void figures();
    void pngDrawsEveryRunOnWhite();
    void figuresLookTheSameInTheDarkTheme();
    void noRunsIsStillAFigure();
    void meansAreExportedWithTheirBands();
};

void TestFigureExport::figures_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QSizeF>("size");
    for (const Panel& panel : panels()) {
        const std::string name(panel.name);
        for (const QSizeF& size : {QSizeF(90, 60), QSizeF(180, 80)}) {
            QTest::addRow("%s %g mm", name.c_str(), size.width())
                << QString::fromStdString(name) << size;
        }
    }
}

void TestFigureExport::figures() {
    QFETCH(QString, name);
    QFETCH(QSizeF, size);
    const Panel& which = *findPanel(name.toStdString());
    const auto runs = someRuns(3);
    const Figure figure = plainFigure(runs);

    FigureStyle style;
    style.width = size.width();
    style.height = size.height();
    style.png_dpi = 150;
    const QByteArray pdf = pdfOf(which, figure, style);
    QVERIFY(pdf.startsWith("%PDF-1."));
    QVERIFY(pdf.trimmed().endsWith("%%EOF"));
    const QRegularExpression box(QStringLiteral("/MediaBox \\[0 0 ([0-9.]+) ([0-9.]+)\\]"));
    const auto match = box.match(QString::fromLatin1(pdf));
    QVERIFY(match.hasMatch());
    QVERIFY(std::abs(match.captured(1).toDouble() - size.width() / 25.4 * 72.0) < 1.0);
    QVERIFY(std::abs(match.captured(2).toDouble() - size.height() / 25.4 * 72.0) < 1.0);
    QVERIFY2(!pdf.contains("/Subtype /Image"), "the figure is not all vectors");

    const QByteArray png = pngOf(which, figure, style);
    const QImage image = QImage::fromData(png, "PNG");
    QCOMPARE(image.width(), qRound(size.width() / 25.4 * 150.0));
    QCOMPARE(image.height(), qRound(size.height() / 25.4 * 150.0));
    QVERIFY(std::abs(image.dotsPerMeterX() - 150.0 / 0.0254) < 1.0);
}

void TestFigureExport::pngDrawsEveryRunOnWhite() {
    const auto runs = someRuns(3);
    const Figure figure = plainFigure(runs);
    const QImage image = QImage::fromData(pngOf(*findPanel("training-accuracy"), figure), "PNG");
    QVERIFY(pixelsNear(image, Qt::white) > image.width() * image.height() / 2);
    for (int i = 0; i < 3; ++i) QVERIFY(pixelsNear(image, seriesColor(i, false)) > 200);
    QCOMPARE(pixelsNear(image, seriesColor(3, false)), 0);
}

void TestFigureExport::figuresLookTheSameInTheDarkTheme() {
    const auto runs = someRuns(2);
    const Figure figure = plainFigure(runs);
    applyTheme(*qApp, Theme::light);
    const QByteArray light = pngOf(*findPanel("min-logit"), figure);
    applyTheme(*qApp, Theme::dark);
    const QByteArray dark = pngOf(*findPanel("min-logit"), figure);
    applyTheme(*qApp, Theme::light);
    QCOMPARE(QImage::fromData(light), QImage::fromData(dark));
}

void TestFigureExport::noRunsIsStillAFigure() {
    const QImage image = QImage::fromData(pngOf(*findPanel("min-logit"), {}));
    QVERIFY(!image.isNull());
    QVERIFY(pdfOf(*findPanel("balanced-test-accuracy"), {}).startsWith("%PDF"));
}

/// Two seeds of 46 and 48 % after three epochs: mean 47, deviation √2.
void TestFigureExport::meansAreExportedWithTheirBands() {
    auto runs = someRuns(2);
    runs[0].append(sample::record(6));  // one seed is ahead
    Figure figure;
    figure.view.means = true;
    const PlotGroup groups[] = {{QStringLiteral("CE"), 3, {runs[0].info().id, runs[1].info().id}}};
    const RunCurves* pointers[] = {&runs[0], &runs[1]};
    figure.series = plotSeries(pointers, groups, figure.view, {});
    QCOMPARE(figure.series.size(), std::size_t{1});
    const Panel& panel = *findPanel("balanced-test-accuracy");
    const QImage image = QImage::fromData(pngOf(panel, figure), "PNG");
    QVERIFY(pixelsNear(image, seriesColor(3, false)) > 200);
    QCOMPARE(pixelsNear(image, seriesColor(0, false)), 0);
    QVERIFY(pdfOf(panel, figure).startsWith("%PDF"));

    const QList<QByteArray> lines = figureCsv(panel, figure).trimmed().split('\n');
    QCOMPARE(lines.size(), 8);
    QCOMPARE(lines[0], QByteArray("series,curve,epoch,value,lower,upper,all seeds"));
    const QList<QByteArray> third = lines[3].split(',');
    const auto mean = curvesOf(figure.series[0], panel, figure.view)[0];
    QCOMPARE(third[0], QByteArray("\"CE\""));
    QCOMPARE(third[2], QByteArray("3"));
    QCOMPARE(third[3].toDouble(), mean.points[2].y());  // to the last bit
    QVERIFY(std::abs(third[3].toDouble() - 49.0) < 1e-9);
    QVERIFY(std::abs(third[4].toDouble() - (49.0 - std::sqrt(2.0))) < 1e-9);
    QVERIFY(std::abs(third[5].toDouble() - (49.0 + std::sqrt(2.0))) < 1e-9);
    QCOMPARE(third[6], QByteArray("yes"));
    QVERIFY(lines[7].endsWith(",no"));  // of one seed
}

BALLAST_TEST(TestFigureExport)
#include "tst_figure_export.moc"
