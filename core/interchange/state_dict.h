#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/interchange/pickle.h"

namespace ballast {

/// The weights in what torch.save was given.
struct StateDict {
    std::string entry;  // that holds them, "state_dict"; empty: they are all there is
    std::vector<std::pair<std::string, const PickleValue*>> tensors;  // in their order
};

/// Finds them: the tensors themselves, or those under an entry of a usual name (state_dict,
/// model_state_dict, model, net, state_dict_best, …), or in the only entry with tensors. An entry
/// may hold a model in parts, {"feat_model": {…}, "classifier": {…}}: their tensors are put
/// together, and those of a part called classifier, fc, head or linear are the last layer's,
/// "linear.weight". What wrappers put before a name ("module.", "_orig_mod.") is left out, and
/// whatever else than tensors lies among them. Throws CheckpointError with the end of a sentence
/// that begins with the file's name.
StateDict findStateDict(const PickleValue& root);

/// A tensor's name without what DataParallel and torch.compile put before it, however often.
std::string plainName(std::string name);

}  // namespace ballast
