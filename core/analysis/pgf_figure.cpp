#include "core/analysis/pgf_figure.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/analysis/typeset.h"
#include "core/results/run_query.h"
#include "core/results/table_text.h"

namespace ballast {
namespace {

constexpr std::array kMarks = {"*", "square", "triangle*", "diamond", "triangle*", "o", "square*"};
constexpr int kTurned = 4;  // of the marks, the triangle that stands on its tip

std::string number(double value) {
    return std::isnan(value) ? "nan" : valueText(value);
}

std::string points(double value) {
    return fixedText(value, 2) + "pt";
}

/// In braces: commas and brackets within a key's value end it.
std::string braced(const std::string& text) {
    return "{" + text + "}";
}

std::string typeOf(double size) {
    return "\\fontsize{" + valueText(size) + "}{" + fixedText(1.2 * size, 1) + "}\\selectfont";
}

std::string colorOf(std::uint32_t rgb) {
    const auto part = [&](int shift) { return std::to_string((rgb >> shift) & 0xffu); };
    return "{rgb,255:red," + part(16) + ";green," + part(8) + ";blue," + part(0) + "}";
}

std::string opening(const std::string& title, const std::string& data_file,
                    const FigureStyle& style) {
    std::string text = "% " + escaped(title, TableFormat::markdown) + "\n% Reads " + data_file +
                       ". The document needs \\usepackage{pgfplots} and "
                       "\\pgfplotsset{compat=1.16}.\n\\begin{tikzpicture}\n\\begin{axis}[\n";
    text += "  width=" + fixedText(style.width, 2) + "mm, height=" + fixedText(style.height, 2) +
            "mm,\n";
    text += "  tick label style={font=" + typeOf(style.tick_size) + "},\n";
    text += "  label style={font=" + typeOf(style.label_size) + "},\n";
    text += "  axis line style={line width=" + points(0.6 * style.line_width) + "},\n";
    return text;
}

std::string labels(const std::string& x_label, const std::string& y_label) {
    return "  xlabel=" + braced(typesetLabel(x_label)) +
           ",\n  ylabel=" + braced(typesetLabel(y_label)) + ",\n";
}

/// Ticks at 0, 1, … with these names.
std::string namedTicks(const std::string& axis, const std::vector<std::string>& names) {
    std::string at;
    std::string called;
    for (std::size_t i = 0; i < names.size(); ++i) {
        at += (i == 0 ? "" : ",") + std::to_string(i);
        called += (i == 0 ? "" : ",") + braced(typesetLabel(names[i]));
    }
    return "  " + axis + "tick=" + braced(at) + ", " + axis + "ticklabels=" + braced(called) +
           ", " + axis + "min=-0.5, " + axis +
           "max=" + fixedText(static_cast<double>(names.size()) - 0.5, 1) + ",\n";
}

std::string range(const std::string& axis, const std::optional<AxisRange>& shown, bool log) {
    if (!shown) return "";
    std::string text;
    if (!log || shown->lower > 0.0) text += "  " + axis + "min=" + number(shown->lower) + ",\n";
    if (!log || shown->upper > 0.0) text += "  " + axis + "max=" + number(shown->upper) + ",\n";
    return text;
}

std::string legend(const FigureStyle& style, std::size_t entries) {
    const std::string font =
        "  legend style={draw=none, fill opacity=0.85, text opacity=1, cells={anchor=west}, font=" +
        typeOf(style.legend_size);
    switch (style.legend) {
        case LegendPlace::above:
            return font + ", at={(0,1.02)}, anchor=south west},\n  legend columns=" +
                   std::to_string(std::min<std::size_t>(entries, 3)) + ",\n";
        case LegendPlace::top_left:
            return font + "},\n  legend pos=north west,\n";
        case LegendPlace::top_right:
            return font + "},\n  legend pos=north east,\n";
        case LegendPlace::bottom_left:
            return font + "},\n  legend pos=south west,\n";
        case LegendPlace::bottom_right:
            return font + "},\n  legend pos=south east,\n";
        case LegendPlace::right:
            return font + "},\n  legend pos=outer north east,\n";
        case LegendPlace::none:
            break;
    }
    return "";
}

/// The keys of one line.
std::string lineKeys(const PgfLine& line, const FigureStyle& style) {
    const double width = style.line_width * line.width;
    std::string keys = "color=" + colorOf(line.rgb) + ", line width=" + points(width);
    if (!line.connected) keys += ", only marks";
    if (!line.dashes.empty()) {
        keys += ", dash pattern=";
        for (std::size_t i = 0; i < line.dashes.size(); ++i) {
            keys += std::string(i == 0 ? "" : " ") + (i % 2 == 0 ? "on " : "off ") +
                    points(line.dashes[i] * width);
        }
    }
    if (line.marker < 0) {
        keys += ", mark=none";
    } else {
        const auto mark = static_cast<std::size_t>(line.marker) % kMarks.size();
        keys += std::string(", mark=") + kMarks[mark] +
                ", mark size=" + points(1.76 * style.line_width) + ", mark options={solid" +
                (mark == kTurned ? ", rotate=180" : "") + "}";
    }
    if (line.name.empty()) keys += ", forget plot";
    return keys;
}

std::string lineText(const PgfLine& line, std::size_t index, const FigureStyle& style,
                     const std::string& data_file) {
    const std::string n = std::to_string(index + 1);
    std::string text;
    if (!line.faint.empty()) {
        text += "\\addplot [color=" + colorOf(line.rgb) +
                ", opacity=0.45, only marks, mark=o, mark size=" + points(1.2 * style.line_width) +
                ", forget plot] table [x=sx" + n + ", y=sy" + n + "] {" + data_file + "};\n";
    }
    text += "\\addplot [" + lineKeys(line, style);
    if (line.error_bars) {
        text += ", error bars/.cd, y dir=both, y explicit, error bar style={solid, line width=" +
                points(0.65 * style.line_width) + "}";
    }
    text += "] table [x=x" + n + ", y=y" + n;
    if (line.error_bars) text += ", y error minus=minus" + n + ", y error plus=plus" + n;
    text += "] {" + data_file + "};\n";
    if (!line.name.empty() && style.legend != LegendPlace::none) {
        text += "\\addlegendentry{" + typesetLabel(line.name) + "}\n";
    }
    if (line.best >= 0) {
        const PgfPoint& best = line.points[static_cast<std::size_t>(line.best)];
        text += "\\addplot [color=" + colorOf(line.rgb) +
                ", only marks, mark=o, mark size=" + points(3.5 * style.line_width) +
                ", forget plot] coordinates {(" + number(best.x) + "," + number(best.y) + ")};\n";
    }
    return text;
}

/// Columns side by side, filled up by nan.
class Columns {
public:
    void add(const std::string& name, std::vector<std::string> cells) {
        names_.push_back(name);
        rows_ = std::max(rows_, cells.size());
        columns_.push_back(std::move(cells));
    }
    std::string text() const {
        std::string made = joined(names_, "", " ", "");
        for (std::size_t row = 0; row < rows_; ++row) {
            std::vector<std::string> cells;
            for (const auto& column : columns_) {
                cells.push_back(row < column.size() ? column[row] : "nan");
            }
            made += joined(cells, "", " ", "");
        }
        return made;
    }

private:
    std::vector<std::string> names_;
    std::vector<std::vector<std::string>> columns_;
    std::size_t rows_ = 0;
};

template<class Of>
std::vector<std::string> column(const std::vector<PgfPoint>& points, const Of& of) {
    std::vector<std::string> cells;
    for (const PgfPoint& point : points) cells.push_back(number(of(point)));
    return cells;
}

std::string dataOf(const PgfPlot& plot) {
    Columns columns;
    const auto orZero = [](double value) { return std::isnan(value) ? 0.0 : value; };
    for (std::size_t l = 0; l < plot.lines.size(); ++l) {
        const PgfLine& line = plot.lines[l];
        const std::string n = std::to_string(l + 1);
        columns.add("x" + n, column(line.points, [](const PgfPoint& p) { return p.x; }));
        columns.add("y" + n, column(line.points, [](const PgfPoint& p) { return p.y; }));
        if (line.error_bars) {
            columns.add("minus" + n, column(line.points, [&](const PgfPoint& p) {
                            return orZero(p.y - p.lower);
                        }));
            columns.add("plus" + n, column(line.points, [&](const PgfPoint& p) {
                            return orZero(p.upper - p.y);
                        }));
        }
        if (line.faint.empty()) continue;
        columns.add("sx" + n, column(line.faint, [](const PgfPoint& p) { return p.x; }));
        columns.add("sy" + n, column(line.faint, [](const PgfPoint& p) { return p.y; }));
    }
    return columns.text();
}

}  // namespace

PgfFigure pgfFigure(const PgfPlot& plot, const FigureStyle& style, const std::string& data_file) {
    PgfFigure figure;
    figure.data = dataOf(plot);
    std::string& tex = figure.tex;
    tex = opening(plot.title, data_file, style) + labels(plot.x_label, plot.y_label);
    tex += "  axis x line*=bottom, axis y line*=left, tick align=outside,\n";
    tex += "  grid=major, grid style={line width=0.4pt, black!10},\n";
    if (plot.x_log) tex += "  xmode=log, log ticks with fixed point,\n";
    if (plot.y_log) tex += "  ymode=log, log ticks with fixed point,\n";
    if (!plot.categories.empty()) {
        tex += namedTicks("x", plot.categories);
    } else {
        tex += range("x", style.x_range, plot.x_log);
    }
    tex += range("y", style.y_range, plot.y_log);
    tex += legend(style, static_cast<std::size_t>(std::ranges::count_if(
                             plot.lines, [](const PgfLine& line) { return !line.name.empty(); })));
    tex += "]\n";
    for (std::size_t l = 0; l < plot.lines.size(); ++l) {
        tex += lineText(plot.lines[l], l, style, data_file);
    }
    tex += "\\end{axis}\n\\end{tikzpicture}\n";
    return figure;
}

PgfFigure pgfFigure(const PgfGrid& grid, const FigureStyle& style, const std::string& data_file) {
    PgfFigure figure;
    const std::size_t columns = grid.columns.size();
    double low = kMissing;
    double high = kMissing;
    Columns table;
    std::vector<std::string> xs;
    std::vector<std::string> ys;
    std::vector<std::string> values;
    for (std::size_t i = 0; i < grid.values.size(); ++i) {
        low = std::fmin(low, grid.values[i]);
        high = std::fmax(high, grid.values[i]);
        xs.push_back(std::to_string(i % columns));
        ys.push_back(std::to_string(i / columns));
        values.push_back(number(grid.values[i]));
    }
    table.add("x", xs);
    table.add("y", ys);
    table.add("value", values);
    figure.data = table.text();
    std::string& tex = figure.tex;
    tex = opening(grid.title, data_file, style) + labels(grid.x_label, grid.y_label);
    tex += "  tick align=outside, tick pos=lower, axis on top, enlargelimits=false,\n";
    tex += namedTicks("x", grid.columns) + namedTicks("y", grid.rows);
    tex += style.grey_safe
               ? "  colormap={grey}{rgb255=(246,246,246) rgb255=(176,176,176) rgb255=(72,72,72)},\n"
               : "  colormap={blue}{rgb255=(243,246,249) rgb255=(143,184,220) rgb255=(11,79,138)},"
                 "\n";
    tex += "  point meta min=" + number(low) +
           ", point meta max=" + number(high > low ? high : low + 1.0) + ",\n]\n";
    tex += "\\addplot [matrix plot*, mesh/cols=" + std::to_string(columns) +
           ", point meta=explicit] table [x=x, y=y, meta=value] {" + data_file + "};\n";
    const auto place = [&](std::size_t i, double beside) {
        return "(axis cs:" + fixedText(static_cast<double>(i % columns) + beside, 1) + "," +
               fixedText(static_cast<double>(i / columns) + beside, 1) + ")";
    };
    for (std::size_t i = 0; i < grid.values.size(); ++i) {
        const double value = grid.values[i];
        if (std::isnan(value)) {
            tex += "\\fill [white] " + place(i, -0.5) + " rectangle " + place(i, 0.5) + ";\n";
        } else if (grid.decimals >= 0) {
            tex += std::string("\\node [font=") + typeOf(style.tick_size) +
                   ", text=" + (value > low + 0.6 * (high - low) ? "white" : "black") + "] at " +
                   place(i, 0.0) + " {" + fixedText(value, grid.decimals) + "};\n";
        }
    }
    if (grid.best >= 0) {
        const auto best = static_cast<std::size_t>(grid.best);
        tex += "\\draw [line width=" + points(1.4 * style.line_width) + "] " + place(best, -0.5) +
               " rectangle " + place(best, 0.5) + ";\n";
    }
    tex += "\\end{axis}\n\\end{tikzpicture}\n";
    return figure;
}

}  // namespace ballast
