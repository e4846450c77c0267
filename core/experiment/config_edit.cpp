#include "core/experiment/config_edit.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/base/error.h"
#include "core/base/text_encoding.h"
#include "core/experiment/class_terms.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_settings.h"
#include "core/experiment/edit_contract.h"
#include "core/experiment/epoch_tree.h"

namespace ballast {
namespace {

using nlohmann::json;

constexpr const char* kThePhase = "/phase/";
constexpr const char* kPhaseFields = "/phases/";
constexpr const char* kSteps = "/lr_schedule/steps/";

std::string shown(const json& value) {
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    return text.size() > 60 ? std::string(beginningOf(text, 57)) + "..." : text;
}

std::string doneText(int epochs) {
    return epochs == 1 ? "the first epoch was"
                       : "the first " + std::to_string(epochs) + " epochs were";
}

/// "/phases/1/alpha/nu" under "/phases/" is element 1 and "alpha/nu".
struct ListPlace {
    std::size_t index = 0;
    std::string key;
};

std::optional<ListPlace> placeInList(const std::string& list, const std::string& pointer) {
    if (!pointer.starts_with(list)) return std::nullopt;
    const std::string rest = pointer.substr(list.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string::npos || slash == 0 || slash > 6) return std::nullopt;
    if (rest.find_first_not_of("0123456789") != slash) return std::nullopt;
    return ListPlace{std::stoul(rest.substr(0, slash)), rest.substr(slash + 1)};
}

/// A whole number where `value` is one that an epoch can be.
std::optional<int> epochHolding(const json& value) {
    if (!value.is_number()) return std::nullopt;
    const double number = value.get<double>();
    if (number != static_cast<double>(static_cast<std::int64_t>(number)) || number < 0.0 ||
        number > 1e6) {
        return std::nullopt;
    }
    return static_cast<int>(number);
}

std::vector<int> numbered(std::size_t size) {
    std::vector<int> numbers(size);
    for (std::size_t i = 0; i < size; ++i) numbers[i] = static_cast<int>(i);
    return numbers;
}

/// What a phase may do as it begins, and what the second part of a split one says there: nothing.
const std::vector<std::pair<const char*, json>>& atStart() {
    static const std::vector<std::pair<const char*, json>> kAtStart = {
        {"head_start", "keep"}, {"lr_schedule", "continue"}, {"plateau", 0}};
    return kAtStart;
}

/// For what was trained so far it does not matter how long a plateau a phase waits for: none was
/// there. Not so for a shorter one, which a replay might find earlier.
RunConfig withoutPlateaus(RunConfig config) {
    for (Phase& phase : config.phases) phase.plateau = 0;
    return config;
}

/// One edit while it is made: the config as JSON, and where its phases and steps come from.
class Edit {
public:
    Edit(const RunConfig& before, std::span<const std::int64_t> counts, int epoch)
        : before_(before),
          counts_(counts),
          epoch_(epoch),
          old_(toJson(before)),
          now_(old_),
          origins_{numbered(before.phases.size()), numbered(before.lr_schedule.steps.size())} {}

    ConfigEdit make(std::span<const Setting> settings, bool next_phase_now) {
        checkEpoch();
        std::vector<Setting> left = withoutIdle(settings);
        moveStarts(left);
        if (next_phase_now) startNextPhase();
        throwProblems();
        holding_ = holdingPhase();
        split_ = epochHolding(phases()[holding_]["from"]).value_or(0) < epoch_;
        part_ = phases()[holding_];
        if (split_) {
            part_["from"] = epoch_;
            for (const auto& [key, nothing] : atStart()) part_[key] = nothing;
        }
        for (const Setting& setting : left) guarded(setting, [&] { apply(setting); });
        throwProblems();
        placePart();
        for (const Setting& setting : left) guarded(setting, [&] { applyToAllLater(setting); });
        throwProblems();
        ConfigEdit edit = checked(settings);
        edit.contract = editContract({before_, edit.config, epoch_, origins_});
        return edit;
    }

private:
    json& phases() { return now_["phases"]; }
    json& steps() { return now_["lr_schedule"]["steps"]; }

