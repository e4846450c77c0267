#include "widgets/schedule_timeline.h"

#include <QEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/experiment/catalog.h"
#include "core/experiment/class_rules.h"
#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"

namespace ballast {
namespace {

constexpr double kGrip = 6.0;  // pixels around a line in which the mouse takes hold of it
constexpr auto kBandLayer = "bands";

QString ruleText(const QString& symbol, const ClassRule& rule) {
    QString text = symbol + QStringLiteral(": ") + QString::fromStdString(rule.rule);
    const ClassRuleInfo* info = findClassRule(rule.rule);
    for (const auto& [name, value] : rule.parameters) {
        const std::string_view sign = info && info->parameter ? info->parameter->symbol : name;
        text += QStringLiteral(", %1 = %2")
                    .arg(QString::fromUtf8(sign.data(), static_cast<qsizetype>(sign.size())))
                    .arg(value, 0, 'g', 6);
    }
    return text;
}

/// What a phase does, in as few words as it takes: only what differs from plain cross-entropy.
QStringList phaseText(const Phase& phase) {
    QStringList parts;
    const Phase plain;
    if (phase.alpha != plain.alpha) parts << ruleText(QStringLiteral("α"), phase.alpha);
    if (phase.beta != plain.beta) parts << ruleText(QStringLiteral("β"), phase.beta);
    if (phase.delta != plain.delta) parts << ruleText(QStringLiteral("Δ"), phase.delta);
    if (parts.isEmpty()) parts << QStringLiteral("CE");
    if (phase.lr_factor != 1.0) {
        parts << ScheduleTimeline::tr("lr × %1").arg(phase.lr_factor, 0, 'g', 4);
    }
    if (phase.weight_decay) {
        parts << ScheduleTimeline::tr("weight decay %1").arg(*phase.weight_decay, 0, 'g', 4);
    }
    if (phase.sam_radius > 0.0) {
        parts << ScheduleTimeline::tr("SAM %1").arg(phase.sam_radius, 0, 'g', 4);
    }
    const auto name = [](std::string_view label) {
        return QString::fromUtf8(label.data(), static_cast<qsizetype>(label.size()));
    };
    const auto add = [&]<class Choice>(Choice value, Choice usual, const QString& format) {
        if (value == usual) return;
        parts << format.arg(name(entriesOf<Choice>()[static_cast<std::size_t>(value)].label));
    };
    add(phase.sampling, plain.sampling, ScheduleTimeline::tr("sampling: %1"));
    add(phase.trainable, plain.trainable, ScheduleTimeline::tr("trainable: %1"));
    add(phase.head_start, plain.head_start, ScheduleTimeline::tr("head: %1"));
    if (phase.head_max_norm) {
        parts << ScheduleTimeline::tr("max-norm %1").arg(*phase.head_max_norm, 0, 'g', 4);
    }
    return parts;
}

/// As many parts a line as fit into `width` pixels, at least one.
QString wrapped(const QStringList& parts, const QFontMetricsF& metrics, double width) {
    QString text;
    QString line;
    for (const QString& part : parts) {
        const QString longer = line.isEmpty() ? part : line + QStringLiteral(" · ") + part;
        if (!line.isEmpty() && metrics.horizontalAdvance(longer) > width) {
            text += line + QLatin1Char('\n');
            line = part;
        } else {
            line = longer;
        }
    }
    return text + line;
}

}  // namespace

class ScheduleTimeline::Private {
public:
    explicit Private(ScheduleTimeline* owner) : q(owner) {}

    int lastStart(std::size_t phase) const {
        return phase + 1 < config.phases.size() ? config.phases[phase + 1].from - 1
                                                : config.training.epochs - 1;
    }

    void move(std::size_t phase, int epoch) {
        const int first = config.phases[phase - 1].from + 1;
        const int moved = std::clamp(epoch, first, std::max(first, lastStart(phase)));
        if (moved == config.phases[phase].from) return;
        config.phases[phase].from = moved;
        draw();
        Q_EMIT q->phaseMoved(static_cast<int>(phase), moved);
    }

