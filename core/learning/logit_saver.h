#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "core/data/data_store.h"
#include "core/runs/learning.h"

namespace ballast {

/// See Learning::saveLogits.
std::vector<std::string> saveLogits(const LogitsRequest& request, const DataStore& store,
                                    const std::atomic<bool>& cancelled);

}  // namespace ballast
