#include "widgets/bound_picture.h"

#include <algorithm>
#include <cmath>

#include "core/experiment/imbalance.h"
#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr std::size_t kNamedColumns = 12;  // classes; the others are counted
constexpr std::size_t kSingleBars = 400;   // classes; more are one area
constexpr double kLogFrom = 30.0;          // ratio of values from which an axis is logarithmic
constexpr double kDecades = 1e-6;          // of a logarithmic axis: bars below its end are none
constexpr std::size_t kRestRow = 3;        // [1 − softmax_y]
constexpr std::size_t kProductRow = 4;

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

void nameClasses(QCPAxis& axis, const BoundInspection& one) {
    if (one.class_counts.size() > kNamedColumns) {
        useIntegerTicks(axis);
        axis.setLabel(tr("rank of the class, most training images first"));
        return;
    }
    const QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    const std::vector<std::size_t> order = classesByFrequency(one.class_counts);
    for (std::size_t i = 0; i < order.size(); ++i) {
        ticker->addTick(static_cast<double>(i), text(one.class_names[order[i]]));
    }
    axis.setTicker(ticker);
    axis.setLabel(tr("class, most training images first"));
}

QCPTextElement* addHeading(QCustomPlot& plot, const QString& words, const QColor& color,
                           const QFont& font) {
    auto* heading = new QCPTextElement(&plot, words, font);
    heading->setTextColor(color);
    heading->setTextFlags(Qt::AlignLeft | Qt::AlignBottom);
    heading->setSelectable(false);
    return heading;
}

}  // namespace

std::vector<BoundRow> boundRows() {
    return {
        {QStringLiteral("√π_y"), tr("square root of the class's share"),
         tr("√π_y, with π_y = N_y / N: how much the class weighs in the bound by its size alone "
            "(Lemma 3, Eq. 13)"),
         &BoundFactors::root_share},
        {QStringLiteral("× α_y"), tr("class weight"),
         tr("α_y: the class weight of the loss (Eq. 3), as the phase of this epoch has it; it "
            "rebalances √π_y (In1)"),
         &BoundFactors::alpha},
        {QStringLiteral("× β̃_y"), tr("from the logit scales"),
         tr("β̃_y = √(β_y² + (Σ_{j≠y} β_j)²), from the logit scales β of the loss (Lemma 4)"),
         &BoundFactors::beta_tilde},
        {QStringLiteral("× [1 − softmax_y]"), tr("at B_y(f), and ◇ as the data show"),
         tr("1 − softmax_y of β_j B_j(f) + Δ_j, with B_j(f) the smallest logit of the true class "
            "over the training images of class j (Eq. 15); ◇: the largest 1 − softmax_y of any "
            "image of the class"),
         &BoundFactors::one_minus_softmax},
        {QStringLiteral("= product"), tr("Eq. 16's summand, and ◇ with μ̂_y"),
         tr("√π_y α_y β̃_y [1 − softmax_y] = √π_y μ_y, what the class adds to Eq. 16's sum; ◇: the "
            "same with the largest α_y β̃_y [1 − softmax_y] of any image of the class in place of "
            "μ_y, which is what the data really show"),
         &BoundFactors::product},
    };
}

double observedValue(const BoundFactors& factors, std::size_t row, std::size_t y) {
    if (row == kProductRow) return factors.observed_product[y];
    if (row != kRestRow) return kMissing;
    return factors.observed_lipschitz[y] / (factors.alpha[y] * factors.beta_tilde[y]);
}

QString inspectionTitle(const BoundInspection& one) {
    return tr("%1, after epoch %2, %3")
        .arg(text(one.name))
        .arg(one.epochs_done)
        .arg(one.source == StatisticsSource::exact ? tr("exact") : tr("streaming"));
}

