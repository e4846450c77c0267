#include "widgets/surface_picture.h"

#include <algorithm>
#include <cmath>

#include "core/analysis/figure_values.h"
#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr std::size_t kMostWords = 150;  // cells; beyond them colours speak alone

/// From pale to the colour of majority classes: dark is good, in grey too. Differences go from the
/// colour of minority classes through the background to that.
QCPColorGradient gradient(bool difference, bool grey, const PlotColors& colors) {
    QCPColorGradient made;
    made.clearColorStops();
    made.setNanHandling(QCPColorGradient::nhTransparent);
    if (difference) {
        made.setColorStopAt(0.0, QColor(grey ? 0xff484848 : 0xffb84a00));
        made.setColorStopAt(0.5, colors.background);
        made.setColorStopAt(1.0, QColor(grey ? 0xff969696 : 0xff0b4f8a));
        return made;
    }
    made.setColorStopAt(0.0, QColor(grey ? 0xfff6f6f6 : 0xfff3f6f9));
    made.setColorStopAt(0.5, QColor(grey ? 0xffb0b0b0 : 0xff8fb8dc));
    made.setColorStopAt(1.0, QColor(grey ? 0xff484848 : 0xff0b4f8a));
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

PgfGrid pgfGrid(const SurfacePicture& picture) {
    const Surface& surface = picture.surface;
    PgfGrid grid;
    grid.x_label = surface.x_label;
    grid.y_label = surface.y_label;
    for (const FieldValue& x : surface.xs) grid.columns.push_back(valueText(x));
    for (const FieldValue& y : surface.ys) grid.rows.push_back(valueText(y));
    for (const SurfaceCell& cell : surface.cells) {
        grid.values.push_back((picture.percent ? 100.0 : 1.0) * cell.spread.mean);
    }
    grid.decimals = surface.cells.size() > kMostWords ? -1 : picture.percent ? 1 : 3;
    grid.difference = picture.difference;
    if (surface.best) grid.best = static_cast<int>(*surface.best);
    return grid;
}

/// The middle of the piece of a line that is farthest from cells' middles and so from their words.
QPointF placeForName(const ContourLine& line) {
    QPointF best;
    double most = -1.0;
    for (std::size_t i = 1; i < line.points.size(); ++i) {
        const auto& [x0, y0] = line.points[i - 1];
        const auto& [x1, y1] = line.points[i];
        const QPointF middle((x0 + x1) / 2.0, (y0 + y1) / 2.0);
        const double away =
            std::hypot(middle.x() - std::round(middle.x()), middle.y() - std::round(middle.y()));
        if (away > most + 1e-9) {
            most = away;
            best = middle;
        }
    }
    return best;
}

/// Lines of equal value, dark on a pale seam so that they stand out of any colour; of each level
/// the longest is named.
void drawContours(QCustomPlot& plot, const SurfacePicture& picture, const PlotScale& scale) {
    const std::vector<ContourLine>& lines = picture.contours;
    const double factor = picture.percent ? 100.0 : 1.0;
    for (const bool seam : {true, false}) {
        for (const ContourLine& line : lines) {
            auto* curve = new QCPCurve(plot.xAxis, plot.yAxis);
            curve->removeFromLegend();
            curve->setSelectable(QCP::stNone);
            QVector<QCPCurveData> data;
            for (const auto& [x, y] : line.points) {
                data.push_back({static_cast<double>(data.size()), x, y});
            }
            curve->data()->set(data, true);
            curve->setPen(seam ? QPen(QColor(255, 255, 255, 150), 3.0 * scale.unit)
                               : QPen(QColor(0xff202830), 1.2 * scale.unit));
        }
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool longest = std::ranges::none_of(lines, [&](const ContourLine& other) {
            if (other.level != lines[i].level) return false;
            return other.points.size() > lines[i].points.size() ||
                   (other.points.size() == lines[i].points.size() && &other < &lines[i]);
        });
        if (!longest) continue;
        auto* name = new QCPItemText(&plot);
        name->setText(QString::number(factor * lines[i].level, 'g', 5));
        QFont font = scale.font;
        font.setBold(true);
        name->setFont(font);
        name->setColor(QColor(0xff202830));
        name->setBrush(QColor(255, 255, 255, 220));
        const int padding = static_cast<int>(std::lround(1.5 * scale.unit));
        name->setPadding(QMargins(2 * padding, 0, 2 * padding, 0));
        name->position->setCoords(placeForName(lines[i]));
        name->setSelectable(false);
    }
}

}  // namespace

