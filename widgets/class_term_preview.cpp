#include "widgets/class_term_preview.h"

#include <QEvent>
#include <QGraphicsOpacityEffect>
#include <QGridLayout>
#include <QLabel>
#include <QStackedLayout>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/experiment/imbalance.h"
#include "widgets/flow_layout.h"
#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"

namespace ballast {
namespace {

constexpr std::size_t kManyClasses = 24;  // from here on points give way to lines
constexpr std::array kPlots{ClassTermPreview::Plot::class_counts, ClassTermPreview::Plot::alpha,
                            ClassTermPreview::Plot::beta, ClassTermPreview::Plot::delta};

const std::vector<double>& termOf(const ClassTerms& terms, ClassTermPreview::Plot plot) {
    switch (plot) {
        case ClassTermPreview::Plot::beta:
            return terms.beta;
        case ClassTermPreview::Plot::delta:
            return terms.delta;
        default:
            return terms.alpha;
    }
}

/// Classes by number or, where they fit, by name.
QSharedPointer<QCPAxisTicker> classTicks(std::size_t classes, const QStringList& names) {
    QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    if (!names.isEmpty()) {
        for (qsizetype i = 0; i < names.size(); ++i)
            ticker->addTick(static_cast<double>(i), names[i]);
        return ticker;
    }
    const std::size_t step = classes <= 12 ? 1 : classes <= 24 ? 2 : classes <= 120 ? 10 : 100;
    for (std::size_t i = 0; i < classes; i += step) {
        ticker->addTick(static_cast<double>(i), QString::number(i));
    }
    return ticker;
}

}  // namespace

class ClassTermPreview::Private {
public:
    struct Cell {
        QLabel* title = nullptr;
        QCustomPlot* plot = nullptr;
    };

    explicit Private(ClassTermPreview* owner) : q(owner) {}

    Cell makeCell(const QString& title, const QString& name, QGridLayout* grid, int row, int column,
                  int span) {
        Cell cell;
        auto* box = new QVBoxLayout;
        box->setSpacing(0);
        cell.title = new QLabel(title, q);
        QFont bold;
        bold.setWeight(QFont::DemiBold);
        cell.title->setFont(bold);
        cell.title->setContentsMargins(0, kSpace1, 0, 0);
        cell.plot = new QCustomPlot(q);
        cell.plot->setObjectName(name);
        cell.plot->setAccessibleName(title);
        cell.plot->setMinimumSize(120, 84);
        cell.plot->setFocusPolicy(Qt::NoFocus);
        cell.plot->plotLayout()->setMargins(QMargins(0, 2, 2, 0));
        box->addWidget(cell.title);
        box->addWidget(cell.plot, 1);
        grid->addLayout(box, row, column, 1, span);
        QObject::connect(cell.plot, &QCustomPlot::mouseMove, q,
                         [this, plot = cell.plot](QMouseEvent* event) {
                             showValues(*plot, event->position().x());
                         });
        return cell;
    }

    /// A tooltip with everything known about the class under the pointer.
    void showValues(QCustomPlot& plot, double pixel) const {
        const auto index = std::llround(plot.xAxis->pixelToCoord(pixel));
        if (index < 0 || index >= static_cast<long long>(counts.size())) {
            plot.setToolTip({});
            return;
        }
        const auto i = static_cast<std::size_t>(index);
        QString text = ClassTermPreview::tr("%1: %2 images").arg(className(i)).arg(counts[i]);
        for (const PhaseTerms& phase : phases) {
            text += ClassTermPreview::tr("\n%1:  α %2   β %3   Δ %4")
                        .arg(phase.label)
                        .arg(phase.terms.alpha[i], 0, 'g', 4)
                        .arg(phase.terms.beta[i], 0, 'g', 4)
                        .arg(phase.terms.delta[i], 0, 'g', 4);
        }
        plot.setToolTip(text);
    }

