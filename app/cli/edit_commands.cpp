#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_settings.h"
#include "core/results/run_folder.h"
#include "core/runs/foreign_runs.h"
#include "core/runs/learning_library.h"
#include "core/runs/run_edits.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

struct EditOptions {
    std::string run;  // folder or ID
    fs::path workspace;
    std::vector<std::string> settings;  // /pointer=value
    bool next_phase_now = false;
    bool dry_run = false;  // only the contract
    bool json = false;
};

struct ForkOptions {
    EditOptions edit;    // its run: of a fork with a config any checkpoint
    std::string config;  // empty: the run's own
    std::optional<int> epoch;
    std::vector<std::string> ignored;
};

/// "/phase/sam_radius=0.1" as pointer and value; the value is JSON, or else plain text.
RunEdit editOf(const EditOptions& options) {
    RunEdit edit;
    edit.next_phase_now = options.next_phase_now;
    for (const std::string& setting : options.settings) {
        const std::size_t equals = setting.find('=');
        if (equals == std::string::npos || !setting.starts_with('/')) {
            throw ConfigError("--set " + setting +
                              ": expected /pointer=value, e.g. /phase/sam_radius=0.1");
        }
        const std::string text = setting.substr(equals + 1);
        json value = jsonOrDiscarded(text);
        if (value.is_discarded()) value = text;
        edit.settings.push_back({setting.substr(0, equals), std::move(value)});
    }
    return edit;
}

const char* kindName(ContractRow::Kind kind) {
    switch (kind) {
        case ContractRow::Kind::inherited:
            return "inherited";
        case ContractRow::Kind::changed:
            return "changed";
        case ContractRow::Kind::reset:
            return "reset";
    }
    return "";
}

/// A value as people read it: numbers to six digits.
std::string shown(const json& value) {
    if (!value.is_number_float()) return value.dump();
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", value.get<double>());
    return text;
}

void printContract(const ConfigEdit& edit, bool as_json) {
    if (as_json) {
        ordered_json rows = ordered_json::array();
        for (const ContractRow& row : edit.contract) {
            rows.push_back({{"kind", kindName(row.kind)},
                            {"label", row.label},
                            {"pointer", row.pointer},
                            {"before", row.before},
                            {"after", row.after},
                            {"from", row.from},
                            {"note", row.note}});
        }
        std::cout << ordered_json{{"event", "contract"}, {"rows", rows}}.dump() << std::endl;
        return;
    }
    for (const auto kind :
         {ContractRow::Kind::changed, ContractRow::Kind::reset, ContractRow::Kind::inherited}) {
        for (const ContractRow& row : edit.contract) {
            if (row.kind != kind) continue;
            std::cout << "  " << kindName(kind) << "  " << row.label;
            if (kind == ContractRow::Kind::changed) {
                std::cout << "  " << shown(row.before) << " → " << shown(row.after)
                          << ", from epoch " << row.from;
            } else if (!row.pointer.empty()) {
                std::cout << "  " << shown(row.after);
            }
            if (!row.note.empty()) std::cout << "  (" << row.note << ")";
            std::cout << "\n";
        }
    }
    std::cout << std::flush;
}

void sayGoOn(const fs::path& run) {
    std::cout << run.string() << "\nresume it with: ballast-cli resume " << run.string()
              << std::endl;
}

/// A run's own checkpoint, under its config changed from there on.
int forkRunCommand(const EditOptions& options, std::optional<int> epoch, const DataStore& store) {
    const fs::path run = runFolder(options.run, options.workspace);
    if (!epoch) throw ConfigError("say where to fork, with --epoch");
    const RunEdit edit = editOf(options);
    printContract(forkContract(run, *epoch, edit, store), options.json);
    if (options.dry_run) return 0;
    const fs::path folder = forkRunAt(run, *epoch, edit, store);
    if (options.json) {
        std::cout << ordered_json{{"event", "run"}, {"run", folder.string()}}.dump() << std::endl;
    } else {
        sayGoOn(folder);
    }
    return 0;
}

/// A checkpoint of any kind, under another config.
int forkCheckpointCommand(const ForkOptions& options, const DataStore& store) {
    ForkRequest request;
    request.checkpoint = options.edit.run;
    request.epoch = options.epoch;
    request.ignored = options.ignored;
    request.config_as_given = readConfigJson(options.config, options.edit.settings);
    request.config = configFromJson(request.config_as_given, options.config);
    if (request.config.name.empty()) request.config.name = fs::path(options.config).stem().string();
    const ForeignRun fork =
        forkRun(learningLibrary(), options.edit.workspace, request, {store, 0, false});
    for (const std::string& line : fork.said) std::cout << line << "\n";
    sayGoOn(fork.folder);
    return 0;
}

