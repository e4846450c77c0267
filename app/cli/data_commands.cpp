#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "core/base/checksum.h"
#include "core/base/error.h"
#include "core/base/human_text.h"
#include "core/data/download.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_meaning.h"
#include "core/experiment/imbalance.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kShownClasses = 100;  // of more, the first and last rows of a table

std::atomic<bool> cancelled{false};

extern "C" void cancel(int) {
    cancelled.store(true);
}

int dataListCommand(bool as_json, const DataStore& store) {
    ordered_json list = ordered_json::array();
    const auto known = [](int number) {  // 0: the lists say
        return number > 0 ? ordered_json(number) : ordered_json(nullptr);
    };
    for (const DatasetInfo& dataset : datasets()) {
        const auto folder = store.find(dataset);
        list.push_back(
            {{"name", dataset.name},
             {"label", dataset.label},
             {"classes", known(dataset.classes)},
             {"train_images", known(dataset.trainImages())},
             {"test_images", known(dataset.test_images)},
             {"folder", folder ? ordered_json(folder->string()) : ordered_json(nullptr)}});
    }
    if (as_json) {
        std::cout << list.dump(2) << "\n";
        return 0;
    }
    for (const auto& entry : list) {
        const std::string name = entry["name"].get<std::string>();
        const bool listed = findDataset(name)->listed();
        const std::string place =
            !entry["folder"].is_null()
                ? entry["folder"].get<std::string>()
                : (listed ? "not here; where to get it: ballast-cli data get "
                          : "not here; fetch it with: ballast-cli data get ") +
                      name;
        if (entry["classes"].is_null()) {
            std::printf("%-15s  classes and images as its lists say   %s\n", name.c_str(),
                        place.c_str());
            continue;
        }
        std::printf("%-15s  %4d classes  %6d + %5d images  %s\n", name.c_str(),
                    entry["classes"].get<int>(), entry["train_images"].get<int>(),
                    entry["test_images"].get<int>(), place.c_str());
    }
    return 0;
}

int dataGetCommand(const std::string& name, const DataStore& store) {
    const DatasetInfo& dataset = datasetNamed(name);
    std::signal(SIGINT, cancel);
    std::signal(SIGTERM, cancel);
    try {
        ProgressLine line;
        const auto folder = getDataset(
            store, dataset,
            [&](const FetchProgress& progress) {
                std::string text = progress.what;
                if (progress.total_bytes > 0) {
                    const double share = static_cast<double>(progress.bytes) /
                                         static_cast<double>(progress.total_bytes);
                    char percent[32];
                    std::snprintf(percent, sizeof percent, "%.0f %%", 100.0 * share);
                    text += std::string(": ") + percent + " of " + sizeText(progress.total_bytes);
                } else if (progress.bytes > 0) {
                    text += ": " + sizeText(progress.bytes);
                }
                line.show(text);
            },
            cancelled);
        std::cout << dataset.label << " is in " << folder.string() << "\n";
    } catch (const DataError& error) {
        if (!cancelled.load()) throw;
        std::cerr << "ballast-cli: " << error.what() << "\n";
        return static_cast<int>(ExitCode::interrupted);
    }
    return 0;
}

struct ShowOptions {
    std::string config;                 // a file
    std::vector<std::string> settings;  // /pointer=value
    bool json = false;
};

