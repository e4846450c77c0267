#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "core/data/data_store.h"
#include "core/learning/models/network.h"
#include "core/results/saved_logits.h"
#include "core/runs/learning.h"

namespace ballast {

/// What the logits of a run are of, without any yet.
SavedLogits emptyLogits(const RunDescription& run, int epochs_done, const Head& head);

/// Whether the logits of so many training images are saved too; see kMostTrainingLogits.
bool savesTraining(std::int64_t images, std::int64_t classes);

/// See Learning::saveLogits.
std::vector<std::string> saveLogits(const LogitsRequest& request, const DataStore& store,
                                    const std::atomic<bool>& cancelled);

}  // namespace ballast
