#include "core/analysis/hidden_differences.h"

#include <algorithm>
#include <deque>
#include <set>

#include "core/analysis/config_place.h"
#include "core/experiment/config_json.h"
#include "core/results/run_folder.h"

namespace ballast {
namespace {

constexpr std::size_t kShownValues = 6;

/// Finds fields that differ from the first run's config, each once.
class Comparison {
public:
    Comparison(const IndexedRun& first, std::span<const FigureField> shown)
        : first_(first.description.config), shown_(shown) {
        plain(first_);
        identity_ = dataIdentity(first.description);
    }

    void add(const IndexedRun& run) {
        RunConfig config = run.description.config;
        plain(config);
        config.data.folder = first_.data.folder;
        if (dataIdentity(run.description) != identity_) found_.insert("/data/folder");
        stepsWithPhases(config);
        for (const FigureField& field : shown_) {
            for (const std::string& pointer : field.pointersOf(run)) {
                placeOf(pointer).makeSame(config, first_);
            }
        }
        if (config.phases.size() != first_.phases.size()) {
            found_.insert("/phases");
            config.phases = first_.phases;
        }
        if (config.lr_schedule.steps.size() != first_.lr_schedule.steps.size()) {
            found_.insert("/lr_schedule/steps");
            config.lr_schedule.steps = first_.lr_schedule.steps;
        }
        // What is known to differ hides nothing, and the slow way is gone once a field.
        for (const ConfigPlace& place : differing_) place.makeSame(config, first_);
        if (!(config == first_)) findDiffering(config);
    }

    const std::set<std::string>& found() const { return found_; }

private:
    static void plain(RunConfig& config) {
        config.name.clear();
        config.training.seed = 0;
    }

    const ConfigPlace& placeOf(const std::string& pointer) {
        const auto known = std::ranges::find(places_, pointer, &ConfigPlace::pointer);
        return known != places_.end() ? *known : places_.emplace_back(pointer);
    }

    /// A step that begins with a phase in both configs begins where the first run's does.
    void stepsWithPhases(RunConfig& config) const {
        auto& steps = config.lr_schedule.steps;
        const auto& others = first_.lr_schedule.steps;
        for (std::size_t i = 0; i < std::min(steps.size(), others.size()); ++i) {
            for (std::size_t k = 1; k < std::min(config.phases.size(), first_.phases.size()); ++k) {
                if (config.phases[k].from == steps[i].from &&
                    first_.phases[k].from == others[i].from) {
                    steps[i].from = others[i].from;
                    break;
                }
            }
        }
    }

    void differs(const std::string& pointer) {
        if (found_.insert(pointer).second) differing_.emplace_back(pointer);
    }

    void findDiffering(const RunConfig& config) {
        for (const Field& field : configFields()) {
            const std::string_view list = listOf(field);
            const std::size_t size = list.empty() ? 1 : listSize(config, list);
            for (std::size_t i = 0; i < size; ++i) {
                const auto own = field.access.get(config, i);
                const auto other = field.access.get(first_, i);
                if (own == other) continue;
                std::string pointer(field.pointer);
                if (!list.empty()) pointer.replace(list.size() + 1, 1, std::to_string(i));
                const bool same_rule = field.type == FieldType::class_rule && own.is_object() &&
                                       other.is_object() && own["rule"] == other["rule"];
                if (!same_rule) {
                    differs(pointer);
                    continue;
                }
                for (const auto& [key, value] : own.items()) {
                    if (value != other.value(key, nlohmann::ordered_json())) {
                        differs(pointer + "/" + key);
                    }
                }
            }
        }
    }

    RunConfig first_;
    std::string identity_;
    std::span<const FigureField> shown_;
    std::deque<ConfigPlace> places_;      // of what is shown; addresses stay
    std::vector<ConfigPlace> differing_;  // of what is found
    std::set<std::string> found_;
};

/// What a run has at a pointer that differs, for people.
std::string placeValue(const IndexedRun& run, const std::string& pointer,
                       const std::optional<ConfigPlace>& place) {
    const RunConfig& config = run.description.config;
    if (pointer == "/phases") return std::to_string(config.phases.size());
    if (pointer == "/lr_schedule/steps") return std::to_string(config.lr_schedule.steps.size());
    if (pointer == "/data/folder") return config.data.folder;
    const std::string text = valueText(place->valueIn(config));
    return text.empty() ? "–" : text;
}

/// Adds a value that is not there yet, while there is room.
void addValue(std::vector<std::string>& values, std::string value) {
    if (values.size() >= kShownValues || std::ranges::find(values, value) != values.end()) return;
    values.push_back(std::move(value));
}

}  // namespace

std::vector<HiddenDifference> hiddenDifferences(std::span<const PointRuns> points,
                                                std::span<const FigureField> shown) {
    std::vector<HiddenDifference> differences;
    const auto first = std::ranges::find_if(points, [](const auto& runs) { return !runs.empty(); });
    if (first == points.end()) return differences;
    Comparison comparison(*first->front(), shown);
    for (const PointRuns& runs : points) {
        for (const IndexedRun* run : runs) comparison.add(*run);
    }
    for (const std::string& pointer : comparison.found()) {
        HiddenDifference difference{pointer, {}, false};
        std::optional<ConfigPlace> place;
        if (pointer != "/phases" && pointer != "/lr_schedule/steps") place.emplace(pointer);
        std::vector<std::string> mixed;  // values of points that have several
        for (const PointRuns& runs : points) {
            std::vector<std::string> own;
            for (const IndexedRun* run : runs) addValue(own, placeValue(*run, pointer, place));
            for (const std::string& value : own) {
                addValue(difference.values, value);
                if (own.size() > 1) addValue(mixed, value);
            }
        }
        difference.within_a_point = !mixed.empty();
        if (difference.within_a_point) difference.values = std::move(mixed);
        differences.push_back(std::move(difference));
    }
    return differences;
}

}  // namespace ballast