    QString className(std::size_t i) const {
        const auto at = static_cast<qsizetype>(i);
        return at < names.size() ? QStringLiteral("%1 %2").arg(i).arg(names[at])
                                 : ClassTermPreview::tr("class %1").arg(i);
    }

    void draw() {
        const PlotScale scale = screenScale();
        for (const Cell& cell : cells) {
            cell.plot->clearPlottables();
            stylePlot(*cell.plot, plotColors(), scale);
            cell.plot->xAxis->setTicker(classTicks(
                counts.size(), cell.plot == cells[0].plot ? fittingNames() : QStringList()));
            cell.plot->xAxis->setRange(-0.7, static_cast<double>(counts.size()) - 0.3);
            cell.plot->xAxis->grid()->setVisible(false);
        }
        drawCounts();
        for (std::size_t i = 1; i < kPlots.size(); ++i) drawTerm(kPlots[i], *cells[i].plot, scale);
        drawKey();
        for (const Cell& cell : cells) cell.plot->replot(QCustomPlot::rpQueuedReplot);
    }

    /// The class names, where they find room side by side under the bars; otherwise nothing.
    QStringList fittingNames() const {
        if (names.isEmpty() || static_cast<std::size_t>(names.size()) != counts.size()) return {};
        const QFontMetrics metrics(screenScale().font);
        const int room = (cells[0].plot->width() - 60) / static_cast<int>(names.size());
        for (const QString& name : names) {
            if (metrics.horizontalAdvance(name) + kSpace2 > room) return {};
        }
        return names;
    }

    void drawCounts() {
        QCustomPlot& plot = *cells[0].plot;
        const PlotColors colors = plotColors();
        useLogTicks(*plot.yAxis);
        const std::vector<bool> majority = majorityClasses(counts);
        double largest = 1.0;
        double smallest = 1e300;
        for (const bool group : {true, false}) {
            auto* bars = new QCPBars(plot.xAxis, plot.yAxis);
            bars->setSelectable(QCP::stNone);
            bars->setWidth(counts.size() > kManyClasses ? 0.86 : 0.72);
            bars->setPen(Qt::NoPen);
            bars->setAntialiased(false);
            bars->setBrush(group ? colors.majority : colors.minority);
            // Bars on a log axis need a base above zero.
            bars->setBaseValue(0.5);
            for (std::size_t i = 0; i < counts.size(); ++i) {
                if ((majority.empty() || majority[i]) != group) continue;
                const auto count = static_cast<double>(counts[i]);
                bars->addData(static_cast<double>(i), count - 0.5);
                largest = std::max(largest, count);
                smallest = std::min(smallest, count);
            }
        }
        plot.clearItems();
        for (std::size_t i = 0; i < counts.size() && counts.size() <= kManyClasses; ++i) {
            auto* label = new QCPItemText(&plot);
            label->setSelectable(false);
            label->setFont(screenScale().font);
            label->setColor(colors.muted);
            label->setClipToAxisRect(false);
            label->setText(QLocale(QLocale::English).toString(static_cast<qlonglong>(counts[i])));
            label->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
            label->setPadding(QMargins(0, 0, 0, 2));
            label->position->setCoords(static_cast<double>(i), static_cast<double>(counts[i]));
        }
        const double lower = smallest >= 10.0 ? std::max(1.0, smallest / 4.0) : 0.7;
        plot.yAxis->setRange(lower, largest * 1.1);
        // The numbers stand in the margin, however low the plot is.
        QMargins margins = plot.axisRect()->minimumMargins();
        margins.setTop(std::max(margins.top(), QFontMetrics(screenScale().font).height() + 2));
        plot.axisRect()->setMinimumMargins(margins);
    }

