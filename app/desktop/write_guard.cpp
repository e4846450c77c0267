#include "app/desktop/write_guard.h"

#include <QAction>

namespace ballast {

void WriteGuard::add(const QList<QAction*>& actions) {
    for (QAction* action : actions) actions_.push_back({action, {}});
}

void WriteGuard::apply(const QString& reason) {
    for (Guarded& guarded : actions_) {
        QAction& action = *guarded.action;
        if (reason.isEmpty()) {
            if (!reason_.isEmpty()) {
                action.setToolTip(guarded.tip);
                action.setEnabled(true);  // who else disables it does so again
            }
            continue;
        }
        if (reason_.isEmpty()) guarded.tip = action.toolTip();
        action.setToolTip(reason);
        action.setEnabled(false);
    }
    reason_ = reason;
}

}  // namespace ballast
