#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/results/method_table.h"
#include "core/results/result_table.h"
#include "core/results/run_export.h"
#include "core/results/run_groups.h"
#include "core/results/workspace.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr int kShownDigits = 4;

void requireWorkspace(const fs::path& workspace) {
    if (!fs::is_directory(workspace)) {
        throw ConfigError("there is no workspace " + workspace.string());
    }
}

void sayUnreadable(const std::string& id, const std::string& error) {
    if (!error.empty()) std::cerr << "ballast-cli: left out " << id << ": " << error << "\n";
}

/// Rows with their cells padded to columns; numbers to the right.
void printColumns(const std::vector<std::vector<std::string>>& rows,
                  const std::vector<bool>& numeric) {
    const auto width = [](const std::string& text) {  // code points
        return static_cast<std::size_t>(std::ranges::count_if(
            text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
    };
    std::vector<std::size_t> widths(numeric.size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
    }
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string space(widths[i] - width(row[i]), ' ');
            line += (i == 0 ? "" : "  ") + (numeric[i] ? space + row[i] : row[i] + space);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        std::cout << line << "\n";
    }
}

ordered_json jsonOf(const FieldValue& value) {
    if (const auto* number = std::get_if<double>(&value)) {
        const auto whole = static_cast<std::int64_t>(*number);
        const bool is_whole = std::abs(*number) < 1e15 && static_cast<double>(whole) == *number;
        return is_whole ? ordered_json(whole) : ordered_json(*number);
    }
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    return nullptr;
}

ordered_json jsonOf(const Statistics& statistics) {
    const auto number = [](double value) {
        return std::isnan(value) ? ordered_json(nullptr) : ordered_json(value);
    };
    return {{"mean", number(statistics.mean)},
            {"std", number(statistics.standard_deviation)},
            {"n", statistics.n}};
}

std::vector<RunField> fieldsOf(const std::vector<std::string>& names) {
    std::vector<RunField> fields;
    for (const std::string& name : names) fields.push_back(runField(name));
    return fields;
}

void listRuns(std::span<const IndexedRun* const> runs, const std::vector<RunField>& fields,
              bool as_json) {
    std::vector<std::vector<std::string>> rows(1);
    std::vector<bool> numeric(fields.size(), false);
    ordered_json list = ordered_json::array();
    for (const RunField& field : fields) rows[0].push_back(field.name);
    for (const IndexedRun* run : runs) {
        std::vector<std::string> row;
        ordered_json object = {{"folder", run->folder.string()}};
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const FieldValue value = fields[i].of(*run);
            if (std::holds_alternative<double>(value)) numeric[i] = true;
            if (as_json) {
                object[fields[i].name] = jsonOf(value);
            } else {
                row.push_back(valueText(value, kShownDigits));
            }
        }
        if (as_json) {
            if (!run->warnings.empty()) object["warnings"] = run->warnings;
            if (!run->error.empty()) object["error"] = run->error;
            list.push_back(std::move(object));
        } else {
            rows.push_back(std::move(row));
        }
    }
    if (as_json) {
        std::cout << list.dump(2) << "\n";
    } else {
        printColumns(rows, numeric);
    }
}

/// Sorts like sortRuns, by the groups' means.
void sortGroups(std::vector<RunGroup>& groups, const std::vector<std::string>& keys) {
    for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
        const bool largest_first = key->starts_with('-');
        const RunField field = runField(largest_first ? key->substr(1) : *key);
        std::ranges::stable_sort(groups, [&](const RunGroup& a, const RunGroup& b) {
            return compareValues(valueOf(a, field), valueOf(b, field), largest_first) < 0;
        });
    }
}

void listGroups(const std::vector<RunGroup>& groups, const std::vector<RunField>& fields,
                bool as_json) {
    const std::vector<std::string> names = groupNames(groups);
    std::vector<std::vector<std::string>> rows = {{"group", "n"}};
    std::vector<bool> numeric(fields.size() + 2, false);
    numeric[1] = true;
    for (const RunField& field : fields) rows[0].push_back(field.name);
    ordered_json list = ordered_json::array();
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const RunGroup& group = groups[g];
        std::vector<std::string> row = {names[g], std::to_string(group.runs.size())};
        ordered_json object = {{"group", names[g]}, {"n", group.runs.size()}};
        ordered_json seeds = ordered_json::array();
        ordered_json ids = ordered_json::array();
        for (const IndexedRun* run : group.runs) {
            seeds.push_back(run->description.config.training.seed);
            ids.push_back(run->id);
        }
        object["seeds"] = seeds;
        object["runs"] = ids;
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const Statistics statistics = statisticsOf(group, fields[i]);
            if (statistics.n == 0 || fields[i].name.starts_with('/')) {  // the same in all runs
                const FieldValue value = fields[i].of(*group.runs.front());
                row.push_back(valueText(value, kShownDigits));
                object[fields[i].name] = jsonOf(value);
                continue;
            }
            numeric[i + 2] = true;
            std::string text = valueText(statistics.mean, kShownDigits);
            if (statistics.standard_deviation > 0.0) {
                text += " ± " + fixedText(statistics.standard_deviation, kShownDigits);
            }
            if (statistics.n != static_cast<int>(group.runs.size())) {
                text += " (n = " + std::to_string(statistics.n) + ")";
            }
            row.push_back(std::move(text));
            object[fields[i].name] = jsonOf(statistics);
        }
        rows.push_back(std::move(row));
        list.push_back(std::move(object));
    }
    if (as_json) {
        std::cout << list.dump(2) << "\n";
    } else {
        printColumns(rows, numeric);
    }
}

/// Prints, or replaces a file.
void deliver(const std::string& text, const fs::path& output) {
    if (output.empty()) {
        std::cout << text;
        return;
    }
    if (output.has_parent_path()) makeFolders(output.parent_path());
    replaceFile(output, text);
}

}  // namespace

int runsCommand(const RunsOptions& options) {
    requireWorkspace(options.workspace);
    std::vector<std::string> columns = options.columns;
    if (columns.empty() && options.group) columns = {"data", "best", "last"};
    if (columns.empty()) {
        columns = {"id",   "name",       "data", "/training/seed", "state", "epochs",
                   "best", "best-epoch", "last"};
    }
    const std::vector<RunField> fields = fieldsOf(columns);
    for (const std::string& key : options.sort)
        runField(key.starts_with('-') ? key.substr(1) : key);
    for (const std::string& condition : options.conditions) runCondition(condition);

    RunIndex index(options.workspace);
    index.refresh();
    std::vector<const IndexedRun*> runs = runsWhere(index.runs(), options.conditions);
    for (const IndexedRun* run : runs) {
        if (!run->error.empty()) {
            std::cerr << "ballast-cli: cannot read " << run->id << ": " << run->error << "\n";
        }
        for (const std::string& warning : run->warnings) {
            std::cerr << "ballast-cli: " << run->id << ": " << warning << "\n";
        }
    }
    if (options.group) {
        std::vector<RunGroup> groups = groupRuns(runs);
        sortGroups(groups, options.sort);
        listGroups(groups, fields, options.json);
    } else {
        sortRuns(runs, options.sort);
        listRuns(runs, fields, options.json);
    }
    return 0;
}

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

}  // namespace ballast
