#pragma once

#include "core/runs/learning.h"

namespace ballast {

/// What Learning's members of the same name do; see core/runs/learning.h.
CheckpointInfo inspectCheckpoint(const CheckpointSource& source);
Evaluation evaluateCheckpoint(const EvaluationRequest& request, const DataStore& store);
void adoptCheckpoint(const CheckpointSource& from, const RunConfig& config, int epochs_done,
                     const std::filesystem::path& to);
CheckpointInfo exportWeights(const CheckpointSource& from, const std::filesystem::path& to);

}  // namespace ballast
