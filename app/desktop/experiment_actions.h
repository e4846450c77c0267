#pragma once

#include <QAction>
#include <QList>
#include <QObject>

namespace ballast {

class ExperimentPage;

/// What can be done with the Experiment page's drafts and fields, as actions: undo, redo, copy and
/// paste as JSON, find, fold; new, duplicate, close and reopen.
class ExperimentActions : public QObject {
    Q_OBJECT
public:
    ExperimentActions(ExperimentPage& page, QObject* parent);

    /// For a menu; a null is a separator.
    QList<QAction*> editActions() const;
    QList<QAction*> draftActions() const { return {duplicate_, close_, reopen_, next_, previous_}; }

    /// Whether the page is in front; behind another one its shortcuts mean nothing.
    void setInFront(bool in_front);

Q_SIGNALS:
    void said(const QString& sentence);
    void failed(const QString& sentence);

private:
    QAction* add(const char* name, const char* icon_name, const QString& label,
                 const QList<QKeySequence>& shortcuts, const QString& help);
    void update();
    void copy();
    void paste();

    ExperimentPage& page_;
    QAction* undo_;
    QAction* redo_;
    QAction* copy_;
    QAction* paste_;
    QAction* find_;
    QAction* fold_;
    QAction* unfold_;
    QAction* duplicate_;
    QAction* close_;
    QAction* reopen_;
    QAction* next_;
    QAction* previous_;
    bool in_front_ = true;
};

}  // namespace ballast
