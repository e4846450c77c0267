#include "widgets/schedule_timeline.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/palette.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"
#include "widgets/schedule_picture.h"

namespace ballast {
namespace {

using HandleKind = ScheduleHandle::Kind;

/// The field that a handle stands for.
QString pointerOf(const ScheduleHandle& handle) {
    switch (handle.kind) {
        case HandleKind::start:
            return QStringLiteral("/phases/%1/from").arg(handle.index);
        case HandleKind::step:
            return QStringLiteral("/lr_schedule/steps/%1/factor").arg(handle.index);
        case HandleKind::radius:
            return QStringLiteral("/phases/%1/sam_radius").arg(handle.index);
    }
    return {};
}

}  // namespace

class ScheduleTimeline::Private {
public:
    explicit Private(ScheduleTimeline* owner) : q(owner) {}

    void draw() {
        SchedulePicture::Marks marks{current, std::nullopt, dragged};
        if (q->hasFocus()) marks.selected = handle();
        picture->draw(config, marks);
        QString words = ScheduleTimeline::tr("Learning rate over %1 epochs. Chosen: %2. Also: %3.")
                            .arg(config.training.epochs)
                            .arg(handleInWords(config, handle()), others());
        q->setAccessibleDescription(words);
    }

    QString others() const {
        QStringList words;
        for (const ScheduleHandle& one : handlesOf(config)) {
            if (one != handle()) words << handleInWords(config, one);
        }
        return words.isEmpty() ? ScheduleTimeline::tr("nothing") : words.join(QStringLiteral(", "));
    }

    /// What the keyboard is at: what was chosen, while there is such a one.
    ScheduleHandle handle() const {
        const std::vector<ScheduleHandle> all = handlesOf(config);
        return std::ranges::find(all, chosen) == all.end() ? all.front() : chosen;
    }

    void choose(const ScheduleHandle& wanted) {
        chosen = wanted;
        draw();
    }

    void chooseNext(int by) {
        const std::vector<ScheduleHandle> all = handlesOf(config);
        const auto at = std::ranges::find(all, handle()) - all.begin();
        const auto last = static_cast<std::ptrdiff_t>(all.size()) - 1;
        choose(all[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(at + by, 0, last))]);
    }

    void move(const ScheduleHandle& what, int epoch) {
        if (!moveTo(config, what, epoch)) return;
        draw();
        if (what.kind == HandleKind::start) {
            Q_EMIT q->phaseMoved(static_cast<int>(what.index), epochOf(config, what));
        } else {
            Q_EMIT q->stepsChanged(config.lr_schedule.steps);
        }
    }

    void setValue(const ScheduleHandle& what, double value) {
        if (!setValueOf(config, what, value)) return;
        draw();
        if (what.kind == HandleKind::step) {
            Q_EMIT q->stepsChanged(config.lr_schedule.steps);
        } else {
            Q_EMIT q->radiusChanged(static_cast<int>(what.index), value);
        }
    }

    void add(int epoch) {
        const std::optional<std::size_t> step = addStepAt(config, epoch);
        if (!step) return;
        choose({HandleKind::step, *step});
        Q_EMIT q->settled();
        Q_EMIT q->stepsChanged(config.lr_schedule.steps);
        Q_EMIT q->settled();
    }

    void remove(const ScheduleHandle& what) {
        if (what.kind != HandleKind::step) return;
        removeStep(config, what.index);
        draw();
        Q_EMIT q->settled();
        Q_EMIT q->stepsChanged(config.lr_schedule.steps);
        Q_EMIT q->settled();
    }

    /// Where the keyboard adds a step: halfway from what is chosen to the next step or the end.
    int placeForStep() const {
        const ScheduleHandle at = handle();
        const int from = at.kind == HandleKind::radius ? 0 : epochOf(config, at);
        int to = config.training.epochs;
        for (const LrStep& step : config.lr_schedule.steps) {
            if (step.from > from) to = std::min(to, step.from);
        }
        return (from + to) / 2;
    }

