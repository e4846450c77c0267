#pragma once

#include <QString>
#include <optional>
#include <utility>

#include "core/analysis/response.h"

class QCustomPlot;

namespace ballast {

struct PlotColors;
struct PlotScale;

/// Response curves and how their numbers read.
struct ResponsePicture {
    ResponseCurves curves;
    bool percent = false;  // the values are shares of 1, shown in %
    bool seeds_as_points = true;
    Spread spread = Spread::standard_deviation;
};

/// A point of a picture: its line and its number there.
using ResponseAt = std::pair<std::size_t, std::size_t>;

/// Where a point stands on the axis: in a category the lines stand side by side.
double placeOnAxis(const ResponsePicture& picture, ResponseAt at);

/// "VS+DRW at 0.2: 81.1 ± 0.2 % (n = 3)", and a line for each seed.
QString pointWords(const ResponsePicture& picture, ResponseAt at);

/// What the error bars are: "mean ± standard deviation over seeds".
QString spreadWords(Spread spread);

/// Of the markers of means, in units of a PlotScale.
inline constexpr double kMarkerSize = 6.0;

/// Draws the picture into an empty plot, on screen or on paper: a line and error bars for each
/// method in the colours of series, single seeds as faint points, a ring about each line's best,
/// a larger one about `marked`. For widgets/*.cpp.
void drawResponse(QCustomPlot& plot, const ResponsePicture& picture, const PlotColors& colors,
                  const PlotScale& scale, bool dark, std::optional<ResponseAt> marked = {});

}  // namespace ballast
