#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/results/statistics.h"
#include "core/results/table_text.h"

namespace ballast {

enum class TableRank { none, best, second };

struct TableValueOfSeed {
    std::uint64_t seed = 0;  // of the training
    double value = kMissing;
};

/// A number of a table: the mean over seeds of one group of runs.
struct TableCell {
    std::vector<TableValueOfSeed> values;
    Statistics statistics;  // of the values; n = 0: an empty cell
    TableRank rank = TableRank::none;
    double p = kMissing;      // of the difference to the column's best, see markDifferences()
    bool told_apart = false;  // p is below kSignificanceLevel
};

struct TableColumn {
    std::vector<std::string> titles;  // one for each header line
    std::vector<std::string> keys;    // for CSV, one for each of CrossTable::column_keys
    bool percent = true;              // values are shares of 1, shown in %
    int better = 1;                   // see betterDirection(); 0: neither, and no cell stands out
};

struct TableRow {
    std::string name;
    std::string block;              // equal neighbours stand under this title; "": none
    std::vector<std::string> keys;  // for CSV, one for each of CrossTable::row_keys
    std::vector<TableCell> cells;   // one for each column
};

/// Groups of runs as a table for a paper: rows in blocks, columns under header lines that span
/// equal neighbours, in each cell mean ± sample standard deviation over seeds.
struct CrossTable {
    std::string row_title;            // what the rows are: "Method"
    std::vector<std::string> header;  // the header lines' names: "Data set", "Imbalance type"
    std::vector<TableColumn> columns;
    std::vector<TableRow> rows;
    std::vector<std::string> row_keys;  // names of CSV columns
    std::vector<std::string> column_keys;
    std::string subject;       // "Balanced test accuracy in %, best epoch, …"
    bool differences = false;  // markDifferences() has been called
};

/// Works out every cell's statistics from its values, and marks the best mean and the runner-up of
/// each column and each block of rows. A column with one number has neither.
void rankCells(CrossTable& table);

/// Compares every cell with its column's best in the same block over the training seeds that both
/// have once, by a paired t-test adjusted by Holm over the block's column. After rankCells().
void markDifferences(CrossTable& table);

/// The table as text, with a caption below it (above it in LaTeX and HTML) that says what is
/// shown, over how many seeds and what the marks mean. CSV has one line a cell, with numbers in
/// full, and no caption. LaTeX needs booktabs; HTML is a piece of a page, a <table>.
std::string tableText(const CrossTable& table, TableFormat format);

}  // namespace ballast
