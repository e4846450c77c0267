#include "core/analysis/figure_field.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/analysis/config_place.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/nearest_word.h"
#include "core/experiment/field_words.h"
#include "core/experiment/sweep.h"

namespace ballast {
namespace {

/// The number at the start of `digits`, which must be all of it.
std::optional<std::size_t> indexIn(std::string_view digits) {
    std::size_t index = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return std::nullopt;
    return index;
}

FieldValue phaseStart(const IndexedRun& run, std::size_t phase) {
    const auto& phases = run.description.config.phases;
    if (!run.error.empty() || phase == 0 || phase >= phases.size()) return {};
    return double(phases[phase].from);
}

FieldValue accuracyRatio(const IndexedRun& run) {
    const auto best = run.error.empty() ? run.bestEpoch() : std::nullopt;
    if (!best) return {};
    const EpochScalars& epoch = run.epochs[*best];
    double ratio = epoch.exact_minority_accuracy / epoch.exact_majority_accuracy;
    if (std::isnan(ratio)) ratio = epoch.minority_accuracy / epoch.majority_accuracy;
    return std::isfinite(ratio) ? FieldValue(ratio) : FieldValue();
}

/// The index of "class:K"; nothing for another name.
std::optional<std::size_t> classNamed(const std::string& name) {
    if (!name.starts_with("class:")) return std::nullopt;
    const auto index = indexIn(std::string_view(name).substr(6));
    if (!index) throw ConfigError("\"" + name + "\": expected class:K, a class counted from 0");
    return index;
}

/// The run's folder has what the index leaves out.
FieldValue accuracyOfClass(const IndexedRun& run, std::size_t y) {
    const auto best = run.error.empty() ? run.bestEpoch() : std::nullopt;
    if (!best) return {};
    std::ifstream records(run.folder / "epochs.jsonl", std::ios::binary);
    std::string line;
    for (std::size_t epoch = 0; epoch <= *best; ++epoch) {
        if (!std::getline(records, line)) return {};
    }
    const auto value = jsonOrDiscarded(line);
    if (value.is_discarded()) return {};
    try {
        const EpochRecord record = recordFromJson(value);
        const bool there = record.epoch == static_cast<int>(*best) &&
                           y < record.test_accuracy.size() && !std::isnan(record.test_accuracy[y]);
        return there ? FieldValue(record.test_accuracy[y]) : FieldValue();
    } catch (const Error&) {  // damaged since the index read it
        return {};
    }
}

/// The index of "T0:K"; nothing for another name.
std::optional<std::size_t> phaseNamed(const std::string& name) {
    if (!name.starts_with("T0:")) return std::nullopt;
    const auto phase = indexIn(std::string_view(name).substr(3));
    if (!phase || *phase == 0 || *phase > 1000) {
        throw ConfigError("\"" + name +
                          "\": expected T0:K, a phase counted from 0 as in the config, from 1 on");
    }
    return phase;
}

}  // namespace

std::function<bool(const IndexedRun&)> figureCondition(const std::string& text) {
    return runCondition(text, [](const std::string& name) { return figureField(name).field; });
}

bool hasExactRatio(const IndexedRun& run) {
    const auto best = run.bestEpoch();
    return best && !std::isnan(run.epochs[*best].exact_minority_accuracy /
                               run.epochs[*best].exact_majority_accuracy);
}

std::vector<std::string> FigureField::pointersOf(const IndexedRun& run) const {
    const std::string& name = field.name;
    if (name.starts_with('/')) return {name};
    if (name == "data") {
        return {"/data/dataset", "/data/imbalance/profile", "/data/imbalance/ratio"};
    }
    if (name == "epochs") return {"/training/epochs"};
    if (name.starts_with("T0")) {
        const std::size_t last = run.description.config.phases.size() - 1;
        return {"/phases/" + std::to_string(phaseNamed(name).value_or(last)) + "/from"};
    }
    return {};
}

FigureField figureField(const std::string& name) {
    if (name.starts_with('/')) {
        return {{name, [place = ConfigPlace(name)](const IndexedRun& run) {
                     return run.error.empty() ? place.valueIn(run.description.config)
                                              : FieldValue();
                 }}};
    }
    if (name == "T0") {
        return {{name, [](const IndexedRun& run) {
                     return phaseStart(run, run.description.config.phases.size() - 1);
                 }}};
    }
    if (const auto phase = phaseNamed(name)) {
        return {{name, [phase = *phase](const IndexedRun& run) { return phaseStart(run, phase); }}};
    }
    if (name == "ratio") return {{name, accuracyRatio}};
    if (const auto y = classNamed(name)) {
        return {{name, [y = *y](const IndexedRun& run) { return accuracyOfClass(run, y); }}};
    }
    if (name == "method") {
        // A sweep's runs carry their method in their name; the others are worth remembering.
        return {{name, [slow = runField(name)](const IndexedRun& run) {
                     const std::string& own = run.description.config.name;
                     const std::size_t label = own.find(kNameSeparator);
                     if (!run.error.empty() || label == std::string::npos || label == 0) {
                         return slow.of(run);
                     }
                     return FieldValue(own.substr(0, label));
                 }}};
    }
    try {
        return {runField(name)};
    } catch (const ConfigError&) {
        const std::string nearest = nearestWord(name, {"T0", "ratio", "class:0"});
        if (nearest.empty()) throw;
        throw ConfigError("no field \"" + name + "\" of a run; did you mean " + nearest + "?");
    }
}

std::string figureFieldLabel(const std::string& name) {
    if (name.starts_with('/')) return fieldInWords(name);
    if (name == "T0") return "T₀, the last phase's first epoch";
    if (name.starts_with("T0:")) {
        return "first epoch of phase " + std::to_string(phaseNamed(name).value_or(0) + 1);
    }
    if (name == "method" || name == "data") return name;
    if (name == "ratio") return "minority over majority training accuracy, best epoch";
    if (name.starts_with("class:"))
        return "test accuracy of class " + name.substr(6) + ", best epoch";
    if (name == "best") return "balanced test accuracy, best epoch";
    if (name == "last") return "balanced test accuracy, last epoch";
    if (name.starts_with("at:"))
        return "balanced test accuracy after " + name.substr(3) + " epochs";
    for (const ResultFieldInfo& field : resultFields()) {
        if (field.name == name) return std::string(field.help);
    }
    return name;
}

int betterDirection(const std::string& name) {
    if (name == "loss") return -1;
    return isAccuracyField(name) ? 1 : 0;
}

}  // namespace ballast
