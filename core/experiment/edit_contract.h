#pragma once

#include <vector>

#include "core/experiment/config_edit.h"

namespace ballast {

/// Which element of the old config each phase and step of the new one was; −1: none.
struct EditOrigins {
    std::vector<int> phases;
    std::vector<int> steps;
};

/// Two configs that train alike before `epoch`.
struct EditSides {
    const RunConfig& before;
    const RunConfig& after;
    int epoch;
    const EditOrigins& origins;
};

/// What the new config takes over from the old one, what it changes, and what is made anew.
std::vector<ContractRow> editContract(const EditSides& sides);

}  // namespace ballast
