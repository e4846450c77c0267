#include "widgets/trunk_tree.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "widgets/palette.h"

namespace ballast {
namespace {

constexpr double kTrunk = 4.0;  // line widths
constexpr double kTail = 1.6;
constexpr double kBend = 7.0;  // radius where a run leaves its trunk

std::size_t at(int index) {
    return static_cast<std::size_t>(index);
}

/// The distance between ticks for about `count` of them: 1, 2 or 5 times a power of ten.
int tickStep(int epochs, int count) {
    const double raw = std::max(1.0, static_cast<double>(epochs) / std::max(1, count));
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= raw) return static_cast<int>(factor * power);
    }
    return static_cast<int>(10.0 * power);
}

}  // namespace

class TrunkTree::Private {
public:
    explicit Private(TrunkTree* tree) : q(tree) {}

    int runs() const { return static_cast<int>(plan.from.size()); }
    int rowHeight() const { return q->fontMetrics().height() + kSpace2; }
    int axisHeight() const { return q->fontMetrics().height() + kSpace3; }
    int contentHeight() const {
        return static_cast<int>(shown.size()) * rowHeight() +
               (hidden().isEmpty() ? 0 : rowHeight()) + kSpace2;
    }
    QString hidden() const {
        const int more = runs() - static_cast<int>(shown.size());
        return more == 0 ? QString() : TrunkTree::tr("and %L1 more runs").arg(more);
    }

    double left() const { return kSpace4 + q->fontMetrics().horizontalAdvance(QLatin1Char('0')); }
    double right() const {
        return q->viewport()->width() - label_width - kSpace3 - kSpace3 - kSpace2;
    }
    double x(int epoch) const { return left() + (right() - left()) * epoch / std::max(1, epochs); }
    double y(int row) const {
        return axisHeight() + (row + 0.5) * rowHeight() + kSpace1 - q->verticalScrollBar()->value();
    }
    QColor color(int run) const { return seriesColor(family[at(run)]); }

    /// The order of the rows, so that no branch crosses another: after each run those that leave
    /// it, the last ones first.
    void arrange() {
        std::vector<std::vector<int>> followers(at(runs()));
        std::vector<int> stack;
        for (int run = 0; run < runs(); ++run) {
            if (plan.source[at(run)] >= 0) followers[at(plan.source[at(run)])].push_back(run);
        }
        for (int run = runs(); run-- > 0;) {
            if (plan.source[at(run)] < 0) stack.push_back(run);
        }
        family.assign(at(runs()), 0);
        row_of.assign(at(runs()), -1);
        shown.clear();
        int families = 0;
        while (!stack.empty()) {
            const int run = stack.back();
            stack.pop_back();
            const int source = plan.source[at(run)];
            family[at(run)] = source < 0 ? families++ : family[at(source)];
            if (static_cast<int>(shown.size()) < kMostRows) {
                row_of[at(run)] = static_cast<int>(shown.size());
                shown.push_back(run);
            }
            std::vector<int>& next = followers[at(run)];
            std::ranges::stable_sort(
                next, [&](int a, int b) { return plan.from[at(a)] > plan.from[at(b)]; });
            for (auto follower = next.rbegin(); follower != next.rend(); ++follower) {
                stack.push_back(*follower);
            }
        }
    }

    /// How many runs each segment is trained for.
    void count() {
        users.assign(plan.segments.size(), 0);
        ends.assign(at(runs()), 0);
        first.assign(at(runs()), -1);
        std::vector<int> last(at(runs()), -1);
        for (std::size_t i = 0; i < plan.segments.size(); ++i) {
            const Segment& segment = plan.segments[i];
            if (first[at(segment.run)] < 0) first[at(segment.run)] = static_cast<int>(i);
            last[at(segment.run)] = static_cast<int>(i);
            ends[at(segment.run)] = std::max(ends[at(segment.run)], segment.to);
            epochs = std::max(epochs, segment.to);
        }
        for (int run = 0; run < runs(); ++run) {
            int segment = last[at(run)];
            if (segment < 0) {  // it adds nothing: it is the leader's up to where it would begin
                ends[at(run)] = plan.from[at(run)];
                epochs = std::max(epochs, plan.from[at(run)]);
                segment = endingAt(plan.source[at(run)], plan.from[at(run)]);
            }
            for (; segment >= 0; segment = plan.segments[at(segment)].parent) {
                ++users[at(segment)];
            }
        }
    }

