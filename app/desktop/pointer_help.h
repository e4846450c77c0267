#pragma once

#include <QPoint>
#include <QString>

class QWidget;

namespace ballast {

/// What is said of a widget, or of what it shows at a place of its own: of an item of a list or
/// table the item's tip; of a field of the form what the form says of it, with the equation of what
/// is chosen; else the widget's, or that of the nearest around it. "" where nothing is.
QString helpFor(const QWidget& widget, const QPoint& at);

/// Shows what is said of what is under the pointer, or of what has the focus where the pointer is
/// outside the window or on nothing that is explained.
void explainUnderPointer(QWidget& window);

}  // namespace ballast
