#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "core/analysis/method_table.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/interchange/tensorboard.h"
#include "core/results/result_table.h"
#include "core/results/run_export.h"
#include "core/results/run_query.h"
#include "core/results/workspace.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

struct TableOptions {
    fs::path workspace;
    std::string format = "markdown";
    std::string by = "method";         // method | shots | run
    std::vector<std::string> rows;     // fields, in place of `by`
    std::vector<std::string> columns;  // fields
    std::string value = "best";        // best | last, or with `rows` any field
    std::optional<int> at;             // epochs done, in place of `value`
    bool differences = false;
    std::vector<std::string> conditions;
    fs::path output;
};

void sayUnreadable(const std::string& id, const std::string& error) {
    if (!error.empty()) std::cerr << "ballast-cli: left out " << id << ": " << error << "\n";
}

/// Of a run, or of all runs of a workspace.
std::vector<fs::path> runFolders(const fs::path& source) {
    if (fs::exists(source / "run.json")) return {source};
    requireWorkspace(source);
    RunIndex index(source);
    index.refresh();
    std::vector<fs::path> folders;
    for (const IndexedRun& run : index.runs()) folders.push_back(run.folder);
    return folders;
}

void sayWarnings(const RunSummary& run) {
    sayUnreadable(run.id, run.error);
    for (const std::string& warning : run.warnings) {
        std::cerr << "ballast-cli: " << run.id << ": " << warning << "\n";
    }
}

/// A folder with an event file for each run; see tensorboard.h.
int exportEvents(const fs::path& source, const fs::path& output) {
    std::size_t written = 0;
    for (const fs::path& folder : runFolders(source)) {
        const RunSummary run = readRun(folder);
        sayWarnings(run);
        if (!run.error.empty()) continue;
        const fs::path file = tensorboardFile(output, run);
        makeFolders(file.parent_path());
        replaceFile(file, tensorboardEvents(run));
        ++written;
    }
    std::cout << written << (written == 1 ? " run" : " runs") << " written; look at "
              << (written == 1 ? "it" : "them") << " with: tensorboard --logdir " << output.string()
              << "\n";
    return 0;
}

/// Every number of a run or of a workspace's runs as CSV; see run_export.h.
int exportCommand(const fs::path& source, const fs::path& output) {
    const std::vector<fs::path> folders = runFolders(source);
    // Gigabytes of rows are written as they come, to a file beside the one that they will be.
    fs::path temporary = output;
    std::ofstream file;
    if (!output.empty()) {
        if (output.has_parent_path()) makeFolders(output.parent_path());
        temporary.replace_filename("." + output.filename().string() + ".tmp");
        errno = 0;
        file.open(temporary, std::ios::binary);
    }
    std::ostream& out = output.empty() ? std::cout : file;
    writeCsvHeader(out);
    for (const fs::path& folder : folders) {
        if (!out) break;
        const RunSummary run = readRun(folder);
        sayWarnings(run);
        errno = 0;
        if (run.error.empty()) writeCsv(run, out);
    }
    if (out) out.flush();
    if (out && !output.empty()) file.close();
    if (!out) {
        const std::string why = errno != 0 ? std::strerror(errno) : "it takes no more";
        std::error_code ignored;
        if (!output.empty()) fs::remove(temporary, ignored);
        throw StorageError("cannot write " +
                           (output.empty() ? std::string("the rows") : output.string()) + ": " +
                           why);
    }
    if (!output.empty()) putInPlace(temporary, output);
    return 0;
}

GroupTable groupTable(const TableOptions& options, std::span<const IndexedRun* const> runs) {
    if (!options.rows.empty()) {
        const std::string value = options.at ? "at:" + std::to_string(*options.at) : options.value;
        return fieldTable(runs, options.rows, options.columns, value);
    }
    if (options.by == "shots") return shotsTable(runs);
    TableValue value;
    if (options.value == "last") value.kind = TableValue::last;
    if (options.at) value = {TableValue::after, *options.at};
    return methodTable(runs, value);
}