    /// All that can be done at `what` and at `epoch` of phase `phase`.
    void fill(QMenu& menu, const ScheduleHandle& what, int epoch, std::size_t phase) {
        const auto entry = [&](QMenu& to, const QString& words, auto act) {
            QAction* made = to.addAction(words);
            QObject::connect(made, &QAction::triggered, q, act);
            return made;
        };
        QAction* add_step =
            entry(menu, ScheduleTimeline::tr("&Add a learning-rate step at epoch %1").arg(epoch),
                  [this, epoch] { add(epoch); });
        add_step->setObjectName(QStringLiteral("add_step"));
        RunConfig tried = config;
        add_step->setEnabled(addStepAt(tried, epoch).has_value());
        if (config.lr_schedule.kind == LrKind::cosine) {
            add_step->setText(ScheduleTimeline::tr("A cosine schedule has no steps"));
        }
        if (what.kind == HandleKind::step) {
            const QString at =
                ScheduleTimeline::tr(" the step at epoch %1").arg(epochOf(config, what));
            for (const bool up : {true, false}) {
                const double next = nextValue(config, what, up);
                entry(menu,
                      (up ? ScheduleTimeline::tr("&Raise to × %1:")
                          : ScheduleTimeline::tr("&Lower to × %1:"))
                              .arg(next, 0, 'g', 4) +
                          at,
                      [this, what, next] {
                          setValue(what, next);
                          Q_EMIT q->settled();
                      });
            }
            entry(menu, ScheduleTimeline::tr("Re&move") + at, [this, what] {
                remove(what);
            })->setObjectName(QStringLiteral("remove_step"));
        }
        menu.addSeparator();
        QMenu* radii = menu.addMenu(ScheduleTimeline::tr("&SAM radius of phase %1").arg(phase + 1));
        const ScheduleHandle level{HandleKind::radius, phase};
        for (const double radius : {0.0, 0.05, 0.1, 0.2, 0.5, 0.8}) {
            QAction* one = entry(
                *radii,
                radius == 0.0 ? ScheduleTimeline::tr("0, plain SGD") : QString::number(radius),
                [this, level, radius] {
                    setValue(level, radius);
                    Q_EMIT q->settled();
                });
            one->setCheckable(true);
            one->setChecked(radius == valueOf(config, level));
        }
        radii->addSeparator();
        entry(*radii, ScheduleTimeline::tr("Type another…"),
              [this, level] { Q_EMIT q->fieldRequested(pointerOf(level)); });
        menu.addSeparator();
        entry(menu, ScheduleTimeline::tr("&Type a value: %1").arg(handleInWords(config, what)),
              [this, what] { Q_EMIT q->fieldRequested(pointerOf(what)); });
        entry(menu, ScheduleTimeline::tr("Show all &epochs"), [this] { q->fit(); });
    }

    /// At a point of the widget, or by the keyboard at what is chosen.
    void showMenu(QPoint at, bool by_mouse) {
        if (!q->isEnabled()) return;
        ScheduleHandle what = handle();
        int epoch = placeForStep();
        std::size_t phase =
            what.kind == HandleKind::step ? phaseIndexAt(config.phases, epoch) : what.index;
        if (by_mouse) {
            const int last = std::max(0, config.training.epochs - 1);
            epoch = std::clamp(picture->epochAt(plot->mapFrom(q, at)), 0, last);
            phase = phaseIndexAt(config.phases, epoch);
            for (std::size_t i = 0; i < config.lr_schedule.steps.size(); ++i) {
                const bool here = config.lr_schedule.steps[i].from == epoch;
                if (here && what.kind != HandleKind::step) what = {HandleKind::step, i};
            }
        } else {
            at = q->handlePosition(what);
        }
        auto* menu = new QMenu(q);
        menu->setObjectName(QStringLiteral("schedule_menu"));
        menu->setAttribute(Qt::WA_DeleteOnClose);
        fill(*menu, what, epoch, phase);
        menu->popup(q->mapToGlobal(at));
    }

    ScheduleTimeline* q;
    QCustomPlot* plot = nullptr;
    std::unique_ptr<SchedulePicture> picture;
    RunConfig config;
    std::optional<int> current;
    ScheduleHandle chosen{HandleKind::start, 1};
    std::optional<ScheduleHandle> dragged;
};

ScheduleTimeline::ScheduleTimeline(QWidget* parent)
    : QWidget(parent), d(std::make_unique<Private>(this)) {
    setObjectName(QStringLiteral("schedule_timeline"));
    setAccessibleName(tr("Schedule: learning rate, phases and SAM's radius"));
    setToolTip(
        tr("Drag a phase's line, a learning-rate step, or the dashed level of SAM's radius.\n"
           "Right-click to add or remove steps and to type values.\n"
           "Keys: Up and Down choose, Left and Right move, + and - change, Insert and Delete "
           "add and remove steps."));
    setFocusPolicy(Qt::StrongFocus);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace3, kSpace2, kSpace3, kSpace1);
    layout->setSpacing(0);
    auto* title =
        new QLabel(tr("Learning rate <span style='font-weight:400'>η, log axis. Drag "
                      "phases, steps and SAM's radius.</span>"));
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    layout->addWidget(title);
    d->plot = new QCustomPlot(this);
    d->plot->setMinimumHeight(150);
    d->plot->setMouseTracking(true);
    d->plot->setFocusPolicy(Qt::NoFocus);
    d->plot->setInteraction(QCP::iRangeDrag, true);
    d->plot->setInteraction(QCP::iRangeZoom, true);
    d->plot->axisRect()->setRangeDrag(Qt::Horizontal);
    d->plot->axisRect()->setRangeZoom(Qt::Horizontal);
    d->plot->plotLayout()->setMargins(QMargins(0, fontMetrics().height() + 2, kSpace2, 0));
    d->plot->xAxis->setLabel(tr("epochs done"));
    d->plot->installEventFilter(this);
    d->picture = std::make_unique<SchedulePicture>(*d->plot);
    layout->addWidget(d->plot, 1);
    fit();
}

