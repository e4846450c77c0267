#pragma once

#include <optional>
#include <thread>

#include "core/runs/learning.h"

namespace ballast {

/// Training with LibTorch. Loads libballast_learning, and Torch with it, on first use (about half a
/// second). Every member throws DeviceError where the library cannot be loaded.
const Learning& learningLibrary();

/// The thread that has loaded the library; nothing while it is not loaded. Never loads it.
std::optional<std::thread::id> learningLoadedBy();

}  // namespace ballast