/// Of the run itself, from its next epoch on.
int editCommand(const EditOptions& options, const DataStore& store) {
    const fs::path run = runFolder(options.run, options.workspace);
    const RunEdit edit = editOf(options);
    if (edit.settings.empty() && !edit.next_phase_now) {
        throw ConfigError("nothing to change: give --set or --next-phase-now");
    }
    printContract(editPreview(run, edit, store).edit, options.json);
    if (!options.dry_run) editRun(run, edit, std::nullopt, store);
    return 0;
}

/// Prints the config that replays a run, its edits in it.
int configCommand(const std::string& name, const fs::path& workspace,
                  const std::vector<std::string>& settings, const fs::path& output) {
    const RunDescription description = readDescription(runFolder(name, workspace));
    RunConfig config = description.config;
    if (description.threads > 0) {  // numbers depend on them
        config.training.threads = description.threads;
        config.training.device = description.device;
    }
    json object = toJson(config);
    for (const std::string& setting : settings) applySetting(object, setting);
    const std::string text = toJson(configFromJson(object, name)).dump(2) + "\n";
    if (output.empty()) {
        std::cout << text << std::flush;
    } else {
        replaceFile(output, text);
    }
    return 0;
}

/// What fork and edit have in common at their end.
void addEditFlags(CLI::App* command, EditOptions& options) {
    command->add_flag("--next-phase-now", options.next_phase_now, "The next phase begins here");
    command->add_flag("--dry-run", options.dry_run,
                      "Only say what would be inherited, changed and reset");
    addJson(command, options.json);
}

}  // namespace

void addForkCommand(CommandLine& cli) {
    const auto options = std::make_shared<ForkOptions>();
    EditOptions& edit = options->edit;
    CLI::App* command = cli.add("fork", "A run that starts from a checkpoint under another config");
    command
        ->add_option("CHECKPOINT", edit.run,
                     "A file of PyTorch's torch.save, .safetensors, or a run's folder")
        ->required();
    command->add_option("CONFIG", options->config,
                        "Left out: the run's own, changed from --epoch on by --set");
    addWorkspace(command, edit.workspace);
    addSettings(command, edit.settings, "Change a field, e.g. /training/epochs=20");
    command->add_option("--epoch", options->epoch, "Epochs done; default: what the file says");
    addIgnore(command, options->ignored);
    addEditFlags(command, edit);
    cli.perform(command, [options, command, &cli] {
        if (options->config.empty()) {
            refuseOptions(command, {"--ignore"},
                          "without a CONFIG: the run's own checkpoint is taken whole");
            return forkRunCommand(options->edit, options->epoch, cli.store());
        }
        refuseOptions(command, {"--next-phase-now", "--dry-run", "--json"},
                      "with a CONFIG, which says everything about the new run");
        return forkCheckpointCommand(*options, cli.store());
    });
}

void addEditCommand(CommandLine& cli) {
    const auto options = std::make_shared<EditOptions>();
    CLI::App* command =
        cli.add("edit", "Change a run from its next epoch on, also while it is trained elsewhere");
    command->add_option("RUN", options->run, "The run's folder, or its ID in the workspace")
        ->required();
    addWorkspace(command, options->workspace);
    addSettings(command, options->settings,
                "e.g. /phase/sam_radius=0.1 (the phase in force), /optimizer/lr=0.01");
    addEditFlags(command, *options);
    cli.perform(command, [options, &cli] { return editCommand(*options, cli.store()); });
}

void addConfigCommand(CommandLine& cli) {
    struct Options {
        std::string run;
        fs::path workspace;
        std::vector<std::string> settings;  // /pointer=value
        fs::path output;                    // empty: standard output
    };
    const auto options = std::make_shared<Options>();
    CLI::App* command =
        cli.add("config", "The config that replays a run, its edits in it, for any seed");
    command->add_option("RUN", options->run, "The run's folder, or its ID in the workspace")
        ->required();
    addWorkspace(command, options->workspace);
    addSettings(command, options->settings, "Change a field, e.g. /training/seed=3");
    command->add_option("--output", options->output, "File to write")->type_name("FILE");
    cli.perform(command, [options] {
        return configCommand(options->run, options->workspace, options->settings, options->output);
    });
}

}  // namespace ballast
