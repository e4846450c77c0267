#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/config.h"

namespace ballast {

/// What a preset is asked for: a method, and the data it meets. Empty or 0: the protocol's own.
struct PresetRequest {
    std::string method = "CE";  // see presets() and presetGrammar()
    std::string dataset = "cifar10";
    std::string profile;   // long-tailed | step | none
    double ratio = 0.0;    // imbalance ratio
    std::string protocol;  // see protocols()
    int epochs = 0;        // the schedule's milestones scale with them
};

/// A named method with what people read about it.
struct PresetInfo {
    std::string_view name;
    std::string_view group;  // Baselines | Re-weighting | The paper's | With SAM | Second stage
    std::string_view help;
};

/// The methods people choose from; every row of the paper's Table 1 is among them.
std::span<const PresetInfo> presets();

/// How methods are put together, for help and messages:
/// BASE[+TLA][+RW|+DRW|+ADRW|+Auto-ADRW|+Auto-LA|+None][+SAM].
std::string presetGrammar();

struct ProtocolInfo {
    std::string_view name;
    std::string_view help;
};
/// How long and with what a method is trained, e.g. "paper-200".
std::span<const ProtocolInfo> protocols();

/// The protocol that a request means: the one it names, or the data set's own. Throws ConfigError
/// for an unknown one.
std::string presetProtocol(const PresetRequest& request);

/// The plain config of a method, to read, edit and save. Hyper-parameters are those of the authors'
/// script for the data set, profile and ratio where it has them, otherwise the nearest known;
/// presetNotes() says which.
/// Throws ConfigError naming the unknown part and the nearest known.
RunConfig presetConfig(const PresetRequest& request);

/// Where the values of presetConfig(request) are not what its name promises: taken from the nearest
/// data or protocol that has any, ours, or other than a command line of the authors names. A
/// sentence each; throws as presetConfig.
std::vector<std::string> presetNotes(const PresetRequest& request);

/// `preset` taken over into `before`: each field is the preset's or stays as it was, as SetBy in
/// config_fields.h says; fields of protocols change only where `with_protocol`.
RunConfig takenOver(const RunConfig& before, RunConfig preset, bool with_protocol);

/// Whether the method of that name gives `config`'s loss, head and phases on its data, whenever
/// they begin.
bool givesPreset(const RunConfig& config, std::string_view name);

/// The name of the first method that gives `config`'s loss, head and phases on its data, whenever
/// they begin, or "".
std::string presetOf(const RunConfig& config);

}  // namespace ballast
