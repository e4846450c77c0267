#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/drawing.h"
#include "app/cli/experiments.h"
#include "app/cli/sweep_training.h"
#include "core/analysis/figure_values.h"
#include "core/analysis/method_table.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/nearest_word.h"
#include "core/results/named_sets.h"
#include "core/results/run_index.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct ReproduceOptions {
    std::string experiment;
    bool small = false;
    bool medium = false;
    int seeds = 0;  // 0: as the sweep says
    fs::path output;
    SweepOptions sweep;
};

std::vector<std::string> experimentNames() {
    std::vector<std::string> names;
    for (const ExperimentFile& file : experimentFiles()) {
        if (names.empty() || names.back() != file.experiment) names.emplace_back(file.experiment);
    }
    return names;
}

std::vector<ExperimentFile> filesOf(const std::string& experiment) {
    std::vector<ExperimentFile> files;
    for (const ExperimentFile& file : experimentFiles()) {
        if (file.experiment == experiment) files.push_back(file);
    }
    if (!files.empty()) return files;
    std::string list;
    for (const std::string& name : experimentNames()) list += (list.empty() ? "" : ", ") + name;
    const std::string nearest = nearestWord(experiment, experimentNames());
    throw ConfigError("no experiment \"" + experiment + "\"; " +
                      (nearest.empty() ? "there are: " + list : "did you mean " + nearest + "?"));
}

/// "small", "medium", or "" for the paper's size.
std::string sizeOf(const ReproduceOptions& options) {
    return options.small ? "small" : options.medium ? "medium" : "";
}

/// Whether a file is a sweep of that size: "sweep-small.json".
bool isSweep(const ExperimentFile& file, const std::string& size) {
    if (!file.name.starts_with("sweep")) return false;
    for (const char* other : {"small", "medium"}) {
        if (file.name.ends_with(std::string("-") + other + ".json")) return size == other;
    }
    return size.empty();
}

/// Runs of the set, but those that cannot be read.
std::vector<const IndexedRun*> runsOf(const RunIndex& index, const std::vector<std::string>& ids) {
    std::vector<const IndexedRun*> runs;
    for (const IndexedRun& run : index.runs()) {
        if (run.error.empty() && std::ranges::find(ids, run.id) != ids.end()) runs.push_back(&run);
    }
    return runs;
}

class Results {
public:
    explicit Results(fs::path folder) : folder_(std::move(folder)) { makeFolders(folder_); }

    fs::path write(const std::string& name, const std::string& content) {
        replaceFile(folder_ / name, content);
        return add(name);
    }
    fs::path add(const std::string& name) {
        files_.push_back(folder_ / name);
        return files_.back();
    }
    const fs::path& folder() const { return folder_; }
    const std::vector<fs::path>& files() const { return files_; }

private:
    fs::path folder_;
    std::vector<fs::path> files_;
};

/// The figure's description, its values, and where the window's program is there the figure.
void writeFigure(const ExperimentFile& file, std::span<const IndexedRun* const> runs,
                 const std::string& set, const fs::path& workspace, Results& results) {
    const std::string source = std::string(file.experiment) + "/" + std::string(file.name);
    const FigureDescription figure = figureFromJson(json::parse(file.text), source);
    const std::string stem(file.name.substr(0, file.name.size() - 5));
    std::vector<std::string> warnings;
    std::vector<const char*> drawn = {".pdf", ".png"};
    if (figure.figure == FigureKind::curves) {
        drawn.push_back(".csv");
    } else if (figure.figure == FigureKind::surface) {
        const Surface surface = surfaceOf(runs, figure);
        warnings = surface.warnings;
        results.write(stem + ".csv", valuesCsv(surface));
    } else {
        const ResponseCurves curves = responseCurves(runs, figure);
        warnings = curves.warnings;
        results.write(stem + ".csv", valuesCsv(curves));
    }
    for (const std::string& warning : warnings) {
        std::cerr << "ballast-cli: " << source << ": " << warning << std::endl;
    }
    const fs::path description =
        results.write(std::string(file.name), toJson(figure).dump(2) + "\n");
    for (const char* ending : drawn) {
        if (!drawFigure(description, workspace, set, "", results.folder() / (stem + ending))) {
            std::cerr << "ballast-cli: " << kNoDrawing << std::endl;
            return;
        }
        results.add(stem + ending);
    }
}

