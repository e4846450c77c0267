#include "widgets/bound_curve_plot.h"

#include <QLabel>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <set>

#include "widgets/bound_picture.h"
#include "widgets/line_look.h"
#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr double kLogRatio = 30.0;  // of the sums, from which the axis is logarithmic
constexpr int kBehind = 70;         // opacity of curves in the background, of 255

const char* kSumLabel = QT_TRANSLATE_NOOP("ballast", "Eq. 16's sum · 1/(C π_C)");

struct SumRange {
    double lower = 0.0;
    double upper = 1.0;
    bool log = false;
    int epochs = 1;
};

SumRange sumRange(const std::vector<BoundSeries>& series) {
    double smallest = std::numeric_limits<double>::infinity();
    double largest = 0.0;
    SumRange range;
    for (const BoundSeries& one : series) {
        for (const auto* points : {&one.curve.streaming, &one.curve.exact}) {
            for (const BoundPoint& point : *points) {
                range.epochs = std::max(range.epochs, point.epochs_done);
                if (!std::isfinite(point.sum) || point.sum <= 0.0) continue;
                smallest = std::min(smallest, point.sum);
                largest = std::max(largest, point.sum);
            }
        }
    }
    if (largest <= 0.0) return range;
    range.log = largest > kLogRatio * smallest;
    const double room = 0.12 * std::max(largest - smallest, 0.1 * largest);
    range.lower = range.log ? 0.8 * smallest : std::max(0.0, smallest - room);
    range.upper = range.log ? 1.4 * largest : largest + room;
    return range;
}

void setSums(QCPGraph& graph, const std::vector<BoundPoint>& points) {
    QVector<double> places;
    QVector<double> sums;
    for (const BoundPoint& point : points) {
        places << point.epochs_done;
        sums << point.sum;
    }
    graph.setData(places, sums, true);
}

PgfLine pgfSums(const BoundSeries& one, const std::vector<BoundPoint>& points, bool exact) {
    PgfLine line;
    line.name = one.curve.name + (exact ? ", exact" : ", streaming");
    line.rgb = seriesColor(one.color_index, false).rgb() & 0xffffffU;
    line.marker = exact ? 0 : -1;
    if (!exact) line.dashes = {4.0, 2.4};
    for (const BoundPoint& point : points) {
        line.points.push_back({static_cast<double>(point.epochs_done), point.sum});
    }
    return line;
}

}  // namespace

void drawBoundCurves(QCustomPlot& plot, const std::vector<BoundSeries>& series,
                     const PlotColors& colors, const PlotScale& scale) {
    stylePlot(plot, colors, scale);
    const bool dark = colors.background.lightness() < 128;
    std::set<int> phases;
    for (const BoundSeries& one : series) {
        if (!one.faint) phases.insert(one.phase_starts.begin(), one.phase_starts.end());
    }
    for (const int at : phases) {
        auto* mark = new QCPItemStraightLine(&plot);
        mark->setSelectable(false);
        mark->setPen(QPen(colors.muted, 1.2 * scale.unit, Qt::DotLine));
        mark->point1->setCoords(at, 1);
        mark->point2->setCoords(at, 2);
    }
    for (const bool behind : {true, false}) {
        for (const BoundSeries& one : series) {
            if (one.faint != behind) continue;
            QColor color = lineLook(one.color_index, kSeriesColors, scale.grey_safe, dark).color;
            if (behind) color.setAlpha(kBehind);
            QPen pen(color, scale.unit);
            pen.setStyle(Qt::CustomDashLine);
            pen.setDashPattern({4.0, 2.4});
            QCPGraph* streaming = addCurve(plot);
            streaming->setPen(pen);
            setSums(*streaming, one.curve.streaming);
            QCPGraph* exact = addCurve(plot);
            exact->setPen(QPen(color, kCurveWidth * scale.unit));
            exact->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, QPen(color),
                                                   QBrush(color), 5.5 * scale.unit));
            setSums(*exact, one.curve.exact);
        }
    }
    const SumRange range = sumRange(series);
    range.log ? useLogTicks(*plot.yAxis) : useLinearTicks(*plot.yAxis);
    plot.yAxis->ticker()->setTickCount(4);
    plot.yAxis->setRange(range.lower, range.upper);
    plot.yAxis->setLabel(tr(kSumLabel));
    plot.xAxis->setRange(0.0, range.epochs + 0.02 * range.epochs);
    plot.xAxis->setLabel(tr("epochs done"));
    useIntegerTicks(*plot.xAxis);
}

