#include <QImage>
#include <QProcess>
#include <QStandardPaths>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>
#include <set>

#include "core/analysis/capsule_file.h"
#include "core/analysis/figure_values.h"
#include "tests/support/test_program.h"
#include "widgets/response_export.h"
#include "widgets/surface_picture.h"

using namespace ballast;

namespace {

SeedSpread spreadOf(double mean) {
    return {mean, mean - 0.01, mean + 0.01, 2};
}

/// Three lines over five values of ν.
ResponsePicture somePicture(int lines = 3) {
    ResponsePicture picture;
    picture.percent = true;
    picture.curves.x_label = "ν of class weight α_y, phase 2";
    picture.curves.y_label = "balanced test accuracy, best epoch";
    for (int l = 0; l < lines; ++l) {
        ResponseLine line;
        line.name = "method" + std::to_string(l);
        for (int p = 0; p < 5; ++p) {
            ResponsePoint point;
            point.x = point.position = 0.25 * p;
            const double mean = 0.6 + 0.02 * l + 0.01 * p;
            point.values = {{"a", 0, mean - 0.01}, {"b", 1, mean + 0.01}};
            point.spread = spreadOf(mean);
            line.points.push_back(point);
        }
        line.best = 4;
        picture.curves.lines.push_back(line);
    }
    return picture;
}

SurfacePicture someSurface() {
    SurfacePicture picture;
    picture.percent = true;
    Surface& surface = picture.surface;
    surface.x_label = "ν";
    surface.y_label = "τ";
    surface.value_label = "accuracy";
    surface.xs = {0.0, 0.5, 1.0};
    surface.ys = {1.0, 2.0};
    surface.cells.resize(6);
    for (std::size_t i = 0; i < 5; ++i) {
        const double mean = 0.5 + 0.05 * static_cast<double>(i);
        surface.cells[i].values = {{"a", 0, mean}};
        surface.cells[i].spread = spreadOf(mean);
    }
    surface.best = 4;
    return picture;
}

FigureFile fileOf(const PaperFigure& figure, const char* ending, const FigureStyle& style = {}) {
    return findFigureFormat(QLatin1String(ending))->write(figure, style, QStringLiteral("f"))[0];
}

/// What a program of poppler's says of a PDF; nothing where it is not installed.
std::optional<QByteArray> said(const char* program, QStringList arguments, const QByteArray& pdf) {
    const QString path = QStandardPaths::findExecutable(QLatin1String(program));
    if (path.isEmpty()) return std::nullopt;
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("f.pdf")));
    if (!file.open(QIODevice::WriteOnly)) return std::nullopt;
    file.write(pdf);
    file.close();
    arguments << file.fileName();
    if (QLatin1String(program) == QLatin1String("pdftotext")) arguments << QStringLiteral("-");
    QProcess process;
    process.start(path, arguments);
    if (!process.waitForFinished()) return std::nullopt;
    return process.readAllStandardOutput();
}

}  // namespace

class TestFigureFormats : public QObject {
    Q_OBJECT
    /// The texts of an SVG, one after another.
    static QString wordsOf(const QByteArray& svg) {
        QXmlStreamReader reader(svg);
        QString words;
        while (!reader.atEnd()) {
            reader.readNext();
            if (reader.isStartElement() && reader.name() == QLatin1String("text")) {
                words += reader.readElementText();
            }
        }
        return words;
    }

private Q_SLOTS:
    void aLabelLongerThanItsAxisTakesTwoLines() {
        FigureStyle style;
        style.height = 150.0;
        const QString label = QStringLiteral("balanced test accuracy, best epoch (%)");
        QVERIFY(wordsOf(fileOf(paperFigure(somePicture()), ".svg", style).content).contains(label));
        style.height = 45.0;
        const QString words = wordsOf(fileOf(paperFigure(somePicture()), ".svg", style).content);
        QVERIFY2(!words.contains(label) && words.contains(QStringLiteral("balanced test")) &&
                     words.contains(QStringLiteral("best epoch (%)")),
                 qPrintable(words));
    }

