#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "core/results/named_sets.h"
#include "core/results/run_groups.h"
#include "core/results/run_query.h"
#include "core/results/table_text.h"
#include "core/results/workspace.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

constexpr int kShownDigits = 4;

struct RunsOptions {
    std::filesystem::path workspace;
    std::vector<std::string> conditions;  // all must hold; see runCondition
    std::string set;                      // of sets.json; empty: all runs
    std::vector<std::string> sort;        // see sortRuns
    std::vector<std::string> columns;     // see runField; empty: the usual ones
    bool group = false;                   // over seeds
    bool json = false;
};

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
    keepSet(runs, options.workspace, options.set);
    for (const IndexedRun* run : runs) {
        if (!run->error.empty()) {
            std::cerr << "ballast-cli: cannot read " << run->id << ": " << run->error << "\n";
        }
        if (!run->notes_problem.empty()) {
            std::cerr << "ballast-cli: " << run->id << ": " << run->notes_problem << "\n";
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

std::string fieldsHelp() {
    std::string fields = "Fields: pointers into the config (/phases/1/alpha/nu), at:EPOCH, and\n";
    for (const ResultFieldInfo& field : resultFields()) {
        std::string name(field.name);
        name.resize(std::max<std::size_t>(name.size(), 12), ' ');
        fields += "  " + name + std::string(field.help) + "\n";
    }
    return fields + "Accuracies are shares of 1; at:20 is after 20 epochs.";
}

}  // namespace

void addRunsCommand(CommandLine& cli) {
    const auto options = std::make_shared<RunsOptions>();
    CLI::App* command = cli.add("runs", "List, choose, sort and group runs");
    command->add_option("WORKSPACE", options->workspace)->required();
    addWhere(command, options->conditions);
    command->add_option("--set", options->set, "Only the runs of a set saved in the window")
        ->type_name("NAME");
    command
        ->add_option("--sort", options->sort,
                     "Field to sort by, -FIELD for the largest first; may be repeated")
        ->type_name("FIELD")
        ->allow_extra_args(false);
    command->add_option("--columns", options->columns, "Fields to show, with commas")
        ->type_name("FIELDS")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_flag("--group", options->group,
                      "Mean ± standard deviation over runs that differ in the seed only");
    addJson(command, options->json);
    command->footer(fieldsHelp());
    cli.perform(command, [options] { return runsCommand(*options); });
}

}  // namespace ballast
