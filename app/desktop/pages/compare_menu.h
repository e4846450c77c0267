#pragma once

#include <QString>
#include <functional>
#include <optional>
#include <vector>

#include "app/desktop/comparison.h"

class QMenu;

namespace ballast {

/// What can be done with a place of a comparison.
struct CompareMenuActions {
    std::function<void(ResponseAt)> watch;
    std::function<void(std::optional<ResponseAt>)> compare_with;  // nothing: the best
    std::function<void(const std::vector<MissingRuns>&)> train;
};

/// "VS at 0.5: seeds 0, 1"
QString missingWords(const Comparison& comparison, const MissingRuns& missing);

/// How many runs these are.
std::size_t countOf(const std::vector<MissingRuns>& missing);

/// Fills a menu for a point, or for places without runs. `missing`: what could be trained there.
void fillCompareMenu(QMenu& menu, const Comparison& comparison, std::optional<ResponseAt> at,
                     const std::vector<MissingRuns>& missing, const CompareMenuActions& actions);

}  // namespace ballast
