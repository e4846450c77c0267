#include "app/desktop/slots_panel.h"

#include <QAction>
#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QSpinBox>
#include <QTimer>
#include <QToolButton>
#include <algorithm>

#include "app/desktop/run_controller.h"
#include "app/desktop/run_status.h"
#include "app/desktop/settings.h"
#include "app/desktop/slot_words.h"
#include "core/base/human_text.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/queue_table.h"
#include "widgets/slot_table.h"

namespace ballast {
namespace {

constexpr int kSlotsLook = 500;      // ms
constexpr int kLooksAMeasure = 4;    // memory and disk are looked at every two seconds
constexpr int kLooksAForecast = 40;  // … and the forecast, where nothing else changes, every twenty
constexpr QSize kPanelSize(680, 460);
constexpr int kMostSlotsHeight = 160;

QLabel* sectionTitle(const QString& words) {
    auto* label = new QLabel(words);
    QFont font = label->font();
    font.setBold(true);
    label->setFont(font);
    return label;
}

}  // namespace

SlotsPanel::SlotsPanel(RunController& controller, Settings& settings, QWidget* window,
                       QWidget* anchor)
    : QFrame(window),
      controller_(controller),
      settings_(settings),
      window_(window),
      anchor_(anchor),
      action_(new QAction(icon(QStringLiteral("queue")), tr("S&lots and queue"), this)),
      count_(new QSpinBox),
      threads_(new QSpinBox),
      advice_(new QLabel),
      slot_table_(new SlotTable),
      slots_area_(new QScrollArea),
      machine_(new QLabel),
      queue_title_(sectionTitle({})),
      queue_(new QueueTable),
      queue_help_(new QLabel),
      timer_(new QTimer(this)) {
    setObjectName(QStringLiteral("slots_panel"));
    setAccessibleName(tr("Slots and queue"));
    setAutoFillBackground(true);
    makeRows();
    hide();
    action_->setObjectName(QStringLiteral("show_slots"));
    action_->setCheckable(true);
    action_->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_J));
    action_->setToolTip(
        tr("Slots and queue (Ctrl+J). How many runs are trained side by side, and what waits"));
    connect(action_, &QAction::toggled, this, &QWidget::setVisible);
    controller_.setSlots(settings_.slotDevices(), settings_.slotThreads());
    connect(timer_, &QTimer::timeout, this, &SlotsPanel::refresh);
    connect(count_, &QSpinBox::valueChanged, this, &SlotsPanel::change);
    connect(threads_, &QSpinBox::valueChanged, this, &SlotsPanel::change);
    connect(slot_table_, &SlotTable::devicesChosen, this, &SlotsPanel::apply);
    connect(queue_, &QueueTable::reordered, this, [this](const QStringList& runs) {
        attempt([&] { controller_.reorderQueue(runs); },
                [this](const QString& sentence) { Q_EMIT failed(sentence); });
        forecastSoon();
    });
    connect(queue_, &QueueTable::removeRequested, this, [this](const QStringList& runs) {
        for (const QString& run : runs) controller_.stop(run);
        refresh();
    });
    window_->installEventFilter(this);
}

