#pragma once

#include <QList>
#include <QString>

class QAction;

namespace ballast {

/// The actions that write to the workspace: where nothing can be written they are disabled, and
/// their tips say why.
class WriteGuard {
public:
    void add(const QList<QAction*>& actions);

    /// To be called whenever the actions may have been enabled. `reason` "": they are left as they
    /// are, with their own tips.
    void apply(const QString& reason);

private:
    struct Guarded {
        QAction* action;
        QString tip;  // its own, while `reason_` stands in its place
    };
    QList<Guarded> actions_;
    QString reason_;
};

}  // namespace ballast
