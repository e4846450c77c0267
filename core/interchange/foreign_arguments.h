#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ballast {

/// The file in which the authors' code and its relatives keep a run's arguments.
inline constexpr const char* kArgumentsFile = "args.txt";

/// The arguments of the authors' code and its relatives, as they stand in args.txt:
/// "Namespace(dataset='cifar10', lr=0.1, …)".
struct ForeignArguments {
    nlohmann::json values;           // an object: None is null, tuples are lists
    std::string text;                // the file, as UTF-8
    std::vector<std::string> notes;  // what was read otherwise than it stands there
};

/// Throws DataError with file, line, column and what was expected.
ForeignArguments readForeignArguments(const std::filesystem::path& file);

/// One Python literal (text, number, True, False, None, list, tuple, dict) as JSON; `source` names
/// it in errors.
nlohmann::json pythonLiteral(std::string_view text, const std::string& source);

}  // namespace ballast