    int endingAt(int run, int epoch) const {
        for (std::size_t i = 0; i < plan.segments.size(); ++i) {
            const Segment& segment = plan.segments[i];
            if (segment.run == run && segment.to == epoch) return static_cast<int>(i);
        }
        return -1;
    }

    void layOut() {
        // The caption stands above the labels, clear of the last tick.
        int widest = q->fontMetrics().horizontalAdvance(TrunkTree::tr("epochs done") +
                                                        QStringLiteral("0000"));
        QFont bold = q->font();
        bold.setWeight(QFont::DemiBold);
        const QFontMetrics metrics(bold);
        for (const int run : shown) {
            widest = std::max(widest, metrics.horizontalAdvance(labels.value(run)));
        }
        label_width = std::min(widest + 2, q->viewport()->width() / 2);
        QScrollBar* bar = q->verticalScrollBar();
        const int page = q->viewport()->height() - axisHeight();
        bar->setRange(0, std::max(0, contentHeight() - page));
        bar->setPageStep(page);
        bar->setSingleStep(rowHeight());
        q->viewport()->update();
    }

    /// Down from the trunk to where the run begins.
    QPainterPath branchOf(int run) const {
        QPainterPath path;
        const int source = plan.source[at(run)];
        if (source < 0 || row_of[at(source)] < 0) return path;
        const double across = x(plan.from[at(run)]);
        const double row = y(row_of[at(run)]);
        const double ahead =
            ends[at(run)] > plan.from[at(run)] ? std::min(kBend, x(ends[at(run)]) - across) : 0.0;
        path.moveTo(across, y(row_of[at(source)]));
        path.lineTo(across, row - (ahead > 0.0 ? kBend : 0.0));
        if (ahead > 0.0) path.quadTo(across, row, across + ahead, row);
        return path;
    }

    /// Whether a run begins with a trunk that others share.
    bool leads(int run) const {
        const int segment = first[at(run)];
        return segment >= 0 && users[at(segment)] > 1;
    }

    void drawAxis(QPainter& painter, const PlotColors& colors) const {
        const int step = tickStep(epochs, static_cast<int>((right() - left()) / 70));
        const int bottom = q->viewport()->height();
        painter.fillRect(0, 0, q->viewport()->width(), axisHeight(), colors.background);
        for (int epoch = 0; epoch <= epochs; epoch += step) {
            const int across = static_cast<int>(std::lround(x(epoch)));
            painter.setPen(colors.grid);
            painter.drawLine(across, axisHeight(), across, bottom);
            painter.setPen(colors.muted);
            painter.drawText(QRect(across - 60, 0, 120, axisHeight()), Qt::AlignCenter,
                             QString::number(epoch));
        }
        painter.setPen(colors.muted);
        painter.drawText(QRect(0, 0, q->viewport()->width() - kSpace3, axisHeight()),
                         Qt::AlignVCenter | Qt::AlignRight, TrunkTree::tr("epochs done"));
    }

    void drawRun(QPainter& painter, int run, const PlotColors& colors) const {
        const double row = y(row_of[at(run)]);
        const bool strong = run == hovered;
        const QColor line = color(run);
        if (plan.source[at(run)] < 0 && plan.from[at(run)] > 0) {  // trained already
            painter.setPen(QPen(colors.axis, 1, Qt::DotLine));
            painter.drawLine(QPointF(x(0), row), QPointF(x(plan.from[at(run)]), row));
        }
        const double width = leads(run) ? kTrunk : kTail;
        painter.setPen(QPen(line, strong ? width + 1.0 : width, Qt::SolidLine, Qt::RoundCap));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(branchOf(run));
        painter.setPen(Qt::NoPen);
        painter.setBrush(line);
        const double end = strong || ends[at(run)] == plan.from[at(run)] ? 3.5 : 2.5;
        painter.drawEllipse(QPointF(x(ends[at(run)]), row), end, end);

        QFont font = q->font();
        if (strong) font.setWeight(QFont::DemiBold);
        painter.setFont(font);
        painter.setPen(strong ? colors.text : colors.muted);
        const QRectF box(right() + kSpace3, row - rowHeight() / 2.0, label_width + 4, rowHeight());
        painter.drawText(box, Qt::AlignVCenter | Qt::AlignLeft,
                         QFontMetrics(font).elidedText(labels.value(run), Qt::ElideMiddle,
                                                       static_cast<int>(box.width())));
        painter.setFont(q->font());
    }

