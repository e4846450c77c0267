#include "core/results/transition.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/experiment/class_rules.h"
#include "core/experiment/config_fields.h"

namespace ballast {
namespace {

constexpr int kAfter[] = {1, 2, 5, 10};
constexpr std::size_t kClasses = 3;  // that gained or lost most

std::string roundedText(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

std::string ruleWords(const nlohmann::json& value) {
    if (value.is_array()) return "one value per class";
    const std::string name =
        value.is_string() ? value.get<std::string>() : value.at("rule").get<std::string>();
    const ClassRuleInfo* info = findClassRule(name);
    if (info == nullptr) return name;
    std::string text(info->label);
    if (value.is_object() && info->parameter) {
        const auto parameter = value.find(std::string(info->parameter->name));
        if (parameter != value.end() && parameter->is_number()) {
            text += ", " + std::string(info->parameter->symbol) + " = " +
                    roundedText(parameter->get<double>());
        } else if (value.contains("values")) {
            text += ", one value per class";
        }
    }
    return text;
}

std::string fieldValueText(const Field& field, const nlohmann::json& value) {
    if (value.is_null()) return std::string(field.absent);
    if (field.type == FieldType::class_rule) return ruleWords(value);
    if (value.is_string()) {
        const std::string name = value.get<std::string>();
        const auto entry = std::ranges::find(field.choices, name, &CatalogEntry::name);
        return entry == field.choices.end() ? name : std::string(entry->label);
    }
    return value.is_number() ? roundedText(value.get<double>()) : value.dump();
}

/// What the phase sets otherwise than the one before; the learning rate and the weight decay as
/// they are in force on both sides.
std::vector<Transition::Change> changesOf(const RunConfig& config, std::size_t phase) {
    std::vector<Transition::Change> changes;
    const auto add = [&](const std::string& what, std::string before, std::string after) {
        if (before != after) changes.push_back({what, std::move(before), std::move(after)});
    };
    const int epoch = config.phases[phase].from;
    const auto inForce = [&](const std::string& what, double (*value)(const RunConfig&, int)) {
        add(what, roundedText(value(config, epoch - 1)), roundedText(value(config, epoch)));
    };
    constexpr std::string_view prefix = "/phases/*/";
    for (const Field& field : configFields()) {
        if (!field.pointer.starts_with(prefix)) continue;
        const std::string_view key = field.pointer.substr(prefix.size());
        if (key == "from") continue;
        if (key == "lr_factor") {
            inForce("Learning rate", learningRateAt);
        } else if (key == "weight_decay") {
            inForce("Weight decay", weightDecayAt);
        } else if (field.affects == Affects::start) {
            // Happens once, as the phase begins; the phase before says nothing about it.
            const Phase plain;
            RunConfig untouched = config;
            untouched.phases[phase].head_start = plain.head_start;
            untouched.phases[phase].head_tau = plain.head_tau;
            untouched.phases[phase].lr_schedule = plain.lr_schedule;
            add(std::string(field.label), fieldValueText(field, field.access.get(untouched, phase)),
                fieldValueText(field, field.access.get(config, phase)));
        } else {
            std::string what(field.label);
            if (!field.symbol.empty()) what += " " + std::string(field.symbol);
            add(what, fieldValueText(field, field.access.get(config, phase - 1)),
                fieldValueText(field, field.access.get(config, phase)));
        }
    }
    return changes;
}

/// As groupMeans, over the classes that have a value.
GroupMeans meansOf(const std::vector<double>& values, const std::vector<bool>& majority) {
    if (majority.size() != values.size()) return {};
    std::vector<double> sides[2];
    for (std::size_t y = 0; y < values.size(); ++y) sides[majority[y] ? 0 : 1].push_back(values[y]);
    return {balancedAccuracy(sides[0]), balancedAccuracy(sides[1])};
}

Transition::Point pointOf(const EpochRecord& record, int epochs_after,
                          const std::vector<bool>& majority) {
    Transition::Point point;
    point.epochs_after = epochs_after;
    const GroupMeans test = meansOf(record.test_accuracy, majority);
    point.majority = test.majority;
    point.minority = test.minority;
    point.balanced = record.balanced_test_accuracy;
    const GroupMeans logits = meansOf(record.streaming.min_logit, majority);
    point.majority_min_logit = logits.majority;
    point.minority_min_logit = logits.minority;
    return point;
}

void addClassGains(const EpochRecord& before, const EpochRecord& last, Transition& transition) {
    if (before.test_accuracy.size() != last.test_accuracy.size()) return;
    std::vector<Transition::ClassGain> all;
    for (std::size_t y = 0; y < last.test_accuracy.size(); ++y) {
        const double gain = last.test_accuracy[y] - before.test_accuracy[y];
        if (!std::isnan(gain)) all.push_back({y, gain});
    }
    std::ranges::stable_sort(all, std::greater<>{}, &Transition::ClassGain::gain);
    for (const auto& gain : all) {
        if (gain.gain > 0.0 && transition.gained.size() < kClasses) {
            transition.gained.push_back(gain);
        }
    }
    std::ranges::stable_sort(all, std::less<>{}, &Transition::ClassGain::gain);
    for (const auto& gain : all) {
        if (gain.gain < 0.0 && transition.lost.size() < kClasses) transition.lost.push_back(gain);
    }
}

}  // namespace

std::vector<Transition> transitions(const RunConfig& config, const std::vector<bool>& majority,
                                    std::span<const EpochRecord> records) {
    const auto find = [&](int epoch) -> const EpochRecord* {
        const auto found = std::ranges::lower_bound(records, epoch, {}, &EpochRecord::epoch);
        return found != records.end() && found->epoch == epoch ? &*found : nullptr;
    };
    std::vector<Transition> result;
    for (std::size_t phase = 1; phase < config.phases.size(); ++phase) {
        Transition made;
        made.phase = phase;
        made.epoch = config.phases[phase].from;
        const int end = phase + 1 < config.phases.size() ? config.phases[phase + 1].from
                                                         : config.training.epochs;
        made.epochs = end - made.epoch;
        made.changes = changesOf(config, phase);
        if (const EpochRecord* first = find(made.epoch)) {
            const auto tell = [&](const char* what, double value) {
                if (std::isnan(value)) return;
                made.changes.push_back({what, "–", roundedText(value)});
            };
            tell("ν̂, which the run chose", first->nu);
            tell("τ̂, which the run chose", first->tau);
        }
        const EpochRecord* before = find(made.epoch - 1);
        const EpochRecord* last = before;
        while (made.trained < made.epochs) {
            const EpochRecord* next = find(made.epoch + made.trained);
            if (next == nullptr) break;
            last = next;
            ++made.trained;
        }
        const auto at = [&](int epochs_after) {
            const EpochRecord* record = find(made.epoch - 1 + epochs_after);
            Transition::Point missing;
            missing.epochs_after = epochs_after;
            return record == nullptr ? missing : pointOf(*record, epochs_after, majority);
        };
        made.points.push_back(at(0));
        for (const int after : kAfter) {
            if (after <= made.epochs) made.points.push_back(at(after));
        }
        made.last = at(made.trained);
        const double start = made.points.front().minority;
        const double gain = made.last.minority - start;
        for (int after = 1; gain > 0.0 && after <= made.trained && !made.half_gain; ++after) {
            if (at(after).minority - start >= gain / 2.0) made.half_gain = after;
        }
        if (before != nullptr && made.trained > 0) addClassGains(*before, *last, made);
        result.push_back(std::move(made));
    }
    return result;
}

}  // namespace ballast
