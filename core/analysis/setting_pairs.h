#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/analysis/figure_points.h"

namespace ballast {

/// Two runs of one seed, or one run alone.
struct RunPair {
    std::filesystem::path first;   // folders
    std::filesystem::path second;  // empty: alone
};

/// The runs of a setting by seed, or with those of another setting over common seeds.
struct SettingPairs {
    std::vector<RunPair> pairs;
    std::string protocol;               // see protocolText
    std::vector<std::string> warnings;  // sentences that begin with a JSON pointer
};

/// Of a figure of classes: the runs for which `where` and `of` hold and, unless `minus` is empty,
/// those for which `where` and `minus` hold. Throws ConfigError with a JSON pointer where a setting
/// has no run, or both no common seed.
SettingPairs settingPairs(std::span<const IndexedRun* const> runs, const FigureDescription& figure);

/// The description of such a figure of that kind for the settings of two runs among the points that
/// `lines`, whose kind is response, draws; the second may be null.
FigureDescription settingFigure(FigureKind kind, const FigureDescription& lines,
                                const IndexedRun& first, const IndexedRun* second);

}  // namespace ballast