    std::optional<std::size_t> phaseAtPixel(double x) const {
        std::optional<std::size_t> nearest;
        double distance = kGrip;
        for (std::size_t i = 1; i < config.phases.size(); ++i) {
            const double line = plot->xAxis->coordToPixel(config.phases[i].from);
            if (std::abs(line - x) <= distance) {
                distance = std::abs(line - x);
                nearest = i;
            }
        }
        return nearest;
    }

    void select(std::size_t phase) {
        selected = phase;
        draw();
    }

    void draw() {
        const PlotColors colors = plotColors();
        stylePlot(*plot, colors, screenScale());
        useIntegerTicks(*plot->xAxis);
        useLogTicks(*plot->yAxis);
        plot->clearItems();
        plot->clearGraphs();
        drawRate(colors);
        drawPhases(colors);
        if (current) {
            auto* mark = new QCPItemStraightLine(plot);
            mark->setPen(QPen(colors.success, 1.5));
            mark->point1->setCoords(*current, 1.0);
            mark->point2->setCoords(*current, 10.0);
        }
        describe();
        plot->replot(QCustomPlot::rpQueuedReplot);
    }

    /// The phase's words, wrapped to the width of its band.
    QString labelOf(std::size_t phase) const {
        const double width = plot->xAxis->coordToPixel(lastStart(phase) + 1) -
                             plot->xAxis->coordToPixel(config.phases[phase].from);
        return wrapped(phaseText(config.phases[phase]), QFontMetricsF(screenScale().font),
                       width - 2 * kSpace2);
    }

    void drawRate(const PlotColors& colors) {
        const int epochs = config.training.epochs;
        QVector<QCPGraphData> steps;
        double lowest = 1e300;
        double highest = 0.0;
        for (int epoch = 0; epoch < epochs; ++epoch) {
            const double rate = learningRateAt(config, epoch);
            if (rate > 0.0) {
                lowest = std::min(lowest, rate);
                highest = std::max(highest, rate);
            }
            steps.push_back({static_cast<double>(epoch), rate});
        }
        if (!steps.isEmpty()) steps.push_back({static_cast<double>(epochs), steps.back().value});
        QCPGraph* graph = plot->addGraph();
        graph->setLineStyle(QCPGraph::lsStepLeft);
        graph->setPen(QPen(colors.accent, 1.8));
        graph->setAntialiased(false);
        graph->data()->set(steps, true);
        if (highest <= 0.0) return;
        // Room above the curve for the phases' labels.
        const double span = std::max(highest / lowest, 10.0);
        qsizetype lines = 1;
        for (std::size_t i = 0; i < config.phases.size(); ++i) {
            lines = std::max(lines, labelOf(i).count(QLatin1Char('\n')) + 1);
        }
        const double room = 0.15 + 0.2 * static_cast<double>(lines);
        plot->yAxis->setRange(lowest / std::pow(span, 0.15), highest * std::pow(span, room));
    }

    void drawPhases(const PlotColors& colors) {
        const std::size_t count = config.phases.size();
        for (std::size_t i = 0; i < count; ++i) {
            const int from = config.phases[i].from;
            const int to = i + 1 < count ? config.phases[i + 1].from : config.training.epochs;
            auto* band = new QCPItemRect(plot);
            band->setLayer(QString::fromLatin1(kBandLayer));
            band->setPen(Qt::NoPen);
            QColor fill = i % 2 == 0 ? colors.majority : colors.minority;
            fill.setAlpha(i % 2 == 0 ? 22 : 36);
            band->setBrush(fill);
            for (QCPItemPosition* corner : {band->topLeft, band->bottomRight}) {
                corner->setTypeY(QCPItemPosition::ptAxisRectRatio);
            }
            band->topLeft->setCoords(from, 0.0);
            band->bottomRight->setCoords(to, 1.0);

            auto* label = new QCPItemText(plot);
            label->setFont(screenScale().font);
            label->setColor(colors.text);
            label->setText(labelOf(i));
            label->setTextAlignment(Qt::AlignLeft);
            label->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
            label->setPadding(QMargins(kSpace1 + 2, 3, 0, 0));
            label->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
            label->position->setCoords(from, 0.0);
            if (i > 0) drawLine(i, colors);
        }
    }

