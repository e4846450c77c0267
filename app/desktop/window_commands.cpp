#include "app/desktop/window_commands.h"

#include <QAbstractButton>
#include <QAction>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QPointer>
#include <QSet>
#include <QToolButton>

namespace ballast {
namespace {

/// Without the marks of mnemonics: "&Open…" is "Open…", "a && b" is "a & b".
QString plainName(const QString& label) {
    QString name;
    for (qsizetype i = 0; i < label.size(); ++i) {
        if (label[i] == u'&' && i + 1 < label.size()) ++i;
        if (label[i] == u'\t') break;
        name += label[i];
    }
    return name.trimmed();
}

/// Gathers what there is, each action once.
class CommandCollector {
public:
    void addMenu(QMenu& menu, const QString& where) {
        Q_EMIT menu.aboutToShow();  // some are filled then
        for (QAction* action : menu.actions()) {
            if (action->isSeparator()) continue;
            if (QMenu* inner = action->menu()) {
                addMenu(*inner, where + QStringLiteral(" › ") + plainName(action->text()));
                continue;
            }
            addAction(*action, where);
        }
    }

    void addButton(QAbstractButton& button, const QString& where) {
        const auto* tool = qobject_cast<QToolButton*>(&button);
        QString name = plainName(button.text());
        if (name.isEmpty()) name = button.accessibleName();
        if (tool != nullptr && tool->menu() != nullptr) {
            addMenu(*tool->menu(), name.isEmpty() ? where : where + QStringLiteral(" › ") + name);
            if (tool->popupMode() == QToolButton::InstantPopup) return;
        }
        if (tool != nullptr && tool->defaultAction() != nullptr) {
            return addAction(*tool->defaultAction(), where);
        }
        if (name.isEmpty()) return;
        add({name, where, button.shortcut().toString(QKeySequence::NativeText), button.toolTip(),
             button.isEnabled(), [button = QPointer(&button)] {
                 if (button) button->click();
             }});
    }

    std::vector<Command> commands;

private:
    void addAction(QAction& action, const QString& where) {
        if (!action.isVisible() || seen_.contains(&action)) return;
        seen_.insert(&action);
        add({plainName(action.text()), where, action.shortcut().toString(QKeySequence::NativeText),
             action.toolTip(), action.isEnabled(), [action = QPointer(&action)] {
                 if (action) action->trigger();
             }});
    }

    void add(Command command) {
        if (command.name.isEmpty()) return;
        const QString both = command.where + u'\n' + command.name;
        if (names_.contains(both)) return;
        names_.insert(both);
        commands.push_back(std::move(command));
    }

    QSet<const QAction*> seen_;
    QSet<QString> names_;
};

}  // namespace

std::vector<Command> windowCommands(const QMainWindow& window, const QWidget& page,
                                    const QString& page_name) {
    CommandCollector collector;
    for (QAction* action : window.menuBar()->actions()) {
        if (action->menu() != nullptr) {
            collector.addMenu(*action->menu(), plainName(action->text()));
        }
    }
    for (QAbstractButton* button : page.findChildren<QAbstractButton*>()) {
        // Ticks and choices are values, not commands.
        const bool of_a_view = button->inherits("QScrollBar") || button->isCheckable();
        if (button->isVisible() && !of_a_view) collector.addButton(*button, page_name);
    }
    return std::move(collector.commands);
}

}  // namespace ballast
