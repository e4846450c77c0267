#pragma once

#include <vector>

#include "widgets/command_palette.h"

class QMainWindow;
class QWidget;

namespace ballast {

/// Everything that can be done in the window: the entries of its menus, then what the buttons of
/// `page` and their menus do, each under the name that people read. What a button does that an
/// action does too is there once. Valid as long as the window stays as it is.
std::vector<Command> windowCommands(const QMainWindow& window, const QWidget& page,
                                    const QString& page_name);

}  // namespace ballast
