#include "widgets/response_export.h"

#include "core/analysis/figure_values.h"
#include "widgets/line_look.h"
#include "widgets/palette.h"
#include "widgets/paper_legend.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

ComposePaper composing(const ResponsePicture& picture) {
    return [picture](QCustomPlot& plot, const PlotColors& colors, const PlotScale& scale,
                     const FigureStyle& style) {
        drawResponse(plot, picture, colors, scale, false);
        const std::vector<ResponseLine>& lines = picture.curves.lines;
        if (lines.size() < 2) return;
        const auto count = static_cast<int>(lines.size());
        addPaperLegend(plot, style, colors, scale);
        for (int l = 0; l < count; ++l) {  // graphs without data that lend their pens
            const LineLook look = lineLook(l, count, scale.grey_safe, false);
            QCPGraph* key = addCurve(plot);
            key->setPen(penOf(look, kCurveWidth * scale.unit));
            key->setScatterStyle(
                markerOf(look, kCurveWidth * scale.unit, kMarkerSize * scale.unit));
            key->setName(text(lines[static_cast<std::size_t>(l)].name));
            key->addToLegend();
        }
        fitPaperLegend(plot, style, count);
    };
}

PgfPlot responsePgf(const ResponsePicture& picture, const FigureStyle& style) {
    const ResponseCurves& curves = picture.curves;
    const double factor = picture.percent ? 100.0 : 1.0;
    PgfPlot plot;
    plot.title = curves.y_label + " over " + curves.x_label;
    plot.x_label = curves.x_label;
    plot.y_label = curves.y_label + (picture.percent ? " (%)" : "");
    plot.x_log = curves.x_scale == AxisScale::log;
    if (curves.x_scale == AxisScale::categories) plot.categories = curves.categories;
    for (std::size_t l = 0; l < curves.lines.size(); ++l) {
        const ResponseLine& from = curves.lines[l];
        const LineLook look = lineLook(static_cast<int>(l), static_cast<int>(curves.lines.size()),
                                       style.grey_safe, false);
        PgfLine line = pgfLine(look);
        if (curves.lines.size() > 1) line.name = from.name;
        line.connected = curves.x_scale != AxisScale::categories;
        line.error_bars = true;
        if (from.best && from.points.size() > 1) line.best = static_cast<int>(*from.best);
        for (std::size_t p = 0; p < from.points.size(); ++p) {
            const ResponsePoint& point = from.points[p];
            const double x = placeOnAxis(picture, {l, p});
            line.points.push_back({x, factor * point.spread.mean, factor * point.spread.lower,
                                   factor * point.spread.upper});
            if (!picture.seeds_as_points || point.values.size() < 2) continue;
            for (const SeedValue& seed : point.values) {
                line.faint.push_back({x, factor * seed.value, kMissing, kMissing});
            }
        }
        plot.lines.push_back(std::move(line));
    }
    return plot;
}

}  // namespace

PaperFigure paperFigure(const ResponsePicture& picture) {
    PaperFigure figure;
    figure.title = text(picture.curves.y_label + " over " + picture.curves.x_label);
    figure.compose = composing(picture);
    figure.csv = [picture] { return QByteArray::fromStdString(valuesCsv(picture.curves)); };
    figure.pgf = [picture](const FigureStyle& style, const std::string& data_file) {
        return pgfFigure(responsePgf(picture, style), style, data_file);
    };
    return figure;
}

}  // namespace ballast
