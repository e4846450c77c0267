#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/drawing.h"
#include "app/cli/opened_figure.h"
#include "core/analysis/confusion.h"
#include "core/analysis/figure_values.h"
#include "core/analysis/group_comparison.h"
#include "core/analysis/paper_results.h"
#include "core/analysis/protocol.h"
#include "core/base/error.h"
#include "core/results/named_sets.h"
#include "core/results/run_index.h"
#include "core/results/workspace.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

struct FigureOptions {
    std::string figure;
    bool open = false;  // the figure is that of a file that was exported
    fs::path workspace;
    bool csv = false;
    bool json = false;
    std::string set;    // of the workspace; empty: all runs
    std::string style;  // a file or a name; empty: the description's
    fs::path output;
};

/// Endings that the window's program draws; those of values are written here.
constexpr const char* kPictures[] = {".pdf", ".svg", ".png", ".tex"};

bool wantsPicture(const fs::path& output) {
    return std::ranges::find(kPictures, output.extension()) != std::end(kPictures);
}

/// By the window's program.
int draw(const FigureOptions& options) {
    if (options.figure == "-") {
        throw ConfigError("a figure from standard input is written as values; give a file for " +
                          options.output.string());
    }
    requireWorkspace(options.workspace);
    if (!drawFigure(options.figure, options.workspace, options.set, options.style,
                    options.output)) {
        throw ConfigError(options.output.string() + ": " + kNoDrawing);
    }
    return 0;
}

/// The picture rather than its values.
int drawCommand(const FigureOptions& options) {
    if (options.csv || options.json) {
        throw ConfigError("--output " + options.output.string() + " does not go with --" +
                          (options.csv ? "csv" : "json"));
    }
    return draw(options);
}

/// Whether the values shall be JSON, not CSV: by the option, or by the file's name.
bool wantsJson(const FigureOptions& options) {
    const std::string ending = options.output.extension().string();
    if (!options.output.empty() && ending != ".csv" && ending != ".json") {
        throw ConfigError("--output " + options.output.string() +
                          ": a figure is written as .pdf, .svg, .png or .tex, and its values as "
                          ".csv or .json");
    }
    if ((options.csv && ending == ".json") || (options.json && ending == ".csv")) {
        throw ConfigError("--output " + options.output.string() + " does not go with --" +
                          (options.csv ? "csv" : "json"));
    }
    return options.json || ending == ".json";
}

template<class Drawn>
void deliverValues(const Drawn& drawn, bool as_json, const fs::path& output) {
    for (const std::string& warning : drawn.warnings) warn(warning);
    deliver(as_json ? valuesJson(drawn).dump(2) + "\n" : valuesCsv(drawn), output);
}

int figureCommand(const FigureOptions& options) {
    if (options.open) {
        return openFigure({options.figure, options.workspace, options.json, options.output});
    }
    if (wantsPicture(options.output)) return drawCommand(options);
    const bool as_json = wantsJson(options);
    if (!options.style.empty()) {
        throw ConfigError("--style " + options.style +
                          " says how a figure looks; values have none, so give an --output that "
                          "ends in .pdf, .svg, .png or .tex");
    }
    const FigureDescription figure =
        figureFromJson(readConfigJson(options.figure, {}), options.figure);
    const bool drawn_only = figure.figure == FigureKind::curves || explainsRuns(figure.figure);
    if (drawn_only && (as_json || options.output.empty())) {
        throw ConfigError(options.figure +
                          ": such a figure is drawn and written by the window's program; give an "
                          "--output that ends in .pdf, .svg, .png, .tex or .csv");
    }
    if (drawn_only) return draw(options);
    requireWorkspace(options.workspace);
    RunIndex index(options.workspace);
    index.refresh();
    std::vector<const IndexedRun*> runs = runsWhere(index.runs(), {});
    keepSet(runs, options.workspace, options.set);
    switch (figure.figure) {
        case FigureKind::response:
            deliverValues(responseCurves(runs, figure), as_json, options.output);
            break;
        case FigureKind::surface:
            deliverValues(surfaceOf(runs, figure), as_json, options.output);
            break;
        case FigureKind::parallel:
            deliverValues(parallelCoordinates(runs, figure), as_json, options.output);
            break;
        case FigureKind::classes:
            deliverValues(classDifferences(runs, figure), as_json, options.output);
            break;
        case FigureKind::confusion:
            deliverValues(confusionGrid(runs, figure).surface, as_json, options.output);
            break;
        case FigureKind::curves:
        case FigureKind::bound:
        case FigureKind::bound_sums:
        case FigureKind::what_if:
            break;
    }
    return 0;
}

struct CompareOptions {
    fs::path workspace;
    std::string value = "best";
    std::vector<std::string> conditions;
    std::vector<std::string> by;
    bool json = false;
    fs::path output;
};

void warnOfLeftOut(const CountedRuns& counted) {
    const auto say = [](std::size_t count, const char* why) {
        if (count == 0) return;
        warn(std::to_string(count) + (count == 1 ? " run does" : " runs do") +
             " not count: " + why);
    };
    say(counted.unfinished, "not trained that far");
    say(counted.unreadable, "cannot be read");
}

