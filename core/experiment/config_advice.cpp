#include "core/experiment/config_advice.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace ballast {
namespace {

using nlohmann::json;

std::optional<int> wholeAt(const json& config, const std::string& pointer) {
    const json::json_pointer at(pointer);
    if (!config.contains(at) || !config.at(at).is_number_integer()) return std::nullopt;
    return config.at(at).get<int>();
}

std::string stepPointer(std::size_t index) {
    return "/lr_schedule/steps/" + std::to_string(index) + "/from";
}

}  // namespace

std::vector<std::string> adviceOn(const RunConfig& config) {
    std::vector<std::string> advice;
    const int epochs = config.training.epochs;
    const std::string end = ": training ends after " + std::to_string(epochs) + " epochs.";
    const auto ends = std::ranges::find_if(config.phases, [](const Phase& phase) {
        return phase.lr_schedule != PhaseSchedule::continued;
    });
    for (const LrStep& step : config.lr_schedule.steps) {
        if (ends != config.phases.end() && step.from >= ends->from && step.from < epochs) {
            advice.push_back(
                "The learning-rate step at epoch " + std::to_string(step.from) +
                " has no effect: phase " + std::to_string(ends - config.phases.begin() + 1) +
                " begins a schedule of its own at epoch " + std::to_string(ends->from) + ".");
        }
        if (step.from < epochs) continue;
        advice.push_back("The learning-rate step at epoch " + std::to_string(step.from) +
                         " has no effect" + end);
    }
    if (config.lr_schedule.warmup_epochs > epochs) {
        advice.push_back("The warm-up of " + std::to_string(config.lr_schedule.warmup_epochs) +
                         " epochs does not reach its end" + end);
    }
    return advice;
}

std::vector<Setting> stepsThatFollow(const RunConfig& before, const json& now) {
    std::vector<Setting> moves;
    const std::vector<LrStep>& steps = before.lr_schedule.steps;
    const json::json_pointer list("/lr_schedule/steps");
    if (!now.contains(list) || !now.at(list).is_array() || now.at(list).size() != steps.size()) {
        return moves;
    }
    for (std::size_t i = 1; i < before.phases.size(); ++i) {
        const int from = before.phases[i].from;
        const auto to = wholeAt(now, "/phases/" + std::to_string(i) + "/from");
        if (!to || *to == from) continue;
        const auto step = std::ranges::find(steps, from, &LrStep::from);
        if (step == steps.end()) continue;
        const auto index = static_cast<std::size_t>(step - steps.begin());
        // One that the same edit has moved, or that would meet another, stays where it is.
        if (wholeAt(now, stepPointer(index)) != from) continue;
        if (std::ranges::find(steps, *to, &LrStep::from) != steps.end()) continue;
        moves.push_back({stepPointer(index), *to});
    }
    return moves;
}

}  // namespace ballast
