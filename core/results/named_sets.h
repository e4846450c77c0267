#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/results/run_index.h"

namespace ballast {

/// Sets of runs that people saved by name in a workspace: IDs, in their order. A run that is gone
/// stays in its set, as it may be put back.
using NamedSets = std::map<std::string, std::vector<std::string>>;

/// WORKSPACE/sets.json.
std::filesystem::path namedSetsFile(const std::filesystem::path& workspace);

/// None where there is no such file. Throws DamagedFileError, or StorageError for a newer format;
/// the file stays as it is.
NamedSets readNamedSets(const std::filesystem::path& workspace);

/// Replaces the file. Throws StorageError, also where the file there is one that readNamedSets()
/// does not read.
void writeNamedSets(const std::filesystem::path& workspace, const NamedSets& sets);

/// The IDs of one set. Throws ConfigError with the nearest name where there is none of that name.
std::vector<std::string> namedSet(const std::filesystem::path& workspace, const std::string& name);

/// Leaves only the runs of a set, in their order; of no name ("") all. Throws as namedSet().
void keepSet(std::vector<const IndexedRun*>& runs, const std::filesystem::path& workspace,
             const std::string& name);

}  // namespace ballast
