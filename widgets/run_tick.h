#pragma once

#include <QColor>
#include <QRectF>

class QPainter;

namespace ballast {

/// Side of a run's tick box, in device-independent pixels.
inline constexpr int kRunTick = 14;

/// Paints the tick box by which a run is shown on the plots, in the run's colour.
void paintRunTick(QPainter& painter, const QRectF& box, const QColor& color, Qt::CheckState state);

}  // namespace ballast
