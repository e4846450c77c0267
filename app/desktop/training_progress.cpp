#include "app/desktop/training_progress.h"

#include <QAction>
#include <QHBoxLayout>
#include <QMouseEvent>
#include <QProgressBar>
#include <QToolButton>
#include <algorithm>

#include "app/desktop/run_controller.h"
#include "app/desktop/run_status.h"
#include "widgets/elided_line.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {

TrainingProgress::TrainingProgress(RunController& controller, QAction* more, QWidget* parent)
    : QWidget(parent),
      controller_(controller),
      more_(more),
      bar_(new QProgressBar),
      text_(new ElidedLine) {
    text_->setAccessibleName(tr("Progress of the run in training"));
    bar_->setTextVisible(false);
    bar_->setFixedSize(200, 8);
    bar_->setRange(0, 1000);
    bar_->setAccessibleName(tr("Progress of the run in training"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace2);
    auto* button = new QToolButton;
    button->setDefaultAction(more_);
    button->setAutoRaise(true);
    button->setIconSize({16, 16});
    row->addWidget(button);
    row->addWidget(bar_);
    row->addWidget(text_, 1);
    connect(&controller_, &RunController::runChanged, this, &TrainingProgress::refresh);
    connect(&controller_, &RunController::progressed, this, &TrainingProgress::refresh);
    refresh();
}

void TrainingProgress::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
    more_->trigger();
}

void TrainingProgress::refresh() {
    const QString id = controller_.current();
    const IndexedRun* run = id.isEmpty() ? nullptr : controller_.find(id);
    bar_->setVisible(run != nullptr);
    if (run == nullptr) {
        text_->setText(tr("No run in training"));
        return;
    }
    QString line =
        text(run->description.config.name) + QStringLiteral(" · ") + statusText(*run, controller_);
    const auto slots_now = controller_.slotStates();
    const auto others =
        std::ranges::count_if(slots_now, [](const SlotState& slot) { return !slot.run.empty(); }) -
        1;
    const auto waiting = controller_.queuedRuns().size();
    if (others > 0) line += tr(" · %L1 more in training").arg(others);
    if (waiting > 0) line += tr(" · %L1 more in the queue").arg(waiting);
    text_->setText(line);
    text_->setToolTip(line);
    if (const auto progress = controller_.progress(id); progress && progress->steps > 0) {
        const double epochs =
            progress->epoch + static_cast<double>(progress->step) / progress->steps;
        if (progress->seconds_left > 0.0 && epochs < progress->epochs) {
            Q_EMIT paceKnown(progress->seconds_left / (progress->epochs - epochs));
        }
        bar_->setValue(static_cast<int>(1000.0 * epochs / std::max(1, progress->epochs)));
    }
}

}  // namespace ballast
