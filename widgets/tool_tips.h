#pragma once

#include <QObject>
#include <QString>

namespace ballast {

/// The text in lines of a readable width, broken between words; lines of its own stay.
QString wrappedToolTip(const QString& text);

/// Shows the tool tips of all widgets and item views in lines of a readable width. To be installed
/// as an event filter of the application.
class ToolTips : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace ballast
