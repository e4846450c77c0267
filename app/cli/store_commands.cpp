#include <fstream>
#include <iostream>
#include <memory>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/results/method_table.h"
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
    std::string by = "method";   // method | run
    std::string value = "best";  // best | last
    std::optional<int> at;       // epochs done, in place of `value`
    std::vector<std::string> conditions;
    fs::path output;
};

void sayUnreadable(const std::string& id, const std::string& error) {
    if (!error.empty()) std::cerr << "ballast-cli: left out " << id << ": " << error << "\n";
}

/// Every number of a run or of a workspace's runs as CSV; see run_export.h.
int exportCommand(const fs::path& source, const fs::path& output) {
    std::vector<fs::path> folders;
    if (fs::exists(source / "run.json")) {
        folders.push_back(source);
    } else {
        requireWorkspace(source);
        RunIndex index(source);
        index.refresh();
        for (const IndexedRun& run : index.runs()) folders.push_back(run.folder);
    }
    // Gigabytes of rows are written as they come, to a file beside the one that they will be.
    fs::path temporary = output;
    std::ofstream file;
    if (!output.empty()) {
        if (output.has_parent_path()) makeFolders(output.parent_path());
        temporary.replace_filename("." + output.filename().string() + ".tmp");
        file.open(temporary, std::ios::binary);
    }
    std::ostream& out = output.empty() ? std::cout : file;
    writeCsvHeader(out);
    for (const fs::path& folder : folders) {
        const RunSummary run = readRun(folder);
        sayUnreadable(run.id, run.error);
        for (const std::string& warning : run.warnings) {
            std::cerr << "ballast-cli: " << run.id << ": " << warning << "\n";
        }
        if (run.error.empty()) writeCsv(run, out);
        if (!out) break;
    }
    out.flush();
    std::error_code error;
    if (out && !output.empty()) fs::rename(temporary, output, error);
    if (!out || error) {
        std::error_code ignored;
        if (!output.empty()) fs::remove(temporary, ignored);
        throw StorageError("cannot write " +
                           (output.empty() ? std::string("the rows") : output.string()));
    }
    return 0;
}

int tableCommand(const TableOptions& options) {
    requireWorkspace(options.workspace);
    const TableFormat format = options.format == "latex" ? TableFormat::latex
                               : options.format == "csv" ? TableFormat::csv
                                                         : TableFormat::markdown;
    RunIndex index(options.workspace);
    index.refresh();
    for (const IndexedRun& run : index.runs()) sayUnreadable(run.id, run.error);
    const std::vector<const IndexedRun*> runs = runsWhere(index.runs(), options.conditions);
    if (options.by == "run") {
        deliver(resultTable(runs, format), options.output);
        return 0;
    }
    TableValue value;
    if (options.value == "last") value.kind = TableValue::last;
    if (options.at) value = {TableValue::after, *options.at};
    const MethodTable table = methodTable(runs, value, format);
    const auto say = [](std::size_t count, const char* why) {
        if (count > 0) {
            std::cerr << "ballast-cli: " << count << (count == 1 ? " run does" : " runs do")
                      << " not count: " << why << "; --by run lists all\n";
        }
    };
    say(table.unfinished, options.at ? "fewer epochs trained" : "not trained to the end");
    say(table.repeated, "config and seed of another run");
    deliver(table.text, options.output);
    return 0;
}

}  // namespace

void addExportCommand(CommandLine& cli) {
    struct Options {
        fs::path source;
        fs::path output;
        bool csv = false;  // the only format there is, and to be named
    };
    const auto options = std::make_shared<Options>();
    CLI::App* command =
        cli.add("export", "Every number of every epoch and class, for other programs");
    command->add_option("WORKSPACE|RUN", options->source, "A workspace, or one run's folder")
        ->required();
    command->add_flag("--csv", options->csv, "As CSV")->required();
    addOutput(command, options->output);
    command->footer(
        "Rows with source \"epoch\" hold an epoch's scalars; \"streaming\" and \"exact\" the\n"
        "training images' numbers (class empty: majority and minority means), \"test\" and\n"
        "\"validation\" the accuracy per class, \"terms\" estimated kappa. Epochs, phases and\n"
        "classes count from 0. Numbers are in full; empty means missing.");
    cli.perform(command, [options] { return exportCommand(options->source, options->output); });
}

void addTableCommand(CommandLine& cli) {
    const auto options = std::make_shared<TableOptions>();
    CLI::App* command =
        cli.add("table", "Result table of a workspace, in the shape of the paper's");
    command->add_option("WORKSPACE", options->workspace)->required();
    command->add_option("--format", options->format)
        ->capture_default_str()
        ->check(CLI::IsMember({"markdown", "latex", "csv"}));
    command
        ->add_option("--by", options->by,
                     "method: methods against data, mean ± standard deviation over seeds; run: one "
                     "row a run")
        ->capture_default_str()
        ->check(CLI::IsMember({"method", "run"}));
    command->add_option("--value", options->value, "Of the best epoch or of the last")
        ->capture_default_str()
        ->check(CLI::IsMember({"best", "last"}));
    command->add_option("--at", options->at, "Of this epoch instead: how many are done")
        ->check(CLI::Range(1, 1000000));
    addWhere(command, options->conditions);
    addOutput(command, options->output);
    cli.perform(command, [options, command] {
        if (options->by == "run") {
            refuseOptions(command, {"--value", "--at"}, "with --by run, whose columns have both");
        }
        if (options->at) refuseOptions(command, {"--value"}, "with --at, which names the epoch");
        return tableCommand(*options);
    });
}

}  // namespace ballast
