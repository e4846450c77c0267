#include "app/desktop/planned_training.h"

#include <QMessageBox>
#include <QPushButton>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/desktop/run_controller.h"
#include "core/base/human_text.h"
#include "core/experiment/config_json.h"
#include "core/experiment/sweep.h"
#include "core/runs/sweep_store.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

/// Throws ConfigError with the name and every problem of the first that is not valid.
std::vector<SweepRun> runsOf(const std::vector<nlohmann::json>& configs) {
    std::vector<SweepRun> runs;
    for (const nlohmann::json& config : configs) {
        const std::string name = config.value("name", "the config");
        runs.push_back({configFromJson(config, name), config, name});
    }
    return runs;
}

}  // namespace

PlannedTraining::PlannedTraining(RunController& controller, QWidget* window)
    : QObject(window), controller_(controller), window_(window) {}

QMessageBox* PlannedTraining::question() const {
    return question_;
}

void PlannedTraining::ask(const QString& what, const MakeConfigs& configs) {
    if (question_ != nullptr) question_->reject();
    if (controller_.readOnly()) {
        Q_EMIT failed(tr("Read-only: %1.").arg(controller_.readOnlyReason()));
        return;
    }
    window_->setCursor(Qt::BusyCursor);
    job_.restart(
        [configs, plan = controller_.planner()](BackgroundJob::Task& task) {
            return plan(runsOf(configs()), task.cancelled());
        },
        [this, what](const SweepPlan& plan) {
            window_->unsetCursor();
            show(what, plan);
        },
        [this](const QString& sentence) {
            window_->unsetCursor();
            Q_EMIT failed(sentence);
        });
}

/// Not modal to the application: training continues.
void PlannedTraining::show(const QString& what, const SweepPlan& plan) {
    std::int64_t finished = 0;
    std::int64_t waiting = 0;
    for (const PlannedRun& run : plan.runs) {
        if (run.id.empty()) continue;
        ++(run.state == RunState::finished ? finished : waiting);
    }
    const std::int64_t left = std::ssize(plan.runs) - finished - waiting;
    if (left == 0) {
        Q_EMIT said(waiting > 0 ? tr("These runs are in the workspace already and wait, or train.")
                                : tr("These runs are in the workspace already."));
        return;
    }
    const std::int64_t alone = plan.left.epochs_alone;
    const std::int64_t shared = plan.left.epochs_shared;
    QStringList lines{left == 1 ? tr("<b>Train 1 run?</b>")
                                : tr("<b>Train %L1 runs?</b>").arg(left)};
    if (!what.isEmpty()) {
        lines << what.toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>"));
    }
    QString epochs = alone == shared
                         ? tr("%L1 epochs").arg(shared)
                         : tr("%L1 epochs instead of %L2, as they share").arg(shared).arg(alone);
    if (plan.seconds) epochs += tr(" · about %1").arg(text(estimateInWords(*plan.seconds)));
    lines << epochs;
    if (finished > 0) lines << tr("%L1 more are finished already").arg(finished);
    if (waiting > 0) lines << tr("%L1 more wait already, or train").arg(waiting);
    question_ = new QMessageBox(QMessageBox::Question, tr("Train what is missing"),
                                lines.join(QStringLiteral("<br>")), QMessageBox::Cancel, window_);
    question_->setTextFormat(Qt::RichText);
    QPushButton* train = question_->addButton(tr("Train"), QMessageBox::AcceptRole);
    question_->setDefaultButton(train);
    question_->setAttribute(Qt::WA_DeleteOnClose);
    connect(train, &QPushButton::clicked, this, [this, plan] {
        attempt([&] { controller_.startRuns(plan); },
                [this](const QString& sentence) { Q_EMIT failed(sentence); });
    });
    question_->open();
}

}  // namespace ballast