    void problem(const std::string& pointer, const std::string& message) {
        problems_.push_back({pointer, message});
    }

    void throwProblems() const {
        if (problems_.empty()) return;
        throw ConfigError("the run cannot change so at epoch " + std::to_string(epoch_), problems_);
    }

    template<class Call>
    void guarded(const Setting& setting, Call call) {
        try {
            call();
        } catch (const ConfigError& error) {
            problem(setting.pointer, error.what());
        }
    }

    void checkEpoch() const {
        const int epochs = before_.training.epochs;
        if (epoch_ >= 0 && epoch_ <= epochs) return;
        throw ConfigError("epoch " + std::to_string(epoch_) +
                          " is not one of the run's; allowed: 0 … " + std::to_string(epochs));
    }

    /// Why a field whose value was `before` cannot change.
    std::string trainedWith(const json& value) const {
        return doneText(epoch_) + " trained with " + shown(value);
    }

    /// All that do not just say what holds anyway.
    std::vector<Setting> withoutIdle(std::span<const Setting> settings) const {
        std::vector<Setting> left;
        for (const Setting& setting : settings) {
            const json* value = nullptr;
            try {
                const json::json_pointer at(setting.pointer);
                if (old_.contains(at)) value = &old_.at(at);
            } catch (const json::exception&) {  // no pointer at all: setField() says so
            }
            const bool repeated =
                std::ranges::count(settings, setting.pointer, &Setting::pointer) > 1;
            if (repeated || value == nullptr || *value != setting.value) left.push_back(setting);
        }
        return left;
    }

    /// Whole lists and the starts of phases: they say which phase holds. Takes them from `left`.
    void moveStarts(std::vector<Setting>& left) {
        std::erase_if(left, [&](const Setting& setting) {
            const auto place = placeInList(kPhaseFields, setting.pointer);
            const bool start = place && place->key == "from";
            const bool list =
                setting.pointer == "/phases" || setting.pointer == "/lr_schedule/steps";
            if (!start && !list) return false;
            if (start && place->index < before_.phases.size()) {
                const int from = before_.phases[place->index].from;
                const auto wanted = epochHolding(setting.value);
                if (from < epoch_) {
                    problem(setting.pointer, "the phase began at epoch " + std::to_string(from) +
                                                 "; " + doneText(epoch_) + " trained so");
                    return true;
                }
                if (wanted && *wanted < epoch_) {
                    problem(setting.pointer, std::to_string(*wanted) + " is over; allowed: from " +
                                                 std::to_string(epoch_) + " on");
                    return true;
                }
            }
            guarded(setting, [&] { setField(now_, setting.pointer, setting.value); });
            if (list) checkList(setting);
            return true;
        });
    }

    /// A list of phases or steps that replaces the one that was there.
    void checkList(const Setting& setting) {
        json whole = old_;
        whole[json::json_pointer(setting.pointer)] = setting.value;
        for (const Problem& found : checkConfig(whole)) problems_.push_back(found);
        const std::size_t size = setting.value.is_array() ? setting.value.size() : 0;
        std::vector<int>& origin = setting.pointer == "/phases" ? origins_.phases : origins_.steps;
        const auto was = static_cast<int>(origin.size());
        origin = numbered(size);
        for (int& from : origin) from = from < was ? from : -1;
        if (problems_.empty()) now_ = toJson(configFromJson(now_, "the config"));
    }