void writeTables(std::span<const IndexedRun* const> runs, Results& results) {
    const std::pair<const char*, TableFormat> formats[] = {{"table.md", TableFormat::markdown},
                                                           {"table.tex", TableFormat::latex},
                                                           {"table.html", TableFormat::html},
                                                           {"table.csv", TableFormat::csv}};
    const CrossTable table = methodTable(runs, {}).table;
    for (const auto& [name, format] : formats) results.write(name, tableText(table, format));
}

int reproduceCommand(const ReproduceOptions& options, const DataStore& store) {
    const std::vector<ExperimentFile> files = filesOf(options.experiment);
    const std::string size = sizeOf(options);
    const std::string set = options.experiment + (size.empty() ? "" : " (" + size + ")");
    std::vector<std::string> ids;
    for (const ExperimentFile& file : files) {
        if (!isSweep(file, size)) continue;
        json sweep = json::parse(file.text);
        if (options.seeds > 0) sweep["seeds"] = {{"from", 0}, {"count", options.seeds}};
        const SweepEnd end = trainSweep(sweep, options.experiment + "/" + std::string(file.name),
                                        options.sweep, store);
        if (end.exit_code != 0) return end.exit_code;
        ids.insert(ids.end(), end.runs.begin(), end.runs.end());
    }
    if (options.sweep.plan) return 0;
    // In the window the runs are found again by the set's name.
    NamedSets sets = readNamedSets(options.sweep.workspace);
    sets[set] = ids;
    writeNamedSets(options.sweep.workspace, sets);

    RunIndex index(options.sweep.workspace);
    index.refresh();
    const std::vector<const IndexedRun*> runs = runsOf(index, ids);
    Results results(options.output.empty() ? fs::path("reproduced") / options.experiment
                                           : options.output);
    for (const ExperimentFile& file : files) {
        if (!file.name.starts_with("figure")) continue;
        writeFigure(file, runs, set, options.sweep.workspace, results);
    }
    writeTables(runs, results);
    for (const fs::path& file : results.files()) std::cout << file.string() << std::endl;
    return 0;
}

}  // namespace

void addReproduceCommand(CommandLine& cli) {
    const auto options = std::make_shared<ReproduceOptions>();
    std::string names;
    for (const std::string& name : experimentNames()) names += (names.empty() ? "" : ", ") + name;
    CLI::App* command =
        cli.add("reproduce", "Train a result of the paper and draw it. Run it again to resume");
    command->add_option("EXPERIMENT", options->experiment, "One of " + names)->required();
    CLI::Option* small = command->add_flag(
        "--small", options->small, "Minutes on a CPU: a small network on Fashion-MNIST, 10 epochs");
    command
        ->add_flag("--medium", options->medium,
                   "Half an hour on a CPU: a small network on CIFAR-10, 20 epochs, 3 seeds")
        ->excludes(small);
    command->add_option("--seeds", options->seeds, "How many, from seed 0; 0: as the sweep says")
        ->check(CLI::Range(0, 100));
    addWorkspace(command, options->sweep.workspace);
    command
        ->add_option("--output", options->output,
                     "Folder for figures and tables; reproduced/EXPERIMENT if left out")
        ->type_name("DIR");
    command->add_option("--jobs", options->sweep.jobs, "As of sweep")->check(CLI::Range(0, 256));
    addThreads(command, options->sweep.threads, "Of all runs together; 0: all cores");
    command->add_flag("--plan", options->sweep.plan,
                      "Only show the tree of runs and what sharing saves");
    cli.perform(command, [options, &cli] { return reproduceCommand(*options, cli.store()); });
}

}  // namespace ballast
