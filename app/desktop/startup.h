#pragma once

#include <functional>

class QWidget;

namespace ballast {

/// Calls `then` once on the window's thread, as soon as `window` has been painted for the first
/// time; or a second after it was shown where nothing paints it, e.g. minimised. What people need
/// not wait for begins there.
void afterFirstPaint(QWidget& window, std::function<void()> then);

/// Milliseconds since this process was started, loading its libraries included; as fine as the
/// kernel counts (10 ms).
double processAge();

}  // namespace ballast
