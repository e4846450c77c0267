#include "app/desktop/sweep_starter.h"

#include <memory>

#include "core/runs/sweep_store.h"

namespace ballast {

SweepStarter::~SweepStarter() {
    if (thread_) thread_->wait();
}

void SweepStarter::start(const Learning& learning, const Sweep& sweep, const nlohmann::json& given,
                         const std::filesystem::path& workspace, const TrainingEnvironment& slot) {
    if (thread_) return;
    struct Outcome {
        QStringList unfinished;
        int finished = 0;
        QString error;
    };
    const auto outcome = std::make_shared<Outcome>();
    thread_ = QThread::create([outcome, &learning, sweep, given, workspace, slot] {
        try {
            SweepPlan plan = planSweep(learning, sweep, workspace, slot, 1);
            prepareSweep(plan, sweep, given, workspace);
            for (const PlannedRun& run : plan.runs) {
                if (run.state == RunState::finished) {
                    ++outcome->finished;
                } else {
                    outcome->unfinished << QString::fromStdString(run.id);
                }
            }
        } catch (const std::exception& error) {
            outcome->error = QString::fromUtf8(error.what());
        }
    });
    connect(thread_, &QThread::finished, this, [this, outcome, thread = thread_.data()] {
        thread_.clear();
        thread->deleteLater();
        Q_EMIT done(outcome->unfinished, outcome->finished, outcome->error);
    });
    thread_->start();
}

}  // namespace ballast
