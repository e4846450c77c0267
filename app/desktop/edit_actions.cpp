#include "app/desktop/edit_actions.h"

#include <QWidget>

#include "app/desktop/attempt.h"
#include "app/desktop/edit_dialog.h"
#include "app/desktop/run_controller.h"
#include "widgets/icons.h"

namespace ballast {

EditActions::EditActions(RunController& controller, QWidget* window)
    : QObject(window),
      controller_(controller),
      window_(window),
      fork_(new QAction(icon(QStringLiteral("fork")), tr("&Fork…"), this)),
      edit_(new QAction(icon(QStringLiteral("edit")), tr("&Edit from here on…"), this)) {
    fork_->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_B));
    fork_->setToolTip(tr("Make a run that starts from a checkpoint of this one, otherwise"));
    edit_->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E));
    edit_->setToolTip(tr("Change the run from its next epoch on"));
    connect(fork_, &QAction::triggered, this, [this] { ask(true); });
    connect(edit_, &QAction::triggered, this, [this] { ask(false); });
    setRuns({});
}

void EditActions::setRuns(const QStringList& runs) {
    runs_ = runs;
    const IndexedRun* run = runs.size() == 1 ? controller_.find(runs.front()) : nullptr;
    const bool readable = run != nullptr && run->error.empty();
    fork_->setEnabled(readable && !run->epochs.empty());
    edit_->setEnabled(readable && controller_.editEpoch(runs.front()).has_value());
}

/// Not modal to the application: training continues, and so do the plots.
void EditActions::ask(bool fork) {
    if (dialog_ != nullptr || runs_.size() != 1) return;
    const QString id = runs_.front();
    const IndexedRun* run = controller_.find(id);
    if (run == nullptr) return;
    std::vector<int> epochs;
    if (fork) {
        epochs = controller_.forkEpochs(id);
    } else if (const auto epoch = controller_.editEpoch(id)) {
        epochs = {*epoch};
    }
    if (epochs.empty()) {
        Q_EMIT failed(fork ? tr("The run has no checkpoint to start from.")
                           : tr("The run is over, or in its last epoch."));
        return;
    }
    dialog_ =
        new EditDialog(fork ? EditDialog::Mode::fork : EditDialog::Mode::edit,
                       run->description.config, run->description.class_counts, epochs, window_);
    dialog_->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog_, &QDialog::finished, this, [this, id, fork](int answer) {
        const EditDialog* closed = dialog_;
        dialog_ = nullptr;
        if (answer == QDialog::Accepted) carryOut(*closed, id, fork);
    });
    dialog_->open();
}

void EditActions::carryOut(const EditDialog& dialog, const QString& run, bool fork) {
    attempt(
        [&] {
            if (fork) {
                Q_EMIT done(controller_.fork(run, dialog.epoch(), dialog.settings(),
                                             dialog.nextPhaseNow()));
            } else {
                controller_.edit(run, dialog.epoch(), dialog.settings(), dialog.nextPhaseNow());
                Q_EMIT done(run);
            }
        },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

}  // namespace ballast
