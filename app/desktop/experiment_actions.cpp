#include "app/desktop/experiment_actions.h"

#include <QApplication>
#include <QClipboard>

#include "app/desktop/attempt.h"
#include "app/desktop/config_text.h"
#include "app/desktop/demo.h"
#include "app/desktop/pages/experiment_page.h"
#include "widgets/config_form.h"
#include "widgets/icons.h"
#include "widgets/qt_text.h"

namespace ballast {

ExperimentActions::ExperimentActions(ExperimentPage& page, QObject* parent)
    : QObject(parent),
      page_(page),
      undo_(add("undo", "undo", tr("&Undo"), {QKeySequence(Qt::CTRL | Qt::Key_Z)},
                tr("Take back the last edit of the config"))),
      redo_(
          add("redo", "redo", tr("&Redo"),
              {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), QKeySequence(Qt::CTRL | Qt::Key_Y)},
              tr("Make the edit that was taken back again"))),
      // The second shortcuts are the usual ones, which a line of text takes for itself.
      copy_(
          add("copy_config", "copy", tr("&Copy config as JSON"),
              {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), QKeySequence(Qt::CTRL | Qt::Key_C)},
              tr("Put the draft's config onto the clipboard"))),
      paste_(
          add("paste_config", "", tr("&Paste config from JSON"),
              {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_V), QKeySequence(Qt::CTRL | Qt::Key_V)},
              tr("Replace the draft's config by the one on the clipboard"))),
      find_(add("find_field", "search", tr("&Find a field"), {QKeySequence(Qt::CTRL | Qt::Key_F)},
                tr("Show only the fields that have some words"))),
      fold_(add("fold_all", "", tr("F&old all sections"),
                {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Up)},
                tr("Show only the titles of the form's sections"))),
      unfold_(add("unfold_all", "", tr("Ope&n all sections"),
                  {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Down)},
                  tr("Show the fields of all sections"))),
      duplicate_(add("duplicate_draft", "duplicate", tr("Duplica&te draft"),
                     {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D)},
                     tr("Edit a copy of the draft in a tab of its own"))),
      close_(add("close_draft", "close", tr("C&lose draft"), {QKeySequence(Qt::CTRL | Qt::Key_W)},
                 tr("Close the tab; it can be reopened"))),
      reopen_(add("reopen_draft", "", tr("Reopen close&d draft"),
                  {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_T)},
                  tr("Bring back the tab that was closed last"))),
      next_(add("next_draft", "", tr("Ne&xt draft"), {QKeySequence(Qt::CTRL | Qt::Key_PageDown)},
                tr("Show the next tab"))),
      previous_(add("previous_draft", "", tr("Pre&vious draft"),
                    {QKeySequence(Qt::CTRL | Qt::Key_PageUp)}, tr("Show the tab before"))) {
    connect(undo_, &QAction::triggered, &page_, &ExperimentPage::undo);
    connect(redo_, &QAction::triggered, &page_, &ExperimentPage::redo);
    connect(copy_, &QAction::triggered, this, &ExperimentActions::copy);
    connect(paste_, &QAction::triggered, this, &ExperimentActions::paste);
    connect(find_, &QAction::triggered, &page_, &ExperimentPage::find);
    connect(fold_, &QAction::triggered, this, [this] { page_.form().setAllFolded(true); });
    connect(unfold_, &QAction::triggered, this, [this] { page_.form().setAllFolded(false); });
    connect(duplicate_, &QAction::triggered, this, [this] { page_.addDraft(page_.config()); });
    const auto close = [this](int draft) { page_.closeDraft(draft, newExperiment()); };
    connect(close_, &QAction::triggered, this,
            [this, close] { close(static_cast<int>(page_.drafts().currentIndex())); });
    connect(&page_, &ExperimentPage::closeDraftRequested, this, close);
    const auto step = [this](int by) {
        const int count = static_cast<int>(page_.drafts().size());
        const int current = static_cast<int>(page_.drafts().currentIndex());
        page_.chooseDraft((current + by + count) % count);
    };
    connect(next_, &QAction::triggered, this, [step] { step(1); });
    connect(previous_, &QAction::triggered, this, [step] { step(-1); });
    connect(reopen_, &QAction::triggered, &page_, &ExperimentPage::reopenDraft);
    connect(&page_, &ExperimentPage::draftsChanged, this, &ExperimentActions::update);
    update();
}

QAction* ExperimentActions::add(const char* name, const char* icon_name, const QString& label,
                                const QList<QKeySequence>& shortcuts, const QString& help) {
    auto* action = new QAction(label, this);
    if (*icon_name != '\0') action->setIcon(icon(QLatin1String(icon_name)));
    action->setObjectName(QLatin1String(name));
    action->setShortcuts(shortcuts);
    action->setToolTip(help);
    action->setStatusTip(help);
    return action;
}

QList<QAction*> ExperimentActions::editActions() const {
    return {undo_, redo_, nullptr, copy_, paste_, nullptr, find_, fold_, unfold_};
}

void ExperimentActions::setInFront(bool in_front) {
    in_front_ = in_front;
    update();
}

void ExperimentActions::update() {
    const Drafts& drafts = page_.drafts();
    const EditHistory& history = drafts.current().history;
    undo_->setEnabled(in_front_ && history.canUndo());
    redo_->setEnabled(in_front_ && history.canRedo());
    undo_->setText(history.canUndo() ? tr("&Undo: %1").arg(text(history.undoWords()))
                                     : tr("&Undo"));
    redo_->setText(history.canRedo() ? tr("&Redo: %1").arg(text(history.redoWords()))
                                     : tr("&Redo"));
    for (QAction* action : {copy_, paste_, find_, fold_, unfold_, duplicate_}) {
        action->setEnabled(in_front_);
    }
    close_->setEnabled(in_front_ && (drafts.size() > 1 || !drafts.current().isFresh()));
    for (QAction* action : {next_, previous_}) {
        action->setEnabled(in_front_ && drafts.size() > 1);
    }
    reopen_->setEnabled(in_front_ && drafts.canReopen());
}

void ExperimentActions::copy() {
    QApplication::clipboard()->setText(text(configText(page_.config())));
    Q_EMIT said(tr("The config is on the clipboard."));
}

void ExperimentActions::paste() {
    attempt(
        [&] {
            const std::string held = QApplication::clipboard()->text().toStdString();
            page_.setConfig(configFromText(held, "The clipboard"), tr("Paste"));
        },
        [&](const QString& sentence) { Q_EMIT failed(sentence); });
}

}  // namespace ballast
