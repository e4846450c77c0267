#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "core/experiment/config_json.h"
#include "core/experiment/presets.h"

namespace ballast {

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

nlohmann::json presetJson(const PresetRequest& request, const std::vector<std::string>& settings) {
    nlohmann::json config = toJson(presetConfig(request));
    for (const std::string& setting : settings) applySetting(config, setting);
    return config;
}

int presetShowCommand(const PresetRequest& request, const std::vector<std::string>& settings) {
    const RunConfig config = configFromJson(presetJson(request, settings), request.method);
    std::cout << toJson(config).dump(2) << "\n";
    return 0;
}

}  // namespace ballast
