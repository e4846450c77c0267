#include "core/analysis/paper_grid.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/experiment/sweep.h"

namespace ballast {
namespace {

std::size_t gridPlace(const std::string& name, std::vector<std::string>& names) {
    const auto found = std::ranges::find(names, name);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    names.push_back(name);
    return names.size() - 1;
}

/// Table 1's methods by their presets, of which those of two blocks differ; Table 2's as printed.
std::string rowName(const PaperNumber& number) {
    const bool by_preset = number.table == 1 && !number.preset.empty();
    return std::string(by_preset ? number.preset : number.method);
}

}  // namespace

PaperGrid paperGrid(const PaperComparison& comparison, int table) {
    PaperGrid grid;
    std::vector<std::pair<std::size_t, std::size_t>> places;
    std::vector<const PaperNumber*> numbers;
    for (const PaperNumber& number : paperNumbers()) {
        if (number.table != table) continue;
        places.emplace_back(gridPlace(rowName(number), grid.rows),
                            gridPlace(paperDataName(number), grid.columns));
        numbers.push_back(&number);
    }
    grid.cells.resize(grid.rows.size() * grid.columns.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        PaperCell& cell = grid.cells[places[i].first * grid.columns.size() + places[i].second];
        cell.paper = numbers[i];
        cell.trainable =
            std::ranges::find(comparison.missing, numbers[i]) != comparison.missing.end();
        for (const PaperDifference& row : comparison.rows) {
            if (row.paper == numbers[i]) cell.own.push_back(&row);
        }
        std::ranges::stable_sort(cell.own, [](const PaperDifference* a, const PaperDifference* b) {
            if (a->reservations.empty() != b->reservations.empty()) return a->reservations.empty();
            return a->own.n > b->own.n;
        });
    }
    return grid;
}

std::vector<nlohmann::json> paperConfigs(const PaperNumber& number,
                                         const std::vector<std::uint64_t>& seeds) {
    const std::optional<RunConfig> config = paperConfig(number);
    if (!config) {
        throw ConfigError("no preset trains " + rowName(number) + " on " + paperDataName(number));
    }
    std::vector<nlohmann::json> configs;
    for (const std::uint64_t seed : seeds) {
        RunConfig run = *config;
        run.training.seed = seed;
        run.name += std::string(kNameSeparator) + "seed " + std::to_string(seed);
        configs.push_back(nlohmann::json(toJson(run)));
    }
    return configs;
}

}  // namespace ballast
