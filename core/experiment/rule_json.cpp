#include "core/experiment/rule_json.h"

#include <algorithm>
#include <cmath>

#include "core/base/json_text.h"
#include "core/base/nearest_word.h"

namespace ballast {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::string dumped(double value) {
    return json(value).dump();
}

/// One number per class. Appends to `problems` what the term does not allow.
std::vector<double> classValuesFromJson(const json& list, ClassTerm term,
                                        const std::string& pointer,
                                        std::vector<Problem>& problems) {
    std::vector<double> values;
    if (!list.is_array()) {
        problems.push_back({pointer, shownJson(list) + " is not a list with one number per class"});
        return values;
    }
    bool any_positive = false;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string at = pointer + "/" + std::to_string(i);
        if (!list[i].is_number() || !std::isfinite(list[i].get<double>())) {
            problems.push_back({at, shownJson(list[i]) + " is not a finite number"});
            continue;
        }
        const double number = list[i].get<double>();
        if (term == ClassTerm::alpha && number < 0) {
            problems.push_back(
                {at, shownJson(list[i]) + " is negative; a class weight is 0 or more"});
        } else if (term == ClassTerm::beta && number <= 0) {
            problems.push_back(
                {at, shownJson(list[i]) + " is not positive; allowed: numbers above 0"});
        }
        any_positive = any_positive || number > 0;
        values.push_back(number);
    }
    if (term == ClassTerm::alpha && !any_positive) {
        problems.push_back({pointer, "at least one class weight must be above 0"});
    }
    return values;
}

}  // namespace

ClassRule classRuleFromJson(const json& value, ClassTerm term, const std::string& pointer,
                            std::vector<Problem>& problems) {
    const auto problem = [&](const std::string& at, const std::string& text) {
        problems.push_back({at, text});
    };
    ClassRule rule;
    if (value.is_array()) {
        rule.rule = "values";
        rule.values = classValuesFromJson(value, term, pointer, problems);
        return rule;
    }
    json object = value;
    if (value.is_string()) object = {{"rule", value}};
    if (!object.is_object() || !object.contains("rule") || !object["rule"].is_string()) {
        problem(pointer, shownJson(value) + " is not a class rule; allowed: " + allowedRules(term));
        return rule;
    }
    rule.rule = object["rule"].get<std::string>();
    std::vector<std::string> names;
    const ClassRuleInfo* info = nullptr;
    for (const ClassRuleInfo* candidate : rulesFor(term)) {
        if (candidate->name == "values") continue;
        names.emplace_back(candidate->name);
        if (candidate->name == rule.rule) info = candidate;
    }
    if (info == nullptr) {
        const std::string nearest = nearestWord(rule.rule, names);
        problem(value.is_string() ? pointer : pointer + "/rule",
                "\"" + rule.rule + "\" is not a rule for this term" +
                    (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?") +
                    "; allowed: " + allowedRules(term));
        return rule;
    }
    std::vector<std::string> keys{"rule"};
    if (info->parameter) {
        const RuleParameter& p = *info->parameter;
        keys.emplace_back(p.name);
        rule.parameters[keys.back()] = p.default_value;
    }
    const bool class_values = info->class_values && object.contains("values");
    if (class_values) {  // they take the parameter's place
        keys = {"rule", "values"};
        rule.parameters.clear();
        // Whatever the term, δ_y of Eq. 4 is positive, like a logit scale.
        rule.values =
            classValuesFromJson(object["values"], ClassTerm::beta, pointer + "/values", problems);
    }
    for (const auto& [key, child] : object.items()) {
        const std::string at = pointer + "/" + key;
        if (key == "rule" || (class_values && key == "values")) continue;
        if (std::ranges::find(keys, key) == keys.end()) {
            problem(at, unknownKey(key, keys));
            continue;
        }
        const RuleParameter& p = *info->parameter;
        const std::string allowed = (p.open ? "above " : "") + dumped(p.minimum) + " … " +
                                    (p.open ? "below " : "") + dumped(p.maximum);
        if (!child.is_number()) {
            problem(at, shownJson(child) + " is not a number; allowed: " + allowed);
            continue;
        }
        const double number = child.get<double>();
        const bool inside = p.open ? number > p.minimum && number < p.maximum
                                   : number >= p.minimum && number <= p.maximum;
        if (!inside) problem(at, shownJson(child) + " is out of range; allowed: " + allowed);
        rule.parameters[key] = number;
    }
    return rule;
}

ClassRule classRuleFromJson(const json& value) {
    std::vector<Problem> none;
    const json name = value.is_object() ? value.value("rule", json()) : value;
    const ClassRuleInfo* info =
        name.is_string() ? findClassRule(name.get_ref<const std::string&>()) : nullptr;
    const ClassTerm term = info == nullptr ? ClassTerm::delta : info->terms.front();
    return classRuleFromJson(value, term, "", none);
}

std::string allowedRules(ClassTerm term) {
    std::string text;
    for (const ClassRuleInfo* rule : rulesFor(term)) {
        if (rule->name != "values") text += std::string(rule->name) + ", ";
    }
    return text + "or a list with one number per class";
}

ordered_json toJson(const ClassRule& rule) {
    if (rule.rule == "values") return rule.values;
    if (rule.parameters.empty() && rule.values.empty()) return rule.rule;
    ordered_json object = {{"rule", rule.rule}};
    if (!rule.values.empty()) object["values"] = rule.values;
    for (const auto& [name, value] : rule.parameters) object[name] = value;
    return object;
}

}  // namespace ballast
