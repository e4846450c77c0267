#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/analysis/figure_style.h"
#include "core/results/records.h"

namespace ballast {

struct PgfPoint {
    double x = 0.0;
    double y = 0.0;
    double lower = kMissing;  // of the error bar; NaN: none
    double upper = kMissing;
};

struct PgfLine {
    std::string name;  // in the legend; "": not there
    std::vector<PgfPoint> points;
    std::vector<PgfPoint> faint;  // single seeds
    std::uint32_t rgb = 0;
    std::vector<double> dashes;  // in line widths; none: solid
    int marker = 0;              // as LineLook's; −1: none
    double width = 1.0;          // times the style's
    bool connected = true;
    bool error_bars = false;
    int best = -1;  // index of the point with a ring; −1: none
};

/// Lines as pgfplots draws them.
struct PgfPlot {
    std::string title;  // said in a comment
    std::string x_label;
    std::string y_label;
    bool x_log = false;
    bool y_log = false;
    std::vector<std::string> categories;  // at 0, 1, … of the x axis; none: numbers
    std::vector<PgfLine> lines;
};

/// A grid of cells with their values.
struct PgfGrid {
    std::string title;
    std::string x_label;
    std::string y_label;
    std::vector<std::string> columns;
    std::vector<std::string> rows;
    std::vector<double> values;  // [row · columns + column]; NaN: left white
    int decimals = 1;            // of the numbers in the cells; −1: none there
    int best = -1;               // index of the framed cell; −1: none
    bool difference = false;     // of values: colours on both sides of 0, numbers with signs
};

/// A picture for LaTeX and the numbers that it reads.
struct PgfFigure {
    std::string tex;   // a tikzpicture; the document says \usepackage{pgfplots}
    std::string data;  // a table, columns apart by spaces, numbers in full
};

/// `data_file` is the name under which the picture finds its data.
PgfFigure pgfFigure(const PgfPlot& plot, const FigureStyle& style, const std::string& data_file);
PgfFigure pgfFigure(const PgfGrid& grid, const FigureStyle& style, const std::string& data_file);

}  // namespace ballast