void SlotsPanel::makeRows() {
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(kSpace4, kSpace3, kSpace4, kSpace3);
    rows->setSpacing(kSpace2);

    count_->setObjectName(QStringLiteral("slot_count"));
    count_->setRange(1, kMostSlots);
    count_->setToolTip(
        tr("How many runs are trained at a time. Runs in training are not disturbed: a slot more "
           "takes the next run of the queue, a slot less goes when its run is over."));
    for (QSpinBox* number : {count_, threads_}) number->setKeyboardTracking(false);
    threads_->setObjectName(QStringLiteral("slot_threads"));
    threads_->setRange(0, kMostThreads);
    threads_->setSpecialValueText(tr("all, shared"));
    threads_->setToolTip(
        tr("Threads of each run that begins from now on. A run keeps those it began with, as its "
           "numbers depend on them; runs share epochs only where threads agree. “all, shared” "
           "gives each slot its share of the cores."));
    auto* close = new QToolButton;
    close->setObjectName(QStringLiteral("close_slots"));
    close->setIcon(icon(QStringLiteral("close")));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close (Esc)"));
    close->setAccessibleName(tr("Close"));
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    auto* side_by_side = new QLabel(tr("Runs &side by side"));
    side_by_side->setBuddy(count_);
    auto* each = new QLabel(tr("&Threads each"));
    each->setBuddy(threads_);
    auto* top = new QHBoxLayout;
    top->setSpacing(kSpace2);
    top->addWidget(side_by_side);
    top->addWidget(count_);
    top->addSpacing(kSpace3);
    top->addWidget(each);
    top->addWidget(threads_);
    top->addStretch(1);
    top->addWidget(close);
    rows->addLayout(top);

    advice_->setWordWrap(true);
    advice_->setForegroundRole(QPalette::PlaceholderText);
    rows->addWidget(advice_);

    slots_area_->setWidget(slot_table_);
    slots_area_->setWidgetResizable(true);
    slots_area_->setFrameShape(QFrame::NoFrame);
    slots_area_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    slots_area_->setFocusPolicy(Qt::NoFocus);
    rows->addWidget(slots_area_);

    rows->addSpacing(kSpace1);
    machine_->setWordWrap(true);
    machine_->setAccessibleName(tr("Machine"));
    rows->addWidget(machine_);

    rows->addSpacing(kSpace1);
    rows->addWidget(queue_title_);
    queue_->setObjectName(QStringLiteral("queue"));
    rows->addWidget(queue_, 1);
    queue_help_->setForegroundRole(QPalette::PlaceholderText);
    queue_help_->setText(
        tr("Drag runs, or Alt+↑ and Alt+↓, for another order; Delete takes them "
           "off the queue."));
    queue_help_->setWordWrap(true);
    rows->addWidget(queue_help_);
}

void SlotsPanel::setReadOnly(bool read_only) {
    for (QWidget* choice : std::initializer_list<QWidget*>{count_, threads_}) {
        choice->setEnabled(!read_only);
    }
    slot_table_->setChangeable(!read_only);
    queue_->setMovable(!read_only);
}

QString SlotsPanel::machineText() const {
    return machine_->text();
}

QString SlotsPanel::queueText() const {
    return queue_title_->text();
}

/// The number of slots or of their threads was changed.
void SlotsPanel::change() {
    if (showing_) return;
    QStringList devices;
    for (const SlotState& slot : controller_.slotStates()) {
        if (!slot.ending) devices << text(slot.device);
    }
    apply(slotDevicesFor(devices, count_->value()));
}

void SlotsPanel::apply(const QStringList& devices) {
    settings_.setSlotDevices(devices);
    settings_.setSlotThreads(threads_->value());
    controller_.setSlots(devices, threads_->value());
    refresh();
}

void SlotsPanel::refresh() {
    if (!isVisible()) return;
    showSlots();
    showQueue();
    if (ticks_++ % kLooksAMeasure == 0) measure();
    showMachine();
    forecastSoon();
}

void SlotsPanel::showSlots() {
    const std::vector<SlotState> states = controller_.slotStates();
    const auto remaining =
        std::ranges::count_if(states, [](const SlotState& slot) { return !slot.ending; });
    showing_ = true;
    count_->setValue(static_cast<int>(remaining));
    threads_->setValue(controller_.threadsOfSlots());
    showing_ = false;
    std::vector<SlotRow> rows;
    int threads_in_use = 0;
    for (const SlotState& slot : states) {
        rows.push_back(slotRow(slot, controller_));
        threads_in_use += threadsOf(slot, controller_);
    }
    slot_table_->setRows(rows);
    slots_area_->setFixedHeight(std::min(kMostSlotsHeight, slot_table_->sizeHint().height()));
    const int cores = coresHere();
    advice_->setVisible(threads_in_use > cores && states.size() > 1);
    advice_->setText(tr("%1 threads on %2 cores: the runs slow each other down.")
                         .arg(threads_in_use)
                         .arg(cores));
}

void SlotsPanel::showQueue() {
    std::vector<QueueRow> rows;
    const QStringList queued = controller_.queuedRuns();
    for (const QString& id : queued) {
        const IndexedRun* run = controller_.find(id);
        if (run == nullptr) continue;
        QueueRow row{id, nameOf(*run), statusText(*run, controller_), {}};
        if (forecast_) {
            const auto done = forecast_->done_in.find(id.toStdString());
            if (done != forecast_->done_in.end()) row.done_in = text(estimateInWords(done->second));
        }
        rows.push_back(std::move(row));
    }
    QString title = rows.empty()       ? tr("Nothing waits in the queue")
                    : rows.size() == 1 ? tr("1 run waits in the queue")
                                       : tr("%L1 runs wait in the queue").arg(rows.size());
    if (forecast_ && forecast_->seconds && *forecast_->seconds > 0) {
        title += tr(" · all done in about %1").arg(text(estimateInWords(*forecast_->seconds)));
    }
    queue_title_->setText(title);
    const bool resize = queue_->isVisibleTo(this) == rows.empty();
    queue_->setVisible(!rows.empty());
    queue_help_->setVisible(rows.size() > 1);
    queue_->setRows(std::move(rows));
    if (resize) place();
}

