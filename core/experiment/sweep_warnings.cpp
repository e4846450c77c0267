#include "core/experiment/sweep_warnings.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <set>
#include <tuple>

#include "core/base/error.h"
#include "core/experiment/catalog.h"
#include "core/experiment/config_json.h"
#include "core/experiment/presets.h"
#include "core/experiment/sweep_points.h"

namespace ballast {
namespace {

std::string numberWord(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

/// "/phases/0/beta/gamma" taken apart.
struct PhaseParameter {
    std::size_t phase = 0;
    std::string term;
    std::string name;

    std::string in(const std::string& which) const {
        return "/phases/" + which + "/" + term + "/" + name;
    }
};

std::optional<PhaseParameter> phaseParameter(const std::string& pointer) {
    constexpr std::string_view prefix = "/phases/";
    if (!pointer.starts_with(prefix)) return std::nullopt;
    PhaseParameter parameter;
    const char* first = pointer.data() + prefix.size();
    const char* last = pointer.data() + pointer.size();
    const auto [end, error] = std::from_chars(first, last, parameter.phase);
    if (error != std::errc() || end == last || *end != '/') return std::nullopt;
    const std::string rest(end + 1, last);
    const std::size_t slash = rest.find('/');
    if (slash == std::string::npos) return std::nullopt;
    parameter.term = rest.substr(0, slash);
    parameter.name = rest.substr(slash + 1);
    return parameter;
}

const ClassRule& phaseRule(const Phase& phase, const std::string& term) {
    return term == "alpha" ? phase.alpha : term == "beta" ? phase.beta : phase.delta;
}

/// Phases that keep what an axis changes elsewhere.
void warnOfPhases(const Sweep& sweep, std::span<const SweepRun> runs,
                  std::vector<std::string>& warnings) {
    const auto isSet = [&](const std::string& pointer) {
        return std::ranges::any_of(sweep.axes, [&](const SweepAxis& axis) {
            return std::ranges::any_of(axis.pointers, [&](const std::string& named) {
                return meanTheSame(named, pointer) || pointer.starts_with(named + "/");
            });
        });
    };
    for (const SweepAxis& axis : sweep.axes) {
        for (const std::string& pointer : axis.pointers) {
            const auto set = phaseParameter(pointer);
            if (!set) continue;
            std::set<std::tuple<std::size_t, std::string, double>> kept;
            for (const SweepRun& run : runs) {
                const std::vector<Phase>& phases = run.config.phases;
                const ClassRule& rule = phaseRule(phases.at(set->phase), set->term);
                const auto value = rule.parameters.find(set->name);
                if (value == rule.parameters.end()) continue;
                for (std::size_t i = 0; i < phases.size(); ++i) {
                    const ClassRule& other = phaseRule(phases[i], set->term);
                    const auto there = other.parameters.find(set->name);
                    const bool differs = other.rule == rule.rule &&
                                         there != other.parameters.end() &&
                                         there->second != value->second;
                    if (differs) kept.insert({i, other.rule, there->second});
                }
            }
            for (const auto& [phase, rule, value] : kept) {
                const std::string keeps = set->in(std::to_string(phase));
                if (isSet(keeps)) continue;
                warnings.push_back("the axis " + pointer + " leaves " + keeps +
                                   " of the same rule (" + rule + ") at " + numberWord(value) +
                                   "; " + set->in("*") + " sets it in all phases");
            }
        }
    }
}

std::string dataLabel(const DataConfig& data) {
    const DatasetInfo* info = findDataset(data.dataset);
    const std::string label(info != nullptr ? std::string(info->label) : data.dataset);
    const std::string profile(nameOf(data.imbalance.profile));
    return label + ", " + profile +
           (data.imbalance.profile == Profile::none ? "" : " " + numberWord(data.imbalance.ratio));
}

/// A base that is a preset's config keeps the values of its own data.
void warnOfBase(const Sweep& sweep, std::span<const SweepRun> runs,
                std::vector<std::string>& warnings) {
    const bool other_data = std::ranges::any_of(sweep.axes, [](const SweepAxis& axis) {
        return std::ranges::any_of(axis.pointers, [](const std::string& pointer) {
            return pointer == "/data/dataset" || pointer == "/data/imbalance/profile" ||
                   pointer == "/data/imbalance/ratio";
        });
    });
    if (!sweep.methods.empty() || !other_data || !checkConfig(sweep.base).empty()) return;
    RunConfig base = configFromJson(sweep.base, "the base");
    const std::string own = dataLabel(base.data);
    // By its own name first: not every method stands in presets().
    const std::string method = givesPreset(base, base.name) ? base.name : presetOf(base);
    if (method.empty()) return;
    std::set<std::string> seen{own};
    std::string others;
    for (const SweepRun& run : runs) {
        const std::string data = dataLabel(run.config.data);
        if (!seen.insert(data).second) continue;
        base.data = run.config.data;
        if (!givesPreset(base, method)) others += (others.empty() ? "" : "; ") + data;
    }
    if (others.empty()) return;
    warnings.push_back("the base is the preset " + method + " for " + own +
                       " and keeps its values where the preset has others (" + others +
                       "); methods named under \"presets\" get the values of each data set, "
                       "profile and ratio");
}

}  // namespace

std::vector<std::string> sweepWarnings(const Sweep& sweep, std::span<const SweepRun> runs) {
    std::vector<std::string> warnings;
    warnOfPhases(sweep, runs, warnings);
    warnOfBase(sweep, runs, warnings);
    return warnings;
}

}  // namespace ballast