    void drawTerm(Plot which, QCustomPlot& plot, const PlotScale& scale) {
        double lower = which == Plot::delta ? 0.0 : 1.0;
        double upper = lower;
        for (std::size_t phase = 0; phase < phases.size(); ++phase) {
            const QColor color = seriesColor(static_cast<int>(phase));
            QCPGraph* graph = plot.addGraph();
            graph->setSelectable(QCP::stNone);
            graph->setLineStyle(QCPGraph::lsLine);
            QPen pen(color, 1.6);
            if (phase % 2 == 1) pen.setDashPattern({4.0, 2.4});
            graph->setPen(pen);
            if (counts.size() <= kManyClasses) {
                graph->setScatterStyle(QCPScatterStyle(
                    QCPScatterStyle::ssCircle, QPen(color, 1.2),
                    phase % 2 == 1 ? plotColors().background : color, 4.5 * scale.unit));
            }
            const std::vector<double>& values = termOf(phases[phase].terms, which);
            for (std::size_t i = 0; i < values.size(); ++i) {
                graph->addData(static_cast<double>(i), values[i]);
                lower = std::min(lower, values[i]);
                upper = std::max(upper, values[i]);
            }
        }
        // A constant term is a line in the middle of a range of natural size.
        const double margin = upper > lower ? (upper - lower) * 0.1 : 1.0;
        plot.yAxis->setRange(lower - margin, upper + margin);
        plot.yAxis->ticker()->setTickCount(4);
    }

    void drawKey() {
        const PlotColors colors = plotColors();
        const auto sample = [](const QColor& color, const QString& mark, const QString& text) {
            return QStringLiteral("<span style='color:%1'>%2</span>&nbsp;%3")
                .arg(color.name(), mark, text.toHtmlEscaped());
        };
        const bool grouped = !majorityClasses(counts).empty();
        QStringList groups;
        if (grouped) {
            groups << sample(colors.majority, QStringLiteral("■"), ClassTermPreview::tr("majority"))
                   << sample(colors.minority, QStringLiteral("■"),
                             ClassTermPreview::tr("minority"));
        } else {
            groups << ClassTermPreview::tr("classes are balanced");
        }
        group_key->setText(groups.join(QStringLiteral("&nbsp;&nbsp; ")));
        QStringList lines;
        for (std::size_t i = 0; i < phases.size(); ++i) {
            QString mark = i % 2 == 1 ? QStringLiteral("‒ ‒") : QStringLiteral("──");
            if (counts.size() <= kManyClasses) mark += QChar(i % 2 == 1 ? 0x25CB : 0x25CF);
            lines << sample(seriesColor(static_cast<int>(i)), mark, phases[i].label);
        }
        phase_key->setText(lines.join(QStringLiteral("&nbsp;&nbsp;&nbsp; ")));
        qint64 total = 0;
        for (const std::int64_t count : counts) total += count;
        summary->setText(ClassTermPreview::tr("%1 images, %2 classes")
                             .arg(QLocale(QLocale::English).toString(total))
                             .arg(counts.size()));
    }

