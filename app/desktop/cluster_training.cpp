#include "app/desktop/cluster_training.h"

#include <QCoreApplication>
#include <QStandardPaths>
#include <QStringList>
#include <QWidget>
#include <nlohmann/json.hpp>

#include "app/desktop/attempt.h"
#include "app/desktop/cluster_dialog.h"
#include "app/desktop/run_controller.h"
#include "core/base/error.h"
#include "core/cluster/sweep_jobs.h"
#include "core/experiment/sweep.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

/// What trains on the nodes: beside this program, as it is installed and built.
fs::path commandLineProgram() {
    const fs::path program =
        fs::path(QCoreApplication::applicationDirPath().toStdString()) / "ballast-cli";
    if (!fs::exists(program)) {
        throw StorageError(
            "jobs of Slurm train with ballast-cli, which is not beside this program: " +
            program.string() + " is missing");
    }
    return program;
}

/// What was submitted, and what people should know of it.
struct Submitted {
    int segments = 0;
    int jobs = 0;
    int queued = 0;
    bool diverged = false;
    QStringList warnings;
};

QString submittedInWords(const Submitted& made) {
    QStringList sentences;
    if (made.segments > 0) {
        const QString jobs = made.jobs == 1 ? ClusterTraining::tr("1 job")
                                            : ClusterTraining::tr("%L1 jobs").arg(made.jobs);
        sentences << (made.segments == 1
                          ? ClusterTraining::tr("Submitted 1 segment to Slurm as %1.").arg(jobs)
                          : ClusterTraining::tr("Submitted %L1 segments to Slurm as %2.")
                                .arg(made.segments)
                                .arg(jobs));
        sentences << ClusterTraining::tr("The run table says what becomes of them.");
    } else if (made.queued > 0) {
        sentences << ClusterTraining::tr("Slurm has all that is left of this sweep already.");
    } else if (made.diverged) {
        sentences << ClusterTraining::tr(
            "Nothing of this sweep is left to submit: what is not finished has diverged, or goes "
            "on from a run that has.");
    } else {
        sentences << ClusterTraining::tr("All runs of this sweep are finished.");
    }
    for (const QString& warning : made.warnings) sentences << warning + QLatin1Char('.');
    return sentences.join(QLatin1Char(' '));
}

}  // namespace

bool ClusterTraining::isHere() {
    return !QStandardPaths::findExecutable(QStringLiteral("sbatch")).isEmpty();
}

ClusterTraining::ClusterTraining(RunController& controller, QWidget* window,
                                 std::unique_ptr<Scheduler> scheduler, fs::path program)
    : QObject(window),
      controller_(controller),
      window_(window),
      scheduler_(std::move(scheduler)),
      program_(std::move(program)) {}

ClusterDialog* ClusterTraining::dialog() const {
    return dialog_;
}

void ClusterTraining::ask(const nlohmann::json& sweep) {
    if (dialog_ != nullptr) dialog_->reject();
    if (controller_.readOnly()) {
        Q_EMIT failed(tr("Read-only: %1.").arg(controller_.readOnlyReason()));
        return;
    }
    attempt(
        [&] {
            const std::size_t runs = sweepFromJson(sweep, "the sweep").size();
            dialog_ =
                new ClusterDialog(runs == 1 ? tr("1 run") : tr("%L1 runs").arg(runs), window_);
            dialog_->setAttribute(Qt::WA_DeleteOnClose);
            connect(dialog_, &QDialog::accepted, this, [this, sweep] { submit(sweep); });
            dialog_->open();
        },
        [&](const QString& sentence) { Q_EMIT failed(sentence); });
}

void ClusterTraining::submit(const nlohmann::json& sweep) {
    attempt(
        [&] {
            Sweep read = sweepFromJson(sweep, "the sweep");
            if (read.name.empty()) read.name = "sweep";
            SweepSubmission submission;
            submission.workspace = controller_.workspace();
            submission.program = program_.empty() ? commandLineProgram() : program_;
            submission.store = controller_.dataStore();
            submission.wishes = dialog_->wishes();
            submission.threads_are_open = dialog_->threadsAreOpen();
            submission.shared_workspace = dialog_->sharedWorkspace();
            window_->setCursor(Qt::BusyCursor);
            const bool begun = job_.start(
                [&learning = controller_.learning(), &scheduler = *scheduler_, read, sweep,
                 submission](BackgroundJob::Task&) {
                    Submitted made;
                    SweepSubmission heard = submission;
                    heard.warn = [&](const std::string& said) { made.warnings << text(said); };
                    const SubmittedSweep submitted =
                        submitSweepJobs(learning, scheduler, read, sweep, heard);
                    made.segments = submitted.segments();
                    made.jobs = static_cast<int>(submitted.jobs.jobs.size());
                    made.queued = submitted.jobs.queued;
                    made.diverged = !submitted.jobs.diverged.empty();
                    return made;
                },
                [this](const Submitted& made) {
                    window_->unsetCursor();
                    controller_.lookSoon();
                    Q_EMIT said(submittedInWords(made));
                },
                [this](const QString& sentence) {
                    window_->unsetCursor();
                    Q_EMIT failed(sentence);
                });
            if (!begun) throw StorageError("another sweep is being submitted; wait for it");
        },
        [&](const QString& sentence) { Q_EMIT failed(sentence); });
}

}  // namespace ballast
