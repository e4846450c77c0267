#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "core/base/error.h"
#include "core/base/human_text.h"
#include "core/experiment/config_json.h"
#include "core/experiment/imbalance.h"
#include "core/interchange/foreign_arguments.h"
#include "core/interchange/foreign_logs.h"
#include "core/interchange/scalar_files.h"
#include "core/results/run_folder.h"
#include "core/runs/foreign_runs.h"
#include "core/runs/learning_library.h"
#include "core/runs/scalar_import.h"

namespace ballast {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
namespace fs = std::filesystem;

struct EvaluateOptions {
    fs::path checkpoint;  // a file of any kind, or a run's folder
    std::string dataset;  // empty: what is known of the checkpoint, else cifar10
    std::string config;   // empty: the model is what the file holds
    std::optional<int> epoch;
    std::vector<std::string> ignored;
    bool json = false;
    int threads = 0;
};

/// What is known of the run a checkpoint is of.
struct KnownRun {
    DataConfig data;
    std::string augmentation = "none";
    std::vector<std::int64_t> class_counts;  // empty: not known
};

/// From the config given, the run around the checkpoint, or args.txt beside it.
KnownRun knownRunOf(const EvaluateOptions& options, const fs::path& file,
                    EvaluationRequest& request, const DataStore& store) {
    KnownRun known;
    const fs::path folder = fs::absolute(file).parent_path();
    if (!options.config.empty()) {
        const RunConfig config = configFromJson(readConfigJson(options.config, {}), options.config);
        request.model = config.model;
        known = {config.data, config.training.augmentation, store.classCounts(config.data)};
    } else if (fs::exists(folder.parent_path() / "run.json")) {
        const RunDescription run = readRun(folder.parent_path()).description;
        if (!run.class_counts.empty()) {
            known = {run.config.data, run.config.training.augmentation, run.class_counts};
        }
    } else if (fs::exists(folder / "args.txt")) {
        try {
            const json arguments = readForeignArguments(folder / "args.txt").values;
            known.data.dataset = arguments.value("dataset", known.data.dataset);
            if (arguments.contains("cls_num_list")) {
                known.class_counts = arguments["cls_num_list"].get<std::vector<std::int64_t>>();
            }
        } catch (const json::exception&) {
            throw DataError((folder / "args.txt").string() +
                            ": dataset is not a text or cls_num_list not a list of whole numbers");
        }
    }
    if (!options.dataset.empty() && options.dataset != known.data.dataset) {
        known = {};
        known.data.dataset = options.dataset;
    }
    return known;
}

ordered_json numberOrNull(double value) {
    return std::isnan(value) ? ordered_json(nullptr) : ordered_json(value);
}

/// A run's checkpoint, or the file given; of a file there is nothing to choose.
fs::path chosenFile(const fs::path& given, std::optional<int> epoch) {
    if (epoch && fs::is_regular_file(given)) {
        throw ConfigError("--epoch chooses among a run's checkpoints; " + given.string() +
                          " is one file");
    }
    return checkpointFile(given, epoch);
}

int evaluateCommand(const EvaluateOptions& options, const DataStore& store) {
    const fs::path file = chosenFile(options.checkpoint, options.epoch);
    EvaluationRequest request{
        .checkpoint = {file, options.ignored}, .data = {}, .model = std::nullopt};
    KnownRun known = knownRunOf(options, file, request, store);
    const DatasetInfo& dataset = datasetNamed(known.data.dataset);
    request.data = known.data;
    request.augmentation = known.augmentation;
    request.threads = options.threads;
    const Evaluation result = learningLibrary().evaluate(request, store);
    ShotAccuracy shots;
    if (known.class_counts.size() == result.test_accuracy.size()) {
        shots = shotAccuracy(result.test_accuracy, known.class_counts);
    }
    const CheckpointInfo& info = result.checkpoint;
    const std::vector<std::string> names = store.classNames(known.data);
    const std::string remark =
        dataset.listed() ? lackingClasses(store.list(known.data, Split::test), names) : "";
    for (const std::string& line : info.said) {
        (options.json ? std::cerr : std::cout) << line << std::endl;
    }
    if (options.json) {
        std::cout << ordered_json{{"checkpoint", file.string()},
                                  {"dataset", dataset.name},
                                  {"model", info.model.name},
                                  {"head", nameOf(info.model.head)},
                                  {"epochs_done", info.epochs_done ? ordered_json(*info.epochs_done)
                                                                   : ordered_json(nullptr)},
                                  {"not_finite", info.not_finite},
                                  {"balanced_test_accuracy", result.balanced_test_accuracy},
                                  {"test_accuracy", result.test_accuracy},
                                  {"class_names", names},
                                  {"many", numberOrNull(shots.many)},
                                  {"medium", numberOrNull(shots.medium)},
                                  {"few", numberOrNull(shots.few)},
                                  {"remark", remark}}
                         .dump(2)
                  << "\n";
        return 0;
    }
    std::printf("%s: %s, %s head", file.filename().c_str(), info.model.name.c_str(),
                std::string(nameOf(info.model.head)).c_str());
    if (info.epochs_done) std::printf(", after %d epochs", *info.epochs_done);
    std::printf("\nbalanced accuracy on the test images of %s: %.2f %%\n",
                std::string(dataset.label).c_str(), 100.0 * result.balanced_test_accuracy);
    if (!remark.empty()) std::printf("%s\n", remark.c_str());
    const std::pair<const char*, double> groups[] = {
        {"many", shots.many}, {"medium", shots.medium}, {"few", shots.few}};
    for (const auto& [name, share] : groups) {
        if (!std::isnan(share)) std::printf("%s %.2f %%  ", name, 100.0 * share);
    }
    std::printf("\n%5s  %-12s %9s\n", "class", "name", "accuracy");
    for (std::size_t y = 0; y < result.test_accuracy.size(); ++y) {
        const std::string name = padded(names.empty() ? "" : names[y], 12);
        const double accuracy = result.test_accuracy[y];
        if (std::isnan(accuracy)) {
            std::printf("%5zu  %s         –\n", y, name.c_str());
        } else {
            std::printf("%5zu  %s %9.3f\n", y, name.c_str(), accuracy);
        }
    }
    return 0;
}

struct ImportOptions {
    fs::path path;
    fs::path workspace;
    std::vector<std::string> ignored;
    std::string config;                 // a file
    std::string method;                 // or a preset's, for …
    PresetRequest preset;               // …, whose method is not looked at
    std::vector<std::string> settings;  // /pointer=value
    std::vector<std::string> columns;   // COLUMN=SERIES
    bool list = false;
};

void printImported(const ForeignRun& imported) {
    for (const std::string& line : imported.said) std::cout << line << "\n";
    std::cout << imported.folder.string() << std::endl;
    const RunSummary run = readRun(imported.folder);
    if (const EpochRecord* best = bestRecord(run.records, Selection::test)) {
        std::printf(
            "%zu epochs, best balanced test accuracy %.2f %% after %d epochs, last %.2f %%\n",
            run.records.size(), 100.0 * best->balanced_test_accuracy, best->epoch + 1,
            100.0 * run.records.back().balanced_test_accuracy);
        std::fflush(stdout);
    }
}

ColumnChoice columnChoice(const std::vector<std::string>& given) {
    ColumnChoice choice;
    for (const std::string& text : given) {
        const std::size_t at = text.find('=');
        if (at == std::string::npos) {
            throw ConfigError("--column " + text + ": allowed: COLUMN=NAME, such as test=val/acc");
        }
        choice[text.substr(0, at)] = text.substr(at + 1);
    }
    return choice;
}

int listScalars(const std::vector<LoggedScalars>& runs) {
    for (const LoggedScalars& run : runs) {
        std::cout << (run.name.empty() ? "(no name)" : run.name) << "\n";
        const ColumnChoice suggested = suggestedColumns(run);
        for (const auto& [name, series] : run.series) {
            std::string taken;
            for (const auto& [column, of] : suggested) {
                if (of == name) taken += (taken.empty() ? "  → " : ", ") + column;
            }
            std::printf("  %-40s %6zu values, steps %lld to %lld%s\n", name.c_str(), series.size(),
                        static_cast<long long>(series.begin()->first),
                        static_cast<long long>(series.rbegin()->first), taken.c_str());
        }
    }
    std::fflush(stdout);
    return 0;
}

int importCommand(const ImportOptions& options, const CLI::App* command, const DataStore& store) {
    if (hasForeignLogs(options.path)) {
        refuseOptions(command, {"--config", "--preset", "--set", "--column", "--list"},
                      "to the public code's logs, which say what was trained");
        printImported(importRun(learningLibrary(), options.workspace, options.path, kNeverCancelled,
                                options.ignored));
        return 0;
    }
    ScalarImport request;
    request.runs = readScalarFiles(options.path);
    if (options.list) return listScalars(request.runs);
    if (options.method.empty()) {
        refuseOptions(command, kPresetDataOptions, "without --preset");
    }
    request.columns = columnChoice(options.columns);
    request.source = fs::absolute(options.path).lexically_normal().filename().string();
    if (!options.config.empty()) {
        request.config = readConfigJson(options.config, options.settings);
    } else if (!options.method.empty()) {
        PresetRequest preset = options.preset;
        preset.method = options.method;
        request.config = presetJson(preset, options.settings);
    } else {
        throw ConfigError(options.path.string() +
                          " does not say what was trained; give --config FILE or --preset METHOD");
    }
    for (const ForeignRun& run : importScalars(options.workspace, request, store)) {
        printImported(run);
    }
    return 0;
}

int exportWeightsCommand(const fs::path& checkpoint, std::optional<int> epoch,
                         const fs::path& output, const std::vector<std::string>& ignored) {
    const fs::path file = chosenFile(checkpoint, epoch);
    const CheckpointInfo info = learningLibrary().exportWeights({file, ignored}, output);
    for (const std::string& line : info.said) std::cerr << line << std::endl;
    std::cout << output.string() << ": the weights of " << file.filename().string() << std::endl;
    return 0;
}

}  // namespace