BoundRange boundRange(std::span<const BoundInspection> inspections, std::size_t row) {
    double smallest = std::numeric_limits<double>::infinity();
    double largest = 0.0;
    const BoundRow words = boundRows()[row];
    for (const BoundInspection& one : inspections) {
        for (std::size_t y = 0; y < one.class_counts.size(); ++y) {
            for (const double value :
                 {(one.factors.*words.values)[y], observedValue(one.factors, row, y)}) {
                if (!std::isfinite(value) || value <= 0.0) continue;
                smallest = std::min(smallest, value);
                largest = std::max(largest, value);
            }
        }
    }
    if (largest <= 0.0) return {};
    if (largest < kLogFrom * smallest) return {0.0, 1.12 * largest, false};
    const double lower = std::max(smallest, kDecades * largest);
    return {std::pow(10.0, std::floor(std::log10(lower) - 0.05)), 1.6 * largest, true};
}

int boundAxisWidth(const PlotScale& scale) {
    return QFontMetrics(scale.font).horizontalAdvance(QStringLiteral("0.000")) +
           static_cast<int>(std::lround(2.0 * kSpace1 * scale.unit));
}

std::vector<QCPAxisRect*> drawBoundBars(QCustomPlot& plot,
                                        std::span<const BoundInspection> inspections,
                                        const PlotColors& colors, const PlotScale& scale) {
    const std::vector<BoundRow> rows = boundRows();
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
    const int head = beside ? 1 : 0;
    for (std::size_t c = 0; c < inspections.size(); ++c) {
        const auto column = static_cast<int>(c);
        auto* margins = new QCPMarginGroup(&plot);
        if (beside) {
            grid->addElement(0, column,
                             addHeading(plot, inspectionTitle(inspections[c]), colors.text, bold));
        }
        for (std::size_t r = 0; r < rows.size(); ++r) {
            const int at = head + 2 * static_cast<int>(r);
            const QString words =
                c > 0 ? QString() : rows[r].symbol + QStringLiteral("   ") + rows[r].meaning;
            const bool product = r == kProductRow;
            grid->addElement(at, column,
                             addHeading(plot, words, product ? colors.text : colors.muted,
                                        product ? bold : scale.label_font));
            auto* rect = c == 0 && r == 0 ? first : new QCPAxisRect(&plot);
            grid->addElement(at + 1, column, rect);
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
    grid->setRowStretchFactor(grid->rowCount() - 1, 1.6);
    stylePlot(plot, colors, scale);
    for (std::size_t c = 0; c < inspections.size(); ++c) {
        const BoundInspection& one = inspections[c];
        for (std::size_t r = 0; r < rows.size(); ++r) {
            QCPAxisRect& rect = *rects[c * rows.size() + r];
            QCPAxis& x = *rect.axis(QCPAxis::atBottom);
            QCPAxis& y = *rect.axis(QCPAxis::atLeft);
            const BoundRange range = boundRange(inspections, r);
            if (range.log) {
                useLogTicks(y);
            } else {
                const QSharedPointer<QCPAxisTicker> ticker(new QCPAxisTicker);
                ticker->setTickCount(3);
                y.setTicker(ticker);
            }
            y.setRange(range.lower, range.upper);
            nameClasses(x, one);
            x.setRange(-0.6, static_cast<double>(one.class_counts.size()) - 0.4);
            x.grid()->setVisible(false);
            if (r + 1 < rows.size()) {
                x.setTickLabels(false);
                x.setLabel({});
                x.setTickLengthOut(0);
            }
            addBars(rect, one, rows[r], range, colors, scale);
            if (r >= kRestRow) addObserved(rect, one, r, colors, scale);
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
        const auto rects = drawBoundBars(plot, inspections, colors, scale);
        const auto columns = static_cast<int>(inspections.size());
        turnBoundNames(rects, inspections, paperUnits(style.width) * 5 / 6 / std::max(1, columns));
    };
    figure.csv = [inspections] { return QByteArray::fromStdString(boundCsv(inspections)); };
    // pgfplots has one axis a picture: the product, which is what the factors come to.
    figure.pgf = [inspections, title = figure.title.toStdString()](const FigureStyle& style,
                                                                   const std::string& data_file) {
        PgfPlot plot;
        plot.title = title;
        plot.x_label = "rank of the class, most training images first";
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
