#include "app/cli/commands.h"

#include <filesystem>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/nearest_word.h"
#include "core/experiment/catalog.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_settings.h"
#include "core/theory/fisher_consistency.h"

namespace ballast {

using nlohmann::json;
using nlohmann::ordered_json;

const DatasetInfo& datasetNamed(const std::string& name) {
    if (const DatasetInfo* dataset = findDataset(name)) return *dataset;
    std::vector<std::string> names;
    std::string all;
    for (const DatasetInfo& info : datasets()) {
        names.emplace_back(info.name);
        all += (all.empty() ? "" : ", ") + names.back();
    }
    const std::string nearest = nearestWord(name, names);
    throw ConfigError("unknown data set \"" + name + "\"" +
                      (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?") +
                      "; known: " + all);
}

std::string readInput(const std::string& file) {
    if (file == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
    if (!std::filesystem::exists(file)) throw ConfigError("there is no file " + file);
    try {
        return readFile(file);
    } catch (const StorageError& error) {
        throw ConfigError(error.what());
    }
}

json readConfigJson(const std::string& file, const std::vector<std::string>& settings) {
    json config = parseJson(readInput(file), file);
    for (const std::string& setting : settings) applySetting(config, setting);
    return config;
}

json presetJson(const PresetRequest& request, const std::vector<std::string>& settings) {
    json config = toJson(presetConfig(request));
    for (const std::string& setting : settings) applySetting(config, setting);
    return config;
}

ordered_json termsJson(const Phase& phase, const LossConfig& loss, const ClassTerms& terms,
                       std::span<const std::int64_t> counts) {
    const FisherConsistency fisher = fisherConsistency(phase, loss, terms, counts);
    ordered_json shown = {{"alpha", terms.alpha},
                          {"beta", terms.beta},
                          {"delta", terms.delta},
                          {"delta_on_true_class", terms.delta_on_true_class}};
    if (!terms.epsilon.empty()) shown["epsilon"] = terms.epsilon;
    shown["fisher_consistent"] = fisher.consistent;
    shown["fisher_reason"] = fisher.reason;
    return shown;
}

std::filesystem::path runFolder(const std::string& run, const std::filesystem::path& workspace) {
    namespace fs = std::filesystem;
    const fs::path folder = fs::is_directory(run) ? fs::path(run) : workspace / "runs" / run;
    if (!fs::exists(folder / "run.json")) {
        throw ConfigError("there is no run " + run + ", neither as a folder nor in " +
                          (workspace / "runs").string());
    }
    return fs::canonical(folder);
}

void requireWorkspace(const std::filesystem::path& workspace) {
    if (!std::filesystem::is_directory(workspace)) {
        throw ConfigError("there is no workspace " + workspace.string());
    }
}

void deliver(const std::string& text, const std::filesystem::path& output) {
    if (output.empty()) {
        std::cout << text;
        return;
    }
    if (output.has_parent_path()) makeFolders(output.parent_path());
    replaceFile(output, text);
}

}  // namespace ballast
