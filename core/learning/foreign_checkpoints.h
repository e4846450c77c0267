#pragma once

#include "core/runs/learning.h"

namespace ballast {

/// What Learning's members of the same name do; see core/runs/learning.h.
CheckpointInfo inspectCheckpoint(const std::filesystem::path& file);
Evaluation evaluateCheckpoint(const EvaluationRequest& request, const DataStore& store);
void adoptCheckpoint(const std::filesystem::path& from, const RunConfig& config, int epochs_done,
                     const std::filesystem::path& to);
void exportWeights(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace ballast
