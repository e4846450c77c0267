#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "core/base/json_place.h"

namespace ballast {

/// Which classes images are taken for: only the cells that hold images, since of a thousand
/// classes most are never confused.
struct ConfusionMatrix {
    static constexpr int kNoClass = -1;  // of an image with NaN among its logits

    struct Cell {
        int predicted = 0;  // class index, or kNoClass
        int images = 0;     // at least 1
        bool operator==(const Cell&) const = default;
    };

    std::vector<std::vector<Cell>> rows;  // by true class; `predicted` increases along a row

    bool empty() const { return rows.empty(); }

    /// Share of the images of `true_class` that are taken for `predicted`, or for no class with
    /// kNoClass; NaN for a class without images or where there is no such row.
    double share(std::size_t true_class, int predicted) const;

    bool operator==(const ConfusionMatrix&) const = default;
};

/// Image by image, the class that it has and the one that it is taken for. Labels must be in
/// 0 … classes − 1, predictions in that or kNoClass.
ConfusionMatrix confusionMatrix(std::span<const std::int64_t> labels,
                                std::span<const std::int64_t> predictions, int classes);

/// A list of rows, each [predicted, images, predicted, images, …].
nlohmann::ordered_json toJson(const ConfusionMatrix& matrix);

/// Throws DamagedFileError on anything that toJson does not write.
ConfusionMatrix confusionFrom(const JsonPlace& rows);

}  // namespace ballast
