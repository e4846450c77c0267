#include "widgets/config_values.h"

#include <algorithm>
#include <cctype>

#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"

namespace ballast {
namespace {

using nlohmann::json;

/// A config with one of everything, for the values of keys that are left out.
const json& defaultValues() {
    static const json kDefaults = [] {
        RunConfig config;
        config.lr_schedule.steps.emplace_back();
        return json(toJson(config));
    }();
    return kDefaults;
}

}  // namespace

const json* valueAt(const json& config, const std::string& pointer) {
    const json::json_pointer at(pointer);
    return config.contains(at) ? &config.at(at) : nullptr;
}

const json* valueOrDefault(const json& config, const std::string& pointer) {
    if (const json* value = valueAt(config, pointer)) return value;
    std::string pattern = fieldPattern(pointer);
    if (const std::size_t star = pattern.find('*'); star != std::string::npos) pattern[star] = '0';
    return valueAt(defaultValues(), pattern);
}

int wholeAt(const json& config, const std::string& pointer, int otherwise) {
    const json* value = valueOrDefault(config, pointer);
    return value && value->is_number_integer() ? value->get<int>() : otherwise;
}

void writeValue(json& config, const std::string& pointer, const json& value) {
    json* at = &config;
    std::size_t start = 1;
    while (true) {
        const std::size_t end = pointer.find('/', start);
        const std::string token = pointer.substr(start, end - start);
        const bool last = end == std::string::npos;
        if (at->is_array()) {
            const std::size_t index = std::stoul(token);
            while (at->size() <= index) at->push_back(json::object());
            at = &(*at)[index];
        } else {
            if (!at->is_object()) *at = json::object();
            if (last && value.is_null()) {
                at->erase(token);
                return;
            }
            at = &(*at)[token];
        }
        if (last) break;
        start = end + 1;
        const bool list =
            !pointer.empty() && std::isdigit(static_cast<unsigned char>(pointer[start])) != 0;
        if (list && !at->is_array()) *at = json::array();
    }
    *at = value;
}

std::size_t listLength(const json& config, const std::string& pointer, std::size_t absent) {
    const json* list = valueAt(config, pointer);
    return list && list->is_array() ? list->size() : absent;
}

std::size_t phasesIn(const json& config) {
    return listLength(config, "/phases", 1);
}

std::size_t stepsIn(const json& config) {
    return listLength(config, "/lr_schedule/steps", 0);
}

void addPhaseTo(json& config) {
    if (!config.contains("phases") || !config["phases"].is_array() || config["phases"].empty()) {
        config["phases"] = defaultValues()["phases"];
    }
    json& list = config["phases"];
    const std::string last = "/phases/" + std::to_string(list.size() - 1) + "/from";
    const int epochs = wholeAt(config, "/training/epochs", 200);
    const int from = wholeAt(config, last, 0);
    json phase = list.back();
    phase["from"] = std::max(from + 1, (from + epochs) / 2);
    list.push_back(phase);
}

void addStepTo(json& config) {
    const std::size_t count = stepsIn(config);
    const int epochs = wholeAt(config, "/training/epochs", 200);
    int from = epochs / 2;
    double factor = 0.1;
    if (count > 0) {
        const std::string last = "/lr_schedule/steps/" + std::to_string(count - 1);
        from = (wholeAt(config, last + "/from", from) + epochs) / 2;
        const json* before = valueAt(config, last + "/factor");
        if (before && before->is_number()) factor = before->get<double>() * 0.1;
    }
    if (count == 0) writeValue(config, "/lr_schedule/steps", json::array());
    config["lr_schedule"]["steps"].push_back({{"from", from}, {"factor", factor}});
}

void removeElement(json& config, const std::string& pointer, std::size_t index) {
    if (index < listLength(config, pointer, 0)) {
        config.at(json::json_pointer(pointer)).erase(index);
    }
}

}  // namespace ballast
