#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/config.h"
#include "core/experiment/presets.h"

namespace ballast {

inline constexpr int kSweepFormat = 1;

/// Values that fields take together: point i sets each of `pointers` to its values[i].
struct SweepAxis {
    std::vector<std::string> pointers;
    std::vector<std::vector<nlohmann::json>> values;  // [pointer][point]
    std::size_t size() const { return values.empty() ? 0 : values.front().size(); }
};

/// A sweep: a base config or presets, axes, and seeds.
///
///     {"format": 1, "name": "nu", "base": {…},
///      "axes": {"/phases/1/alpha/nu": [0, 0.15, 0.5],
///               "/training/batch_size": {"from": 64, "to": 256, "count": 3, "scale": "log"}},
///      "seeds": [0, 1, 2]}
///
/// An axis is a list of values or a range: {"from", "to", "step"} or {"from", "to", "count"}, with
/// "scale": "log" in equal ratios. "axes" may also be a list of such objects; pointers in one
/// object of that list go together (a T₀ and the learning-rate step that follows it).
/// "/phases/*/beta/gamma" is γ in every phase whose rule has one, "/phases/*/sam_radius" the radius
/// of all phases.
///
/// "presets": {"methods": ["CE", "CE+DRW"], "dataset", "profile", "ratio", "protocol", "epochs"} is
/// an axis over methods, and "base" then says what to change in each. Where base or an axis sets
/// data set, profile, ratio or epochs, the preset is that for them, with all of its values. "seeds"
/// is a list or {"from", "count"}.
struct Sweep {
    std::string name;
    nlohmann::json base = nlohmann::json::object();
    std::vector<std::string> methods;  // presets; empty: `base` is the config
    PresetRequest presets;             // its method is not looked at
    std::vector<SweepAxis> axes;
    std::vector<std::uint64_t> seeds;  // empty: the base's

    /// How many runs it has.
    std::uint64_t size() const;

    /// Epochs that these would take alone, each as long as the first; without expanding it.
    std::uint64_t epochsAlone() const;
};

/// Between the base's name and what tells a run of a sweep from the others, in the run's name:
/// "VS+ADRW · ν = 0.15 · seed 3".
inline constexpr std::string_view kNameSeparator = " · ";

/// One run of a sweep, with the values that tell it from the others, for people: "ν = 0.15". An
/// axis with a single value tells none apart and is left out.
struct SweepRun {
    RunConfig config;
    nlohmann::json given;
    std::string label;
};

/// Reads a sweep. Throws ConfigError with every problem: keys, pointers that name no field, empty
/// axes, bad ranges, presets. `subject` names the source.
Sweep sweepFromJson(const nlohmann::json& json, const std::string& subject);

/// Its runs: methods outermost, then the axes in their order, seeds innermost; runs that would be
/// the same stand once. Throws ConfigError with every problem of every value.
std::vector<SweepRun> sweepRuns(const Sweep& sweep);

/// Beyond this many runs a sweep asks before it begins.
inline constexpr std::uint64_t kManyRuns = 10'000;

}  // namespace ballast
