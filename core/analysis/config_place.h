#pragma once

#include <string>

#include "core/experiment/config_fields.h"
#include "core/results/run_query.h"

namespace ballast {

/// Where a config holds what a pointer names, "/phases/1/alpha/nu": looked up once, then read in
/// many configs without turning them to JSON.
class ConfigPlace {
public:
    /// Throws ConfigError: no field, with the nearest known; a field of every element of a list.
    explicit ConfigPlace(const std::string& pointer);

    const std::string& pointer() const { return pointer_; }

    /// What runField(pointer) says of a run with that config.
    FieldValue valueIn(const RunConfig& config) const;

    /// Makes the place in `config` the same as in `other`, where both have it; of a rule's
    /// parameter where both have the same rule.
    void makeSame(RunConfig& config, const RunConfig& other) const;

private:
    bool isIn(const RunConfig& config) const;

    std::string pointer_;
    const Field* field_ = nullptr;
    std::string_view list_;  // that the field's elements stand in, or ""
    std::size_t index_ = 0;  // in the list
    std::string part_;       // of a class rule: "rule" or a parameter; "": all of it
};

}  // namespace ballast
