#include "app/desktop/training_progress.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <algorithm>

#include "app/desktop/run_controller.h"
#include "app/desktop/run_status.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {

TrainingProgress::TrainingProgress(RunController& controller, QWidget* parent)
    : QWidget(parent), controller_(controller), bar_(new QProgressBar), text_(new QLabel) {
    text_->setAccessibleName(tr("Progress of the run in training"));
    bar_->setTextVisible(false);
    bar_->setFixedSize(200, 8);
    bar_->setRange(0, 1000);
    bar_->setAccessibleName(tr("Progress of the run in training"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace2);
    row->addWidget(bar_);
    row->addWidget(text_, 1);
    connect(&controller_, &RunController::runChanged, this, &TrainingProgress::refresh);
    connect(&controller_, &RunController::progressed, this, &TrainingProgress::refresh);
    refresh();
}

void TrainingProgress::refresh() {
    const QString id = controller_.current();
    const IndexedRun* run = id.isEmpty() ? nullptr : controller_.find(id);
    bar_->setVisible(run != nullptr);
    if (run == nullptr) {
        text_->setText(tr("No run in training"));
        return;
    }
    const auto all = controller_.runs();
    const auto waiting = std::ranges::count_if(all, [&](const IndexedRun* other) {
        return other->status.state == RunState::queued && other->error.empty() &&
               controller_.holds(QString::fromStdString(other->id));
    });
    QString line =
        text(run->description.config.name) + QStringLiteral(" · ") + statusText(*run, controller_);
    if (waiting > 0) line += tr(" · %n more in the queue", nullptr, static_cast<int>(waiting));
    text_->setText(line);
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
