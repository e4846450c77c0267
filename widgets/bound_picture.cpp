#include "widgets/bound_picture.h"

#include <algorithm>
#include <cmath>

#include "core/experiment/imbalance.h"
#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"
#include "widgets/typeset_plot.h"

namespace ballast {
namespace {

constexpr std::size_t kNamedColumns = 12;     // classes; the others are counted
constexpr std::size_t kSingleBars = 400;      // classes; more are one area
constexpr std::size_t kFirstObservedRow = 3;  // [1 − softmax_y], then the product
constexpr std::size_t kProductRow = 4;

const char* kOfRankedClasses =
    QT_TRANSLATE_NOOP("ballast", "rank of the class, most training images first");

/// Ticks at 0 and at one round number, for an axis of a few millimetres.
class FewTicks : public QCPAxisTicker {
public:
    /// `most`: the number is not above it.
    explicit FewTicks(double most) : most_(most) {}

protected:
    double getTickStep(const QCPRange&) override {
        const double power = std::pow(10.0, std::floor(std::log10(most_)));
        for (const double digit : {5.0, 2.0}) {
            if (digit * power <= most_) return digit * power;
        }
        return power;
    }
    QVector<double> createTickVector(double step, const QCPRange& range) override {
        QVector<double> ticks = QCPAxisTicker::createTickVector(step, range);
        while (ticks.size() > 2) ticks.removeLast();
        return ticks;
    }
    int getSubTickCount(double) override { return 0; }

private:
    double most_;
};

QColor greyIf(bool grey, QRgb value, const QColor& color) {
    return grey ? QColor(value) : color;
}

void addBars(QCPAxisRect& rect, const BoundInspection& one, const BoundRow& row,
             const BoundRange& range, const PlotColors& colors, const PlotScale& scale) {
    QCPAxis* x = rect.axis(QCPAxis::atBottom);
    QCPAxis* y = rect.axis(QCPAxis::atLeft);
    const std::vector<std::size_t> order = classesByFrequency(one.class_counts);
    const std::vector<bool> majority = majorityClasses(one.class_counts);
    const std::vector<double>& values = one.factors.*row.values;
    for (const bool frequent : {true, false}) {
        QVector<double> places;
        QVector<double> heights;
        for (std::size_t i = 0; i < order.size(); ++i) {
            const bool in_majority = majority.empty() || majority[order[i]];
            const double value = values[order[i]];
            if (in_majority != frequent || (range.log && !(value > 0.0))) continue;
            places << static_cast<double>(i);
            heights << value;
        }
        const QColor color = frequent ? greyIf(scale.grey_safe, 0xff969696, colors.majority)
                                      : greyIf(scale.grey_safe, 0xff484848, colors.minority);
        if (order.size() > kSingleBars) {
            auto* area = new QCPGraph(x, y);
            area->removeFromLegend();
            area->setLineStyle(QCPGraph::lsStepCenter);
            area->setPen(Qt::NoPen);
            area->setBrush(color);
            area->setData(places, heights, true);
            continue;
        }
        auto* bars = new QCPBars(x, y);
        bars->removeFromLegend();
        bars->setSelectable(QCP::stNone);
        bars->setWidth(order.size() > kNamedColumns ? 0.8 : 0.7);
        bars->setPen(Qt::NoPen);
        bars->setBrush(color);
        if (range.log) bars->setBaseValue(range.lower);
        bars->setData(places, heights, true);
    }
}

/// What the data really show: a mark over or in each bar.
void addObserved(QCPAxisRect& rect, const BoundInspection& one, std::size_t row,
                 const PlotColors& colors, const PlotScale& scale) {
    const std::vector<std::size_t> order = classesByFrequency(one.class_counts);
    QVector<double> places;
    QVector<double> heights;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const double value = observedValue(one.factors, row, order[i]);
        if (std::isnan(value)) continue;
        places << static_cast<double>(i);
        heights << value;
    }
    auto* marks = new QCPGraph(rect.axis(QCPAxis::atBottom), rect.axis(QCPAxis::atLeft));
    marks->removeFromLegend();
    marks->setSelectable(QCP::stNone);
    marks->setLineStyle(QCPGraph::lsNone);
    const double size = order.size() > 40 ? 4.0 : 7.0;
    marks->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDiamond,
                                           QPen(colors.text, 1.2 * scale.unit),
                                           QBrush(colors.background), size * scale.unit));
    marks->setData(places, heights, true);
}