    void everyFormatWritesEveryKind() {
        QCOMPARE(figureEndings(), QStringLiteral(".pdf, .svg, .png, .tex or .csv"));
        QVERIFY(findFigureFormat(QStringLiteral(".PDF")) != nullptr);
        QVERIFY(findFigureFormat(QStringLiteral(".gif")) == nullptr);
        for (const PaperFigure& figure : {paperFigure(somePicture()), paperFigure(someSurface())}) {
            for (const FigureFormat& format : figureFormats()) {
                const std::vector<FigureFile> files =
                    format.write(figure, builtInStyles().back().style, QStringLiteral("f"));
                QCOMPARE(files[0].name, QStringLiteral("f") + QLatin1String(format.ending));
                for (const FigureFile& file : files)
                    QVERIFY2(file.content.size() > 60, format.ending);
            }
        }
    }

    void svgHasTextAsText() {
        FigureStyle style;
        style.width = 83.3;
        const QByteArray svg = fileOf(paperFigure(somePicture()), ".svg", style).content;
        QXmlStreamReader reader(svg);
        QStringList texts;
        QString width;
        while (!reader.atEnd()) {
            reader.readNext();
            if (!reader.isStartElement()) continue;
            if (reader.name() == QLatin1String("svg")) {
                width = reader.attributes().value(QLatin1String("width")).toString();
            }
            if (reader.name() == QLatin1String("text")) texts << reader.readElementText();
        }
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
        QVERIFY2(std::abs(width.chopped(2).toDouble() - 83.3) < 0.1, qPrintable(width));
        QVERIFY(width.endsWith(QLatin1String("mm")));
        // A word of each script is an element of its own.
        const QString words = texts.join(QString());
        QVERIFY2(words.contains(QStringLiteral("ν of class weight αy, phase 2")),
                 qPrintable(words));
        QVERIFY(words.contains(QStringLiteral("method2")));
        QVERIFY(!svg.contains("<image"));
    }

    /// A capsule changes nothing of the picture, and each file is still one of its kind.
    void aCapsuleIsCarriedAlong() {
        PaperFigure figure = paperFigure(somePicture());
        const QImage plain = QImage::fromData(fileOf(figure, ".png").content);
        FigureDescription described;
        described.x = "/phases/1/alpha/nu";
        described.title = "<&> ν";
        const FigureCapsule capsule =
            figureCapsule(described, {}, {{"a-run", std::string(64, 'a')}});
        figure.capsule = capsuleText(capsule);
        QCOMPARE(QImage::fromData(fileOf(figure, ".png").content), plain);
        QSvgRenderer svg(fileOf(figure, ".svg").content);
        QVERIFY(svg.isValid());
        QXmlStreamReader xml(fileOf(figure, ".svg").content);
        while (!xml.atEnd()) xml.readNext();
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        for (const char* ending : {".pdf", ".svg", ".png"}) {
            QVERIFY(capsuleIn(fileOf(figure, ending).content.toStdString(), ending) == capsule);
        }
        const QByteArray pdf = fileOf(figure, ".pdf").content;
        const auto metadata = said("pdfinfo", {QStringLiteral("-meta")}, pdf);
        if (!metadata) QSKIP("poppler's programs are not installed (Debian: poppler-utils)");
        QXmlStreamReader xmp(*metadata);
        while (!xmp.atEnd()) xmp.readNext();
        QVERIFY2(!xmp.hasError(), qPrintable(xmp.errorString()));
        QVERIFY(metadata->contains("Ballast"));
    }

    void pdfHasItsSizeItsFontsAndItsText() {
        FigureStyle style;
        style.width = 83.3;
        style.height = 56.0;
        const QByteArray pdf = fileOf(paperFigure(somePicture()), ".pdf", style).content;
        const auto info = said("pdfinfo", {}, pdf);
        if (!info) QSKIP("poppler's programs are not installed (Debian: poppler-utils)");
        const QRegularExpression size(QStringLiteral("Page size: +([0-9.]+) x ([0-9.]+) pts"));
        const auto match = size.match(QString::fromUtf8(*info));
        QVERIFY2(match.hasMatch(), info->constData());
        QVERIFY(std::abs(match.captured(1).toDouble() - 83.3 / 25.4 * 72.0) < 1.0);
        QVERIFY(std::abs(match.captured(2).toDouble() - 56.0 / 25.4 * 72.0) < 1.0);
        const QByteArray fonts = said("pdffonts", {}, pdf).value_or("");
        const QList<QByteArray> lines = fonts.trimmed().split('\n');
        QVERIFY2(lines.size() > 2, fonts.constData());
        for (const QByteArray& line : lines.mid(2)) {  // emb sub uni, before the object's number
            const QByteArrayList words = line.simplified().split(' ');
            QCOMPARE(words[words.size() - 5], QByteArray("yes"));
        }
        const QByteArray words = said("pdftotext", {QStringLiteral("-layout")}, pdf).value_or("");
        QVERIFY2(words.contains("class weight"), words.constData());
        QVERIFY2(words.contains("method2"), words.constData());
    }

