#include "core/results/run_events.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "core/experiment/config_json.h"
#include "core/experiment/field_words.h"
#include "core/results/plateau.h"
#include "core/results/transition.h"

namespace ballast {
namespace {

using nlohmann::json;

std::string shortNumber(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

std::string valueWord(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.is_number() ? shortNumber(value.get<double>()) : value.dump();
}

std::string commaJoined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
}

std::optional<HistoryEvent> forkEvent(const RunDescription& run) {
    if (!run.parent.is_object() || !run.parent.contains("checkpoint")) return std::nullopt;
    const json from = run.parent.contains("run") ? run.parent["run"] : run.parent["checkpoint"];
    const json epoch = run.parent.value("epoch", json());
    const int at = epoch.is_number_integer() ? epoch.get<int>() : 0;
    const std::string name = std::filesystem::path(valueWord(from)).filename().string();
    return HistoryEvent{HistoryEvent::Kind::fork, at,
                        "forked from " + name + " at epoch " + std::to_string(at)};
}

/// The value of a phase's field before an edit, which split the phase at `epoch`; null where it is
/// not known.
json valueBefore(const RunConfig& config, int epoch, const std::string& pointer) {
    constexpr std::string_view kPhase = "/phase/";
    if (pointer == "/optimizer/lr") return learningRateAt(config, epoch - 1);
    if (!pointer.starts_with(kPhase)) return {};
    for (std::size_t p = 1; p < config.phases.size(); ++p) {
        if (config.phases[p].from != epoch) continue;
        const json::json_pointer place("/phases/" + std::to_string(p - 1) + "/" +
                                       pointer.substr(kPhase.size()));
        const json whole = toJson(config);
        return whole.contains(place) ? whole.at(place) : json();
    }
    return {};
}

std::vector<RunDifference> eventChanges(const RunConfig& config, const json& edit) {
    std::vector<RunDifference> changes;
    const int epoch = edit.value("epoch", 0);
    for (const json& setting : edit.value("settings", json::array())) {
        if (!setting.is_object() || !setting.contains("pointer")) continue;
        const std::string pointer = valueWord(setting["pointer"]);
        const json before = epoch > 0 ? valueBefore(config, epoch, pointer) : json();
        const bool known = before.is_primitive() && !before.is_null();
        changes.push_back({pointer,
                           epoch,
                           editedInWords(pointer),
                           {known ? valueWord(before) : std::string(),
                            valueWord(setting.value("value", json()))}});
    }
    if (edit.value("next_phase_now", false)) {
        changes.push_back({"", epoch, "next phase begins", {"", "yes"}});
    }
    return changes;
}

HistoryEvent editEvent(const RunConfig& config, const json& edit) {
    if (edit.contains("plateau")) {
        return {HistoryEvent::Kind::phase, edit.value("epoch", 0),
                "next phase: " + plateauInWords(edit.value("plateau", 0))};
    }
    std::vector<std::string> parts;
    for (const RunDifference& change : eventChanges(config, edit)) {
        const std::string& before = change.values.front();
        const std::string& after = change.values.back();
        parts.push_back(change.label + (change.pointer.empty() ? std::string()
                                        : before.empty()       ? " = " + after
                                                               : " " + before + " → " + after));
    }
    return {HistoryEvent::Kind::edit, edit.value("epoch", 0), "edit: " + commaJoined(parts)};
}

HistoryEvent phaseEvent(const Transition& transition) {
    std::vector<std::string> parts;
    for (const Transition::Change& change : transition.changes) {
        parts.push_back(change.what + " " + change.before + " → " + change.after);
    }
    const std::string name = transition.phase == 1
                                 ? "T₀ = " + std::to_string(transition.epoch)
                                 : "phase " + std::to_string(transition.phase + 1);
    return {HistoryEvent::Kind::phase, transition.epoch,
            name + (parts.empty() ? "" : ": " + commaJoined(parts))};
}

bool happensAt(std::span<const HistoryEvent> events, int epoch) {
    return std::ranges::find(events, epoch, &HistoryEvent::epoch) != events.end();
}

}  // namespace

const char* eventName(HistoryEvent::Kind kind) {
    constexpr const char* kNames[] = {"fork", "phase", "learning-rate", "edit", "best"};
    return kNames[static_cast<int>(kind)];
}

std::vector<HistoryEvent> describedEvents(const RunDescription& run) {
    std::vector<HistoryEvent> events;
    if (const auto fork = forkEvent(run)) events.push_back(*fork);
    std::vector<HistoryEvent> edits;
    for (const json& edit : run.edits) edits.push_back(editEvent(run.config, edit));
    for (const Transition& transition : transitions(run.config, {}, {})) {
        if (!happensAt(edits, transition.epoch)) events.push_back(phaseEvent(transition));
    }
    events.insert(events.end(), edits.begin(), edits.end());
    std::ranges::stable_sort(events, {}, &HistoryEvent::epoch);
    return events;
}

std::vector<RunDifference> editChanges(const RunDescription& run, int epoch) {
    std::vector<RunDifference> all;
    for (const json& edit : run.edits) {
        if (edit.value("epoch", 0) != epoch) continue;
        const std::vector<RunDifference> changes = eventChanges(run.config, edit);
        all.insert(all.end(), changes.begin(), changes.end());
    }
    return all;
}

void tellChosen(std::vector<HistoryEvent>& events, int epoch, const char* what, double value) {
    for (HistoryEvent& event : events) {
        if (event.kind == HistoryEvent::Kind::phase && event.epoch == epoch) {
            event.text += std::string("; the run chose ") + what + " = " + shortNumber(value);
        }
    }
}

std::vector<HistoryEvent> learningRateSteps(std::span<const double> rates,
                                            std::span<const HistoryEvent> told) {
    std::vector<HistoryEvent> steps;
    for (std::size_t e = 1; e < rates.size(); ++e) {
        const bool steps_here = rates[e] != rates[e - 1];
        const bool rests_before = e == 1 || rates[e - 1] == rates[e - 2];
        const bool rests_after = e + 1 == rates.size() || rates[e + 1] == rates[e];
        const auto epoch = static_cast<int>(e);
        if (!steps_here || !rests_before || !rests_after || std::isnan(rates[e] + rates[e - 1]) ||
            happensAt(told, epoch)) {
            continue;
        }
        steps.push_back(
            {HistoryEvent::Kind::learning_rate, epoch,
             "learning rate " + shortNumber(rates[e - 1]) + " → " + shortNumber(rates[e])});
    }
    return steps;
}

HistoryEvent bestEvent(int epochs_done, double balanced_test_accuracy) {
    char text[32];
    std::snprintf(text, sizeof text, "best %.1f %%", 100.0 * balanced_test_accuracy);
    return {HistoryEvent::Kind::best, epochs_done, text};
}

std::vector<HistoryEvent> runEvents(const RunDescription& run,
                                    std::span<const EpochRecord> records) {
    std::vector<HistoryEvent> events = describedEvents(run);
    std::vector<double> rates;
    const EpochRecord* before = nullptr;
    for (const EpochRecord& record : records) {
        rates.push_back(record.learning_rate);
        const auto tell = [&](const char* what, double EpochRecord::*value) {
            if (std::isnan(record.*value)) return;
            if (before != nullptr && before->*value == record.*value) return;
            tellChosen(events, record.epoch, what, record.*value);
        };
        tell("ν̂", &EpochRecord::nu);
        tell("τ̂", &EpochRecord::tau);
        before = &record;
    }
    const std::vector<HistoryEvent> steps = learningRateSteps(rates, events);
    events.insert(events.end(), steps.begin(), steps.end());
    if (const EpochRecord* best = bestRecord(records, run.config.training.selection)) {
        events.push_back(bestEvent(best->epoch + 1, best->balanced_test_accuracy));
    }
    std::ranges::stable_sort(events, {}, &HistoryEvent::epoch);
    return events;
}

}  // namespace ballast
