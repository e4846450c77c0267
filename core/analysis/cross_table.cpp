#include "core/analysis/cross_table.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/analysis/paired_comparison.h"

namespace ballast {
namespace {

/// Calls back with the cells that compete: those of one column in one block that have a number.
void forEachContest(
    CrossTable& table,
    const std::function<void(const TableColumn&, std::vector<TableCell*>&)>& contest) {
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        for (std::size_t begin = 0; begin < table.rows.size();) {
            std::vector<TableCell*> cells;
            std::size_t end = begin;
            for (; end < table.rows.size() && table.rows[end].block == table.rows[begin].block;
                 ++end) {
                TableCell& cell = table.rows[end].cells[c];
                if (cell.statistics.n > 0) cells.push_back(&cell);
            }
            begin = end;
            if (table.columns[c].better != 0 && cells.size() > 1) contest(table.columns[c], cells);
        }
    }
}

double meanOf(const TableCell* cell) {
    return cell->statistics.mean;
}

/// The value of that seed; NaN where the cell has none or several.
double onlyValue(const TableCell& cell, std::uint64_t seed) {
    const auto of_seed = [&](const TableValueOfSeed& one) { return one.seed == seed; };
    if (std::ranges::count_if(cell.values, of_seed) != 1) return kMissing;
    return std::ranges::find_if(cell.values, of_seed)->value;
}

}  // namespace

void rankCells(CrossTable& table) {
    for (TableRow& row : table.rows) {
        for (TableCell& cell : row.cells) {
            std::vector<double> values;
            for (const TableValueOfSeed& one : cell.values) values.push_back(one.value);
            cell.statistics = statisticsOf(values);
        }
    }
    forEachContest(table, [](const TableColumn& column, std::vector<TableCell*>& cells) {
        std::ranges::stable_sort(cells, [&](const TableCell* a, const TableCell* b) {
            return column.better * meanOf(a) > column.better * meanOf(b);
        });
        const auto rankEquals = [&](const TableCell* model, TableRank rank) {
            const double mean = meanOf(model);
            for (TableCell* cell : cells) {
                if (meanOf(cell) == mean) cell->rank = rank;
            }
        };
        rankEquals(cells[0], TableRank::best);
        // Where two share the first place there is no second.
        if (cells[1]->rank == TableRank::none) rankEquals(cells[1], TableRank::second);
    });
}

void markDifferences(CrossTable& table) {
    table.differences = true;
    forEachContest(table, [](const TableColumn&, std::vector<TableCell*>& cells) {
        const TableCell* best =
            *std::ranges::find(cells, TableRank::best, [](const auto* c) { return c->rank; });
        std::vector<double> p;
        for (const TableCell* cell : cells) {
            std::vector<double> differences;
            for (const TableValueOfSeed& one : cell->values) {
                const double other = onlyValue(*best, one.seed);
                differences.push_back(other - onlyValue(*cell, one.seed));
            }
            p.push_back(cell == best ? kMissing : pairedStatistics(differences).t_p);
        }
        const std::vector<double> adjusted = holmAdjusted(p);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            cells[i]->p = adjusted[i];
            cells[i]->told_apart = adjusted[i] < kSignificanceLevel;
        }
    });
}

}  // namespace ballast
