#include "widgets/surface_picture.h"

#include <algorithm>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr std::size_t kMostWords = 150;  // cells; beyond them colours speak alone

/// From pale to the colour of majority classes: dark is good, in grey too.
QCPColorGradient gradient() {
    QCPColorGradient made;
    made.clearColorStops();
    made.setColorStopAt(0.0, QColor(0xfff3f6f9));
    made.setColorStopAt(0.5, QColor(0xff8fb8dc));
    made.setColorStopAt(1.0, QColor(0xff0b4f8a));
    made.setNanHandling(QCPColorGradient::nhTransparent);
    return made;
}

void labelCells(QCPAxis& axis, const std::string& label, const std::vector<FieldValue>& values) {
    const QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    const std::size_t step = std::max<std::size_t>(1, values.size() / 12);
    for (std::size_t i = 0; i < values.size(); i += step) {
        ticker->addTick(static_cast<double>(i), text(valueText(values[i])));
    }
    axis.setTicker(ticker);
    axis.setLabel(text(label));
    axis.setRange(-0.5, static_cast<double>(values.size()) - 0.5);
    axis.grid()->setVisible(false);
}

QCPItemRect* addCell(QCustomPlot& plot, std::size_t x, std::size_t y) {
    auto* cell = new QCPItemRect(&plot);
    cell->topLeft->setCoords(static_cast<double>(x) - 0.5, static_cast<double>(y) + 0.5);
    cell->bottomRight->setCoords(static_cast<double>(x) + 0.5, static_cast<double>(y) - 0.5);
    cell->setSelectable(false);
    return cell;
}

ComposePaper composing(const SurfacePicture& picture) {
    return [&picture](QCustomPlot& plot, const PlotColors& colors, const PlotScale& scale) {
        drawSurface(plot, picture, colors, scale);
    };
}

}  // namespace

void drawSurface(QCustomPlot& plot, const SurfacePicture& picture, const PlotColors& colors,
                 const PlotScale& scale, std::optional<SurfaceAt> marked) {
    stylePlot(plot, colors, scale);
    const Surface& surface = picture.surface;
    const std::size_t columns = surface.xs.size();
    const std::size_t rows = surface.ys.size();
    if (columns == 0 || rows == 0) return;
    labelCells(*plot.xAxis, surface.x_label, surface.xs);
    labelCells(*plot.yAxis, surface.y_label, surface.ys);
    const double factor = picture.percent ? 100.0 : 1.0;
    auto* map = new QCPColorMap(plot.xAxis, plot.yAxis);
    map->removeFromLegend();
    map->setSelectable(QCP::stNone);
    map->setInterpolate(false);
    map->setTightBoundary(false);
    map->data()->setSize(static_cast<int>(columns), static_cast<int>(rows));
    map->data()->setRange({0.0, static_cast<double>(columns) - 1.0},
                          {0.0, static_cast<double>(rows) - 1.0});
    double low = kMissing;
    double high = kMissing;
    for (std::size_t y = 0; y < rows; ++y) {
        for (std::size_t x = 0; x < columns; ++x) {
            const double value = factor * surface.at(x, y).spread.mean;
            map->data()->setCell(static_cast<int>(x), static_cast<int>(y), value);
            low = std::fmin(low, value);
            high = std::fmax(high, value);
        }
    }
    map->setGradient(gradient());
    map->setDataRange({low, high > low ? high : low + 1.0});
    for (std::size_t y = 0; y < rows; ++y) {
        for (std::size_t x = 0; x < columns; ++x) {
            const double value = factor * surface.at(x, y).spread.mean;
            if (std::isnan(value)) {
                QCPItemRect* hatched = addCell(plot, x, y);
                hatched->setPen(Qt::NoPen);
                hatched->setBrush(QBrush(colors.muted, Qt::BDiagPattern));
                continue;
            }
            if (columns * rows > kMostWords) continue;
            auto* words = new QCPItemText(&plot);
            words->setText(QString::number(value, 'f', picture.percent ? 1 : 3));
            words->setFont(scale.font);
            words->setColor(value > low + 0.6 * (high - low) ? Qt::white : Qt::black);
            words->position->setCoords(static_cast<double>(x), static_cast<double>(y));
            words->setSelectable(false);
        }
    }
    if (surface.best) {
        QCPItemRect* frame = addCell(plot, *surface.best % columns, *surface.best / columns);
        frame->setPen(QPen(colors.minority, 2.4 * scale.unit));
        frame->setBrush(Qt::NoBrush);
    }
    if (marked && marked->first < columns && marked->second < rows) {
        QCPItemRect* frame = addCell(plot, marked->first, marked->second);
        frame->setPen(QPen(colors.text, 1.6 * scale.unit, Qt::DashLine));
        frame->setBrush(Qt::NoBrush);
    }
}

QByteArray surfacePdf(const SurfacePicture& picture, const QString& title, QSizeF size_mm) {
    return paperPdf(title, size_mm, composing(picture));
}

QByteArray surfacePng(const SurfacePicture& picture, QSizeF size_mm, int dots_per_inch) {
    return paperPng(size_mm, dots_per_inch, composing(picture));
}

}  // namespace ballast