ScheduleTimeline::~ScheduleTimeline() = default;

void ScheduleTimeline::setConfig(const RunConfig& config) {
    const bool refit = config.training.epochs != d->config.training.epochs;
    d->config = config;
    const std::vector<ScheduleHandle> all = handlesOf(config);
    if (d->dragged && std::ranges::find(all, *d->dragged) == all.end()) d->dragged.reset();
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
    return handlePosition({HandleKind::start, static_cast<std::size_t>(phase)});
}

QPoint ScheduleTimeline::handlePosition(const ScheduleHandle& handle) const {
    return d->plot->mapTo(this, d->picture->positionOf(d->config, handle).toPoint());
}

std::optional<int> ScheduleTimeline::selectedPhase() const {
    const ScheduleHandle at = d->handle();
    if (at.kind != HandleKind::start) return std::nullopt;
    return static_cast<int>(at.index);
}

ScheduleHandle ScheduleTimeline::selected() const {
    return d->handle();
}

void ScheduleTimeline::select(const ScheduleHandle& handle) {
    d->choose(handle);
}

const RunConfig& ScheduleTimeline::config() const {
    return d->config;
}

void ScheduleTimeline::fit() {
    d->plot->xAxis->setRange(0.0, std::max(1, d->config.training.epochs));
    d->draw();
}

bool ScheduleTimeline::event(QEvent* event) {
    // Delete belongs to the step that is chosen, not to the window.
    if (event->type() == QEvent::ShortcutOverride && isEnabled()) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Delete || key == Qt::Key_Insert) event->accept();
    }
    return QWidget::event(event);
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
            const auto handle = d->picture->handleAt(d->config, mouse->position());
            if (!handle) break;
            d->choose(*handle);
            if (mouse->button() != Qt::LeftButton) break;
            d->dragged = handle;
            return true;
        }
        case QEvent::MouseMove: {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            const QPointF at = mouse->position();
            if (d->dragged && d->dragged->kind == HandleKind::radius) {
                const bool fine = mouse->modifiers().testFlag(Qt::ShiftModifier);
                d->setValue(*d->dragged, d->picture->radiusAt(d->config, at, fine));
                return true;
            }
            if (d->dragged) {
                d->move(*d->dragged, d->picture->epochAt(at));
                return true;
            }
            const auto handle = d->picture->handleAt(d->config, at);
            d->plot->setCursor(!handle                              ? Qt::ArrowCursor
                               : handle->kind == HandleKind::radius ? Qt::SplitVCursor
                                                                    : Qt::SplitHCursor);
            break;
        }
        case QEvent::MouseButtonRelease:
            if (!d->dragged) break;
            d->dragged.reset();
            d->draw();
            Q_EMIT settled();
            return true;
        case QEvent::ContextMenu: {
            const auto* asked = static_cast<QContextMenuEvent*>(event);
            d->showMenu(d->plot->mapTo(this, asked->pos()), true);
            return true;
        }
        case QEvent::MouseButtonDblClick:
            fit();
            return true;
        default:
            break;
    }
    return QWidget::eventFilter(watched, event);
}

void ScheduleTimeline::contextMenuEvent(QContextMenuEvent* event) {
    d->showMenu(event->pos(), event->reason() == QContextMenuEvent::Mouse);
}

void ScheduleTimeline::keyPressEvent(QKeyEvent* event) {
    const int step = event->modifiers().testFlag(Qt::ShiftModifier) ? 10 : 1;
    const ScheduleHandle at = d->handle();
    switch (event->key()) {
        case Qt::Key_Left:
            d->move(at, epochOf(d->config, at) - step);
            break;
        case Qt::Key_Right:
            d->move(at, epochOf(d->config, at) + step);
            break;
        case Qt::Key_Home:
            d->move(at, 0);
            break;
        case Qt::Key_End:
            d->move(at, d->config.training.epochs);
            break;
        case Qt::Key_Up:
            d->chooseNext(-1);
            break;
        case Qt::Key_Down:
            d->chooseNext(1);
            break;
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            d->setValue(at, nextValue(d->config, at, true));
            break;
        case Qt::Key_Minus:
            d->setValue(at, nextValue(d->config, at, false));
            break;
        case Qt::Key_Insert:
            d->add(d->placeForStep());
            break;
        case Qt::Key_Delete:
            d->remove(at);
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
    Q_EMIT settled();
}

void ScheduleTimeline::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && d->plot) d->draw();
}

}  // namespace ballast
