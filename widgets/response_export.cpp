#include "widgets/response_export.h"

#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

ComposePaper composing(const ResponsePicture& picture, QSizeF size_mm) {
    return [&picture, size_mm](QCustomPlot& plot, const PlotColors& colors,
                               const PlotScale& scale) {
        drawResponse(plot, picture, colors, scale, false);
        const std::vector<ResponseLine>& lines = picture.curves.lines;
        if (lines.size() < 2) return;
        QStringList names;
        for (const ResponseLine& line : lines) names << text(line.name);
        addPaperLegend(plot, names, size_mm.width(), static_cast<int>(lines.size()), colors, scale);
        for (std::size_t l = 0; l < lines.size();
             ++l) {  // graphs without data that lend their pens
            const QPen pen(seriesColor(static_cast<int>(l), false), 1.7 * scale.unit);
            QCPGraph* key = addCurve(plot);
            key->setPen(pen);
            key->setScatterStyle(
                QCPScatterStyle(QCPScatterStyle::ssDisc, pen, pen.color(), 6.0 * scale.unit));
            key->setName(names[static_cast<qsizetype>(l)]);
            key->addToLegend();
        }
        fitPaperLegend(plot);
    };
}

}  // namespace

QByteArray responsePdf(const ResponsePicture& picture, const QString& title, QSizeF size_mm) {
    return paperPdf(title, size_mm, composing(picture, size_mm));
}

QByteArray responsePng(const ResponsePicture& picture, QSizeF size_mm, int dots_per_inch) {
    return paperPng(size_mm, dots_per_inch, composing(picture, size_mm));
}

}  // namespace ballast
