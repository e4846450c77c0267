#pragma once

#include <nlohmann/json.hpp>

namespace ballast {

/// JSON Schema (draft 2020-12) of a run's config, made from the field table and the catalogue, with
/// the defaults of config.h.
nlohmann::ordered_json configSchema();

}  // namespace ballast