int dataShowCommand(const ShowOptions& options, const DataStore& store) {
    const std::string& file = options.config;
    const RunConfig config = configFromJson(readConfigJson(file, options.settings), file);
    const DatasetInfo& dataset = datasetNamed(config.data.dataset);
    const std::vector<std::int64_t> counts = store.classCounts(config.data);
    std::vector<Problem> problems = checkClassLists(config, counts.size(), dataset.label);
    if (!problems.empty()) throw ConfigError(file + ": the config is not valid", problems);
    const DataSplit split = store.split(config.data, counts);
    const std::vector<std::int64_t>& subset = split.train;
    const std::vector<std::string> names = store.classNames(config.data);
    const std::size_t validation_images =
        store.hasValidationList(config.data)
            ? store.list(config.data, Split::validation).labels.size()
            : split.validation.size();
    const std::size_t test_images = dataset.listed()
                                        ? store.list(config.data, Split::test).labels.size()
                                        : static_cast<std::size_t>(dataset.test_images);
    ordered_json phases = ordered_json::array();
    for (const Phase& phase : config.phases) {
        phases.push_back({{"from", phase.from},
                          {"class_terms", termsJson(phase, lossOf(config.loss, phase),
                                                    classTerms(phase, counts), counts)}});
    }
    const ordered_json shown = {
        {"dataset", dataset.name},
        {"folder", store.find(config.data)->string()},
        {"train_images", subset.size()},
        {"validation_images", validation_images},
        {"test_images", test_images},
        {"classes", counts.size()},
        {"class_counts", counts},
        {"class_names", names},
        {"majority_classes", majorityClasses(counts)},
        {"subset_sha256", sha256Hex(std::as_bytes(std::span(subset)))},
        {"first_indices",
         std::vector<std::int64_t>(
             subset.begin(), subset.begin() + std::min<std::ptrdiff_t>(
                                                  6, static_cast<std::ptrdiff_t>(subset.size())))},
        {"phases", phases}};
    if (options.json) {
        std::cout << shown.dump(2) << "\n";
        return 0;
    }
    std::cout << dataset.label << ", " << nameOf(config.data.imbalance.profile);
    if (config.data.imbalance.profile != Profile::none) {
        std::cout << ", imbalance ratio " << config.data.imbalance.ratio;
    }
    std::cout << ": " << subset.size() << " training images, ";
    if (validation_images > 0) std::cout << validation_images << " validation images, ";
    std::cout << test_images << " test images\nsubset SHA-256 "
              << shown["subset_sha256"].get<std::string>() << "\n\n";
    std::printf("%5s  %-12s %7s", "class", "name", "images");
    for (const Phase& phase : config.phases) {
        std::printf("  | from %-5d %8s %8s %8s", phase.from, "alpha", "beta", "delta");
        if (phase.smoothing != Smoothing::none) std::printf(" %8s", "epsilon");
    }
    std::printf("\n");
    const bool whole = counts.size() <= kShownClasses;
    for (std::size_t y = 0; y < counts.size(); ++y) {
        if (!whole && y == kShownClasses / 2) {
            y = counts.size() - kShownClasses / 2;
            std::printf("  ...  %zu classes left out; --json shows all\n",
                        counts.size() - kShownClasses);
        }
        const std::string name(names.empty() ? "" : names[y]);
        std::printf("%5zu  %s %7lld", y, padded(name, 12).c_str(),
                    static_cast<long long>(counts[y]));
        for (const auto& phase : phases) {
            const auto& terms = phase["class_terms"];
            std::printf("  | %10s %8.4f %8.4f %8.4f", "", terms["alpha"][y].get<double>(),
                        terms["beta"][y].get<double>(), terms["delta"][y].get<double>());
            if (terms.contains("epsilon")) std::printf(" %8.4f", terms["epsilon"][y].get<double>());
        }
        std::printf("\n");
    }
    std::printf("\n");
    for (const auto& phase : phases) {
        const auto& terms = phase["class_terms"];
        std::printf("from %d: %s (%s)\n", phase["from"].get<int>(),
                    terms["fisher_consistent"].get<bool>() ? "Fisher consistent"
                                                           : "not in the Fisher-consistent family",
                    terms["fisher_reason"].get<std::string>().c_str());
    }
    return 0;
}

void addList(CommandLine& cli, CLI::App* data) {
    const auto as_json = std::make_shared<bool>(false);
    CLI::App* command = cli.add("list", "Known data sets and where they are", data);
    addJson(command, *as_json);
    cli.perform(command, [as_json, &cli] { return dataListCommand(*as_json, cli.store()); });
}

void addGet(CommandLine& cli, CLI::App* data) {
    const auto name = std::make_shared<std::string>();
    CLI::App* command = cli.add("get", "Fetch a data set", data);
    command->add_option("NAME", *name)->required();
    cli.perform(command, [name, &cli] { return dataGetCommand(*name, cli.store()); });
}

void addShow(CommandLine& cli, CLI::App* data) {
    const auto options = std::make_shared<ShowOptions>();
    CLI::App* command = cli.add("show", "Class counts, subset and class terms of a config", data);
    command->add_option("CONFIG", options->config)->required();
    addSettings(command, options->settings, "Change a field");
    addJson(command, options->json);
    cli.perform(command, [options, &cli] { return dataShowCommand(*options, cli.store()); });
}

}  // namespace

void addDataCommands(CommandLine& cli) {
    CLI::App* data = cli.addGroup("data", "List, fetch and examine data sets");
    addList(cli, data);
    addGet(cli, data);
    addShow(cli, data);
}

}  // namespace ballast