    void startNextPhase() {
        if (!problems_.empty()) return;
        const std::size_t next = holdingPhase() + 1;
        if (next >= phases().size()) {
            return problem("/phases", "there is no phase after epoch " + std::to_string(epoch_) +
                                          " that could begin now");
        }
        const auto start = epochHolding(phases()[next]["from"]);
        if (!start) return;  // what was given is no epoch: the config's check says so
        if (phases()[next - 1]["from"] == epoch_ && epoch_ > 0) {
            return problem("/phases/" + std::to_string(next - 1) + "/from",
                           "phase " + std::to_string(next) + " begins at epoch " +
                               std::to_string(epoch_) + " anyway");
        }
        if (epoch_ == 0) {
            return problem("/phases/0/from",
                           "the first phase begins at epoch 0; the next one can "
                           "begin after the first epoch at the earliest");
        }
        phases()[next]["from"] = epoch_;
        json kept = json::array();
        std::vector<int> origin;
        const bool moves =
            std::ranges::any_of(steps(), [&](const json& step) { return step["from"] == *start; });
        for (std::size_t i = 0; i < steps().size(); ++i) {
            json step = steps()[i];
            const int from = step["from"].get<int>();
            if (moves && from >= epoch_ && from < *start) continue;
            if (from == *start) step["from"] = epoch_;
            kept.push_back(step);
            origin.push_back(origins_.steps[i]);
        }
        steps() = kept;
        origins_.steps = origin;
    }

    std::size_t holdingPhase() {
        std::size_t index = 0;
        for (std::size_t i = 1; i < phases().size(); ++i) {
            const auto from = epochHolding(phases()[i].value("from", json()));
            if (from && *from <= epoch_) index = i;
        }
        return index;
    }

    void apply(const Setting& setting) {
        const std::string& pointer = setting.pointer;
        if (spreads(setting)) return;
        if (pointer.starts_with(kThePhase)) {
            return setInPart(pointer, pointer.substr(std::string(kThePhase).size()), setting.value);
        }
        if (const auto place = placeInList(kPhaseFields, pointer);
            place && place->index < phases().size()) {
            if (place->index == holding_) return setInPart(pointer, place->key, setting.value);
            if (place->index < holding_) {
                return problem(pointer, "phase " + std::to_string(place->index + 1) +
                                            " is over at epoch " + std::to_string(epoch_));
            }
        }
        if (const auto place = placeInList(kSteps, pointer);
            place && place->index < before_.lr_schedule.steps.size()) {
            return setStep(setting, *place);
        }
        if (pointer == "/training/epochs") {
            if (const auto epochs = epochHolding(setting.value); epochs && *epochs <= epoch_) {
                return problem(pointer, std::to_string(*epochs) +
                                            " epochs are over; allowed: above " +
                                            std::to_string(epoch_));
            }
        }
        if (epoch_ > 0 && (pointer == "/training/device" || pointer == "/training/threads")) {
            return problem(pointer, trainedWith(old_.at(json::json_pointer(pointer))));
        }
        setField(now_, pointer, setting.value);
    }

    /// Whether a setting of the optimiser becomes one of all phases from the epoch on.
    bool spreads(const Setting& setting) const {
        return epoch_ > 0 && setting.value.is_number() &&
               (setting.pointer == "/optimizer/lr" || setting.pointer == "/optimizer/weight_decay");
    }

    void setInPart(const std::string& pointer, const std::string& key, const json& value) {
        if (key == "from") {
            return problem(pointer, "a phase's start is set by its number, /phases/N/from");
        }
        json whole = old_;
        whole["phases"] = json::array({part_});
        try {
            setField(whole, std::string(kPhaseFields) + "0/" + key, value);
        } catch (const ConfigError&) {
            setField(whole, pointer, value);  // with the pointer as it was given
            throw;
        }
        part_ = whole["phases"][0];
    }

    void setStep(const Setting& setting, const ListPlace& place) {
        const int from = before_.lr_schedule.steps[place.index].from;
        const auto wanted = place.key == "from" ? epochHolding(setting.value) : std::nullopt;
        if (from < epoch_) {
            return problem(setting.pointer, "the step was at epoch " + std::to_string(from) + "; " +
                                                doneText(epoch_) + " trained so");
        }
        if (wanted && *wanted < epoch_) {
            return problem(setting.pointer, std::to_string(*wanted) + " is over; allowed: from " +
                                                std::to_string(epoch_) + " on");
        }
        const auto now = std::ranges::find(origins_.steps, static_cast<int>(place.index));
        if (now == origins_.steps.end()) {
            return problem(setting.pointer, "the step is passed over as the next phase begins");
        }
        const auto index = static_cast<std::size_t>(now - origins_.steps.begin());
        setField(now_, kSteps + std::to_string(index) + "/" + place.key, setting.value);
    }

