#pragma once

#include <functional>
#include <vector>

class QWidget;

namespace ballast {

/// Calls `then` once on the window's thread, as soon as `window` has been painted for the first
/// time; or a second after it was shown where nothing paints it, e.g. minimised. What people need
/// not wait for begins there.
void afterFirstPaint(QWidget& window, std::function<void()> then);

/// Whether a window can be shown: some display or platform is named in the environment or the
/// arguments. Whether it answers shows only when it is asked.
bool hasScreen(int argc, const char* const* argv);

/// Whether the arguments ask for what needs no window: help, the version, figures.
bool needsNoScreen(int argc, const char* const* argv);

/// The arguments in two: those for Qt's application, which would take --style for one of its own,
/// and
/// "--style" with what follows it.
struct DividedArguments {
    std::vector<char*> for_qt;
    std::vector<char*> style;
};
DividedArguments dividedArguments(int argc, char** argv);

/// One format for numbers in every window, file and name, whatever the user's locale: a point
/// before decimals. To be called after the application object is made, which takes over the locale.
void useOneNumberFormat();

/// Milliseconds since this process was started, loading its libraries included; as fine as the
/// kernel counts (10 ms).
double processAge();

}  // namespace ballast
