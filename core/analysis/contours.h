#pragma once

#include <utility>
#include <vector>

#include "core/analysis/surface.h"

namespace ballast {

/// A line along which a surface has one value.
struct ContourLine {
    double level = 0.0;
    std::vector<std::pair<double, double>> points;  // column and row, in cells; whole at a middle
    bool closed = false;
};

/// At most `most` round values between two others: multiples of 1, 2 or 5 times a power of ten.
std::vector<double> contourLevels(double low, double high, int most = 6);

/// The lines of these values over the cells' means, by marching squares: between the middles of
/// four neighbouring cells values are linear along the edges, and at a saddle the mean of the four
/// decides. None where a cell is missing, nor along an axis of categories.
std::vector<ContourLine> contoursOf(const Surface& surface, const std::vector<double>& levels);

/// The same at contourLevels() of the means, in `unit`s of the value (0.01 for percent).
std::vector<ContourLine> contoursOf(const Surface& surface, double unit = 1.0);

}  // namespace ballast