void addEvaluateCommand(CommandLine& cli) {
    const auto options = std::make_shared<EvaluateOptions>();
    CLI::App* command = cli.add("evaluate", "Test accuracy of a checkpoint, ours or PyTorch's");
    command
        ->add_option("CHECKPOINT", options->checkpoint,
                     "A file of PyTorch's torch.save, .safetensors, or a run's folder")
        ->required();
    command->add_option("--dataset", options->dataset, "Default: the run's, or cifar10")
        ->type_name("NAME");
    command->add_option("--config", options->config, "Whose model it must fit")->type_name("FILE");
    command->add_option("--epoch", options->epoch, "Of a run's checkpoints: epochs done");
    addIgnore(command, options->ignored);
    addThreads(command, options->threads, "0: all cores");
    addJson(command, options->json);
    cli.perform(command, [options, &cli] { return evaluateCommand(*options, cli.store()); });
}

void addImportCommand(CommandLine& cli) {
    const auto options = std::make_shared<ImportOptions>();
    CLI::App* command =
        cli.add("import",
                "Finished runs of other programs: the public code's logs, or what an "
                "experiment tracker has kept");
    command
        ->add_option("PATH", options->path,
                     "A folder with args.txt, log_train.csv and log_test.csv; or a CSV file, an "
                     "event file of TensorBoard, a run of MLflow's file store, a folder of those")
        ->required();
    auto* config =
        command->add_option("--config", options->config, "What was trained, of a tracker's runs")
            ->type_name("FILE");
    command->add_option("--preset", options->method, "The same, as a preset")
        ->type_name("METHOD")
        ->excludes(config);
    addPresetData(command, options->preset);
    addSettings(command, options->settings, "One field of the config");
    std::string columns;
    for (const TrackedColumn& column : trackedColumns()) {
        columns += (columns.empty() ? "" : ", ") + std::string(column.name);
    }
    command
        ->add_option("--column", options->columns,
                     "Which of the tracker's numbers is the COLUMN, one of: " + columns)
        ->type_name("COLUMN=NAME")
        ->allow_extra_args(false);
    command->add_flag("--list", options->list, "Only say which numbers there are");
    addWorkspace(command, options->workspace);
    addIgnore(command, options->ignored);
    cli.perform(command,
                [options, command, &cli] { return importCommand(*options, command, cli.store()); });
}

void addExportWeightsCommand(CommandLine& cli) {
    struct Options {
        fs::path checkpoint;
        fs::path output;
        std::optional<int> epoch;
        std::vector<std::string> ignored;
    };
    const auto options = std::make_shared<Options>();
    CLI::App* command = cli.add(
        "export-weights", "The model's weights as safetensors, under the public code's names");
    command->add_option("CHECKPOINT", options->checkpoint, "A run's folder or a checkpoint file")
        ->required();
    command->add_option("--output", options->output, "File to write")
        ->type_name("FILE")
        ->required();
    command->add_option("--epoch", options->epoch, "Of a run's checkpoints: epochs done");
    addIgnore(command, options->ignored);
    cli.perform(command, [options] {
        return exportWeightsCommand(options->checkpoint, options->epoch, options->output,
                                    options->ignored);
    });
}

}  // namespace ballast
