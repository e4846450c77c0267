#include "widgets/paper.h"

#include <QBuffer>
#include <QPageSize>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <algorithm>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"
#include "widgets/typeset_plot.h"

namespace ballast {
namespace {

constexpr int kUnitsPerInch = 288;
constexpr double kMillimetresPerInch = 25.4;

QFont paperFont(const FigureStyle& style, double points) {
    QFont font(text(style.font));
    font.setStyleHint(QFont::SansSerif);
    font.setPixelSize(static_cast<int>(std::lround(points * kUnitsPerPoint)));
    return font;
}

PlotScale paperScale(const FigureStyle& style) {
    PlotScale scale;
    scale.unit = style.line_width * kUnitsPerPoint / kCurveWidth;
    scale.font = paperFont(style, style.tick_size);
    scale.label_font = paperFont(style, style.label_size);
    scale.legend_font = paperFont(style, style.legend_size);
    scale.grey_safe = style.grey_safe;
    return scale;
}

PlotColors paperColors() {
    PlotColors colors = plotColors(false);
    colors.background = Qt::white;
    colors.text = Qt::black;
    colors.muted = QColor(0xff303030);
    colors.axis = QColor(0xff404040);
    colors.grid = QColor(0xffe4e4e4);
    return colors;
}

/// Shows a part of an axis; one of categories stays whole, and a logarithmic one keeps its own edge
/// in place of one that is not above 0.
void showRange(QCPAxis& axis, const std::optional<AxisRange>& range) {
    if (!range || axis.ticker().dynamicCast<QCPAxisTickerText>()) return;
    QCPRange shown(range->lower, range->upper);
    if (axis.scaleType() == QCPAxis::stLogarithmic) {
        if (shown.upper <= 0.0) return;
        if (shown.lower <= 0.0) shown.lower = std::min(axis.range().lower, 0.5 * shown.upper);
    }
    axis.setRange(shown);
}

/// Draws the figure with a painter whose scale is set.
void paint(QCPPainter& painter, const FigureStyle& style, const ComposePaper& compose) {
    QCustomPlot plot;
    plot.setBufferDevicePixelRatio(1.0);
    plot.axisRect()->setMinimumMargins(QMargins(8, 8, 8, 8));
    plot.plotLayout()->setMargins(QMargins(4, 8, 8, 4));
    compose(plot, paperColors(), paperScale(style), style);
    showRange(*plot.xAxis, style.x_range);
    showRange(*plot.yAxis, style.y_range);
    wrapLabels(plot, {paperUnits(style.width), paperUnits(style.height)});
    typesetLabels(plot);
    painter.setMode(QCPPainter::pmNoCaching);
    painter.setMode(QCPPainter::pmNonCosmetic);
    plot.toPainter(&painter, paperUnits(style.width), paperUnits(style.height));
}

}  // namespace

int paperUnits(double millimetres) {
    return static_cast<int>(std::lround(millimetres / kMillimetresPerInch * kUnitsPerInch));
}

QByteArray paperPdf(const QString& title, const FigureStyle& style, const ComposePaper& compose,
                    const QByteArray& xmp) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setTitle(title);
    writer.setCreator(QStringLiteral("Ballast"));
    writer.setDocumentXmpMetadata(xmp);
    writer.setResolution(kUnitsPerInch);
    writer.setPageSize(QPageSize(QSizeF(style.width, style.height), QPageSize::Millimeter,
                                 QString(), QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF());
    QCPPainter painter;
    painter.begin(&writer);
    painter.setMode(QCPPainter::pmVectorized);
    paint(painter, style, compose);
    painter.end();
    return bytes;
}

QByteArray paperSvg(const QString& title, const FigureStyle& style, const ComposePaper& compose) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setTitle(title);
    generator.setDescription(QStringLiteral("Made by Ballast"));
    generator.setResolution(kUnitsPerInch);
    const QSize size(paperUnits(style.width), paperUnits(style.height));
    generator.setSize(size);
    generator.setViewBox(QRect(QPoint(), size));
    QCPPainter painter;
    painter.begin(&generator);
    painter.setMode(QCPPainter::pmVectorized);
    paint(painter, style, compose);
    painter.end();
    return bytes;
}

QImage paperImage(const FigureStyle& style, const ComposePaper& compose, double dots_per_inch) {
    const double scale = dots_per_inch / kUnitsPerInch;
    const auto pixels = [&](double mm) {
        return std::max(1, static_cast<int>(std::lround(mm / kMillimetresPerInch * dots_per_inch)));
    };
    QImage image(pixels(style.width), pixels(style.height), QImage::Format_RGB32);
    image.fill(Qt::white);
    const int dots_per_metre = static_cast<int>(std::lround(dots_per_inch / 0.0254));
    image.setDotsPerMeterX(dots_per_metre);
    image.setDotsPerMeterY(dots_per_metre);
    QCPPainter painter(&image);
    painter.scale(scale, scale);
    paint(painter, style, compose);
    painter.end();
    return image;
}

QByteArray paperPng(const FigureStyle& style, const ComposePaper& compose) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    paperImage(style, compose, style.png_dpi).save(&buffer, "PNG");
    return bytes;
}

}  // namespace ballast
