#pragma once

#include <QString>
#include <span>

#include "widgets/plot_series.h"

class QCustomPlot;

// What stands in a live plot beside its curves, as items of the plot. For widgets/*.cpp only.

namespace ballast {

inline constexpr int kFaintAlpha = 80;  // opacity of curves behind others, of 255

/// A dotted line where a phase begins: in the run's colour, or grey where all runs that defer do so
/// there. With its name above the plot where `labelled`.
void drawPhases(QCustomPlot& plot, std::span<const PlotSeries> series, bool since_t0,
                bool labelled);

/// A ring around the best epoch of a series that is a run.
void drawBest(QCustomPlot& plot, const PlotSeries& series);

/// In the upper right corner, where few curves pass.
void drawNote(QCustomPlot& plot, const QString& text);

/// In the middle, why there is no curve; nothing where `empty_text` is empty and the panel has none
/// of its own.
void drawEmpty(QCustomPlot& plot, const Panel& panel, std::span<const PlotSeries> series,
               const QString& empty_text);

}  // namespace ballast
