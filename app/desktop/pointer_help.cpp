#include "app/desktop/pointer_help.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QCursor>
#include <QMenuBar>
#include <QTabBar>
#include <QWhatsThis>

#include "widgets/field_editors.h"

namespace ballast {
namespace {

QString itemHelp(const QWidget& widget, const QPoint& at) {
    // A view's items are on its viewport.
    const auto* view = qobject_cast<const QAbstractItemView*>(widget.parentWidget());
    if (view == nullptr || view->viewport() != &widget) return {};
    return view->indexAt(at).data(Qt::ToolTipRole).toString();
}

}  // namespace

QString helpFor(const QWidget& widget, const QPoint& at) {
    if (const QString help = itemHelp(widget, at); !help.isEmpty()) return help;
    if (const auto* bar = qobject_cast<const QMenuBar*>(&widget)) {
        if (const QAction* action = bar->actionAt(at)) return action->toolTip();
    }
    if (const auto* tabs = qobject_cast<const QTabBar*>(&widget)) {
        const QString help = tabs->tabToolTip(tabs->tabAt(at));
        if (!help.isEmpty()) return help;
    }
    for (const QWidget* around = &widget; around != nullptr; around = around->parentWidget()) {
        if (const auto* row = qobject_cast<const FieldRow*>(around)) return row->helpText();
    }
    for (const QWidget* around = &widget; around != nullptr; around = around->parentWidget()) {
        if (!around->whatsThis().isEmpty()) return around->whatsThis();
        if (!around->toolTip().isEmpty()) return around->toolTip();
        if (around->isWindow()) break;
    }
    return {};
}

void explainUnderPointer(QWidget& window) {
    QPoint place = QCursor::pos();
    QString help;
    const QWidget* widget = QApplication::widgetAt(place);
    if (widget != nullptr && widget->window() == &window) {
        help = helpFor(*widget, widget->mapFromGlobal(place));
    }
    const QWidget* focus = QApplication::focusWidget();
    if (help.isEmpty() && focus != nullptr && focus->window() == &window) {
        help = helpFor(*focus, focus->rect().center());
        place = focus->mapToGlobal(focus->rect().bottomLeft());
    }
    if (help.isEmpty()) {
        help = QApplication::translate(
            "ballast::MainWindow",
            "Nothing is said of what is here. Point at a field, a button, a column or a plot and "
            "press F1; Ctrl+K finds every command by name.");
    }
    QWhatsThis::showText(place, help, &window);
}

}  // namespace ballast
