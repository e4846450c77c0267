#include "widgets/schedule_picture.h"

#include <QStringList>
#include <algorithm>
#include <cmath>

#include "core/experiment/catalog.h"
#include "core/experiment/class_rules.h"
#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

using HandleKind = ScheduleHandle::Kind;

constexpr double kGrip = 6.0;         // pixels around a line in which the mouse takes hold of it
constexpr double kRadiusGrip = 26.0;  // how wide the grip of a radius of 0 is
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
        parts << tr("lr × %1").arg(phase.lr_factor, 0, 'g', 4);
    }
    if (phase.weight_decay) {
        parts << tr("weight decay %1").arg(*phase.weight_decay, 0, 'g', 4);
    }
    if (phase.sam_radius > 0.0) {
        parts << tr("SAM %1").arg(phase.sam_radius, 0, 'g', 4);
    }
    const auto name = [](std::string_view label) {
        return QString::fromUtf8(label.data(), static_cast<qsizetype>(label.size()));
    };
    const auto add = [&]<class Choice>(Choice value, Choice usual, const QString& format) {
        if (value == usual) return;
        parts << format.arg(name(entriesOf<Choice>()[static_cast<std::size_t>(value)].label));
    };
    add(phase.smoothing, plain.smoothing, tr("smoothing: %1"));
    add(phase.targets, plain.targets, tr("targets: %1"));
    add(phase.sampling, plain.sampling, tr("sampling: %1"));
    add(phase.mixing, plain.mixing, tr("mixing: %1"));
    add(phase.trainable, plain.trainable, tr("trainable: %1"));
    add(phase.head_start, plain.head_start, tr("head: %1"));
    if (phase.head_max_norm) {
        parts << tr("max-norm %1").arg(*phase.head_max_norm, 0, 'g', 4);
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

/// Epochs at which a phase begins and ends.
std::pair<int, int> spanOf(const RunConfig& config, std::size_t phase) {
    return {config.phases[phase].from, phase + 1 < config.phases.size()
                                           ? config.phases[phase + 1].from
                                           : config.training.epochs};
}

double topRadius(const RunConfig& config) {
    double top = kTopRadius;
    for (const Phase& phase : config.phases) top = std::max(top, phase.sam_radius);
    return top;
}

/// Where a step's mark stands: halfway down the drop, on the log axis.
double middleOfDrop(const RunConfig& config, int epoch) {
    const double before = learningRateAt(config, std::max(0, epoch - 1));
    const double after = learningRateAt(config, std::min(epoch, config.training.epochs - 1));
    return before > 0.0 && after > 0.0 ? std::sqrt(before * after) : std::max(before, after);
}

/// A framed text that is taken hold of.
QCPItemText* addFlag(QCustomPlot& plot, const QString& words, bool strong, const QColor& color,
                     const PlotColors& colors) {
    auto* flag = new QCPItemText(&plot);
    QFont bold = screenScale().font;
    bold.setWeight(QFont::DemiBold);
    flag->setFont(bold);
    flag->setText(words);
    flag->setColor(strong ? QColor(Qt::white) : colors.text);
    flag->setBrush(strong ? colors.accent : colors.background);
    flag->setPen(QPen(color, 1));
    flag->setPadding(QMargins(5, 1, 5, 1));
    return flag;
}

}  // namespace

void SchedulePicture::draw(const RunConfig& config, const Marks& marks) {
    const PlotColors colors = plotColors();
    stylePlot(plot_, colors, screenScale());
    useIntegerTicks(*plot_.xAxis);
    useLogTicks(*plot_.yAxis);
    if (plot_.layer(QString::fromLatin1(kBandLayer)) == nullptr) {
        plot_.addLayer(QString::fromLatin1(kBandLayer), plot_.layer(QStringLiteral("grid")),
                       QCustomPlot::limBelow);
    }
    plot_.clearItems();
    plot_.clearGraphs();
    flags_.clear();
    drawRate(config, colors);
    drawPhases(config, colors);
    for (std::size_t i = 0; i < config.phases.size(); ++i) drawRadius(config, i, colors, marks);
    for (std::size_t i = 1; i < config.phases.size(); ++i) drawStart(config, i, colors, marks);
    for (std::size_t i = 0; i < config.lr_schedule.steps.size(); ++i) {
        drawStep(config, i, colors, marks);
    }
    if (marks.current) {
        auto* mark = new QCPItemStraightLine(&plot_);
        mark->setPen(QPen(colors.success, 1.5));
        mark->point1->setCoords(*marks.current, 1.0);
        mark->point2->setCoords(*marks.current, 10.0);
    }
    plot_.replot(QCustomPlot::rpQueuedReplot);
}

