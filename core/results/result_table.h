#pragma once

#include <span>
#include <string>

#include "core/results/run_index.h"
#include "core/results/table_text.h"

namespace ballast {

/// One row a run: name, data, epochs, best and last balanced test accuracy (selected on test data),
/// majority and minority training accuracy, many / medium / few at the best epoch. Accuracies in %;
/// a missing value is "–" (empty in CSV).
std::string resultTable(std::span<const RunSummary> runs, TableFormat format);
std::string resultTable(std::span<const IndexedRun* const> runs, TableFormat format);

}  // namespace ballast
