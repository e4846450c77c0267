#pragma once

#include <vector>

#include "core/experiment/config_fields.h"

namespace ballast::field_table {

/// All fields, in the order in which people read them.
std::vector<Field> allFields();

/// Those of a phase.
std::vector<Field> phaseFields();

}  // namespace ballast::field_table