void nameClasses(QCPAxis& axis, const BoundInspection& one, bool small) {
    if (one.class_counts.size() > kNamedColumns) {
        useIntegerTicks(axis);
        axis.setLabel(small ? tr("rank of the class") : tr(kOfRankedClasses));
        return;
    }
    const QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    const std::vector<std::size_t> order = classesByFrequency(one.class_counts);
    for (std::size_t i = 0; i < order.size(); ++i) {
        ticker->addTick(static_cast<double>(i), text(one.class_names[order[i]]));
    }
    axis.setTicker(ticker);
    axis.setLabel(small ? QString() : tr("class, most training images first"));
}

/// The run, and below it the epoch: columns on paper are narrow.
QString titleOnTwoLines(const BoundInspection& one) {
    return tr("%1\nafter epoch %2, %3")
        .arg(text(one.name))
        .arg(one.epochs_done)
        .arg(text(sourceName(one.source)));
}

QCPTextElement* addHeading(QCustomPlot& plot, const QString& words, const QColor& color,
                           const QFont& font) {
    auto* heading = new TypesetHeading(&plot, words, font);
    heading->setTextColor(color);
    heading->setTextFlags(Qt::AlignLeft | Qt::AlignBottom);
    heading->setSelectable(false);
    return heading;
}

/// Of the axis of a small row, whose symbol stands above its bars.
void leaveRoomAbove(BoundRange& range) {
    constexpr double kShare = 0.9;  // of the height that the bars have
    range.upper = range.log ? range.upper * std::pow(range.upper / range.lower, kShare)
                            : (1.0 + kShare) * range.upper;
}

/// Makes the range larger where `small`.
void setValueAxis(QCPAxis& axis, BoundRange& range, bool small) {
    const double most = range.upper;
    if (small) leaveRoomAbove(range);
    if (range.log) {
        useLogTicks(axis);
    } else {
        const QSharedPointer<QCPAxisTicker> ticker(small ? new FewTicks(most) : new QCPAxisTicker);
        ticker->setTickCount(3);
        axis.setTicker(ticker);
    }
    axis.setRange(range.lower, range.upper);
}

void addSymbol(QCPAxisRect& rect, const QString& symbol, const PlotColors& colors,
               const PlotScale& scale) {
    auto* label = new TypesetItem(rect.parentPlot());
    label->setSelectable(false);
    label->setClipToAxisRect(false);
    label->setFont(scale.label_font);
    label->setColor(colors.text);
    label->setText(symbol);
    label->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
    label->position->setAxisRect(&rect);
    label->position->setType(QCPItemPosition::ptAxisRectRatio);
    label->position->setCoords(0.01, 0.0);
}

/// A rectangle for each row and inspection, below headings; where `small`, columns alone have one.
std::vector<QCPAxisRect*> layOutRects(QCustomPlot& plot,
                                      std::span<const BoundInspection> inspections,
                                      const std::vector<BoundRow>& rows, const PlotColors& colors,
                                      const PlotScale& scale, bool small) {
    std::vector<QCPAxisRect*> rects;
    QFont bold = scale.label_font;
    bold.setWeight(QFont::DemiBold);
    QCPLayoutGrid* grid = plot.plotLayout();
    QCPAxisRect* first = plot.axisRect();
    grid->take(first);
    grid->simplify();
    grid->setRowSpacing(0);
    grid->setColumnSpacing(static_cast<int>(std::lround(kSpace3 * scale.unit)));
    const bool beside = inspections.size() > 1;
    for (std::size_t c = 0; c < inspections.size(); ++c) {
        const auto column = static_cast<int>(c);
        int row = 0;
        auto* margins = new QCPMarginGroup(&plot);
        if (beside) {
            const QString title =
                small ? titleOnTwoLines(inspections[c]) : inspectionTitle(inspections[c]);
            grid->addElement(row++, column, addHeading(plot, title, colors.text, bold));
        }
        for (std::size_t r = 0; r < rows.size(); ++r) {
            if (!small) {
                const QString words =
                    c > 0 ? QString() : rows[r].symbol + QStringLiteral("   ") + rows[r].meaning;
                const bool product = r == kProductRow;
                grid->addElement(row++, column,
                                 addHeading(plot, words, product ? colors.text : colors.muted,
                                            product ? bold : scale.label_font));
            }
            auto* rect = c == 0 && r == 0 ? first : new QCPAxisRect(&plot);
            grid->addElement(row++, column, rect);
            // Above the bars' ground and below them, as in a plot's first rectangle.
            for (QCPAxis* axis : rect->axes()) {
                axis->setLayer(QStringLiteral("axes"));
                axis->grid()->setLayer(QStringLiteral("grid"));
            }
            rect->setMarginGroup(QCP::msLeft | QCP::msRight, margins);
            const int gap = static_cast<int>(std::lround(kSpace1 * scale.unit));
            rect->setMinimumMargins(QMargins(boundAxisWidth(scale), gap, gap, gap));
            rects.push_back(rect);
        }
    }
    // The names of the classes take a part of the last row.
    grid->setRowStretchFactor(grid->rowCount() - 1, small ? 2.4 : 1.6);
    return rects;
}

}  // namespace