int compareCommand(const CompareOptions& options) {
    const RunField value = figureField(options.value).field;
    std::vector<RunField> by;
    for (const std::string& name : options.by) by.push_back(figureField(name).field);
    requireWorkspace(options.workspace);
    RunIndex index(options.workspace);
    index.refresh();
    const CountedRuns counted =
        countedRuns(runsWhere(index.runs(), options.conditions), options.value);
    warnOfLeftOut(counted);
    const bool has_numbers = std::ranges::any_of(counted.runs, [&](const IndexedRun* run) {
        return std::holds_alternative<double>(value.of(*run));
    });
    if (!counted.runs.empty() && !has_numbers) {
        throw ConfigError("--value " + options.value + " is a number in no run");
    }
    const std::vector<RunGroup> groups =
        by.empty() ? groupRuns(counted.runs, true) : groupRunsBy(counted.runs, by);
    if (groups.size() < 2) {
        throw ConfigError("there " +
                          std::string(groups.empty() ? "are no groups" : "is one group") +
                          " of runs in " + options.workspace.string() +
                          "; a comparison needs two, so look at --where and --by");
    }
    constexpr std::size_t kMostGroups = 40;
    if (groups.size() > kMostGroups) {
        throw ConfigError("there are " + std::to_string(groups.size()) + " groups of runs in " +
                          options.workspace.string() + "; at most " + std::to_string(kMostGroups) +
                          " are compared pair by pair, so choose some with --where");
    }
    std::vector<std::string> names = by.empty() ? groupNames(groups) : groupNamesBy(groups, by);
    if (by.empty()) {  // groups on other data have the same name
        const std::vector<std::string> plain = names;
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (std::ranges::count(plain, plain[i]) > 1) {
                names[i] += ", " + dataText(groups[i].config().data);
            }
        }
    }
    const GroupComparison comparison = compareGroups(groups, std::move(names), value);
    deliver(
        options.json ? comparisonJson(comparison).dump(2) + "\n" : comparisonMarkdown(comparison),
        options.output);
    return 0;
}

struct PaperOptions {
    fs::path workspace;
    std::vector<std::string> conditions;
    bool missing = false;
    bool json = false;
    fs::path output;
};

int paperCommand(const PaperOptions& options) {
    requireWorkspace(options.workspace);
    RunIndex index(options.workspace);
    index.refresh();
    const PaperComparison comparison = paperDiff(runsWhere(index.runs(), options.conditions));
    deliver(options.json ? paperJson(comparison).dump(2) + "\n"
                         : paperMarkdown(comparison, options.missing),
            options.output);
    return 0;
}

}  // namespace

void addFigureCommand(CommandLine& cli) {
    const auto options = std::make_shared<FigureOptions>();
    CLI::App* command = cli.add("figure", "Draw a figure of many runs, or its values");
    command->add_option("FILE", options->figure, "What to draw; see experiments/figures")
        ->required();
    addWorkspace(command, options->workspace);
    CLI::Option* csv = command->add_flag("--csv", options->csv, "Values as CSV, the default");
    CLI::Option* as_json = command->add_flag("--json", options->json, "Values as JSON");
    csv->excludes(as_json);
    CLI::Option* set =
        command->add_option("--set", options->set, "Only the runs of a set saved in the window")
            ->type_name("NAME");
    CLI::Option* style =
        command
            ->add_option(
                "--style", options->style,
                "How it looks: a style's file, or the name of one that is built in or saved")
            ->type_name("FILE");
    command
        ->add_flag("--open", options->open,
                   "FILE is an exported PDF, SVG or PNG: its description, and which of its runs "
                   "are here, missing or changed")
        ->excludes(csv)
        ->excludes(set)
        ->excludes(style);
    addOutput(command, options->output);
    command->footer(
        "An output that ends in .pdf, .svg, .png or .tex is the figure, one in .csv or .json its\n"
        "values. LaTeX's is for pgfplots and has its numbers beside it, in a .dat file.\n"
        "A line of CSV is a mean, with its band and number of seeds, or one seed's value.\n"
        "What varies without being shown is named on standard error.");
    cli.perform(command, [options] { return figureCommand(*options); });
}

void addCompareCommand(CommandLine& cli) {
    const auto options = std::make_shared<CompareOptions>();
    CLI::App* command = cli.add("compare", "Groups of runs pair by pair over common seeds");
    command->add_option("WORKSPACE", options->workspace)->required();
    command->add_option("--value", options->value, "What to compare: best, last, at:20, few, …")
        ->type_name("FIELD")
        ->capture_default_str();
    addWhere(command, options->conditions);
    command
        ->add_option("--by", options->by,
                     "Fields that make a group, with commas; left out, runs that differ in the "
                     "seed only are one")
        ->type_name("FIELDS")
        ->delimiter(',')
        ->allow_extra_args(false);
    addJson(command, options->json);
    addOutput(command, options->output);
    command->footer(
        "Student's t with its 95 % interval, Wilcoxon's signed-rank test and sign flips, both\n"
        "exact; Holm's adjustment is over all pairs that are shown.");
    cli.perform(command, [options] { return compareCommand(*options); });
}

void addPaperCommand(CommandLine& cli) {
    const auto options = std::make_shared<PaperOptions>();
    CLI::App* command = cli.add("paper", "A workspace's results beside the paper's tables");
    command->add_option("WORKSPACE", options->workspace)->required();
    addWhere(command, options->conditions);
    command->add_flag("--missing", options->missing,
                      "Also the paper's numbers without a run, with the preset that trains each");
    addJson(command, options->json);
    addOutput(command, options->output);
    cli.perform(command, [options] { return paperCommand(*options); });
}

}  // namespace ballast
