#include "core/experiment/config_json.h"

#include <algorithm>
#include <cmath>

#include "core/base/json_text.h"
#include "core/base/nearest_word.h"
#include "core/base/text_encoding.h"
#include "core/experiment/catalog.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_meaning.h"
#include "core/experiment/imbalance.h"
#include "core/experiment/rule_json.h"

namespace ballast {

bool isDeviceName(const std::string& name) {
    if (name == "auto" || name == "cpu" || name == "cuda") return true;
    const std::string prefix = "cuda:";
    return name.starts_with(prefix) && name.size() > prefix.size() && name.size() <= 8 &&
           std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), name.end(),
                       [](char c) { return c >= '0' && c <= '9'; });
}

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::string badChoice(const Field& field, const std::string& value) {
    std::vector<std::string> names;
    for (const CatalogEntry& entry : field.choices) names.emplace_back(entry.name);
    const std::string nearest = nearestWord(value, names);
    return "\"" + value + "\" is not known" +
           (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?") +
           "; allowed: " + allowedText(field);
}

/// What is wrong with one field's value, or "".
std::string fieldProblem(const Field& field, const json& value) {
    const auto wrongType = [&](const char* expected) {
        return shownJson(value) + " is not " + expected +
               (field.type == FieldType::text ? "" : "; allowed: " + allowedText(field));
    };
    if (value.is_null() && field.nullable) return "";
    switch (field.type) {
        case FieldType::text:
            if (!value.is_string()) return wrongType("text");
            return hasControls(value.get<std::string>())
                       ? shownJson(value) +
                             " has a line break, tab or other control character in "
                             "it, which would break lists and tables"
                       : "";
        case FieldType::integer:
        case FieldType::number: {
            if (!value.is_number()) return wrongType("a number");
            const double number = value.get<double>();
            if (field.type == FieldType::integer && !value.is_number_integer() &&
                number != std::floor(number)) {
                return wrongType("a whole number");
            }
            const bool too_small =
                field.above_minimum ? number <= field.minimum : number < field.minimum;
            if (!std::isfinite(number) || too_small || number > field.maximum) {
                return shownJson(value) + " is out of range; allowed: " + allowedText(field);
            }
            return "";
        }
        case FieldType::choice:
        case FieldType::model:
        case FieldType::device: {
            if (!value.is_string()) return wrongType("text");
            const auto name = value.get<std::string>();
            if (field.type == FieldType::model && residualDepth(name)) return "";
            if (field.type == FieldType::device) {
                return isDeviceName(name) ? "" : badChoice(field, name);
            }
            for (const CatalogEntry& entry : field.choices) {
                if (entry.name == name) return "";
            }
            return badChoice(field, name);
        }
        case FieldType::class_rule:
            return "";  // classRuleFromJson says
    }
    return "";
}

void walk(const json& value, const std::string& pattern, const std::string& pointer,
          std::vector<Problem>& problems) {
    if (const Field* field = findField(pattern)) {
        if (field->type == FieldType::class_rule) {
            classRuleFromJson(value, field->term, pointer, problems);
        } else if (std::string text = fieldProblem(*field, value); !text.empty()) {
            problems.push_back({pointer, std::move(text)});
        }
        return;
    }
    const std::vector<std::string> known = childKeys(pattern);
    if (known == std::vector<std::string>{"*"}) {
        if (!value.is_array()) {
            problems.push_back({pointer, shownJson(value) + " is not a list"});
            return;
        }
        for (std::size_t i = 0; i < value.size(); ++i) {
            walk(value[i], pattern + "/*", pointer + "/" + std::to_string(i), problems);
        }
        return;
    }
    if (!value.is_object()) {
        problems.push_back({pointer, shownJson(value) + " is not an object"});
        return;
    }
    for (const auto& [key, child] : value.items()) {
        const std::string child_pointer = pointer + "/" + key;
        if (std::ranges::find(known, key) == known.end()) {
            problems.push_back({child_pointer, unknownKey(key, known)});
        } else if (pattern.empty() && key == "format") {
            if (!child.is_number_integer() || child.get<std::int64_t>() < 1) {
                problems.push_back({child_pointer, shownJson(child) +
                                                       " is not a format number; allowed: " +
                                                       std::to_string(kConfigFormat)});
            } else if (child.get<std::int64_t>() > kConfigFormat) {
                problems.push_back(
                    {child_pointer,
                     "format " + shownJson(child) +
                         " is newer than this version of Ballast, which reads up to " +
                         std::to_string(kConfigFormat)});
            }
        } else {
            walk(child, pattern + "/" + key, child_pointer, problems);
        }
    }
}

/// The value at a field's place, or nullptr where nothing is said; `element` is the part of the
/// config that holds the field's own keys.
const json* valueAt(const json& element, std::string_view keys) {
    const json* at = &element;
    while (!keys.empty()) {
        const std::size_t end = std::min(keys.find('/', 1), keys.size());
        const auto found = at->find(std::string(keys.substr(1, end - 1)));
        if (found == at->end()) return nullptr;
        at = &*found;
        keys.remove_prefix(end);
    }
    return at;
}

/// The config of an object that walk() has found to be well-formed.
RunConfig convert(const json& object) {
    RunConfig config;
    for (const std::string_view list : configLists()) {
        if (const json* elements = valueAt(object, list)) {
            resizeList(config, list, 0);
            resizeList(config, list, elements->size());
        }
    }
    for (const Field& field : configFields()) {
        const std::string_view list = listOf(field);
        if (list.empty()) {
            if (const json* value = valueAt(object, field.pointer)) {
                field.access.set(config, 0, *value);
            }
            continue;
        }
        const json* elements = valueAt(object, list);
        if (elements == nullptr) continue;
        for (std::size_t i = 0; i < elements->size(); ++i) {
            const std::string_view keys = field.pointer.substr(list.size() + 2);
            if (const json* value = valueAt((*elements)[i], keys)) {
                field.access.set(config, i, *value);
            }
        }
    }
    return config;
}

/// The place of `keys` in `object`, made where it is not there.
ordered_json& placeAt(ordered_json& object, std::string_view keys) {
    ordered_json* at = &object;
    while (!keys.empty()) {
        const std::size_t end = std::min(keys.find('/', 1), keys.size());
        at = &(*at)[std::string(keys.substr(1, end - 1))];
        keys.remove_prefix(end);
    }
    return *at;
}

/// Takes the later fields that have their defaults out of a config.
template<class Json>
void withoutLaterDefaults(Json& config) {
    struct Later {
        typename Json::json_pointer owner;  // the object that has it, or the list of such objects
        std::string key;
        Json standard;
    };
    static const std::vector<Later> kLater = [] {
        RunConfig defaults;
        defaults.lr_schedule.steps.resize(1);
        std::vector<Later> all;
        for (const Field& field : configFields()) {
            if (!field.later) continue;
            const std::string_view list = listOf(field);
            const std::size_t slash = field.pointer.rfind('/');
            const std::string_view owner = list.empty() ? field.pointer.substr(0, slash) : list;
            all.push_back({typename Json::json_pointer(std::string(owner)),
                           std::string(field.pointer.substr(slash + 1)),
                           Json(field.access.get(defaults, 0))});
        }
        return all;
    }();
    for (const Later& later : kLater) {
        if (!config.contains(later.owner)) continue;
        const auto leave_out = [&](Json& object) {
            if (!object.is_object()) return;
            const auto found = object.find(later.key);
            if (found != object.end() && *found == later.standard) object.erase(found);
        };
        Json& owner = config[later.owner];
        if (owner.is_array()) {
            for (Json& element : owner) leave_out(element);
        } else {
            leave_out(owner);
        }
    }
}

}  // namespace

