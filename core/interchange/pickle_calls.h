#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/interchange/pickle.h"

namespace ballast {

/// The classes and functions a checkpoint may name, "module.name", and what calling them makes.
/// All throw CheckpointError where the arguments are not PyTorch's.

/// Whether a pickle may name this class or function at all.
bool mayBeNamed(std::string_view global);

/// Whether it is a class of plain data whose instances are skipped.
bool isInert(std::string_view global);

/// The storage with that ID: ("storage", type, name, device it was on, elements), before PyTorch
/// 1.6 with None behind it. The device is of no consequence.
PickleValue storageFrom(const PickleValue& id);

/// What a call of an allowed function with these arguments returns.
PickleValue resultOf(const std::string& function, const std::vector<const PickleValue*>& arguments);

/// Throws CheckpointError: "is truncated or damaged: its pickle " and `what`.
[[noreturn]] void damaged(const std::string& what);

}  // namespace ballast
