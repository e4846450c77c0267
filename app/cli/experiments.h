#pragma once

#include <span>
#include <string_view>

namespace ballast {

/// A JSON file of experiments/, built into the program: "fig1", "sweep-small.json", its text.
struct ExperimentFile {
    std::string_view experiment;
    std::string_view name;
    std::string_view text;
};

/// Those of the folders that reproduce a result of the paper, by folder and name.
std::span<const ExperimentFile> experimentFiles();

}  // namespace ballast