    void drawSegments(QPainter& painter) const {
        const double height = q->viewport()->height();
        // A run's bend takes the place of the first bit of its line.
        for (std::size_t i = 0; i < plan.segments.size(); ++i) {
            const Segment& segment = plan.segments[i];
            if (row_of[at(segment.run)] < 0) continue;
            const double row = y(row_of[at(segment.run)]);
            if (row < 0 || row > height) continue;
            const bool strong = onHoveredPath(static_cast<int>(i));
            const double width = (users[i] > 1 ? kTrunk : kTail) + (strong ? 1.0 : 0.0);
            const bool bent =
                plan.source[at(segment.run)] >= 0 && segment.from == plan.from[at(segment.run)];
            const double start = x(segment.from) + (bent ? kBend : 0.0);
            painter.setPen(
                QPen(color(segment.run), width, Qt::SolidLine, bent ? Qt::FlatCap : Qt::RoundCap));
            if (start < x(segment.to)) {
                painter.drawLine(QPointF(start, row), QPointF(x(segment.to), row));
            }
        }
    }

    bool onHoveredPath(int segment) const {
        return hovered >= 0 && std::ranges::find(hovered_path, segment) != hovered_path.end();
    }

    void hover(int run) {
        if (run == hovered) return;
        hovered = run;
        hovered_path.clear();
        if (run >= 0) {
            int segment = -1;
            for (std::size_t i = 0; i < plan.segments.size(); ++i) {
                if (plan.segments[i].run == run) segment = static_cast<int>(i);
            }
            if (segment < 0) segment = endingAt(plan.source[at(run)], plan.from[at(run)]);
            for (; segment >= 0; segment = plan.segments[at(segment)].parent) {
                hovered_path.push_back(segment);
            }
        }
        q->viewport()->update();
    }

    int runAt(const QPoint& position) const {
        if (position.y() < axisHeight()) return -1;
        const double row =
            (position.y() - axisHeight() - kSpace1 + q->verticalScrollBar()->value()) /
            static_cast<double>(rowHeight());
        const int index = static_cast<int>(std::floor(row));
        return index >= 0 && index < static_cast<int>(shown.size()) ? shown[at(index)] : -1;
    }

    TrunkTree* q;
    TrunkPlan plan;
    QStringList labels;
    QString sentence;
    std::vector<int> shown;         // runs, from the top
    std::vector<int> row_of;        // of each run, or −1
    std::vector<int> family;        // of each run: which tree of the forest
    std::vector<int> ends;          // of each run, its last epoch + 1
    std::vector<int> first;         // of each run, its first segment, or −1
    std::vector<int> users;         // of each segment: runs it is trained for
    std::vector<int> hovered_path;  // segments
    int hovered = -1;
    int epochs = 0;
    int label_width = 0;
};

TrunkTree::TrunkTree(QWidget* parent)
    : QAbstractScrollArea(parent), d(std::make_unique<Private>(this)) {
    setObjectName(QStringLiteral("trunk_tree"));
    setAccessibleName(tr("What the runs share"));
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setBackgroundRole(QPalette::Base);
    viewport()->setMouseTracking(true);
}

TrunkTree::~TrunkTree() = default;

