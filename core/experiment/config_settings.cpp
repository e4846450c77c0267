#include "core/experiment/config_settings.h"

#include <charconv>
#include <limits>

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/nearest_word.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"

namespace ballast {

using nlohmann::json;

void setField(json& config, const std::string& pointer, json value) {
    std::string parent = pointer;  // a rule's parameter ("/phases/1/alpha/nu") belongs to its rule
    if (findField(parent) == nullptr) parent = parent.substr(0, parent.rfind('/'));
    const Field* owner = findField(parent);
    const std::string pattern = fieldPattern(pointer);
    const bool whole_list = std::ranges::find(configLists(), pattern) != configLists().end();
    if (!whole_list &&
        (owner == nullptr || (parent != pointer && owner->type != FieldType::class_rule))) {
        std::vector<std::string> known;
        for (const Field& field : configFields()) known.emplace_back(field.pointer);
        const std::string nearest = nearestWord(pattern, known);
        throw ConfigError("no field " + pointer +
                          (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
    }
    try {
        const json::json_pointer at(pointer);
        // A missing list element must not be made up out of nothing.
        if (pattern.find("/*") != std::string::npos) {
            const std::size_t star = pattern.find("/*");
            const std::string list = pattern.substr(0, star);
            const std::size_t start = star + 1;
            const std::string digits = pointer.substr(start, pointer.find('/', start) - start);
            std::size_t index = 0;
            const auto parsed =
                std::from_chars(digits.data(), digits.data() + digits.size(), index);
            if (parsed.ec != std::errc()) index = std::numeric_limits<std::size_t>::max();
            const json::json_pointer list_at(list);
            if (!config.contains(list_at)) config[list_at] = json(toJson(RunConfig{}))[list_at];
            const std::size_t size = config[list_at].size();
            if (index >= size) {
                throw ConfigError(list + " has " + std::to_string(size) +
                                  " elements; there is no element " + digits);
            }
        }
        if (parent != pointer) {
            json& rule = config[json::json_pointer(parent)];
            if (rule.is_string()) rule = json{{"rule", rule}};
        }
        config[at] = std::move(value);
    } catch (const json::exception&) {
        throw ConfigError(pointer +
                          " leads to no value that can be set; a pointer looks like "
                          "/training/epochs");
    }
}

void applySetting(json& config, const std::string& setting) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || !setting.starts_with('/')) {
        throw ConfigError("--set " + setting +
                          ": expected /pointer=value, e.g. /training/epochs=20");
    }
    const std::string text = setting.substr(equals + 1);
    json value = jsonOrDiscarded(text);
    if (value.is_discarded()) value = text;
    try {
        setField(config, setting.substr(0, equals), std::move(value));
    } catch (const ConfigError& error) {
        throw ConfigError("--set " + setting + ": " + error.what());
    }
}

}  // namespace ballast