int boundAxisWidth(const PlotScale& scale) {
    return QFontMetrics(scale.font).horizontalAdvance(QStringLiteral("0.000")) +
           static_cast<int>(std::lround(2.0 * kSpace1 * scale.unit));
}

std::vector<QCPAxisRect*> drawBoundBars(QCustomPlot& plot,
                                        std::span<const BoundInspection> inspections,
                                        const PlotColors& colors, const PlotScale& scale,
                                        bool small) {
    const std::vector<BoundRow> rows = boundRows();
    const std::vector<QCPAxisRect*> rects =
        layOutRects(plot, inspections, rows, colors, scale, small);
    stylePlot(plot, colors, scale);
    for (std::size_t c = 0; c < inspections.size(); ++c) {
        const BoundInspection& one = inspections[c];
        for (std::size_t r = 0; r < rows.size(); ++r) {
            QCPAxisRect& rect = *rects[c * rows.size() + r];
            QCPAxis& x = *rect.axis(QCPAxis::atBottom);
            BoundRange range = boundRange(inspections, r);
            setValueAxis(*rect.axis(QCPAxis::atLeft), range, small);
            nameClasses(x, one, small);
            x.setRange(-0.6, static_cast<double>(one.class_counts.size()) - 0.4);
            x.grid()->setVisible(false);
            if (r + 1 < rows.size()) {
                x.setTickLabels(false);
                x.setLabel({});
                x.setTicks(false);
            }
            addBars(rect, one, rows[r], range, colors, scale);
            if (r >= kFirstObservedRow) addObserved(rect, one, r, colors, scale);
            if (small) addSymbol(rect, rows[r].symbol, colors, scale);
        }
    }
    return rects;
}

void turnBoundNames(std::span<QCPAxisRect* const> rects,
                    std::span<const BoundInspection> inspections, int width) {
    const std::size_t rows = inspections.empty() ? 0 : rects.size() / inspections.size();
    for (std::size_t c = 0; c < inspections.size(); ++c) {
        QCPAxis& axis = *rects[(c + 1) * rows - 1]->axis(QCPAxis::atBottom);
        const QFontMetrics metrics(axis.tickLabelFont());
        int widest = 0;
        for (const std::string& name : inspections[c].class_names) {
            widest = std::max(widest, metrics.horizontalAdvance(text(name)));
        }
        const auto classes = static_cast<int>(inspections[c].class_names.size());
        const bool named = inspections[c].class_names.size() <= kNamedColumns;
        const bool fits = widest + kSpace1 <= width / std::max(1, classes);
        axis.setTickLabelRotation(named && !fits ? -35.0 : 0.0);
    }
}

PaperFigure paperFigure(const std::vector<BoundInspection>& inspections) {
    PaperFigure figure;
    QStringList titles;
    for (const BoundInspection& one : inspections) titles << inspectionTitle(one);
    figure.title = tr("Bound by class: %1").arg(titles.join(QStringLiteral("; ")));
    figure.compose = [inspections](QCustomPlot& plot, const PlotColors& colors,
                                   const PlotScale& scale, const FigureStyle& style) {
        const auto rects = drawBoundBars(plot, inspections, colors, scale, true);
        const auto columns = static_cast<int>(inspections.size());
        turnBoundNames(rects, inspections, paperUnits(style.width) * 5 / 6 / std::max(1, columns));
    };
    figure.csv = [inspections] { return QByteArray::fromStdString(boundCsv(inspections)); };
    // pgfplots has one axis a picture: the product, which is what the factors come to.
    figure.pgf = [inspections, title = figure.title.toStdString()](const FigureStyle& style,
                                                                   const std::string& data_file) {
        PgfPlot plot;
        plot.title = title;
        plot.x_label = kOfRankedClasses;
        plot.y_label = "summand of Eq. 16";
        plot.y_log = boundRange(inspections, kProductRow).log;
        for (std::size_t i = 0; i < inspections.size(); ++i) {
            const BoundInspection& one = inspections[i];
            PgfLine line;
            line.name = inspectionTitle(one).toStdString();
            line.rgb = seriesColor(static_cast<int>(i), false).rgb() & 0xffffffU;
            line.marker = static_cast<int>(i);
            std::size_t rank = 0;
            for (const std::size_t y : classesByFrequency(one.class_counts)) {
                line.points.push_back({static_cast<double>(rank++), one.factors.product[y]});
            }
            plot.lines.push_back(std::move(line));
        }
        return pgfFigure(plot, style, data_file);
    };
    return figure;
}

}  // namespace ballast
