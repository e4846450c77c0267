#pragma once

#include <QAction>
#include <QList>
#include <QObject>
#include <QStringList>
#include <functional>

#include "core/results/run_notes.h"

namespace ballast {

class RunController;

/// What can be done with the selected runs beside training them: seen together, compared, noted,
/// pinned, archived, found on the disk.
class RunActions : public QObject {
    Q_OBJECT
public:
    /// Dialogues belong to `window`.
    RunActions(RunController& controller, QWidget* window);

    /// In the order of a menu, with separators.
    QList<QAction*> viewActions() const { return {show_only_, hide_all_}; }
    QList<QAction*> noteActions() const { return {differ_, notes_, pin_, archive_, folder_}; }

    /// Those of them that write to the workspace.
    QList<QAction*> writingActions() const { return {notes_, pin_, archive_}; }

    /// The runs that are chosen. An action is enabled where it means something for them.
    void setRuns(const QStringList& runs);

Q_SIGNALS:
    void showOnlyRequested(const QStringList& runs);
    void hideAllRequested();
    void failed(const QString& sentence);

private:
    void showDifferences();
    void editNotes();
    void change(const std::function<void(RunNotes&)>& change);
    void openFolder();
    bool all(bool RunNotes::*flag) const;

    RunController& controller_;
    QWidget* window_;
    QAction* show_only_;
    QAction* hide_all_;
    QAction* differ_;
    QAction* notes_;
    QAction* pin_;
    QAction* archive_;
    QAction* folder_;
    QStringList runs_;
};

}  // namespace ballast
