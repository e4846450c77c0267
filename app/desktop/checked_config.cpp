#include "app/desktop/checked_config.h"

#include "core/experiment/config_json.h"

namespace ballast {

CheckedConfig checkedConfig(nlohmann::json given) {
    CheckedConfig checked;
    try {
        checked.config = configFromJson(given, "the config");
    } catch (const ConfigError& error) {
        checked.problems = error.problems();
    }
    checked.given = std::move(given);
    return checked;
}

}  // namespace ballast