    bool partDiffers() {
        json plain = phases()[holding_];
        plain["from"] = part_["from"];
        if (!split_) return plain != part_;
        for (const auto& [key, nothing] : atStart()) {
            if (part_[key] != nothing) return true;  // it is done anew
            plain[key] = nothing;
        }
        return plain != part_;
    }

    /// Puts the phase that holds from the epoch on where it belongs.
    void placePart() {
        if (!split_) {
            phases()[holding_] = part_;
        } else if (partDiffers()) {
            insertPart();
        }
    }

    void insertPart() {
        const auto at = static_cast<std::ptrdiff_t>(holding_) + 1;
        phases().insert(phases().begin() + at, part_);
        origins_.phases.insert(origins_.phases.begin() + at, origins_.phases[holding_]);
        inserted_ = true;
        split_ = false;
        ++holding_;
    }

    void applyToAllLater(const Setting& setting) {
        if (!spreads(setting)) return;
        const bool rate = setting.pointer == "/optimizer/lr";
        const json& old_value = old_.at(json::json_pointer(setting.pointer));
        if (setting.value == old_value) return;
        if (const std::vector<Problem> found = valueProblems(setting); !found.empty()) {
            problems_.insert(problems_.end(), found.begin(), found.end());
            return;
        }
        const auto follows = [&](const json& phase) {
            return rate || phase.value("weight_decay", json()).is_null();
        };
        if (split_ && follows(part_)) insertPart();
        bool any = false;
        for (std::size_t i = holding_ + (split_ ? 1 : 0); i < phases().size(); ++i) {
            json& phase = phases()[i];
            if (!follows(phase)) continue;
            any = true;
            if (rate) {
                const double ratio = setting.value.get<double>() / old_value.get<double>();
                phase["lr_factor"] = phase.value("lr_factor", 1.0) * ratio;
                rate_edited_ = true;
            } else {
                phase["weight_decay"] = setting.value;
            }
        }
        if (!any) {
            problem(setting.pointer, "every phase from epoch " + std::to_string(epoch_) +
                                         " on has a weight decay of its own; set "
                                         "/phase/weight_decay");
        }
    }

    std::vector<Problem> valueProblems(const Setting& setting) const {
        json whole = old_;
        setField(whole, setting.pointer, setting.value);
        return checkConfig(whole);
    }

    /// Problems speak of the config as it was given, not of the one with a phase more.
    std::string asGiven(const std::string& pointer, std::span<const Setting> settings) const {
        const auto place = placeInList(kPhaseFields, pointer);
        if (!place || place->index < holding_) return pointer;
        const std::string by_phase = kThePhase + place->key;
        const bool so_given = std::ranges::any_of(settings, [&](const Setting& setting) {
            return by_phase.starts_with(setting.pointer) || setting.pointer.starts_with(by_phase);
        });
        if (place->index == holding_ && so_given) return by_phase;
        const std::size_t index = place->index - (inserted_ ? 1 : 0);
        return kPhaseFields + std::to_string(index) + "/" + place->key;
    }

    /// A factor times a base rate seldom gives the very rate that was asked for, 0.01: where
    /// another factor next to it does, that one is taken.
    void roundRates(RunConfig& config) const {
        for (std::size_t i = 0; i < config.phases.size(); ++i) {
            Phase& phase = config.phases[i];
            const int next =
                i + 1 < config.phases.size() ? config.phases[i + 1].from : config.training.epochs;
            const int at = std::max({phase.from, epoch_, config.lr_schedule.warmup_epochs});
            if (at >= next || learningRateAt(before_, at) == learningRateAt(config, at)) continue;
            const double given = phase.lr_factor;
            const double wanted = shortest(learningRateAt(config, at));
            double below = given;
            double above = given;
            for (int ulps = 0; ulps < 8 && learningRateAt(config, at) != wanted; ++ulps) {
                phase.lr_factor = below = std::nextafter(below, 0.0);
                if (learningRateAt(config, at) == wanted) break;
                phase.lr_factor = above = std::nextafter(above, 2.0 * above);
            }
            if (learningRateAt(config, at) != wanted) phase.lr_factor = given;
        }
    }