SurfacePicture confusionPicture(const ConfusionGrid& grid) {
    return {grid.surface, true, {}, grid.difference, true};
}

QString cellWords(const SurfacePicture& picture, double value) {
    const double shown = (picture.percent ? 100.0 : 1.0) * value;
    const int digits = picture.percent ? 1 : 3;
    const QString words = QString::number(shown, 'f', digits);
    if (!picture.difference) return words;
    return words.toDouble() == 0.0 ? QStringLiteral("0") : text(signedText(shown, digits));
}

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
    if (picture.difference) {
        high = std::fmax(std::abs(low), std::abs(high));
        low = -high;
    }
    map->setGradient(gradient(picture.difference, scale.grey_safe, colors));
    const QCPRange range(low, high > low ? high : low + 1.0);
    map->setDataRange(range);
    drawContours(plot, picture, scale);
    QCPColorGradient colors_of_cells = gradient(picture.difference, scale.grey_safe, colors);
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
            words->setText(cellWords(picture, surface.at(x, y).spread.mean));
            words->setFont(scale.font);
            const bool dark = picture.difference ? std::abs(value) > 0.6 * high
                                                 : value > low + 0.6 * (high - low);
            words->setColor(dark                 ? QColor(Qt::white)
                            : picture.difference ? colors.text
                                                 : Qt::black);
            if (!picture.contours.empty()) {  // which pass behind
                words->setBrush(QColor(colors_of_cells.color(value, range)));
            }
            words->position->setCoords(static_cast<double>(x), static_cast<double>(y));
            words->setSelectable(false);
        }
    }
    const auto frame = [&](SurfaceAt at, const QPen& pen) {
        QCPItemRect* cell = addCell(plot, at.first, at.second);
        cell->setPen(pen);
        cell->setBrush(Qt::NoBrush);
    };
    if (surface.best) {
        const SurfaceAt best{*surface.best % columns, *surface.best / columns};
        // In greys a dark frame needs a pale line beside the dark cell.
        if (scale.grey_safe) frame(best, QPen(Qt::white, 4.4 * scale.unit));
        frame(best, QPen(scale.grey_safe ? QColor(Qt::black) : colors.minority, 2.4 * scale.unit));
    }
    if (marked && marked->first < columns && marked->second < rows) {
        frame(*marked, QPen(colors.text, 1.6 * scale.unit, Qt::DashLine));
    }
}

PaperFigure paperFigure(const SurfacePicture& picture) {
    const Surface& surface = picture.surface;
    PaperFigure figure;
    figure.title =
        text(surface.value_label +
             (picture.square ? "" : " over " + surface.x_label + " and " + surface.y_label));
    figure.compose = [picture](QCustomPlot& plot, const PlotColors& colors, const PlotScale& scale,
                               const FigureStyle&) { drawSurface(plot, picture, colors, scale); };
    figure.csv = [surface] { return QByteArray::fromStdString(valuesCsv(surface)); };
    figure.pgf = [picture, title = figure.title.toStdString()](const FigureStyle& style,
                                                               const std::string& data_file) {
        PgfGrid grid = pgfGrid(picture);
        grid.title = title;
        return pgfFigure(grid, style, data_file);
    };
    return figure;
}

}  // namespace ballast
