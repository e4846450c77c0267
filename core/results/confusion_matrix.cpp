#include "core/results/confusion_matrix.h"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

namespace ballast {

double ConfusionMatrix::share(std::size_t true_class, int predicted) const {
    std::int64_t images = 0;
    std::int64_t of_cell = 0;
    if (true_class < rows.size()) {
        for (const Cell& cell : rows[true_class]) {
            images += cell.images;
            if (cell.predicted == predicted) of_cell = cell.images;
        }
    }
    if (images == 0) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(of_cell) / static_cast<double>(images);
}

ConfusionMatrix confusionMatrix(std::span<const std::int64_t> labels,
                                std::span<const std::int64_t> predictions, int classes) {
    std::vector<std::map<int, int>> counts(static_cast<std::size_t>(classes));
    for (std::size_t i = 0; i < labels.size(); ++i) {
        ++counts.at(static_cast<std::size_t>(labels[i]))[static_cast<int>(predictions[i])];
    }
    ConfusionMatrix matrix;
    for (const auto& row : counts) {
        auto& cells = matrix.rows.emplace_back();
        for (const auto& [predicted, images] : row) cells.push_back({predicted, images});
    }
    return matrix;
}

nlohmann::ordered_json toJson(const ConfusionMatrix& matrix) {
    auto rows = nlohmann::ordered_json::array();
    for (const auto& cells : matrix.rows) {
        auto row = nlohmann::ordered_json::array();
        for (const ConfusionMatrix::Cell& cell : cells) {
            row.push_back(cell.predicted);
            row.push_back(cell.images);
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

ConfusionMatrix confusionFrom(const JsonPlace& rows) {
    ConfusionMatrix matrix;
    const std::size_t classes = rows.size();
    for (std::size_t y = 0; y < classes; ++y) {
        const JsonPlace row = rows.at(y);
        if (row.size() % 2 != 0) row.fail("pairs of a class and its number of images");
        auto& cells = matrix.rows.emplace_back();
        int last = ConfusionMatrix::kNoClass - 1;
        for (std::size_t i = 0; i < row.size(); i += 2) {
            const JsonPlace predicted = row.at(i);
            const JsonPlace images = row.at(i + 1);
            const int j = predicted.integer();
            if (j <= last || j >= static_cast<int>(classes)) {
                predicted.fail("a class of " + std::to_string(classes) + ", in order");
            }
            last = j;
            if (images.integer() < 1) images.fail("a number of images");
            cells.push_back({j, images.integer()});
        }
    }
    return matrix;
}

}  // namespace ballast