int tableCommand(const TableOptions& options) {
    requireWorkspace(options.workspace);
    const TableFormat format = tableFormat(options.format);
    RunIndex index(options.workspace);
    index.refresh();
    for (const IndexedRun& run : index.runs()) sayUnreadable(run.id, run.error);
    const std::vector<const IndexedRun*> runs = runsWhere(index.runs(), options.conditions);
    if (options.by == "run") {
        deliver(resultTable(runs, format), options.output);
        return 0;
    }
    GroupTable made = groupTable(options, runs);
    if (options.differences) markDifferences(made.table);
    for (const std::string& warning : made.warnings) warn(warning);
    if (options.rows.empty()) {
        const auto say = [](std::size_t count, const char* why) {
            if (count > 0) {
                warn(std::to_string(count) + (count == 1 ? " run does" : " runs do") +
                     " not count: " + why + "; --by run lists all");
            }
        };
        say(made.unfinished, options.at ? "fewer epochs trained" : "not trained to the end");
        say(made.repeated, "config and seed of another run");
    }
    deliver(tableText(made.table, format), options.output);
    return 0;
}

}  // namespace

void addExportCommand(CommandLine& cli) {
    struct Options {
        fs::path source;
        fs::path output;
        bool csv = false;
        fs::path tensorboard;  // a folder, in place of CSV
    };
    const auto options = std::make_shared<Options>();
    CLI::App* command =
        cli.add("export", "Every number of every epoch and class, for other programs");
    command->add_option("WORKSPACE|RUN", options->source, "A workspace, or one run's folder")
        ->required();
    auto* formats = command->add_option_group("format", "One of");
    formats->add_flag("--csv", options->csv, "As CSV");
    formats->add_option("--tensorboard", options->tensorboard,
                        "As TensorBoard's event files, a folder a run, into this folder");
    formats->require_option(1);
    addOutput(command, options->output);
    command->footer(
        "Rows with source \"epoch\" hold an epoch's scalars; \"streaming\" and \"exact\" the\n"
        "training images' numbers (class empty: majority and minority means), \"test\" and\n"
        "\"validation\" the accuracy per class, \"terms\" estimated kappa, chosen nu and tau,\n"
        "\"teacher\" the mean of a teacher's answers. Epochs, phases and classes count from 0.\n"
        "Numbers are in full; empty means missing.");
    cli.perform(command, [options, command] {
        if (options->tensorboard.empty()) return exportCommand(options->source, options->output);
        refuseOptions(command, {"--output"}, "with --tensorboard, which names the folder");
        return exportEvents(options->source, options->tensorboard);
    });
}

void addTableCommand(CommandLine& cli) {
    const auto options = std::make_shared<TableOptions>();
    CLI::App* command =
        cli.add("table", "Result table of a workspace, in the shape of the paper's");
    command->add_option("WORKSPACE", options->workspace)->required();
    command->add_option("--format", options->format)
        ->capture_default_str()
        ->check(CLI::IsMember({"markdown", "latex", "csv", "html"}));
    command
        ->add_option("--by", options->by,
                     "method: methods against data, as Table 1, mean ± standard deviation over "
                     "seeds; shots: classes with many, medium and few images, as Table 2; run: one "
                     "row a run")
        ->capture_default_str()
        ->check(CLI::IsMember({"method", "shots", "run"}));
    command->add_option("--rows", options->rows, "A row for each of these fields' values, instead")
        ->type_name("FIELD,…")
        ->delimiter(',');
    command->add_option("--columns", options->columns, "A column for each of these fields' values")
        ->type_name("FIELD,…")
        ->delimiter(',');
    command
        ->add_option("--value", options->value,
                     "Of the best epoch or of the last; with --rows any field: few, ratio, loss, …")
        ->type_name("best|last|FIELD")
        ->capture_default_str();
    command->add_option("--at", options->at, "Of this epoch instead: how many are done")
        ->check(CLI::Range(1, 1000000));
    command->add_flag("--significance", options->differences,
                      "Mark what is told apart from its column's best");
    addWhere(command, options->conditions);
    addOutput(command, options->output);
    cli.perform(command, [options, command] {
        if (options->by == "run") {
            refuseOptions(command, {"--value", "--at", "--significance"},
                          "with --by run, which has every run's numbers");
        }
        if (options->by == "shots") {
            refuseOptions(command, {"--value", "--at"}, "with --by shots, which is of best epochs");
        }
        if (options->rows.empty()) {
            refuseOptions(command, {"--columns"}, "without --rows");
            if (options->value != "best" && options->value != "last") {
                throw ConfigError("--value: " + options->value +
                                  " is not allowed without --rows; allowed: best, last");
            }
        } else {
            refuseOptions(command, {"--by"}, "with --rows, which says what the rows are");
        }
        if (options->at) refuseOptions(command, {"--value"}, "with --at, which names the epoch");
        return tableCommand(*options);
    });
}

}  // namespace ballast