void SlotsPanel::showMachine() {
    machine_->setText(machineSentence(measured_, forecast_));
    const bool too_little = measured_ && measured_->free_bytes && forecast_ &&
                            forecast_->bytes_needed > *measured_->free_bytes;
    QPalette palette = machine_->palette();
    palette.setColor(QPalette::WindowText,
                     too_little ? plotColors().error : this->palette().color(QPalette::WindowText));
    machine_->setPalette(palette);
}

/// Once; it may load the training library.
void SlotsPanel::askForDevices() {
    if (devices_known_) return;
    asking_.start(
        [&learning = controller_.learning()](BackgroundJob::Task&) { return learning.devices(); },
        [this](const std::vector<std::string>& devices) {
            devices_known_ = true;
            QStringList names;
            for (const std::string& device : devices) names << text(device);
            slot_table_->setDevices(names);
        },
        [](const QString&) {});  // then there is nothing to choose
}

void SlotsPanel::measure() {
    measuring_.start(
        [workspace = controller_.workspace()](BackgroundJob::Task&) {
            MachineState measured{memoryUse(), std::nullopt};
            attempt([&] { measured.free_bytes = freeBytes(workspace); }, [](const QString&) {});
            return measured;
        },
        [this](const MachineState& measured) {
            measured_ = measured;
            showMachine();
        },
        [](const QString&) {});
}

/// Where other runs wait, or on other slots, or a while ago.
void SlotsPanel::forecastSoon() {
    QStringList now = controller_.queuedRuns();
    for (const SlotState& slot : controller_.slotStates()) {
        now << text(slot.run) << QString::number(slot.threads) << text(slot.device);
    }
    if (now == forecast_of_ && ticks_ % kLooksAForecast != 0) return;
    if (forecasting_.busy()) return;
    forecast_of_ = now;
    forecasting_.start(
        [forecast = controller_.forecaster()](BackgroundJob::Task& task) {
            return forecast(task.cancelled());
        },
        [this](const QueueForecast& forecast) {
            forecast_ = forecast;
            showQueue();
            showMachine();
        },
        [this](const QString&) {  // a data set that is gone: the run says it when its turn comes
            forecast_.reset();
            showQueue();
        });
}

/// In the window's lower left corner, as large as there is room.
void SlotsPanel::place() {
    const QPoint above = anchor_->mapTo(window_, QPoint(0, 0));
    const QSize room(window_->width() - 2 * kSpace2, above.y() - 2 * kSpace2);
    QSize size = kPanelSize.boundedTo(room);
    if (!queue_->isVisibleTo(this)) {  // no higher than what it says
        size.setHeight(std::min(size.height(), layout()->heightForWidth(size.width())));
    }
    setGeometry(QRect(QPoint(kSpace2, above.y() - kSpace1 - size.height()), size));
}

void SlotsPanel::showEvent(QShowEvent* event) {
    QFrame::showEvent(event);
    place();
    raise();
    ticks_ = 0;
    forecast_of_.clear();
    timer_->start(kSlotsLook);
    refresh();
    askForDevices();
    count_->setFocus();
    action_->setChecked(true);
}

void SlotsPanel::hideEvent(QHideEvent* event) {
    QFrame::hideEvent(event);
    timer_->stop();
    action_->setChecked(false);
}

void SlotsPanel::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) return hide();
    QFrame::keyPressEvent(event);
}

/// A line around it, which Fusion draws too faintly over a dark page.
void SlotsPanel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setPen(plotColors().axis);
    painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
}

bool SlotsPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == window_ && event->type() == QEvent::Resize && isVisible()) {
        QTimer::singleShot(0, this, &SlotsPanel::place);
    }
    return QFrame::eventFilter(watched, event);
}

}  // namespace ballast
