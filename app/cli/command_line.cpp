#include "app/cli/command_line.h"

#include <iostream>

#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/results/workspace.h"

namespace ballast {

CommandLine::CommandLine()
    : app("Ballast, a laboratory for imbalanced learning.\n"
          "Exit codes: 0 done, 2 bad config or usage, 3 data missing or damaged, 4 the run failed "
          "or diverged, 130 interrupted, resumable.") {
    app.require_subcommand(1);
    app.fallthrough();
    app.set_version_flag("--version", "ballast-cli " BALLAST_VERSION, "Say which version this is");
    app.add_option("--data", data_folders, "Folder with data sets, searched first; may be repeated")
        ->type_name("DIR")
        ->allow_extra_args(false);
}

CLI::App* CommandLine::add(const std::string& name, const std::string& help, CLI::App* group) {
    return (group == nullptr ? &app : group)->add_subcommand(name, help);
}

CLI::App* CommandLine::addGroup(const std::string& name, const std::string& help) {
    CLI::App* group = add(name, help);
    group->require_subcommand(1);
    return group;
}

void CommandLine::perform(CLI::App* command, std::function<int()> work) {
    command->callback([this, work = std::move(work)] { exit_code = work(); });
}

DataStore CommandLine::store() const {
    return DataStore({data_folders.begin(), data_folders.end()});
}

void addJson(CLI::App* command, bool& json) {
    command->add_flag("--json", json, "Output for programs");
}

void addJson(CLI::App* command) {
    command->add_flag("--json")->description("Output for programs");
}

void addWorkspace(CLI::App* command, std::filesystem::path& workspace) {
    workspace = defaultWorkspace();
    command->add_option("--workspace", workspace, "Folder that holds the runs")
        ->type_name("DIR")
        ->capture_default_str();
}

void addSettings(CLI::App* command, std::vector<std::string>& settings, const std::string& help) {
    command->add_option("--set", settings, help)
        ->type_name("/POINTER=VALUE")
        ->allow_extra_args(false);
}

void addThreads(CLI::App* command, int& threads, const std::string& help) {
    command->add_option("--threads", threads, help)->check(CLI::Range(0, 1024));
}

void addTensorboard(CLI::App* command, std::filesystem::path& folder) {
    command
        ->add_option("--tensorboard", folder,
                     "Also write each run's numbers for TensorBoard, epoch by epoch")
        ->type_name("DIR");
}

void addSaveLogits(CLI::App* command, bool& save_logits) {
    command->add_flag("--save-logits", save_logits,
                      "Keep the logits of T0 and the last epoch, for what-if; others can be made");
}

void addOutput(CLI::App* command, std::filesystem::path& file) {
    command->add_option("-o,--output", file, "File to write; standard output if left out")
        ->type_name("FILE");
}

void addIgnore(CLI::App* command, std::vector<std::string>& names) {
    command
        ->add_option(
            "--ignore", names,
            "A tensor, or all of a module, to leave out of the weights: fc2, fc2.bias; may "
            "be repeated")
        ->type_name("NAME")
        ->delimiter(',')
        ->allow_extra_args(false);
}

void addWhere(CLI::App* command, std::vector<std::string>& conditions) {
    command
        ->add_option("--where", conditions,
                     "Only runs of which it holds: best>0.6, /data/dataset=cifar10, name~DRW; may "
                     "be repeated")
        ->type_name("FIELD=VALUE")
        ->allow_extra_args(false);
}

void addPresetData(CLI::App* command, PresetRequest& request) {
    command->add_option("--dataset", request.dataset, "Data set of a preset")
        ->capture_default_str();
    command->add_option("--profile", request.profile, "Imbalance profile of a preset");
    command->add_option("--ratio", request.ratio, "Imbalance ratio of a preset")
        ->check(CLI::Range(1.0, 1e6));
    command->add_option("--protocol", request.protocol, "Protocol; see: preset list");
    command->add_option("--epochs", request.epochs, "Milestones scale with them")
        ->check(CLI::Range(1, 100000));
}

void warn(const std::string& sentence) {
    std::cerr << "ballast-cli: " << sentence << "\n";
}

void refuseOptions(const CLI::App* command, std::span<const char* const> options,
                   const std::string& where) {
    for (const char* option : options) {
        if (command->count(option) == 0) continue;
        throw ConfigError(std::string(option) + " does not apply " + where);
    }
}

CLI::Validator deviceValidator() {
    return {[](const std::string& name) {
                return isDeviceName(name)
                           ? std::string()
                           : "\"" + name + "\" is no device; allowed: auto, cpu, cuda, cuda:N";
            },
            "auto|cpu|cuda|cuda:N"};
}

}  // namespace ballast
