#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/catalog.h"
#include "core/experiment/config.h"

namespace ballast {

inline constexpr int kConfigFormat = 1;

/// The config as JSON, every default written out.
nlohmann::ordered_json toJson(const RunConfig& config);

/// The config as a text that is the same for equal configs, whatever version wrote them: as above,
/// but without the later fields (Field::later) where they have their defaults.
std::string identityText(const RunConfig& config);
/// Takes these fields out of a config that toJson() wrote, now or earlier.
void leaveOutLaterDefaults(nlohmann::json& config);

/// Everything wrong with a config, each with its JSON pointer, the value, what is allowed, and for
/// an unknown key the nearest known one. Empty: configFromJson will succeed.
std::vector<Problem> checkConfig(const nlohmann::json& config);

/// The config that `json` says; what it leaves out has the defaults of config.h.
/// Throws ConfigError with all problems of checkConfig; `subject` names the source ("cb.json").
RunConfig configFromJson(const nlohmann::json& json, const std::string& subject);

/// The "loss" and "phases" of a config or of a loss file; `epochs` is how many there are (a phase
/// must begin before). Appends to `problems`, with pointers /loss/… and /phases/….
struct LossAndPhases {
    LossConfig loss;
    std::vector<Phase> phases{Phase{}};
};
LossAndPhases lossAndPhasesFromJson(const nlohmann::json& object, int epochs,
                                    std::vector<Problem>& problems);

/// Whether a device can be called so: "auto", "cpu", "cuda", "cuda:0" …
bool isDeviceName(const std::string& name);

}  // namespace ballast
