#pragma once

#include <QAction>
#include <QObject>
#include <QStringList>

namespace ballast {

class EditDialog;
class RunController;

/// The actions that change a run from an epoch on, or fork it there, and their dialogue.
class EditActions : public QObject {
    Q_OBJECT
public:
    /// Dialogues belong to `window`.
    EditActions(RunController& controller, QWidget* window);

    QAction* forkAction() { return fork_; }
    QAction* editAction() { return edit_; }

    /// The runs that are chosen: an action is enabled where there is one and it can be.
    void setRuns(const QStringList& runs);

    /// The open dialogue, or nullptr.
    EditDialog* dialog() const { return dialog_; }

Q_SIGNALS:
    /// A run was forked (the new one) or edited.
    void done(const QString& run);
    void failed(const QString& sentence);

private:
    void ask(bool fork);
    void carryOut(const EditDialog& dialog, const QString& run, bool fork);

    RunController& controller_;
    QWidget* window_;
    QAction* fork_;
    QAction* edit_;
    QStringList runs_;
    EditDialog* dialog_ = nullptr;
};

}  // namespace ballast
