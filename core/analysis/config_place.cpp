#include "core/analysis/config_place.h"

#include <algorithm>
#include <charconv>

#include "core/base/error.h"
#include "core/experiment/rule_json.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

template<class AnyPhase>
auto& ruleOf(AnyPhase& phase, ClassTerm term) {
    return term == ClassTerm::alpha  ? phase.alpha
           : term == ClassTerm::beta ? phase.beta
                                     : phase.delta;
}

/// The index that stands in `pointer` where its field has "*".
std::size_t elementOf(const std::string& pointer, std::string_view list) {
    const std::size_t start = list.size() + 1;
    const std::size_t end = std::min(pointer.find('/', start), pointer.size());
    std::size_t index = 0;
    const auto read = std::from_chars(pointer.data() + start, pointer.data() + end, index);
    if (read.ec != std::errc() || read.ptr != pointer.data() + end) {
        throw ConfigError("\"" + pointer + "\" is of every element of " + std::string(list) +
                          "; a figure shows one, such as " + std::string(list) + "/0" +
                          pointer.substr(end));
    }
    return index;
}

/// A rule as runField shows it: "power(nu=0.5)".
FieldValue ruleText(const ClassRule& rule) {
    const ordered_json object = toJson(rule);
    if (!object.is_object()) return object.is_string() ? object.get<std::string>() : object.dump();
    std::string inside;
    for (const auto& [key, value] : object.items()) {
        if (key != "rule") inside += (inside.empty() ? "" : ", ") + key + "=" + value.dump();
    }
    return rule.rule + "(" + inside + ")";
}

}  // namespace

ConfigPlace::ConfigPlace(const std::string& pointer) : pointer_(pointer) {
    runField(pointer);  // throws for an unknown one
    field_ = findField(pointer);
    if (field_ == nullptr) {
        const std::size_t slash = pointer.rfind('/');
        field_ = findField(pointer.substr(0, slash));
        part_ = pointer.substr(slash + 1);
    }
    if (field_ == nullptr) throw ConfigError("no field \"" + pointer + "\" of a run");
    list_ = listOf(*field_);
    if (!list_.empty()) index_ = elementOf(pointer, list_);
}

bool ConfigPlace::isIn(const RunConfig& config) const {
    return list_.empty() || index_ < listSize(config, list_);
}

FieldValue ConfigPlace::valueIn(const RunConfig& config) const {
    if (!isIn(config)) return {};
    if (field_->type != FieldType::class_rule) {
        const ordered_json found = field_->access.get(config, index_);
        if (found.is_number()) return found.get<double>();
        if (found.is_string()) return found.get<std::string>();
        return {};
    }
    const ClassRule& rule = ruleOf(config.phases[index_], field_->term);
    if (part_.empty()) return ruleText(rule);
    if (part_ == "rule") return rule.rule;
    const auto found = rule.parameters.find(part_);
    return found == rule.parameters.end() ? FieldValue() : FieldValue(found->second);
}

void ConfigPlace::makeSame(RunConfig& config, const RunConfig& other) const {
    if (!isIn(config) || !isIn(other)) return;
    if (field_->type != FieldType::class_rule) {
        const ordered_json value = field_->access.get(other, index_);
        if (value.is_null()) {  // which set() would take for "as it is"
            if (field_->pointer == "/phases/*/weight_decay")
                config.phases[index_].weight_decay = {};
            if (field_->pointer == "/phases/*/head_max_norm") {
                config.phases[index_].head_max_norm = {};
            }
            return;
        }
        field_->access.set(config, index_, nlohmann::json(value));
        return;
    }
    ClassRule& rule = ruleOf(config.phases[index_], field_->term);
    const ClassRule& as = ruleOf(other.phases[index_], field_->term);
    if (part_.empty()) {
        rule = as;
    } else if (rule.rule == as.rule) {
        const auto found = as.parameters.find(part_);
        if (found == as.parameters.end()) {
            rule.parameters.erase(part_);
        } else {
            rule.parameters[part_] = found->second;
        }
    }
}

}  // namespace ballast
