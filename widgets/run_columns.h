#pragma once

#include <QString>
#include <span>
#include <string>
#include <vector>

#include "core/results/run_index.h"

namespace ballast {

/// One column of the run table: a field of core/results/run_query.h, and how people read it.
struct RunColumn {
    std::string key;  // the field's name: "best", "at:100", "/optimizer/lr"; "seeds" of a group
    QString title;    // short, for the header
    QString label;    // for menus
    QString help;
    bool is_text = false;  // left in its column; all else are numbers
};

/// The key of the column that counts a group's runs; no field of a run.
inline constexpr const char* kSeedsColumn = "seeds";

/// The column of that key. Throws ConfigError where core knows no such field.
RunColumn runColumn(const std::string& key);

/// JSON pointers of the config fields that are not the same in all runs, but for the name, in the
/// order in which people read them.
std::vector<std::string> differingFields(std::span<const IndexedRun* const> runs);

/// JSON pointers of all fields that any of the runs' configs has, in the same order.
std::vector<std::string> fieldsOfConfigs(std::span<const IndexedRun* const> runs);

}  // namespace ballast
