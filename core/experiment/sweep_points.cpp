#include "core/experiment/sweep_points.h"

#include "core/base/error.h"
#include "core/experiment/class_rules.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"

namespace ballast {
namespace {

using nlohmann::json;

constexpr std::string_view kEveryPhase = "/phases/*/";
constexpr const char* kEpochs = "/training/epochs";
constexpr const char* kAsked[] = {"/data/dataset", "/data/imbalance/profile",
                                  "/data/imbalance/ratio", kEpochs};

/// Asks for a preset with that value of the field, if that is one of kAsked. A value it cannot have
/// is left to the check of the config.
bool ask(PresetRequest& request, const std::string& pointer, const json& value) {
    const bool text = value.is_string();
    if (pointer == kAsked[0] && text) {
        request.dataset = value.get<std::string>();
    } else if (pointer == kAsked[1] && text) {
        request.profile = value.get<std::string>();
    } else if (pointer == kAsked[2] && value.is_number() && value.get<double>() >= 1.0) {
        request.ratio = value.get<double>();
    } else if (pointer == kEpochs && value.is_number_integer() && value.get<double>() >= 1.0 &&
               value.get<double>() <= findField(kEpochs)->maximum) {
        request.epochs = value.get<int>();
    } else {
        return false;
    }
    return true;
}

/// Whether the rule of a class term, as a config's JSON says it, has a parameter of that name.
bool hasParameter(const json& rule, const std::string& name) {
    if (rule.is_object() && rule.contains("values")) return false;
    const json word = rule.is_object() ? rule.value("rule", json()) : rule;
    if (!word.is_string()) return false;
    const ClassRuleInfo* info = findClassRule(word.get_ref<const std::string&>());
    return info != nullptr && info->parameter && info->parameter->name == name;
}

/// The rules that have a parameter of that name, for messages.
std::string rulesWith(ClassTerm term, const std::string& name) {
    std::string list;
    for (const ClassRuleInfo* rule : rulesFor(term)) {
        if (!rule->parameter || rule->parameter->name != name) continue;
        list += (list.empty() ? "" : ", ") + std::string(rule->name);
    }
    return list.empty() ? "none" : list;
}

}  // namespace

std::vector<std::string> fieldsMeant(const json& config, const std::string& pointer) {
    if (!pointer.starts_with(kEveryPhase)) return {pointer};
    const std::string rest = pointer.substr(kEveryPhase.size());
    const json given = config.is_object() ? config.value("phases", json()) : json();
    const json phases = given.is_array() ? given : json(toJson(RunConfig{}))["phases"];
    const auto inPhase = [&](std::size_t i) { return "/phases/" + std::to_string(i) + "/" + rest; };
    std::vector<std::string> pointers;
    if (const Field* field = findField(pointer)) {
        if (rest == "from" || field->affects == Affects::start) {
            throw ConfigError("phases cannot have one " + rest +
                              " in common; name a phase, as in " + inPhase(1));
        }
        for (std::size_t i = 0; i < phases.size(); ++i) pointers.push_back(inPhase(i));
        return pointers;
    }
    const std::size_t slash = rest.find('/');
    const std::string term = rest.substr(0, slash);
    const Field* owner = findField(std::string(kEveryPhase) + term);
    const bool of_rule = owner != nullptr && owner->type == FieldType::class_rule &&
                         slash != std::string::npos &&
                         rest.find('/', slash + 1) == std::string::npos;
    if (!of_rule) return {pointer};  // it names nothing, which setField() says
    const std::string name = rest.substr(slash + 1);
    for (std::size_t i = 0; i < phases.size(); ++i) {
        const json& phase = phases[i];
        const bool has = phase.is_object() && hasParameter(phase.value(term, json()), name);
        if (has) pointers.push_back(inPhase(i));
    }
    if (pointers.empty()) {
        throw ConfigError("no phase has a rule for " + term + " with the parameter " + name +
                          "; rules with it: " + rulesWith(owner->term, name));
    }
    return pointers;
}

bool meanTheSame(const std::string& a, const std::string& b) {
    if (a == b) return true;
    const bool every = a.starts_with(kEveryPhase) || b.starts_with(kEveryPhase);
    return every && fieldPattern(a) == fieldPattern(b);
}

StartingPoints::StartingPoints(const Sweep& sweep)
    : sweep_(sweep), request_(sweep.presets), base_(sweep.base) {
    if (sweep.methods.empty()) return;
    for (const char* pointer : kAsked) {
        const json::json_pointer at(pointer);
        const bool asked =
            base_.is_object() && base_.contains(at) && ask(request_, pointer, base_[at]);
        if (asked && pointer == std::string(kEpochs)) base_[at.parent_pointer()].erase(at.back());
    }
}

const json& StartingPoints::of(const std::string* method, const std::vector<std::size_t>& at) {
    if (method == nullptr) return sweep_.base;
    PresetRequest request = request_;
    request.method = *method;
    for (std::size_t a = 0; a < sweep_.axes.size(); ++a) {
        const SweepAxis& axis = sweep_.axes[a];
        for (std::size_t k = 0; k < axis.pointers.size(); ++k) {
            ask(request, axis.pointers[k], axis.values[k][at[a]]);
        }
    }
    const auto [found, is_new] = known_.try_emplace(
        {request.method, request.dataset, request.profile, request.ratio, request.epochs});
    if (is_new) {
        try {
            found->second = toJson(presetConfig(request));
        } catch (const ConfigError&) {
            known_.erase(found);
            throw;
        }
        found->second.merge_patch(base_);
    }
    return found->second;
}

bool StartingPoints::taken(const std::string& pointer, const json& value) const {
    PresetRequest request;
    return pointer == kEpochs && !sweep_.methods.empty() && ask(request, pointer, value);
}

}  // namespace ballast