/// The phase's words, wrapped to the width of its band.
QString SchedulePicture::phaseLabel(const RunConfig& config, std::size_t phase) const {
    const auto [from, to] = spanOf(config, phase);
    const double width = plot_.xAxis->coordToPixel(to) - plot_.xAxis->coordToPixel(from);
    return wrapped(phaseText(config.phases[phase]), QFontMetricsF(screenScale().font),
                   width - 2 * kSpace2);
}

void SchedulePicture::drawRate(const RunConfig& config, const PlotColors& colors) {
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
    QCPGraph* graph = plot_.addGraph();
    graph->setLineStyle(QCPGraph::lsStepLeft);
    graph->setPen(QPen(colors.accent, 1.8));
    graph->setAntialiased(false);
    graph->data()->set(steps, true);
    if (highest <= 0.0) return;
    // Room above the curve for the phases' labels.
    const double span = std::max(highest / lowest, 10.0);
    qsizetype lines = 1;
    for (std::size_t i = 0; i < config.phases.size(); ++i) {
        lines = std::max(lines, phaseLabel(config, i).count(QLatin1Char('\n')) + 1);
    }
    const double room = 0.15 + 0.2 * static_cast<double>(lines);
    plot_.yAxis->setRange(lowest / std::pow(span, 0.15), highest * std::pow(span, room));
}

void SchedulePicture::drawPhases(const RunConfig& config, const PlotColors& colors) {
    for (std::size_t i = 0; i < config.phases.size(); ++i) {
        const auto [from, to] = spanOf(config, i);
        auto* band = new QCPItemRect(&plot_);
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

        auto* label = new QCPItemText(&plot_);
        label->setFont(screenScale().font);
        label->setColor(colors.text);
        label->setText(phaseLabel(config, i));
        label->setTextAlignment(Qt::AlignLeft);
        label->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
        label->setPadding(QMargins(kSpace1 + 2, 3, 0, 0));
        label->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        label->position->setCoords(from, 0.0);
    }
}

void SchedulePicture::drawStart(const RunConfig& config, std::size_t phase,
                                const PlotColors& colors, const Marks& marks) {
    const ScheduleHandle handle{HandleKind::start, phase};
    const bool strong = marks.selected == handle;
    const int from = config.phases[phase].from;
    const QColor color = strong || marks.dragged == handle ? colors.accent : colors.text;
    auto* line = new QCPItemStraightLine(&plot_);
    line->setPen(QPen(color, strong ? 2.2 : 1.3, strong ? Qt::SolidLine : Qt::DotLine));
    line->point1->setCoords(from, 1.0);
    line->point2->setCoords(from, 10.0);
    QCPItemText* flag = addFlag(plot_, handleLabel(config, handle), strong, color, colors);
    flag->setClipToAxisRect(false);
    flag->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
    flag->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    flag->position->setCoords(from, 0.0);
    flags_.emplace_back(handle, flag);
}

