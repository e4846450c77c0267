#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/experiment/class_terms.h"
#include "core/experiment/presets.h"

namespace ballast {

struct CommandLine;
struct DatasetInfo;

/// Each registers a command of ballast-cli, or a group of them; main.cpp lists them.
void addRunCommand(CommandLine& cli);
void addSweepCommand(CommandLine& cli);
void addSegmentCommand(CommandLine& cli);
void addResumeCommand(CommandLine& cli);
void addDataCommands(CommandLine& cli);
void addLossCommand(CommandLine& cli);
void addSchemaCommand(CommandLine& cli);
void addPresetCommands(CommandLine& cli);
void addBenchCommands(CommandLine& cli);
void addRunsCommand(CommandLine& cli);
void addExportCommand(CommandLine& cli);
void addTableCommand(CommandLine& cli);
void addEvaluateCommand(CommandLine& cli);
void addForkCommand(CommandLine& cli);
void addEditCommand(CommandLine& cli);
void addConfigCommand(CommandLine& cli);
void addImportCommand(CommandLine& cli);
void addExportWeightsCommand(CommandLine& cli);
void addNoteCommand(CommandLine& cli);
void addFigureCommand(CommandLine& cli);
void addCompareCommand(CommandLine& cli);
void addPaperCommand(CommandLine& cli);
void addReproduceCommand(CommandLine& cli);
void addBoundCommand(CommandLine& cli);
void addWhatIfCommand(CommandLine& cli);
void addPagesCommands(CommandLine& cli);

/// What several of them need.

/// The data set of that name. Throws ConfigError with the nearest name.
const DatasetInfo& datasetNamed(const std::string& name);

/// All of a file, or of standard input ("-"). Throws ConfigError.
std::string readInput(const std::string& file);

/// A config file ("-": standard input) with settings (/pointer=value) applied. Throws ConfigError.
nlohmann::json readConfigJson(const std::string& file, const std::vector<std::string>& settings);

/// The config of a preset with settings applied. Throws ConfigError.
nlohmann::json presetJson(const PresetRequest& request, const std::vector<std::string>& settings);

/// α, β, Δ and, with smoothing, ε per class of a phase whose loss is `loss`, and whether it is
/// Fisher consistent.
nlohmann::ordered_json termsJson(const Phase& phase, const LossConfig& loss,
                                 const ClassTerms& terms, std::span<const std::int64_t> counts);

/// The folder of a run given as that, or by its ID in the workspace. Throws ConfigError.
std::filesystem::path runFolder(const std::string& run, const std::filesystem::path& workspace);

/// Throws ConfigError where there is no such folder.
void requireWorkspace(const std::filesystem::path& workspace);

/// Prints the text, or replaces the file where one is given, and makes its folder.
void deliver(const std::string& text, const std::filesystem::path& output);

}  // namespace ballast