    void csvIsWhatIsDrawn() {
        const ResponsePicture picture = somePicture();
        QCOMPARE(fileOf(paperFigure(picture), ".csv").content,
                 QByteArray::fromStdString(valuesCsv(picture.curves)));
        const SurfacePicture surface = someSurface();
        QCOMPARE(fileOf(paperFigure(surface), ".csv").content,
                 QByteArray::fromStdString(valuesCsv(surface.surface)));
    }

    void latexHasEveryPointBesideIt() {
        const ResponsePicture picture = somePicture();
        const auto files = findFigureFormat(QStringLiteral(".tex"))
                               ->write(paperFigure(picture), {}, QStringLiteral("f"));
        QCOMPARE(files.size(), std::size_t{2});
        QCOMPARE(files[1].name, QStringLiteral("f.dat"));
        QVERIFY(files[0].content.contains("{f.dat}"));
        QVERIFY(files[0].content.contains("xlabel={$\\nu$ of class weight $\\alpha_y$, phase 2}"));
        const QByteArray numbers = ' ' + files[1].content.simplified() + ' ';
        for (const ResponseLine& line : picture.curves.lines) {
            QVERIFY(files[0].content.contains(QByteArray::fromStdString(line.name)));
            for (const ResponsePoint& point : line.points) {
                for (const double value :
                     {point.spread.mean, point.values[0].value, point.values[1].value}) {
                    const auto number =
                        QByteArray::number(100.0 * value, 'g', QLocale::FloatingPointShortest);
                    QVERIFY2(numbers.contains(' ' + number + ' '), number.constData());
                }
            }
        }
    }

