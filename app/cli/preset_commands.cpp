#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_settings.h"
#include "core/experiment/presets.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

int presetListCommand(bool as_json) {
    if (as_json) {
        ordered_json list = ordered_json::array();
        for (const PresetInfo& info : presets()) {
            list.push_back({{"name", info.name}, {"group", info.group}, {"help", info.help}});
        }
        std::cout << list.dump(2) << "\n";
        return 0;
    }
    std::string_view group;
    for (const PresetInfo& info : presets()) {
        if (info.group != group) std::cout << (group.empty() ? "" : "\n") << info.group << "\n";
        group = info.group;
        std::printf("  %-16s  %s\n", std::string(info.name).c_str(),
                    std::string(info.help).c_str());
    }
    std::cout << "\nOthers are put together as " << presetGrammar() << "\n\nProtocols\n";
    for (const ProtocolInfo& info : protocols()) {
        std::printf("  %-16s  %s\n", std::string(info.name).c_str(),
                    std::string(info.help).c_str());
    }
    return 0;
}

int presetShowCommand(const PresetRequest& request, const std::vector<std::string>& settings) {
    const RunConfig config = configFromJson(presetJson(request, settings), request.method);
    std::cout << toJson(config).dump(2) << "\n";
    // Apart from the config, so that it can be saved as it is.
    for (const std::string& note : presetNotes(request)) {
        std::cerr << "ballast-cli: note: " << note << "\n";
    }
    return 0;
}

void addPresetList(CommandLine& cli, CLI::App* preset) {
    const auto as_json = std::make_shared<bool>(false);
    CLI::App* command = cli.add("list", "Methods and protocols", preset);
    addJson(command, *as_json);
    cli.perform(command, [as_json] { return presetListCommand(*as_json); });
}

void addPresetShow(CommandLine& cli, CLI::App* preset) {
    struct Options {
        PresetRequest request;
        std::vector<std::string> settings;  // /pointer=value
    };
    const auto options = std::make_shared<Options>();
    CLI::App* command = cli.add("show", "A method's config, to read, edit and save", preset);
    command->add_option("METHOD", options->request.method, "e.g. VS+TLA+ADRW")->required();
    addPresetData(command, options->request);
    addSettings(command, options->settings, "Change a field");
    addJson(command);
    cli.perform(command,
                [options] { return presetShowCommand(options->request, options->settings); });
}

}  // namespace

void addPresetCommands(CommandLine& cli) {
    CLI::App* preset = cli.addGroup("preset", "The paper's methods and protocols by name");
    addPresetList(cli, preset);
    addPresetShow(cli, preset);
}

}  // namespace ballast
