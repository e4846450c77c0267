#include "core/results/method_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "core/experiment/catalog.h"
#include "core/experiment/presets.h"
#include "core/results/run_groups.h"

namespace ballast {
namespace {

/// A column's data, in the order of the paper: data set, LT before step, large ratios first.
struct Column {
    std::string dataset;
    Profile profile = Profile::none;
    double ratio = 0.0;

    auto order() const {
        const auto listed = std::ranges::find(datasets(), dataset, &DatasetInfo::name);
        return std::tuple(listed - datasets().begin(), dataset, profile, -ratio);
    }
    bool operator<(const Column& other) const { return order() < other.order(); }
    bool operator==(const Column& other) const = default;
};

Column columnOf(const RunConfig& config) {
    const ImbalanceConfig& imbalance = config.data.imbalance;
    return {config.data.dataset, imbalance.profile,
            imbalance.profile == Profile::none ? 1.0 : imbalance.ratio};
}

/// A row's place: without SAM first, then the presets' order, then the name.
struct Row {
    bool sam = false;
    std::ptrdiff_t preset = 0;
    std::string name;
    auto operator<=>(const Row&) const = default;
};

Row rowOf(const RunConfig& config, const std::string& name) {
    const std::string method = name.substr(0, name.find(" ("));
    const auto preset = std::ranges::find(presets(), method, &PresetInfo::name);
    const bool sam =
        std::ranges::any_of(config.phases, [](const Phase& phase) { return phase.sam_radius > 0; });
    return {sam, preset - presets().begin(), name};
}

enum class Rank { none, best, second };

struct Cell {
    Statistics statistics;
    Rank rank = Rank::none;
};

struct Cells {
    std::vector<Column> columns;
    std::map<Row, std::map<Column, Cell>> rows;
    int usual_seeds = 0;                 // n of most cells
    std::optional<Selection> selection;  // nothing: not the same for all
};

RunField fieldOf(TableValue value) {
    if (value.kind == TableValue::after) return runField("at:" + std::to_string(value.epochs_done));
    return runField(value.kind == TableValue::best ? "best" : "last");
}

/// Marks the best and the runner-up of each column among the rows with SAM, and those without.
void rank(Cells& cells) {
    for (const bool sam : {false, true}) {
        for (const Column& column : cells.columns) {
            std::vector<Cell*> order;
            for (auto& [row, row_cells] : cells.rows) {
                const auto found = row_cells.find(column);
                if (row.sam == sam && found != row_cells.end()) order.push_back(&found->second);
            }
            if (order.size() < 2) continue;  // nothing to compare
            const auto mean = [](const Cell* cell) { return cell->statistics.mean; };
            std::ranges::stable_sort(order, std::greater<>(), mean);
            for (Cell* cell : order) {
                if (mean(cell) == mean(order[0])) cell->rank = Rank::best;
            }
            const auto second =
                std::ranges::find(order, Rank::none, [](const Cell* cell) { return cell->rank; });
            if (order[1]->rank == Rank::best || second == order.end()) continue;
            for (Cell* cell : order) {
                if (mean(cell) == mean(*second)) cell->rank = Rank::second;
            }
        }
    }
}

Cells cellsOf(std::span<const RunGroup> groups, TableValue value) {
    Cells cells;
    const RunField field = fieldOf(value);
    const std::vector<std::string> names = groupNames(groups);
    std::map<int, int> seeds;
    std::set<Selection> selections;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const RunConfig& config = groups[i].config();
        const Statistics statistics = statisticsOf(groups[i], field);
        if (statistics.n == 0) continue;
        const Column column = columnOf(config);
        if (std::ranges::find(cells.columns, column) == cells.columns.end()) {
            cells.columns.push_back(column);
        }
        cells.rows[rowOf(config, names[i])][column].statistics = statistics;
        ++seeds[statistics.n];
        selections.insert(config.training.selection);
    }
    std::sort(cells.columns.begin(), cells.columns.end());
    for (const auto& [n, times] : seeds) {
        if (cells.usual_seeds == 0 || times >= seeds[cells.usual_seeds]) cells.usual_seeds = n;
    }
    if (value.kind == TableValue::best) {
        if (selections.size() == 1) cells.selection = *selections.begin();
    }
    rank(cells);
    return cells;
}

std::string protocolText(const Cells& cells, TableValue value) {
    if (value.kind == TableValue::last) return "last epoch";
    if (value.kind == TableValue::after) {
        return "after " + std::to_string(value.epochs_done) +
               (value.epochs_done == 1 ? " epoch" : " epochs");
    }
    if (cells.selection == Selection::validation) return "best epoch, selected on validation data";
    if (cells.selection == Selection::test)
        return "best epoch, selected on the test set as in the papers";
    return "best epoch, selected on test or validation data as each config says";
}

std::string captionOf(const Cells& cells, TableValue value) {
    std::string caption = "Balanced test accuracy in %, " + protocolText(cells, value);
    if (cells.usual_seeds == 1) {
        caption += "; one seed (n = 1)";
    } else {
        caption +=
            "; mean ± sample standard deviation over n = " + std::to_string(cells.usual_seeds) +
            " seeds";
    }
    const bool others = std::ranges::any_of(cells.rows, [&](const auto& row) {
        return std::ranges::any_of(row.second, [&](const auto& cell) {
            return cell.second.statistics.n != cells.usual_seeds;
        });
    });
    if (others) caption += ", but where a cell says another n";
    return caption + ". Best in bold, runner-up underlined.";
}

std::string cellText(const Cell& cell, int usual_seeds, TableFormat format) {
    const bool latex = format == TableFormat::latex;
    const Statistics& statistics = cell.statistics;
    std::string text = fixedText(100.0 * statistics.mean, 1);
    if (statistics.n > 1) {
        text += (latex ? " \\pm " : " ± ") + fixedText(100.0 * statistics.standard_deviation, 1);
    }
    if (latex)
        text = (cell.rank == Rank::best ? "$\\mathbf{" : "$") + text +
               (cell.rank == Rank::best ? "}$" : "$");
    if (cell.rank == Rank::best && !latex) text = "**" + text + "**";
    if (cell.rank == Rank::second) {
        text = latex ? "\\underline{" + text + "}" : "<u>" + text + "</u>";
    }
    if (statistics.n != usual_seeds) text += " (n = " + std::to_string(statistics.n) + ")";
    return text;
}

std::string labelOf(const std::string& dataset) {
    const DatasetInfo* info = findDataset(dataset);
    return info == nullptr ? dataset : std::string(info->label);
}

std::string ratioText(const Column& column) {
    return column.profile == Profile::none ? "" : valueText(column.ratio);
}

std::string profileText(const Column& column) {
    return column.profile == Profile::long_tailed ? "LT"
           : column.profile == Profile::step      ? "Step"
                                                  : "balanced";
}

std::vector<std::string> rowCells(const Cells& cells, const Row& row, TableFormat format) {
    std::vector<std::string> texts = {escaped(row.name, format)};
    const auto& found = cells.rows.at(row);
    for (const Column& column : cells.columns) {
        const auto cell = found.find(column);
        texts.push_back(cell != found.end() ? cellText(cell->second, cells.usual_seeds, format)
                        : format == TableFormat::latex ? "--"
                                                       : "–");
    }
    return texts;
}

bool hasBlocks(const Cells& cells) {
    return !cells.rows.empty() && cells.rows.begin()->first.sam != cells.rows.rbegin()->first.sam;
}

const char* blockTitle(bool sam) {
    return sam ? "w/ SAM" : "w/o SAM";
}

std::string markdownText(const Cells& cells, const std::string& caption) {
    std::vector<std::string> header = {"Method"};
    std::string rule = "|---|";
    for (const Column& column : cells.columns) {
        const std::string ratio = ratioText(column);
        header.push_back(escaped(labelOf(column.dataset), TableFormat::markdown) + " " +
                         profileText(column) + (ratio.empty() ? "" : " " + ratio));
        rule += "--:|";
    }
    std::string text = joined(header, "| ", " | ", " |") + rule + "\n";
    std::optional<bool> block;
    for (const auto& [row, ignored] : cells.rows) {
        if (hasBlocks(cells) && block != row.sam) {
            block = row.sam;
            std::vector<std::string> title(header.size());
            title[0] = "*" + std::string(blockTitle(row.sam)) + "*";
            text += joined(title, "| ", " | ", " |");
        }
        text += joined(rowCells(cells, row, TableFormat::markdown), "| ", " | ", " |");
    }
    return text + "\n" + caption + "\n";
}

/// Cells of a header line that spans equal neighbours.
template<class Text>
std::string spanned(const Cells& cells, const char* title, const Text& text_of, int levels) {
    std::string line = title;
    const auto group = [&](std::size_t i) {
        const Column& column = cells.columns[i];
        return std::pair(column.dataset, levels > 1 ? nameOf(column.profile) : std::string_view());
    };
    for (std::size_t i = 0; i < cells.columns.size();) {
        std::size_t end = i + 1;
        while (end < cells.columns.size() && group(end) == group(i)) ++end;
        line += " & \\multicolumn{" + std::to_string(end - i) + "}{c}{" +
                escaped(text_of(cells.columns[i]), TableFormat::latex) + "}";
        i = end;
    }
    return line + " \\\\\n";
}

std::string latexText(const Cells& cells, std::string caption) {
    caption = escaped(caption, TableFormat::latex);
    std::string text = "% \\usepackage{booktabs}\n\\begin{table}\n\\centering\n\\caption{" +
                       caption + "}\n\\begin{tabular}{l" + std::string(cells.columns.size(), 'c') +
                       "}\n\\toprule\n";
    text += spanned(
        cells, "Data set", [](const Column& c) { return labelOf(c.dataset); }, 1);
    text += spanned(cells, "Imbalance type", profileText, 2);
    std::vector<std::string> ratios = {"Imbalance ratio"};
    for (const Column& column : cells.columns) ratios.push_back(ratioText(column));
    text += joined(ratios, "", " & ", " \\\\");
    std::optional<bool> block;
    for (const auto& [row, ignored] : cells.rows) {
        if (block != row.sam) {
            block = row.sam;
            text += "\\midrule\n";
            if (hasBlocks(cells)) {
                text += "\\multicolumn{" + std::to_string(cells.columns.size() + 1) + "}{l}{" +
                        blockTitle(row.sam) + "} \\\\\n";
            }
        }
        text += joined(rowCells(cells, row, TableFormat::latex), "", " & ", " \\\\");
    }
    return text + "\\bottomrule\n\\end{tabular}\n\\end{table}\n";
}

std::string csvText(const Cells& cells, TableValue value) {
    std::string text = "method,dataset,profile,ratio,value,selected_on,mean,std,n\n";
    const std::string kind = value.kind == TableValue::best ? "best"
                             : value.kind == TableValue::last
                                 ? "last"
                                 : "after " + std::to_string(value.epochs_done);
    std::string selection;
    if (value.kind == TableValue::best) {
        selection = cells.selection ? nameOf(*cells.selection) : std::string_view("mixed");
    }
    for (const auto& [row, row_cells] : cells.rows) {
        for (const Column& column : cells.columns) {
            const auto found = row_cells.find(column);
            if (found == row_cells.end()) continue;
            const Statistics& statistics = found->second.statistics;
            const bool spread = statistics.n > 1;
            text += joined(
                {escaped(row.name, TableFormat::csv), escaped(column.dataset, TableFormat::csv),
                 std::string(nameOf(column.profile)), ratioText(column), kind, selection,
                 valueText(statistics.mean), spread ? valueText(statistics.standard_deviation) : "",
                 std::to_string(statistics.n)},
                "", ",", "");
        }
    }
    return text;
}

}  // namespace

MethodTable methodTable(std::span<const IndexedRun* const> runs, TableValue value,
                        TableFormat format) {
    std::vector<const IndexedRun*> counted;
    MethodTable table;
    for (const IndexedRun* run : runs) {
        if (!run->error.empty()) continue;
        const bool enough = value.kind == TableValue::after
                                ? !std::isnan(run->after(value.epochs_done))
                                : run->complete();
        if (enough) {
            counted.push_back(run);
        } else {
            ++table.unfinished;
        }
    }
    const std::vector<RunGroup> groups = groupRuns(counted, true);
    for (const RunGroup& group : groups) {
        table.shown += group.runs.size();
        table.repeated += group.repeated.size();
    }
    const Cells cells = cellsOf(groups, value);
    const std::string caption = captionOf(cells, value);
    table.text = format == TableFormat::csv     ? csvText(cells, value)
                 : format == TableFormat::latex ? latexText(cells, caption)
                                                : markdownText(cells, caption);
    return table;
}

}  // namespace ballast
