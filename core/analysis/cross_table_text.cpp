#include <algorithm>
#include <cmath>
#include <map>

#include "core/analysis/cross_table.h"
#include "core/results/run_query.h"

namespace ballast {
namespace {

/// n of most cells; of two that are as frequent, the larger.
int usualSeeds(const CrossTable& table) {
    std::map<int, int> times;
    for (const TableRow& row : table.rows) {
        for (const TableCell& cell : row.cells) {
            if (cell.statistics.n > 0) ++times[cell.statistics.n];
        }
    }
    int usual = 0;
    for (const auto& [n, count] : times) {
        if (usual == 0 || count >= times[usual]) usual = n;
    }
    return usual;
}

template<class Condition>
bool anyCell(const CrossTable& table, Condition condition) {
    return std::ranges::any_of(table.rows, [&](const TableRow& row) {
        return std::ranges::any_of(row.cells, [&](const TableCell& cell) {
            return cell.statistics.n > 0 && condition(cell);
        });
    });
}

std::string captionText(const CrossTable& table, int usual) {
    std::string text = table.subject;
    if (usual == 1) {
        text += "; one seed (n = 1)";
    } else if (usual > 1) {
        text += "; mean ± sample standard deviation over n = " + std::to_string(usual) + " seeds";
    }
    if (anyCell(table, [&](const TableCell& cell) { return cell.statistics.n != usual; })) {
        text += ", but where a cell says another n";
    }
    text += ".";
    if (anyCell(table, [](const TableCell& cell) { return cell.rank != TableRank::none; })) {
        text += " Best in bold, runner-up underlined.";
    }
    if (table.differences) {
        text +=
            " †: told apart from the best of its column at 5 %, by a paired t-test over common "
            "seeds, adjusted by Holm.";
    }
    return text;
}

/// Four significant digits of what is no share.
std::string cellNumber(const TableColumn& column, double value) {
    return column.percent ? fixedText(100.0 * value, 1) : valueText(value, 4);
}

std::string cellText(const TableColumn& column, const TableCell& cell, int usual,
                     TableFormat format) {
    const bool latex = format == TableFormat::latex;
    const Statistics& statistics = cell.statistics;
    if (statistics.n == 0) return latex ? "--" : "–";
    std::string text = cellNumber(column, statistics.mean);
    if (statistics.n > 1) {
        text += (latex ? " \\pm " : " ± ") + cellNumber(column, statistics.standard_deviation);
    }
    const bool best = cell.rank == TableRank::best;
    if (latex) text = best ? "$\\mathbf{" + text + "}$" : "$" + text + "$";
    if (best && format == TableFormat::markdown) text = "**" + text + "**";
    if (best && format == TableFormat::html) text = "<b>" + text + "</b>";
    if (cell.rank == TableRank::second) {
        text = latex ? "\\underline{" + text + "}" : "<u>" + text + "</u>";
    }
    if (cell.told_apart) text += latex ? "$^{\\dagger}$" : "†";
    if (statistics.n != usual) text += " (n = " + std::to_string(statistics.n) + ")";
    return text;
}

std::vector<std::string> rowTexts(const CrossTable& table, const TableRow& row, int usual,
                                  TableFormat format) {
    std::vector<std::string> texts = {escaped(row.name, format)};
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        texts.push_back(cellText(table.columns[c], row.cells[c], usual, format));
    }
    return texts;
}

/// Equal neighbours of a header line: their text and how many they are. Those below a line do not
/// span what that line parts.
std::vector<std::pair<std::string, std::size_t>> spans(const CrossTable& table, std::size_t line) {
    std::vector<std::pair<std::string, std::size_t>> made;
    const auto together = [&](std::size_t a, std::size_t b) {
        const auto& first = table.columns[a].titles;
        const auto& second = table.columns[b].titles;
        return std::equal(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(line) + 1,
                          second.begin());
    };
    const bool last = line + 1 == table.header.size();  // there each column has its own
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        if (!last && c > 0 && together(c - 1, c)) {
            ++made.back().second;
        } else {
            made.emplace_back(table.columns[c].titles[line], 1);
        }
    }
    return made;
}

std::string markdownText(const CrossTable& table, int usual, const std::string& caption) {
    std::vector<std::string> header = {escaped(table.row_title, TableFormat::markdown)};
    std::string rule = "|---|";
    for (const TableColumn& column : table.columns) {
        std::string title;
        for (const std::string& part : column.titles) {
            if (!part.empty()) title += (title.empty() ? "" : " ") + part;
        }
        header.push_back(escaped(title, TableFormat::markdown));
        rule += "--:|";
    }
    std::string text = joined(header, "| ", " | ", " |") + rule + "\n";
    std::string block;
    for (const TableRow& row : table.rows) {
        if (row.block != block) {
            block = row.block;
            std::vector<std::string> title(header.size());
            title[0] = "*" + block + "*";
            text += joined(title, "| ", " | ", " |");
        }
        text += joined(rowTexts(table, row, usual, TableFormat::markdown), "| ", " | ", " |");
    }
    return text + "\n" + caption + "\n";
}

