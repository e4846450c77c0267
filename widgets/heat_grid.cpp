#include "widgets/heat_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ballast {
namespace {

int sharesNeeded(std::size_t values, int most) {
    const int all = static_cast<int>(values);
    return std::max(1, (all + most - 1) / std::max(1, most));
}

}  // namespace

HeatGrid heatGrid(std::span<const std::vector<double>> epochs, std::span<const std::size_t> order,
                  int most_rows, int most_columns) {
    HeatGrid grid;
    grid.classes_per_row = sharesNeeded(order.size(), most_rows);
    grid.epochs_per_column = sharesNeeded(epochs.size(), most_columns);
    const auto parts = [](std::size_t all, int share) {
        return (static_cast<int>(all) + share - 1) / share;
    };
    grid.rows = parts(order.size(), grid.classes_per_row);
    grid.columns = parts(epochs.size(), grid.epochs_per_column);
    const auto cells = static_cast<std::size_t>(grid.rows) * static_cast<std::size_t>(grid.columns);
    std::vector<int> counts(cells, 0);
    grid.values.assign(cells, 0.0);
    for (std::size_t e = 0; e < epochs.size(); ++e) {
        const std::size_t column = e / static_cast<std::size_t>(grid.epochs_per_column);
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (order[i] >= epochs[e].size() || std::isnan(epochs[e][order[i]])) continue;
            const std::size_t row = i / static_cast<std::size_t>(grid.classes_per_row);
            const std::size_t cell = row * static_cast<std::size_t>(grid.columns) + column;
            grid.values[cell] += epochs[e][order[i]];
            ++counts[cell];
        }
    }
    for (std::size_t i = 0; i < cells; ++i) {
        grid.values[i] =
            counts[i] == 0 ? std::numeric_limits<double>::quiet_NaN() : grid.values[i] / counts[i];
    }
    return grid;
}

}  // namespace ballast