    /// Grey-safe lines keep apart without colour: no two have the same grey, and no pixel a colour.
    void greySafeLinesNeedNoColour() {
        FigureStyle style;
        style.legend = LegendPlace::none;
        style.grey_safe = true;
        for (const PaperFigure& figure :
             {paperFigure(somePicture(4)), paperFigure(someSurface())}) {
            const QImage image = QImage::fromData(fileOf(figure, ".png", style).content);
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x) {
                    const QRgb pixel = image.pixel(x, y);
                    QVERIFY(std::abs(qRed(pixel) - qBlue(pixel)) <= 3);
                }
            }
        }
        style.grey_safe = false;
        const QImage colours =
            QImage::fromData(fileOf(paperFigure(somePicture(4)), ".png", style).content);
        bool coloured = false;
        for (int x = 0; x < colours.width(); ++x) {
            for (int y = 0; y < colours.height(); ++y) {
                const QRgb pixel = colours.pixel(x, y);
                if (std::abs(qRed(pixel) - qBlue(pixel)) > 60) coloured = true;
            }
        }
        QVERIFY(coloured);
        const QByteArray tex = [&] {
            style.grey_safe = true;
            return fileOf(paperFigure(somePicture(4)), ".tex", style).content;
        }();
        std::set<QString> looks;
        const QRegularExpression key(QStringLiteral("color=(\\{[^}]*\\}), line width[^\\n]*mark="));
        auto found = key.globalMatch(QString::fromUtf8(tex));
        while (found.hasNext()) looks.insert(found.next().captured(1));
        QCOMPARE(looks.size(), std::size_t{4});
    }

    void theStyleChangesThePicture_data() {
        QTest::addColumn<QByteArray>("change");
        for (const char* change :
             {R"({"font": "DejaVu Serif"})", R"({"line_width": 2})", R"({"legend": "right"})",
              R"({"legend": "bottom-right"})", R"({"legend": "none"})", R"({"grey_safe": true})",
              R"({"y_range": [50, 90]})", R"({"x_range": [0, 2]})", R"({"label_size": 9})",
              R"({"tick_size": 5})", R"({"legend_size": 5})", R"({"width": 120})"}) {
            QTest::newRow(change) << QByteArray(change);
        }
    }
    void theStyleChangesThePicture() {
        QFETCH(const QByteArray, change);
        const PaperFigure figure = paperFigure(somePicture());
        const FigureStyle style = styleFromJson(nlohmann::json::parse(change), "style");
        QVERIFY(paperImage(style, figure.compose, 100) != paperImage({}, figure.compose, 100));
    }

    /// Above the plot the legend takes few lines, and inside it or beside it one for each name.
    void theLegendHasAsManyColumnsAsFit_data() {
        QTest::addColumn<double>("width");
        QTest::addColumn<int>("place");
        QTest::addColumn<int>("lines");
        QTest::newRow("column") << 90.0 << int(LegendPlace::above) << 4;
        QTest::newRow("page") << 180.0 << int(LegendPlace::above) << 2;
        QTest::newRow("narrow") << 50.0 << int(LegendPlace::above) << 4;  // and 4 more
        QTest::newRow("beside") << 180.0 << int(LegendPlace::right) << 8;
        QTest::newRow("none") << 180.0 << int(LegendPlace::none) << 0;
    }
    void theLegendHasAsManyColumnsAsFit() {
        QFETCH(const double, width);
        QFETCH(const int, place);
        QFETCH(const int, lines);
        ResponsePicture picture = somePicture(8);
        for (std::size_t l = 0; l < 8; ++l) {
            picture.curves.lines[l].name = "LDAM+DRW, a long name, no " + std::to_string(l);
        }
        FigureStyle style;
        style.width = width;
        style.legend = static_cast<LegendPlace>(place);
        QXmlStreamReader reader(fileOf(paperFigure(picture), ".svg", style).content);
        std::set<QString> heights;
        while (!reader.atEnd()) {
            reader.readNext();
            if (!reader.isStartElement() || reader.name() != QLatin1String("text")) continue;
            const QString height = reader.attributes().value(QLatin1String("y")).toString();
            if (reader.readElementText().contains(QLatin1String("LDAM"))) heights.insert(height);
        }
        QCOMPARE(static_cast<int>(heights.size()), lines);
    }

    /// Of hundreds of lines the legend names some and counts the rest.
    void aLongLegendLeavesRoomForThePlot_data() {
        QTest::addColumn<int>("place");
        QTest::newRow("above") << int(LegendPlace::above);
        QTest::newRow("beside") << int(LegendPlace::right);
        QTest::newRow("inside") << int(LegendPlace::top_left);
    }
    void aLongLegendLeavesRoomForThePlot() {
        QFETCH(const int, place);
        FigureStyle style;
        style.legend = static_cast<LegendPlace>(place);
        const QByteArray svg = fileOf(paperFigure(somePicture(200)), ".svg", style).content;
        QXmlStreamReader reader(svg);
        int named = 0;
        int counted = 0;
        while (!reader.atEnd()) {
            reader.readNext();
            if (!reader.isStartElement() || reader.name() != QLatin1String("text")) continue;
            const QString words = reader.readElementText();
            if (words.startsWith(QLatin1String("method"))) ++named;
            if (words.startsWith(QLatin1String("and "))) {
                counted = words.section(QLatin1Char(' '), 1, 1).toInt();
            }
        }
        QVERIFY2(named > 5, qPrintable(QString::number(named)));
        QCOMPARE(named + counted, 200);
    }

    void rangesSuitLogarithmicAxes() {
        ResponsePicture picture = somePicture();
        picture.curves.x_scale = AxisScale::log;
        for (auto& line : picture.curves.lines) {
            for (auto& point : line.points) point.position += 0.1;
        }
        FigureStyle style;
        style.x_range = AxisRange{-1.0, 10.0};
        QVERIFY(!paperImage(style, paperFigure(picture).compose, 50).isNull());
        style.x_range = AxisRange{-2.0, -1.0};
        QCOMPARE(paperImage(style, paperFigure(picture).compose, 50),
                 paperImage({}, paperFigure(picture).compose, 50));
    }
};

BALLAST_TEST(TestFigureFormats)
#include "tst_figure_formats.moc"