LossAndPhases lossAndPhasesFromJson(const json& object, int epochs,
                                    std::vector<Problem>& problems) {
    std::vector<Problem> found;
    for (const char* key : {"loss", "phases"}) {
        const std::string pointer = std::string("/") + key;
        if (object.contains(key)) walk(object.at(key), pointer, pointer, found);
    }
    LossAndPhases result;
    if (found.empty()) {
        json parts = json::object();
        for (const char* key : {"loss", "phases"}) {
            if (object.contains(key)) parts[key] = object.at(key);
        }
        RunConfig config = convert(parts);
        result = {std::move(config.loss), std::move(config.phases)};
        checkPhases(result.phases, result.loss, epochs, found);
    }
    problems.insert(problems.end(), found.begin(), found.end());
    return result;
}

std::vector<Problem> checkConfig(const json& config) {
    std::vector<Problem> problems;
    walk(config, "", "", problems);
    if (problems.empty()) {
        checkMeaning(convert(config), problems);
    }
    return problems;
}

RunConfig configFromJson(const json& config, const std::string& subject) {
    std::vector<Problem> problems = checkConfig(config);
    if (!problems.empty()) throw ConfigError(subject + ": the config is not valid", problems);
    return convert(config);
}

ordered_json toJson(const RunConfig& config) {
    ordered_json whole = {{"format", kConfigFormat}};
    for (const Field& field : configFields()) {
        const std::string_view list = listOf(field);
        if (list.empty()) {
            placeAt(whole, field.pointer) = field.access.get(config, 0);
            continue;
        }
        ordered_json& elements = placeAt(whole, list);
        if (elements.is_null()) elements = ordered_json::array();
        const std::string_view keys = field.pointer.substr(list.size() + 2);
        for (std::size_t i = 0; i < listSize(config, list); ++i) {
            placeAt(elements[i], keys) = field.access.get(config, i);
        }
    }
    return whole;
}

std::string identityText(const RunConfig& config) {
    ordered_json whole = toJson(config);
    withoutLaterDefaults(whole);
    return whole.dump();
}

void leaveOutLaterDefaults(json& config) {
    withoutLaterDefaults(config);
}

}  // namespace ballast
