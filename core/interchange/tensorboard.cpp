#include "core/interchange/tensorboard.h"

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/experiment/config_json.h"
#include "core/experiment/imbalance.h"
#include "core/interchange/event_file.h"

namespace ballast {
namespace {

constexpr std::size_t kMostClassTags = 100;

/// Of "2026-11-27T18:57:18Z"; 0 where it is no such time.
std::int64_t secondsSince1970(const std::string& time) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (std::sscanf(time.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d", &year, &month, &day, &hour, &minute,
                    &second) != 6) {
        return 0;
    }
    const std::chrono::sys_days date =
        std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
    return std::chrono::sys_seconds(date).time_since_epoch().count() + std::int64_t{3600} * hour +
           60 * minute + second;
}

void addStatistics(EventFile& events, const std::string& of, std::int64_t step,
                   const ClassStatistics& statistics, const std::vector<bool>& majority) {
    events.scalar(of + "/majority_accuracy", step, statistics.majority_accuracy);
    events.scalar(of + "/minority_accuracy", step, statistics.minority_accuracy);
    events.scalar(of + "/accuracy_ratio", step, statistics.accuracyRatio());
    if (statistics.min_logit.size() != majority.size()) return;
    const GroupMeans logits = groupMeans(statistics.min_logit, majority);
    events.scalar(of + "/majority_min_logit", step, logits.majority);
    events.scalar(of + "/minority_min_logit", step, logits.minority);
}

void addEpoch(EventFile& events, const RunDescription& run, const EpochRecord& record,
              const std::vector<bool>& majority) {
    const std::int64_t step = record.epoch + 1;
    events.scalar("test/balanced_accuracy", step, record.balanced_test_accuracy);
    events.scalar("test/many", step, record.shots.many);
    events.scalar("test/medium", step, record.shots.medium);
    events.scalar("test/few", step, record.shots.few);
    events.scalar("validation/balanced_accuracy", step, record.balanced_validation_accuracy);
    events.scalar("training/loss", step, record.loss);
    addStatistics(events, "training", step, record.streaming, majority);
    if (record.exact) addStatistics(events, "training_exact", step, *record.exact, majority);
    events.scalar("schedule/learning_rate", step, record.learning_rate);
    events.scalar("schedule/weight_decay", step, record.weight_decay);
    events.scalar("schedule/phase", step, record.phase + 1);
    events.scalar("schedule/nu", step, record.nu);
    events.scalar("schedule/tau", step, record.tau);
    if (record.test_accuracy.size() > kMostClassTags) return;
    for (std::size_t y = 0; y < record.test_accuracy.size(); ++y) {
        const std::string name = className(run, y);
        events.scalar(
            "test_accuracy_of_class/" + std::to_string(y) + (name.empty() ? "" : " " + name), step,
            record.test_accuracy[y]);
    }
}

/// Every value of the config under its JSON pointer, without the first slash.
std::map<std::string, HyperParameter> parametersOf(const RunConfig& config) {
    std::map<std::string, HyperParameter> parameters;
    const nlohmann::json flat = nlohmann::json(toJson(config)).flatten();
    for (const auto& [pointer, value] : flat.items()) {
        const std::string name = pointer.substr(1);
        if (value.is_boolean()) parameters[name] = value.get<bool>();
        if (value.is_number()) parameters[name] = value.get<double>();
        if (value.is_string()) parameters[name] = value.get<std::string>();
    }
    return parameters;
}

}  // namespace

std::string tensorboardEvents(const RunSummary& run) {
    EventFile events(static_cast<double>(secondsSince1970(run.description.created)));
    events.sessionStart(parametersOf(run.description.config));
    const std::vector<bool> majority = majorityClasses(run.description.class_counts);
    for (const EpochRecord& record : run.records) {
        addEpoch(events, run.description, record, majority);
    }
    const RunState state = run.status.state;
    if (state == RunState::finished) events.sessionEnd(true);
    if (state == RunState::failed || state == RunState::diverged) events.sessionEnd(false);
    return events.bytes();
}

void updateTensorboardFile(const std::filesystem::path& folder, const RunSummary& run) {
    const std::filesystem::path file = tensorboardFile(folder, run);
    makeFolders(file.parent_path());
    const std::string all = tensorboardEvents(run);
    std::string before = std::filesystem::exists(file) ? readFile(file) : std::string();
    if (before.empty() || before.size() > all.size() || !all.starts_with(before)) {
        replaceFile(file, all);  // of a run that was changed
    } else if (before.size() < all.size()) {
        appendToFile(file, all.substr(before.size()));
    }
}

std::filesystem::path tensorboardFile(const std::filesystem::path& folder, const RunSummary& run) {
    return folder / run.id /
           ("events.out.tfevents." + std::to_string(secondsSince1970(run.description.created)) +
            ".ballast");
}

}  // namespace ballast
