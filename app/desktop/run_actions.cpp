#include "app/desktop/run_actions.h"

#include <QDesktopServices>
#include <QUrl>
#include <QWidget>

#include "app/desktop/attempt.h"
#include "app/desktop/run_controller.h"
#include "core/results/run_differences.h"
#include "core/results/run_groups.h"
#include "widgets/differences_dialog.h"
#include "widgets/icons.h"
#include "widgets/notes_dialog.h"
#include "widgets/qt_text.h"

namespace ballast {

RunActions::RunActions(RunController& controller, QWidget* window)
    : QObject(window),
      controller_(controller),
      window_(window),
      show_only_(new QAction(icon(QStringLiteral("plots")), tr("Show &only these"), this)),
      hide_all_(new QAction(tr("&Hide all"), this)),
      differ_(new QAction(icon(QStringLiteral("table")), tr("&What differs…"), this)),
      notes_(new QAction(tr("&Note and tags…"), this)),
      pin_(new QAction(tr("&Pin"), this)),
      archive_(new QAction(tr("&Archive"), this)),
      folder_(new QAction(icon(QStringLiteral("folder")), tr("Open &folder"), this)) {
    show_only_->setToolTip(tr("Take all other runs off the plots"));
    hide_all_->setToolTip(tr("Take all runs off the plots"));
    differ_->setToolTip(tr("In what the selected runs differ, side by side"));
    pin_->setToolTip(tr("Hold on top of the table"));
    archive_->setToolTip(tr("Leave out of the table; nothing is removed"));
    connect(show_only_, &QAction::triggered, this, [this] { Q_EMIT showOnlyRequested(runs_); });
    connect(hide_all_, &QAction::triggered, this, &RunActions::hideAllRequested);
    connect(differ_, &QAction::triggered, this, &RunActions::showDifferences);
    connect(notes_, &QAction::triggered, this, &RunActions::editNotes);
    connect(pin_, &QAction::triggered, this, [this] {
        change([pinned = !all(&RunNotes::pinned)](RunNotes& notes) { notes.pinned = pinned; });
    });
    connect(archive_, &QAction::triggered, this, [this] {
        change(
            [archived = !all(&RunNotes::archived)](RunNotes& notes) { notes.archived = archived; });
    });
    connect(folder_, &QAction::triggered, this, &RunActions::openFolder);
    setRuns({});
}

void RunActions::setRuns(const QStringList& runs) {
    runs_.clear();
    for (const QString& run : runs) {
        if (controller_.find(run) != nullptr) runs_ << run;
    }
    for (QAction* action : {show_only_, notes_, pin_, archive_}) action->setEnabled(!runs_.empty());
    differ_->setEnabled(runs_.size() > 1);
    folder_->setEnabled(runs_.size() == 1);
    pin_->setText(all(&RunNotes::pinned) ? tr("Un&pin") : tr("&Pin"));
    archive_->setText(all(&RunNotes::archived) ? tr("Take out of the &archive") : tr("&Archive"));
}

bool RunActions::all(bool RunNotes::*flag) const {
    return !runs_.empty() && std::ranges::all_of(runs_, [&](const QString& run) {
        const IndexedRun* found = controller_.find(run);
        return found != nullptr && found->notes.*flag;
    });
}

void RunActions::showDifferences() {
    std::vector<const IndexedRun*> runs;
    for (const QString& id : runs_) {
        if (const IndexedRun* run = controller_.find(id)) runs.push_back(run);
    }
    QStringList names;
    for (const IndexedRun* run : runs) {
        const std::string& name = run->description.config.name;
        names << text(name.empty() ? run->id : name);
    }
    auto* dialog = new DifferencesDialog(names, runDifferences(runs), window_);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();  // beside the plots, not in their way
}

void RunActions::editNotes() {
    std::vector<RunNotes> notes;
    for (const QString& id : runs_) {
        if (const IndexedRun* run = controller_.find(id)) notes.push_back(run->notes);
    }
    if (notes.empty()) return;
    auto* dialog = new NotesDialog(notes, window_);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, runs = runs_] {
        setRuns(runs);  // those it was opened for
        change([dialog](RunNotes& changed) { dialog->applyTo(changed); });
    });
    dialog->open();
}

/// Of each of the runs; where one cannot be changed the others are all the same.
void RunActions::change(const std::function<void(RunNotes&)>& change) {
    const QStringList runs = runs_;  // archiving unselects
    QStringList sentences;
    for (const QString& run : runs) {
        attempt([&] { controller_.changeNotes(run, change); },
                [&](const QString& sentence) { sentences << sentence; });
    }
    if (!sentences.empty()) Q_EMIT failed(sentences.join(QLatin1Char('\n')));
}

void RunActions::openFolder() {
    const IndexedRun* run = runs_.size() == 1 ? controller_.find(runs_.front()) : nullptr;
    if (run == nullptr) return;
    const QString folder = text(run->folder.string());
    if (!QDesktopServices::openUrl(QUrl::fromLocalFile(folder))) {
        Q_EMIT failed(tr("No program here opens folders; the run is in %1").arg(folder));
    }
}

}  // namespace ballast
