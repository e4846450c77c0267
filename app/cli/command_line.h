#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "core/data/data_store.h"
#include "core/experiment/presets.h"

namespace ballast {

/// The command line in the making. A command adds its subcommand and options to `app`, and says
/// with `perform` what it does. Options live in a struct that the work holds in a shared pointer.
struct CommandLine {
    CommandLine();

    CLI::App app;
    std::vector<std::string> data_folders;  // --data
    int exit_code = 0;

    /// A new command of the program, or of the group of commands that is given.
    CLI::App* add(const std::string& name, const std::string& help, CLI::App* group = nullptr);

    /// A new group: one of its commands must follow its name.
    CLI::App* addGroup(const std::string& name, const std::string& help);

    /// Calls `work` for its exit code if `command` is the one that was given, once the whole line
    /// is parsed. The work may throw Error.
    void perform(CLI::App* command, std::function<int()> work);

    /// The data sets in the folders of --data and in the usual ones. Of work only: before it, the
    /// line is not parsed.
    DataStore store() const;
};

/// The options that several commands have. Each sets the variable given, which keeps its value
/// where the option is left out.

void addJson(CLI::App* command, bool& json);
/// For a command whose output is JSON anyway.
void addJson(CLI::App* command);
/// Here the variable is set to the usual workspace first.
void addWorkspace(CLI::App* command, std::filesystem::path& workspace);
/// --set /POINTER=VALUE, as often as wanted.
void addSettings(CLI::App* command, std::vector<std::string>& settings, const std::string& help);
void addThreads(CLI::App* command, int& threads, const std::string& help);
/// --save-logits, of commands that train.
void addSaveLogits(CLI::App* command, bool& save_logits);
/// --tensorboard DIR, of commands that train.
void addTensorboard(CLI::App* command, std::filesystem::path& folder);
void addOutput(CLI::App* command, std::filesystem::path& file);
/// --where CONDITION, as often as wanted; see runCondition.
void addWhere(CLI::App* command, std::vector<std::string>& conditions);
/// --ignore NAME…: what to leave out of the weights that the command reads.
void addIgnore(CLI::App* command, std::vector<std::string>& names);
/// What a preset is asked for but for its method: the options of that list.
void addPresetData(CLI::App* command, PresetRequest& request);
inline constexpr const char* kPresetDataOptions[] = {"--dataset", "--profile", "--ratio",
                                                     "--protocol", "--epochs"};

/// Says on standard error what the reader of a result should know.
void warn(const std::string& sentence);

/// Throws ConfigError for the first of these options that was given: it would do nothing. `where`
/// completes "--json does not apply …".
void refuseOptions(const CLI::App* command, std::span<const char* const> options,
                   const std::string& where);
inline void refuseOptions(const CLI::App* command, std::initializer_list<const char*> options,
                          const std::string& where) {
    refuseOptions(command, std::span(options.begin(), options.size()), where);
}

/// Allows what isDeviceName allows.
CLI::Validator deviceValidator();

}  // namespace ballast