    /// The shortest number that is the same to twelve digits.
    static double shortest(double value) {
        char text[40];
        const auto end =
            std::to_chars(text, text + sizeof text, value, std::chars_format::general, 12);
        double rounded = value;
        std::from_chars(text, end.ptr, rounded);
        return rounded;
    }

    ConfigEdit checked(std::span<const Setting> settings) {
        for (const Problem& found : checkConfig(now_))
            problem(asGiven(found.pointer, settings), found.message);
        throwProblems();
        ConfigEdit edit;
        edit.config = configFromJson(now_, "the config");
        if (rate_edited_) roundRates(edit.config);
        EpochTree tree;
        same_plateaus_ = std::ranges::none_of(settings, [](const Setting& setting) {
            return setting.pointer.ends_with("/plateau") && setting.value != 0;
        });
        const EpochPath old_path = tree.add(asTrained(before_), counts_);
        if (sharedEpochs(old_path, tree.add(asTrained(edit.config), counts_)) >= epoch_)
            return edit;
        // Which of them alone is one too many?
        for (const Setting& setting : settings) blame(setting, tree, old_path, edit.config);
        if (problems_.empty()) {
            for (const Setting& setting : settings) {
                problem(setting.pointer, doneText(epoch_) + " trained otherwise");
            }
            if (settings.empty()) {
                problem("/lr_schedule", doneText(epoch_) +
                                            " trained along a cosine that ends where the next "
                                            "phase was to begin; it cannot begin earlier");
            }
        }
        throwProblems();
        return edit;
    }

    /// What the epochs so far were trained with.
    RunConfig asTrained(const RunConfig& config) const {
        return same_plateaus_ ? withoutPlateaus(config) : config;
    }

    void blame(const Setting& setting, EpochTree& tree, const EpochPath& old_path,
               const RunConfig& after) {
        const bool estimates_before = std::ranges::any_of(before_.phases, usesEstimates);
        const bool estimates_after = std::ranges::any_of(after.phases, usesEstimates);
        const bool of_phase =
            setting.pointer.starts_with(kThePhase) || setting.pointer.starts_with("/phases");
        if (of_phase && estimates_before != estimates_after) {
            return problem(setting.pointer,
                           doneText(epoch_) + " trained " +
                               (estimates_before ? "with" : "without") +
                               " estimates of κ_y, which a run has from its first epoch on or not "
                               "at all");
        }
        json alone = old_;
        try {
            setField(alone, setting.pointer, setting.value);
            if (!checkConfig(alone).empty()) return;
            const EpochPath path =
                tree.add(asTrained(configFromJson(alone, "the config")), counts_);
            if (spreads(setting) || of_phase || sharedEpochs(old_path, path) >= epoch_) return;
            problem(setting.pointer, trainedWith(old_.at(json::json_pointer(setting.pointer))));
        } catch (const ConfigError&) {  // of no use alone
        }
    }

    const RunConfig& before_;
    const std::span<const std::int64_t> counts_;
    const int epoch_;
    const json old_;
    json now_;
    EditOrigins origins_;
    std::size_t holding_ = 0;  // index of the phase that holds from the epoch on
    bool split_ = false;       // it began before and is not split yet
    bool rate_edited_ = false;
    bool inserted_ = false;      // it is one more than there were
    bool same_plateaus_ = true;  // or turned off
    json part_;                  // what that phase says from the epoch on
    std::vector<Problem> problems_;
};

}  // namespace

ConfigEdit editedFrom(const RunConfig& config, std::span<const std::int64_t> class_counts,
                      int epoch, std::span<const Setting> settings, bool next_phase_now) {
    return Edit(config, class_counts, epoch).make(settings, next_phase_now);
}

}  // namespace ballast