    ClassTermPreview* q;
    std::array<Cell, 4> cells;
    QLabel* group_key = nullptr;
    QLabel* phase_key = nullptr;
    QLabel* summary = nullptr;
    QLabel* unavailable = nullptr;
    QStackedLayout* pages = nullptr;
    QGraphicsOpacityEffect* dimming = nullptr;  // while it shows an earlier config
    QStringList names;
    std::vector<std::int64_t> counts;
    std::vector<PhaseTerms> phases;
};

ClassTermPreview::ClassTermPreview(QWidget* parent)
    : QWidget(parent), d(std::make_unique<Private>(this)) {
    setObjectName(QStringLiteral("class_term_preview"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* page = new QWidget(this);
    auto* grid = new QGridLayout(page);
    grid->setContentsMargins(kSpace3, kSpace2, kSpace3, kSpace2);
    grid->setHorizontalSpacing(kSpace3);
    grid->setVerticalSpacing(kSpace1);
    auto* keys = new FlowLayout(kSpace4);  // a narrow page has two lines of it
    const auto label = [&](const QString& name) {
        auto* text = new QLabel(page);
        text->setObjectName(name);
        text->setTextFormat(Qt::RichText);
        keys->addWidget(text);
        return text;
    };
    d->summary = label(QStringLiteral("summary"));
    d->group_key = label(QStringLiteral("group_key"));
    d->phase_key = label(QStringLiteral("phase_key"));
    grid->addLayout(keys, 0, 0, 1, 3);
    d->cells[0] =
        d->makeCell(tr("Training images per class"), QStringLiteral("class_counts"), grid, 1, 0, 3);
    d->cells[1] =
        d->makeCell(tr("Class weight α<sub>y</sub>"), QStringLiteral("alpha"), grid, 2, 0, 1);
    d->cells[2] =
        d->makeCell(tr("Logit scale β<sub>y</sub>"), QStringLiteral("beta"), grid, 2, 1, 1);
    d->cells[3] =
        d->makeCell(tr("Logit shift Δ<sub>y</sub>"), QStringLiteral("delta"), grid, 2, 2, 1);
    d->unavailable = new QLabel(this);
    d->unavailable->setObjectName(QStringLiteral("unavailable"));
    d->unavailable->setAlignment(Qt::AlignCenter);
    d->unavailable->setWordWrap(true);
    d->unavailable->setForegroundRole(QPalette::PlaceholderText);
    d->pages = new QStackedLayout(this);
    d->pages->addWidget(d->unavailable);
    d->pages->addWidget(page);
    setUnavailable(tr("What the config means for each class appears here"));
}

ClassTermPreview::~ClassTermPreview() = default;

void ClassTermPreview::setData(const QStringList& class_names,
                               const std::vector<std::int64_t>& class_counts,
                               const std::vector<PhaseTerms>& phases) {
    d->names = class_names;
    d->counts = class_counts;
    d->phases = phases;
    d->pages->setCurrentIndex(1);
    d->draw();
}

void ClassTermPreview::setOutdated(bool outdated) {
    if (outdated == (d->dimming != nullptr)) return;
    d->dimming = nullptr;
    if (outdated) {
        d->dimming = new QGraphicsOpacityEffect;
        d->dimming->setOpacity(0.4);
    }
    d->pages->widget(1)->setGraphicsEffect(d->dimming);  // the one before is deleted
}

bool ClassTermPreview::isOutdated() const {
    return d->dimming != nullptr;
}

bool ClassTermPreview::hasData() const {
    return d->pages->currentIndex() == 1;
}

QStringList ClassTermPreview::classNames() const {
    return d->names;
}

void ClassTermPreview::setUnavailable(const QString& reason) {
    d->counts.clear();
    d->phases.clear();
    for (const Private::Cell& cell : d->cells) cell.plot->clearPlottables();
    d->unavailable->setText(reason);
    d->pages->setCurrentIndex(0);
}

std::vector<double> ClassTermPreview::drawn(Plot which, int phase) const {
    const QCustomPlot& plot = *d->cells[static_cast<std::size_t>(which)].plot;
    std::vector<double> values;
    if (which == Plot::class_counts) {
        values.resize(d->counts.size());
        for (int i = 0; i < plot.plottableCount(); ++i) {
            const auto* bars = qobject_cast<const QCPBars*>(d->cells[0].plot->plottable(i));
            for (const QCPBarsData& bar : *bars->data()) {
                values[static_cast<std::size_t>(bar.key)] = bar.value + bars->baseValue();
            }
        }
        return values;
    }
    if (phase < 0 || phase >= plot.graphCount()) return values;
    for (const QCPGraphData& point : *plot.graph(phase)->data()) values.push_back(point.value);
    return values;
}

void ClassTermPreview::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (!d->counts.empty()) d->draw();
}

void ClassTermPreview::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (changesLooks(*event) && !d->counts.empty()) d->draw();
}

}  // namespace ballast
