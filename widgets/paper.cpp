#include "widgets/paper.h"

#include <QBuffer>
#include <QFontMetricsF>
#include <QImage>
#include <QPageSize>
#include <QPdfWriter>
#include <algorithm>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"

namespace ballast {
namespace {

constexpr int kUnitsPerInch = 288;
constexpr double kMillimetresPerInch = 25.4;
// Of the legend, in points.
constexpr double kIconWidth = 15;
constexpr double kIconGap = 3;
constexpr double kColumnGap = 7;

int paperUnits(double millimetres) {
    return static_cast<int>(std::lround(millimetres / kMillimetresPerInch * kUnitsPerInch));
}

PlotScale paperScale() {
    PlotScale scale;
    scale.unit = 0.6 * kUnitsPerPoint;
    scale.font = QFont(QStringLiteral("Helvetica"));
    scale.font.setStyleHint(QFont::SansSerif);
    scale.font.setPixelSize(static_cast<int>(7.0 * kUnitsPerPoint));
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

/// Draws the figure with a painter whose scale is set.
void paint(QCPPainter& painter, QSizeF size_mm, const ComposePaper& compose) {
    QCustomPlot plot;
    plot.setBufferDevicePixelRatio(1.0);
    plot.axisRect()->setMinimumMargins(QMargins(8, 8, 8, 8));
    plot.plotLayout()->setMargins(QMargins(4, 8, 8, 4));
    compose(plot, paperColors(), paperScale());
    painter.setMode(QCPPainter::pmNoCaching);
    painter.setMode(QCPPainter::pmNonCosmetic);
    plot.toPainter(&painter, paperUnits(size_mm.width()), paperUnits(size_mm.height()));
}

}  // namespace

void addPaperLegend(QCustomPlot& plot, const QStringList& names, double width_mm, int most_columns,
                    const PlotColors& colors, const PlotScale& scale) {
    QCPLegend* legend = plot.legend;
    plot.plotLayout()->insertRow(0);
    // Beside it an empty element that takes the rest of the line, so that entries are not spread.
    auto* line = new QCPLayoutGrid;
    plot.plotLayout()->addElement(0, 0, line);
    line->addElement(0, 0, legend);
    line->addElement(0, 1, new QCPLayoutElement(&plot));
    plot.plotLayout()->setRowStretchFactor(0, 0.001);
    plot.plotLayout()->setRowSpacing(static_cast<int>(2 * kUnitsPerPoint));
    legend->setVisible(true);
    legend->setFont(scale.font);
    legend->setTextColor(colors.text);
    legend->setBorderPen(Qt::NoPen);
    legend->setBrush(Qt::NoBrush);
    legend->setIconSize(static_cast<int>(kIconWidth * kUnitsPerPoint),
                        static_cast<int>(7 * kUnitsPerPoint));
    legend->setIconTextPadding(static_cast<int>(kIconGap * kUnitsPerPoint));
    legend->setColumnSpacing(static_cast<int>(kColumnGap * kUnitsPerPoint));
    legend->setRowSpacing(static_cast<int>(1 * kUnitsPerPoint));
    legend->setMargins(QMargins(0, 0, 0, 0));
    legend->setFillOrder(QCPLegend::foColumnsFirst);
    // Every column is as wide as the widest name.
    const QFontMetricsF metrics(scale.font);
    double widest = 0.0;
    for (const QString& name : names) widest = std::max(widest, metrics.horizontalAdvance(name));
    const double entry = widest + (kIconWidth + kIconGap + kColumnGap) * kUnitsPerPoint;
    const int fitting = static_cast<int>(0.94 * paperUnits(width_mm) / entry);
    legend->setWrap(std::clamp(fitting, 1, std::max(3, most_columns)));
}

void fitPaperLegend(QCustomPlot& plot) {
    plot.legend->setMaximumSize(plot.legend->minimumOuterSizeHint());
}

QByteArray paperPdf(const QString& title, QSizeF size_mm, const ComposePaper& compose) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setTitle(title);
    writer.setCreator(QStringLiteral("Ballast"));
    writer.setResolution(kUnitsPerInch);
    writer.setPageSize(QPageSize(size_mm, QPageSize::Millimeter, QString(), QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF());
    QCPPainter painter;
    painter.begin(&writer);
    painter.setMode(QCPPainter::pmVectorized);
    paint(painter, size_mm, compose);
    painter.end();
    return bytes;
}

QByteArray paperPng(QSizeF size_mm, int dots_per_inch, const ComposePaper& compose) {
    const double scale = static_cast<double>(dots_per_inch) / kUnitsPerInch;
    const auto pixels = [&](double mm) {
        return static_cast<int>(std::lround(mm / kMillimetresPerInch * dots_per_inch));
    };
    QImage image(pixels(size_mm.width()), pixels(size_mm.height()), QImage::Format_RGB32);
    image.fill(Qt::white);
    const int dots_per_metre = static_cast<int>(std::lround(dots_per_inch / 0.0254));
    image.setDotsPerMeterX(dots_per_metre);
    image.setDotsPerMeterY(dots_per_metre);
    QCPPainter painter(&image);
    painter.scale(scale, scale);
    paint(painter, size_mm, compose);
    painter.end();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

}  // namespace ballast
