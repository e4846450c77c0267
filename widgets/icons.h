#pragma once

#include <QIcon>
#include <QString>
#include <QStringList>

namespace ballast {

/// The line icon `name` (a file of resources/icons without its ending: "play", "pause", …), drawn
/// in the text colour of the palette in use at the time of painting, so that it follows a change of
/// theme, and sharp at any scale. An unknown name gives a null icon.
QIcon icon(const QString& name);

/// Names of all icons.
QStringList iconNames();

}  // namespace ballast
