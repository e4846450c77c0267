#include "app/desktop/run_status.h"

#include <QCoreApplication>
#include <algorithm>

#include "app/desktop/run_controller.h"
#include "widgets/qt_text.h"
#include "widgets/run_words.h"

namespace ballast {
namespace {

struct StatusWords {
    Q_DECLARE_TR_FUNCTIONS(StatusWords)
};

QString stateText(const IndexedRun& run, const RunController& controller) {
    if (!run.error.empty()) return text(run.error);
    const int epochs = run.description.config.training.epochs;
    const int done = static_cast<int>(run.epochs.size());
    const QString id = text(run.id);
    const auto tr = [](const char* words) { return StatusWords::tr(words); };
    const QString job = controller.holds(id) ? QString() : controller.jobWords(id);
    if (!job.isEmpty() && (run.interrupted || run.status.state == RunState::queued)) {
        return tr("Slurm: %1").arg(job);
    }
    if (run.interrupted) return tr("interrupted after %1 of %2 epochs").arg(done).arg(epochs);
    switch (run.status.state) {
        case RunState::queued:
            if (const IndexedRun* trunk = controller.find(controller.waitsFor(id))) {
                return tr("waits for the trunk of %1, %2 epochs").arg(nameOf(*trunk)).arg(epochs);
            }
            return done == 0 ? tr("queued, %1 epochs").arg(epochs)
                             : tr("queued, resumes after %1 of %2 epochs").arg(done).arg(epochs);
        case RunState::running:
            if (const auto progress = controller.progress(id)) return runningText(*progress);
            if (controller.holds(id)) return tr("loading the data…");
            if (!job.isEmpty()) {
                return tr("epoch %1/%2, Slurm: %3").arg(done + 1).arg(epochs).arg(job);
            }
            return tr("epoch %1/%2, in another process").arg(done + 1).arg(epochs);
        case RunState::paused:
            return tr("paused in epoch %1/%2").arg(done + 1).arg(epochs);
        case RunState::finished:
            return tr("finished");
        case RunState::stopped:
            return tr("stopped after %1 of %2 epochs").arg(done).arg(epochs);
        case RunState::diverged:
        case RunState::failed:
            break;
    }
    return text(run.status.message);
}

}  // namespace

QString nameOf(const IndexedRun& run) {
    const std::string& name = run.description.config.name;
    return text(name.empty() ? run.id : name);
}

QString statusText(const IndexedRun& run, const RunController& controller) {
    const QString state = stateText(run, controller);
    const auto edit = controller.pendingEdit(text(run.id));
    return edit && run.error.empty()
               ? StatusWords::tr("%1 · an edit waits for epoch %2").arg(state).arg(*edit)
               : state;
}

double progressOf(const IndexedRun& run, const RunController& controller) {
    const int epochs = std::max(1, run.description.config.training.epochs);
    if (run.status.state == RunState::finished || !run.error.empty()) return -1.0;
    double done = static_cast<double>(run.epochs.size());
    if (const auto step = controller.progress(text(run.id)); step && step->steps > 0) {
        done = step->epoch + static_cast<double>(step->step) / step->steps;
    }
    return std::min(1.0, done / epochs);
}

}  // namespace ballast
