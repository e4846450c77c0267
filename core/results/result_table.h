#pragma once

#include <span>
#include <string>

#include "core/results/run_folder.h"

namespace ballast {

enum class TableFormat { markdown, latex, csv };

/// One row a run: name, data, epochs, best and last balanced test accuracy (selected on test data),
/// majority and minority training accuracy, many / medium / few at the best epoch. Accuracies in %;
/// a missing value is "–" (empty in CSV).
std::string resultTable(std::span<const RunSummary> runs, TableFormat format);

}  // namespace ballast