    void drawLine(std::size_t phase, const PlotColors& colors) {
        const bool strong = q->hasFocus() && selected == phase;
        const int from = config.phases[phase].from;
        const QColor color = strong || dragged == phase ? colors.accent : colors.text;
        auto* line = new QCPItemStraightLine(plot);
        line->setPen(QPen(color, strong ? 2.2 : 1.3, strong ? Qt::SolidLine : Qt::DotLine));
        line->point1->setCoords(from, 1.0);
        line->point2->setCoords(from, 10.0);
        auto* handle = new QCPItemText(plot);
        QFont bold = screenScale().font;
        bold.setWeight(QFont::DemiBold);
        handle->setFont(bold);
        handle->setClipToAxisRect(false);
        handle->setText(phase == 1 ? tr("T₀ = %1").arg(from)
                                   : tr("phase %1: %2").arg(phase + 1).arg(from));
        handle->setColor(strong ? QColor(Qt::white) : colors.text);
        handle->setBrush(strong ? colors.accent : colors.background);
        handle->setPen(QPen(color, 1));
        handle->setPadding(QMargins(5, 1, 5, 1));
        handle->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
        handle->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        handle->position->setCoords(from, 0.0);
    }

    void describe() {
        QString text =
            ScheduleTimeline::tr("Learning rate over %1 epochs.").arg(config.training.epochs);
        for (std::size_t i = 1; i < config.phases.size(); ++i) {
            text += ScheduleTimeline::tr(" Phase %1 starts after %2 epochs.")
                        .arg(i + 1)
                        .arg(config.phases[i].from);
        }
        q->setAccessibleDescription(text);
    }

    ScheduleTimeline* q;
    QCustomPlot* plot = nullptr;
    QLabel* title = nullptr;
    RunConfig config;
    std::optional<int> current;
    std::size_t selected = 1;
    std::optional<std::size_t> dragged;
};

ScheduleTimeline::ScheduleTimeline(QWidget* parent)
    : QWidget(parent), d(std::make_unique<Private>(this)) {
    setObjectName(QStringLiteral("schedule_timeline"));
    setAccessibleName(tr("Schedule: learning rate and phases"));
    setFocusPolicy(Qt::StrongFocus);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace3, kSpace2, kSpace3, kSpace1);
    layout->setSpacing(0);
    d->title =
        new QLabel(tr("Learning rate <span style='font-weight:400'>η, log axis. Drag a phase's "
                      "line to move its start.</span>"),
                   this);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    d->title->setFont(bold);
    layout->addWidget(d->title);
    d->plot = new QCustomPlot(this);
    d->plot->setMinimumHeight(120);
    d->plot->setMouseTracking(true);
    d->plot->setFocusPolicy(Qt::NoFocus);
    d->plot->setInteraction(QCP::iRangeDrag, true);
    d->plot->setInteraction(QCP::iRangeZoom, true);
    d->plot->axisRect()->setRangeDrag(Qt::Horizontal);
    d->plot->axisRect()->setRangeZoom(Qt::Horizontal);
    d->plot->addLayer(QString::fromLatin1(kBandLayer), d->plot->layer(QStringLiteral("grid")),
                      QCustomPlot::limBelow);
    d->plot->plotLayout()->setMargins(QMargins(0, fontMetrics().height() + 2, kSpace2, 0));
    d->plot->xAxis->setLabel(tr("epochs done"));
    d->plot->installEventFilter(this);
    layout->addWidget(d->plot, 1);
    fit();
}

ScheduleTimeline::~ScheduleTimeline() = default;

