#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "core/experiment/sweep.h"

namespace ballast {

/// The fields that a pointer of an axis stands for in a config: itself, or, with "/phases/*/…",
/// that field of every phase; a rule's parameter ("/phases/*/beta/gamma") of every phase whose rule
/// has it. Throws ConfigError where no phase has it, or where it cannot be the same in all phases.
std::vector<std::string> fieldsMeant(const nlohmann::json& config, const std::string& pointer);

/// Whether two pointers of axes would set the same field.
bool meanTheSame(const std::string& a, const std::string& b);

/// The configs that a sweep's axes begin with: its base, or for each method the preset for the data
/// and epochs that base and axes set, with the base's fields in it.
class StartingPoints {
public:
    explicit StartingPoints(const Sweep& sweep);

    /// Where axis a takes its value at[a]; `method` is null without presets. Throws ConfigError
    /// where there is no such preset.
    const nlohmann::json& of(const std::string* method, const std::vector<std::size_t>& at);

    /// Whether a preset has taken the axis's value of that field, which is not to be set again:
    /// the epochs, to which a second stage adds its own.
    bool taken(const std::string& pointer, const nlohmann::json& value) const;

private:
    const Sweep& sweep_;
    PresetRequest request_;  // the sweep's, as its base changes it
    nlohmann::json base_;    // without the epochs that the request says
    std::map<std::tuple<std::string, std::string, std::string, double, int>, nlohmann::json> known_;
};

}  // namespace ballast
