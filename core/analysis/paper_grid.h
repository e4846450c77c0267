#pragma once

#include <string>
#include <vector>

#include "core/analysis/paper_results.h"

namespace ballast {

/// A place of a table of the paper.
struct PaperCell {
    const PaperNumber* paper = nullptr;       // nullptr: a dash
    std::vector<const PaperDifference*> own;  // as trained by the paper first, then most seeds
    bool trainable = false;                   // no run has it, and a preset gives it
};

/// One table as it stands in the paper.
struct PaperGrid {
    std::vector<std::string> rows;     // "VS+TLA+ADRW", "CE+DRW+SAM"
    std::vector<std::string> columns;  // "CIFAR-10 LT 100", "ImageNet-LT many"
    std::vector<PaperCell> cells;      // [row · columns.size() + column]

    const PaperCell& at(std::size_t row, std::size_t column) const {
        return cells[row * columns.size() + column];
    }
};

/// Table 1 or 2 with the numbers of `comparison`, which must outlive it.
PaperGrid paperGrid(const PaperComparison& comparison, int table);

/// Configs that train a number, one for each seed; named as a sweep's runs are. Throws ConfigError
/// where no preset gives it.
std::vector<nlohmann::json> paperConfigs(const PaperNumber& number,
                                         const std::vector<std::uint64_t>& seeds);

}  // namespace ballast