std::string latexText(const CrossTable& table, int usual, const std::string& caption) {
    std::string text = "% \\usepackage{booktabs}\n\\begin{table}\n\\centering\n\\caption{" +
                       escaped(caption, TableFormat::latex) + "}\n\\begin{tabular}{l" +
                       std::string(table.columns.size(), 'c') + "}\n\\toprule\n";
    for (std::size_t line = 0; line < table.header.size(); ++line) {
        text += escaped(table.header[line], TableFormat::latex);
        const bool last = line + 1 == table.header.size();
        for (const auto& [title, count] : spans(table, line)) {
            const std::string shown = escaped(title, TableFormat::latex);
            text += last ? " & " + shown
                         : " & \\multicolumn{" + std::to_string(count) + "}{c}{" + shown + "}";
        }
        text += " \\\\\n";
    }
    std::string block;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        const TableRow& row = table.rows[r];
        if (r == 0 || row.block != block) {
            block = row.block;
            text += "\\midrule\n";
            if (!block.empty()) {
                text += "\\multicolumn{" + std::to_string(table.columns.size() + 1) + "}{l}{" +
                        escaped(block, TableFormat::latex) + "} \\\\\n";
            }
        }
        text += joined(rowTexts(table, row, usual, TableFormat::latex), "", " & ", " \\\\");
    }
    return text + "\\bottomrule\n\\end{tabular}\n\\end{table}\n";
}

std::string htmlText(const CrossTable& table, int usual, const std::string& caption) {
    std::string text =
        "<table>\n<caption>" + escaped(caption, TableFormat::html) + "</caption>\n<thead>\n";
    for (std::size_t line = 0; line < table.header.size(); ++line) {
        text += "<tr><th scope=\"row\">" + escaped(table.header[line], TableFormat::html) + "</th>";
        for (const auto& [title, count] : spans(table, line)) {
            text += "<th scope=\"" + std::string(count > 1 ? "colgroup" : "col") + "\"" +
                    (count > 1 ? " colspan=\"" + std::to_string(count) + "\"" : std::string()) +
                    ">" + escaped(title, TableFormat::html) + "</th>";
        }
        text += "</tr>\n";
    }
    text += "</thead>\n<tbody>\n";
    std::string block;
    for (const TableRow& row : table.rows) {
        if (row.block != block) {
            block = row.block;
            text += "<tr><th colspan=\"" + std::to_string(table.columns.size() + 1) + "\">" +
                    escaped(block, TableFormat::html) + "</th></tr>\n";
        }
        const std::vector<std::string> cells = rowTexts(table, row, usual, TableFormat::html);
        text += "<tr><th scope=\"row\">" + cells[0] + "</th>";
        for (std::size_t c = 1; c < cells.size(); ++c) text += "<td>" + cells[c] + "</td>";
        text += "</tr>\n";
    }
    return text + "</tbody>\n</table>\n";
}

std::string csvText(const CrossTable& table) {
    std::vector<std::string> names = table.row_keys;
    names.insert(names.end(), table.column_keys.begin(), table.column_keys.end());
    for (const char* name : {"mean", "std", "n"}) names.emplace_back(name);
    if (table.differences) names.emplace_back("p_to_best");
    std::string text = joined(names, "", ",", "");
    for (const TableRow& row : table.rows) {
        for (std::size_t c = 0; c < table.columns.size(); ++c) {
            const Statistics& statistics = row.cells[c].statistics;
            if (statistics.n == 0) continue;
            std::vector<std::string> cells;
            for (const std::string& key : row.keys) cells.push_back(escaped(key, TableFormat::csv));
            for (const std::string& key : table.columns[c].keys) {
                cells.push_back(escaped(key, TableFormat::csv));
            }
            cells.push_back(valueText(statistics.mean));
            cells.push_back(statistics.n > 1 ? valueText(statistics.standard_deviation) : "");
            cells.push_back(std::to_string(statistics.n));
            if (table.differences) {
                const double p = row.cells[c].p;
                cells.push_back(std::isnan(p) ? "" : valueText(p));
            }
            text += joined(cells, "", ",", "");
        }
    }
    return text;
}

}  // namespace

std::string tableText(const CrossTable& table, TableFormat format) {
    if (format == TableFormat::csv) return csvText(table);
    const int usual = usualSeeds(table);
    const std::string caption = captionText(table, usual);
    switch (format) {
        case TableFormat::latex:
            return latexText(table, usual, caption);
        case TableFormat::html:
            return htmlText(table, usual, caption);
        default:
            return markdownText(table, usual, caption);
    }
}

}  // namespace ballast