void TrunkTree::setPlan(const TrunkPlan& plan, const QStringList& labels) {
    d->plan = plan;
    d->labels = labels;
    d->sentence.clear();
    d->epochs = 0;
    d->hover(-1);
    d->count();
    d->arrange();
    d->layOut();
    setAccessibleDescription(tr("%L1 runs; %L2 epochs alone, %L3 as planned")
                                 .arg(d->runs())
                                 .arg(plan.epochs_alone)
                                 .arg(plan.epochs_shared));
}

void TrunkTree::setUnavailable(const QString& sentence) {
    setPlan({}, {});
    d->sentence = sentence;
    setAccessibleDescription(sentence);
    viewport()->update();
}

int TrunkTree::rows() const {
    return static_cast<int>(d->shown.size());
}

QString TrunkTree::hiddenText() const {
    return d->hidden();
}

int TrunkTree::rowOfRun(int run) const {
    return d->row_of.at(at(run));
}

QString TrunkTree::segmentText(int segment) const {
    const Segment& part = d->plan.segments.at(at(segment));
    const int users = d->users.at(at(segment));
    const QString epochs = part.to - part.from == 1
                               ? tr("Epoch %1").arg(part.from)
                               : tr("Epochs %1–%2").arg(part.from).arg(part.to - 1);
    return users > 1 ? tr("%1, trained once for %L2 runs").arg(epochs).arg(users)
                     : tr("%1 of %2").arg(epochs, d->labels.value(part.run));
}

int TrunkTree::segmentAt(const QPoint& position) const {
    const int run = d->runAt(position);
    if (run < 0) return -1;
    for (std::size_t i = 0; i < d->plan.segments.size(); ++i) {
        const Segment& segment = d->plan.segments[i];
        if (segment.run == run && position.x() >= d->x(segment.from) - 1 &&
            position.x() <= d->x(segment.to)) {
            return static_cast<int>(i);
        }
    }
    return -1;
}

QPoint TrunkTree::segmentPosition(int segment) const {
    const Segment& part = d->plan.segments.at(at(segment));
    return QPointF((d->x(part.from) + d->x(part.to)) / 2, d->y(d->row_of.at(at(part.run))))
        .toPoint();
}

QSize TrunkTree::sizeHint() const {
    return {640, 320};
}

void TrunkTree::paintEvent(QPaintEvent*) {
    const PlotColors colors = plotColors();
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(viewport()->rect(), colors.background);
    if (d->shown.empty()) {
        painter.setPen(colors.muted);
        painter.drawText(viewport()->rect().adjusted(kSpace4, 0, -kSpace4, 0),
                         Qt::AlignCenter | Qt::TextWordWrap, d->sentence);
        return;
    }
    d->drawAxis(painter, colors);
    painter.setClipRect(0, d->axisHeight(), viewport()->width(), viewport()->height());
    // Branches first, so that the trunk runs through where they leave it.
    for (const int run : d->shown) d->drawRun(painter, run, colors);
    d->drawSegments(painter);
    if (const QString more = d->hidden(); !more.isEmpty()) {
        painter.setPen(colors.muted);
        painter.drawText(QRectF(d->left(), d->y(rows()) - d->rowHeight() / 2.0,
                                d->right() + d->label_width, d->rowHeight()),
                         Qt::AlignVCenter | Qt::AlignLeft, more);
    }
}

void TrunkTree::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    d->layOut();
}

void TrunkTree::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange) d->layOut();
    if (event->type() == QEvent::PaletteChange) viewport()->update();
}

bool TrunkTree::viewportEvent(QEvent* event) {
    switch (event->type()) {
        case QEvent::ToolTip: {
            const auto* help = static_cast<QHelpEvent*>(event);
            const int segment = segmentAt(help->pos());
            const int run = d->runAt(help->pos());
            if (segment >= 0) {
                QToolTip::showText(help->globalPos(), segmentText(segment), viewport());
            } else if (run >= 0) {
                QToolTip::showText(help->globalPos(), d->labels.value(run), viewport());
            } else {
                QToolTip::hideText();
            }
            return true;
        }
        case QEvent::MouseMove:
            d->hover(d->runAt(static_cast<QMouseEvent*>(event)->position().toPoint()));
            break;
        case QEvent::Leave:
            d->hover(-1);
            break;
        default:
            break;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

}  // namespace ballast
