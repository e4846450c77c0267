#include "app/desktop/config_text.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"

namespace ballast {

std::string configText(const nlohmann::json& config) {
    if (checkConfig(config).empty()) {
        return toJson(configFromJson(config, "the config")).dump(2) + "\n";
    }
    return config.dump(2) + "\n";
}

nlohmann::json configFromText(const std::string& text, const std::string& subject) {
    if (std::ranges::all_of(text, [](unsigned char c) { return std::isspace(c) != 0; })) {
        throw ConfigError(subject + " is empty; copy a config's JSON first");
    }
    const nlohmann::json config = parseJson(text, subject);
    if (!config.is_object()) {
        throw ConfigError(subject + " holds no config: not a JSON object");
    }
    if (config.contains("axes") || config.contains("presets") || config.contains("base")) {
        throw ConfigError(subject + " holds a sweep; save it as a file and open that");
    }
    if (config.contains("figure")) {
        throw ConfigError(subject + " holds a figure; save it as a file and open that");
    }
    const std::vector<std::string> known = childKeys("");
    const bool any = std::ranges::any_of(
        known, [&](const std::string& key) { return key != "format" && config.contains(key); });
    if (!any) {
        throw ConfigError(subject + " holds no config: none of its keys is a config's");
    }
    return config;
}

}  // namespace ballast
