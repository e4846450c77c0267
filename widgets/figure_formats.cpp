#include <QStringList>
#include <algorithm>

#include "core/analysis/capsule_file.h"
#include "widgets/paper_figure.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

using Files = std::vector<FigureFile>;

/// The bytes that `carry` makes of a file and the figure's capsule, where it has one.
template<class Carry>
QByteArray carrying(const PaperFigure& figure, const QByteArray& file, const Carry& carry) {
    if (figure.capsule.empty()) return file;
    return QByteArray::fromStdString(carry(file.toStdString(), figure.capsule));
}

Files writePdf(const PaperFigure& figure, const FigureStyle& style, const QString& stem) {
    QByteArray xmp;
    if (!figure.capsule.empty()) {
        xmp = QByteArray::fromStdString(capsuleXmp(figure.capsule, figure.title.toStdString()));
    }
    return {{stem + QStringLiteral(".pdf"), paperPdf(figure.title, style, figure.compose, xmp)}};
}

Files writeSvg(const PaperFigure& figure, const FigureStyle& style, const QString& stem) {
    return {{stem + QStringLiteral(".svg"),
             carrying(figure, paperSvg(figure.title, style, figure.compose), svgWithCapsule)}};
}

Files writePng(const PaperFigure& figure, const FigureStyle& style, const QString& stem) {
    return {{stem + QStringLiteral(".png"),
             carrying(figure, paperPng(style, figure.compose), pngWithCapsule)}};
}

Files writeCsv(const PaperFigure& figure, const FigureStyle&, const QString& stem) {
    return {{stem + QStringLiteral(".csv"), figure.csv()}};
}

Files writePgf(const PaperFigure& figure, const FigureStyle& style, const QString& stem) {
    const QString data = stem + QStringLiteral(".dat");
    const PgfFigure made = figure.pgf(style, data.toStdString());
    return {{stem + QStringLiteral(".tex"), QByteArray::fromStdString(made.tex)},
            {data, QByteArray::fromStdString(made.data)}};
}

constexpr FigureFormat kFormats[] = {
    {".pdf", "PDF", "Vectors, with its fonts, for papers", true, writePdf},
    {".svg", "SVG", "Vectors, and text as text, for editing", true, writeSvg},
    {".png", "PNG", "A picture, for slides and the web", true, writePng},
    {".tex", "LaTeX", "For pgfplots, with its numbers in a file beside it", true, writePgf},
    {".csv", "CSV", "The numbers that are drawn, in full", false, writeCsv},
};

}  // namespace

std::span<const FigureFormat> figureFormats() {
    return kFormats;
}

const FigureFormat* findFigureFormat(const QString& ending) {
    const auto found = std::ranges::find_if(kFormats, [&](const FigureFormat& format) {
        return ending.compare(QLatin1String(format.ending), Qt::CaseInsensitive) == 0;
    });
    return found == std::end(kFormats) ? nullptr : found;
}

QString figureEndings() {
    QStringList endings;
    for (const FigureFormat& format : kFormats) endings << QLatin1String(format.ending);
    const QString last = endings.takeLast();
    return endings.join(QStringLiteral(", ")) + QStringLiteral(" or ") + last;
}

}  // namespace ballast
