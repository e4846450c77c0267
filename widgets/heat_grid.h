#pragma once

#include <span>
#include <vector>

namespace ballast {

/// Values of classes × epochs, made small enough to be drawn.
struct HeatGrid {
    int rows = 0;
    int columns = 0;
    int classes_per_row = 1;  // whose mean a row shows; the last row may have fewer
    int epochs_per_column = 1;
    std::vector<double> values;  // row by row; NaN where nothing was measured

    double at(int row, int column) const {
        return values[static_cast<std::size_t>(row * columns + column)];
    }
    int rowOf(int position) const { return position / classes_per_row; }
};

/// `epochs` holds one number per class of every epoch; none of one where the epoch has no values.
/// Rows follow `order`, the classes from the top. As few neighbours as possible are averaged, so
/// that there are at most `most_rows` rows and `most_columns` columns; NaN counts for nothing.
HeatGrid heatGrid(std::span<const std::vector<double>> epochs, std::span<const std::size_t> order,
                  int most_rows, int most_columns);

}  // namespace ballast