PaperFigure paperFigure(const std::vector<BoundSeries>& given) {
    std::vector<BoundSeries> series = given;
    std::erase_if(series, [](const BoundSeries& one) { return one.faint; });
    PaperFigure figure;
    figure.title = tr("Eq. 16's sum over the epochs");
    figure.compose = [series](QCustomPlot& plot, const PlotColors& colors, const PlotScale& scale,
                              const FigureStyle&) {
        drawBoundCurves(plot, series, colors, scale);
        plot.legend->setVisible(series.size() > 1);
        if (series.size() < 2) return;
        plot.legend->setFont(scale.legend_font);
        plot.legend->setBorderPen(Qt::NoPen);
        for (std::size_t i = 0; i < series.size(); ++i) {
            QCPGraph* exact = plot.graph(static_cast<int>(2 * i + 1));
            exact->setName(text(series[i].curve.name));
            exact->addToLegend();
        }
    };
    std::vector<BoundCurve> curves;
    for (const BoundSeries& one : series) curves.push_back(one.curve);
    figure.csv = [curves] { return QByteArray::fromStdString(boundCurvesCsv(curves)); };
    figure.pgf = [series, title = figure.title.toStdString()](const FigureStyle& style,
                                                              const std::string& data_file) {
        PgfPlot plot;
        plot.title = title;
        plot.x_label = "epochs done";
        plot.y_label = kSumLabel;
        plot.y_log = sumRange(series).log;
        for (const BoundSeries& one : series) {
            plot.lines.push_back(pgfSums(one, one.curve.streaming, false));
            plot.lines.push_back(pgfSums(one, one.curve.exact, true));
        }
        return pgfFigure(plot, style, data_file);
    };
    return figure;
}

BoundCurvePlot::BoundCurvePlot(QWidget* parent)
    : QWidget(parent), title_(new QLabel(this)), plot_(new QCustomPlot(this)) {
    title_->setText(tr("Eq. 16's sum over the epochs: ● exact, – – streaming; click for an epoch"));
    title_->setForegroundRole(QPalette::PlaceholderText);
    title_->setContentsMargins(kSpace3, kSpace2, kSpace3, 0);
    plot_->setObjectName(QStringLiteral("bound_curves"));
    plot_->setAccessibleName(tr("Eq. 16's sum over the epochs"));
    plot_->setMinimumHeight(110);
    plot_->setMouseTracking(true);
    plot_->installEventFilter(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(title_);
    column->addWidget(plot_, 1);
    draw();
}

void BoundCurvePlot::setSeries(std::vector<BoundSeries> series) {
    series_ = std::move(series);
    draw();
}

void BoundCurvePlot::setEpochs(const std::vector<int>& epochs_done) {
    if (epochs_done == epochs_) return;
    epochs_ = epochs_done;
    drawEpochs();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void BoundCurvePlot::draw() {
    plot_->clearPlottables();
    plot_->clearItems();
    lines_.clear();
    drawBoundCurves(*plot_, series_, plotColors(), screenScale());
    plot_->yAxis->setLabel({});  // the title says it
    plot_->axisRect()->setMinimumMargins(
        QMargins(kSpace3 + boundAxisWidth(screenScale()), kSpace2, kSpace3, kSpace1));
    drawEpochs();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void BoundCurvePlot::drawEpochs() {
    for (QCPItemStraightLine* line : lines_) plot_->removeItem(line);
    lines_.clear();
    for (std::size_t i = 0; i < epochs_.size(); ++i) {
        auto* line = new QCPItemStraightLine(plot_);
        line->setSelectable(false);
        line->setPen(
            QPen(plotColors().accent, i == 0 ? 1.6 : 1.0, i == 0 ? Qt::SolidLine : Qt::DashLine));
        line->point1->setCoords(epochs_[i], 1);
        line->point2->setCoords(epochs_[i], 2);
        lines_.push_back(line);
    }
}

QString BoundCurvePlot::wordsAt(double epochs_done) const {
    QStringList lines;
    for (const BoundSeries& one : series_) {
        const auto add = [&](const std::vector<BoundPoint>& points, const QString& source) {
            const auto at = std::ranges::find_if(points, [&](const BoundPoint& point) {
                return point.epochs_done == static_cast<int>(epochs_done);
            });
            if (at == points.end()) return;
            const QString sum =
                std::isnan(at->sum) ? QStringLiteral("–") : QString::number(at->sum, 'g', 4);
            lines << tr("%1, %2: %3").arg(text(one.curve.name), source, sum);
        };
        add(one.curve.exact, tr("exact"));
        add(one.curve.streaming, tr("streaming"));
    }
    if (lines.isEmpty()) return {};
    lines.prepend(tr("After epoch %1").arg(static_cast<int>(epochs_done)));
    return lines.join(QLatin1Char('\n'));
}

bool BoundCurvePlot::eventFilter(QObject* watched, QEvent* event) {
    const bool press = event->type() == QEvent::MouseButtonPress;
    if (watched == plot_ && (press || event->type() == QEvent::MouseMove)) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const double at = std::round(plot_->xAxis->pixelToCoord(mouse->position().x()));
        if (mouse->buttons() & Qt::LeftButton) Q_EMIT epochChosen(static_cast<int>(at));
        const QString words = wordsAt(at);
        if (words.isEmpty()) {
            QToolTip::hideText();
        } else {
            QToolTip::showText(mouse->globalPosition().toPoint(), words, plot_);
        }
    }
    return QWidget::eventFilter(watched, event);
}

void BoundCurvePlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (changesLooks(*event)) draw();
}

}  // namespace ballast
