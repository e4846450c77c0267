#pragma once

#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/config.h"

namespace ballast {

// What the fields of a config cannot say one by one: how they fit together. Each appends to
// `problems`, with JSON pointers.

/// Order of the phases, and what the loss leaves them; `epochs` is how many there are.
void checkPhases(const std::vector<Phase>& phases, const LossConfig& loss, int epochs,
                 std::vector<Problem>& problems);

/// A whole config whose fields are each right.
void checkMeaning(const RunConfig& config, std::vector<Problem>& problems);

/// What is wrong with a new run's class weights: with the weighted mean, a batch of images whose
/// weights are all 0 has the loss 0/0. Runs of earlier versions may have such weights.
std::vector<Problem> checkClassWeights(const RunConfig& config);

/// What is wrong with a config's lists of one number per class where `dataset` (its label) has
/// `classes` classes. Part of checkMeaning where the catalogue says how many there are.
std::vector<Problem> checkClassLists(const RunConfig& config, std::size_t classes,
                                     std::string_view dataset);

}  // namespace ballast