void SchedulePicture::drawStep(const RunConfig& config, std::size_t step, const PlotColors& colors,
                               const Marks& marks) {
    const ScheduleHandle handle{HandleKind::step, step};
    const int from = config.lr_schedule.steps[step].from;
    if (from >= config.training.epochs) return;  // it has no effect, which the page says
    const bool strong = marks.selected == handle;
    const QColor color = strong || marks.dragged == handle ? colors.accent : colors.axis;
    QCPItemText* flag = addFlag(plot_, handleLabel(config, handle), strong, color, colors);
    flag->setFont(screenScale().font);
    // Before the drop, where the rate is high and no phase's words begin.
    const bool at_start = from < 0.1 * config.training.epochs;
    flag->setPositionAlignment((at_start ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    flag->position->setCoords(from, middleOfDrop(config, from));
    flags_.emplace_back(handle, flag);
}

void SchedulePicture::drawRadius(const RunConfig& config, std::size_t phase,
                                 const PlotColors& colors, const Marks& marks) {
    const ScheduleHandle handle{HandleKind::radius, phase};
    const double radius = config.phases[phase].sam_radius;
    const bool strong = marks.selected == handle || marks.dragged == handle;
    const QColor color = strong ? colors.accent : colors.minority;
    const auto [from, to] = spanOf(config, phase);
    auto* line = new QCPItemLine(&plot_);
    for (QCPItemPosition* end : {line->start, line->end}) {
        end->setTypeY(QCPItemPosition::ptAxisRectRatio);
    }
    const double height = heightOf(config, radius);
    double left = from;
    double right = to;
    if (radius == 0.0) {  // a grip at the bottom
        const double middle = plot_.xAxis->coordToPixel(0.5 * (from + to));
        left = std::max(left, plot_.xAxis->pixelToCoord(middle - kRadiusGrip / 2));
        right = std::min(right, plot_.xAxis->pixelToCoord(middle + kRadiusGrip / 2));
    }
    line->setPen(QPen(color,
                      radius == 0.0 ? 4.0
                      : strong      ? 2.2
                                    : 1.5,
                      radius == 0.0 ? Qt::SolidLine : Qt::DashLine, Qt::FlatCap));
    line->start->setCoords(left, height);
    line->end->setCoords(right, height);
    if (!strong) return;  // the phase's words say it
    QCPItemText* flag =
        addFlag(plot_, handleLabel(config, handle), marks.selected == handle, color, colors);
    flag->setPositionAlignment(Qt::AlignHCenter | (height > 0.5 ? Qt::AlignBottom : Qt::AlignTop));
    flag->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    flag->position->setCoords(0.5 * (from + to), height + (height > 0.5 ? -0.06 : 0.06));
    flags_.emplace_back(handle, flag);
}

/// As a ratio of the axis rect, from its top.
double SchedulePicture::heightOf(const RunConfig& config, double radius) const {
    return 0.985 - 0.985 * radius / topRadius(config);
}

std::optional<ScheduleHandle> SchedulePicture::handleAt(const RunConfig& config,
                                                        QPointF pixel) const {
    for (const auto& [handle, flag] : flags_) {
        const QRectF frame(flag->topLeft->pixelPosition(), flag->bottomRight->pixelPosition());
        if (frame.adjusted(-2, -2, 2, 2).contains(pixel)) return handle;
    }
    std::optional<ScheduleHandle> nearest;
    double distance = kGrip;
    for (const ScheduleHandle& handle : handlesOf(config)) {
        const QPointF at = positionOf(config, handle);
        double away = 0.0;
        if (handle.kind != HandleKind::radius) {
            away = std::abs(plot_.xAxis->coordToPixel(epochOf(config, handle)) - pixel.x());
        } else {
            const auto [from, to] = spanOf(config, handle.index);
            const bool off = config.phases[handle.index].sam_radius == 0.0;
            const bool beside = off ? std::abs(at.x() - pixel.x()) > kRadiusGrip / 2
                                    : pixel.x() < plot_.xAxis->coordToPixel(from) ||
                                          pixel.x() > plot_.xAxis->coordToPixel(to);
            if (beside) continue;
            away = std::abs(at.y() - pixel.y());
        }
        // The first of several at one place: starts before steps before radii.
        if (away < distance) {
            distance = away;
            nearest = handle;
        }
    }
    return nearest;
}

QPointF SchedulePicture::positionOf(const RunConfig& config, const ScheduleHandle& handle) const {
    const QRect rect = plot_.axisRect()->rect();
    if (handle.kind == HandleKind::radius) {
        const auto [from, to] = spanOf(config, handle.index);
        return {plot_.xAxis->coordToPixel(0.5 * (from + to)),
                rect.top() + heightOf(config, valueOf(config, handle)) * rect.height()};
    }
    const double x = plot_.xAxis->coordToPixel(epochOf(config, handle));
    for (const auto& [other, flag] : flags_) {
        if (other == handle && handle.kind == HandleKind::step) {
            return {flag->left->pixelPosition().x() / 2 + flag->right->pixelPosition().x() / 2,
                    flag->left->pixelPosition().y()};
        }
    }
    return {x, static_cast<double>(rect.center().y())};
}

int SchedulePicture::epochAt(QPointF pixel) const {
    return static_cast<int>(std::lround(plot_.xAxis->pixelToCoord(pixel.x())));
}

double SchedulePicture::radiusAt(const RunConfig& config, QPointF pixel, bool fine) const {
    const QRect rect = plot_.axisRect()->rect();
    const double ratio = (pixel.y() - rect.top()) / std::max(1, rect.height());
    const double radius = (0.985 - ratio) / 0.985 * topRadius(config);
    const double steps = fine ? 100.0 : 20.0;
    return std::clamp(std::round(radius * steps) / steps, 0.0, topRadius(config));
}

}  // namespace ballast