void ScheduleTimeline::setConfig(const RunConfig& config) {
    const bool refit = config.training.epochs != d->config.training.epochs;
    d->config = config;
    const std::size_t last = config.phases.size() - 1;
    d->selected = std::clamp<std::size_t>(d->selected, std::min<std::size_t>(1, last), last);
    if (d->selected == 0) d->selected = 1;
    if (d->dragged && *d->dragged > last) d->dragged.reset();
    if (refit) {
        fit();
    } else {
        d->draw();
    }
}

void ScheduleTimeline::setCurrentEpoch(std::optional<int> epoch) {
    if (epoch == d->current) return;
    d->current = epoch;
    d->draw();
}

int ScheduleTimeline::phaseStart(int phase) const {
    return d->config.phases.at(static_cast<std::size_t>(phase)).from;
}

QPoint ScheduleTimeline::phaseLinePosition(int phase) const {
    const QPoint in_plot(
        static_cast<int>(std::lround(d->plot->xAxis->coordToPixel(phaseStart(phase)))),
        d->plot->axisRect()->center().y());
    return d->plot->mapTo(this, in_plot);
}

std::optional<int> ScheduleTimeline::selectedPhase() const {
    if (d->config.phases.size() < 2) return std::nullopt;
    return static_cast<int>(d->selected);
}

void ScheduleTimeline::fit() {
    d->plot->xAxis->setRange(0.0, std::max(1, d->config.training.epochs));
    d->draw();
}

bool ScheduleTimeline::eventFilter(QObject* watched, QEvent* event) {
    if (watched != d->plot) return QWidget::eventFilter(watched, event);
    if (event->type() == QEvent::Resize) {  // the labels are wrapped to the plot's new width
        QMetaObject::invokeMethod(
            this, [this] { d->draw(); }, Qt::QueuedConnection);
    }
    switch (event->type()) {
        case QEvent::MouseButtonPress: {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            setFocus(Qt::MouseFocusReason);
            const auto phase = d->phaseAtPixel(mouse->position().x());
            if (mouse->button() != Qt::LeftButton || !phase) break;
            d->dragged = phase;
            d->select(*phase);
            return true;
        }
        case QEvent::MouseMove: {
            const double x = static_cast<QMouseEvent*>(event)->position().x();
            if (d->dragged) {
                d->move(*d->dragged,
                        static_cast<int>(std::lround(d->plot->xAxis->pixelToCoord(x))));
                return true;
            }
            d->plot->setCursor(d->phaseAtPixel(x) ? Qt::SplitHCursor : Qt::ArrowCursor);
            break;
        }
        case QEvent::MouseButtonRelease:
            if (!d->dragged) break;
            d->dragged.reset();
            d->draw();
            return true;
        case QEvent::MouseButtonDblClick:
            fit();
            return true;
        default:
            break;
    }
    return QWidget::eventFilter(watched, event);
}

void ScheduleTimeline::keyPressEvent(QKeyEvent* event) {
    const std::size_t count = d->config.phases.size();
    if (count < 2) return QWidget::keyPressEvent(event);
    const int step = event->modifiers().testFlag(Qt::ShiftModifier) ? 10 : 1;
    const int from = d->config.phases[d->selected].from;
    switch (event->key()) {
        case Qt::Key_Left:
            d->move(d->selected, from - step);
            break;
        case Qt::Key_Right:
            d->move(d->selected, from + step);
            break;
        case Qt::Key_Home:
            d->move(d->selected, 0);
            break;
        case Qt::Key_End:
            d->move(d->selected, d->config.training.epochs);
            break;
        case Qt::Key_Up:
            d->select(std::max<std::size_t>(1, d->selected - 1));
            break;
        case Qt::Key_Down:
            d->select(std::min(count - 1, d->selected + 1));
            break;
        case Qt::Key_F:
            fit();
            break;
        default:
            QWidget::keyPressEvent(event);
    }
}

void ScheduleTimeline::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    d->draw();
}

void ScheduleTimeline::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    d->draw();
}

void ScheduleTimeline::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && d->plot) d->draw();
}

}  // namespace ballast
