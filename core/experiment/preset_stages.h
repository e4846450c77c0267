#pragma once

#include <string_view>

#include "core/experiment/config.h"

namespace ballast {

/// Appends the second stage of a method (cRT, LWS, tau-norm, NCM, WB, DisAlign, MiSLAS or a plain
/// form) to the config of its first: a short phase on the trained backbone, after all epochs. WB
/// sets the first stage too.
void addSecondStage(std::string_view base, RunConfig& config);

}  // namespace ballast
