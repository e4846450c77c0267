#include "core/analysis/pgf_figure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "core/analysis/pgf_axis.h"
#include "core/analysis/typeset.h"
#include "core/results/table_text.h"

namespace ballast {
namespace {

constexpr std::array kMarks = {"*", "square", "triangle*", "diamond", "triangle*", "o", "square*"};
constexpr std::size_t kMostTicks = 8;
constexpr int kTurned = 4;  // of the marks, the triangle that stands on its tip

std::string colorOf(std::uint32_t rgb) {
    const auto part = [&](int shift) { return std::to_string((rgb >> shift) & 0xffu); };
    return "{rgb,255:red," + part(16) + ";green," + part(8) + ";blue," + part(0) + "}";
}

/// Ticks at the values themselves where they are few: those of a logarithmic axis are powers of
/// ten, of which a sweep may have none.
std::string ticksAt(const PgfPlot& plot) {
    std::set<double> values;
    for (const PgfLine& line : plot.lines) {
        for (const PgfPoint& point : line.points) values.insert(point.x);
    }
    if (values.empty() || values.size() > kMostTicks) return "";
    std::string at;
    for (const double value : values) at += (at.empty() ? "" : ",") + pgfNumber(value);
    return "  xtick=" + pgfBraced(at) + ",\n";
}

std::string range(const std::string& axis, const std::optional<AxisRange>& shown, bool log) {
    if (!shown) return "";
    std::string text;
    if (!log || shown->lower > 0.0) text += "  " + axis + "min=" + pgfNumber(shown->lower) + ",\n";
    if (!log || shown->upper > 0.0) text += "  " + axis + "max=" + pgfNumber(shown->upper) + ",\n";
    return text;
}

/// The columns of a legend above the plot that fit, by what letters of usual width take.
int legendColumns(const PgfPlot& plot, const FigureStyle& style) {
    constexpr double kLetter = 0.5;   // of the type's size
    constexpr double kSample = 32.0;  // points of a line's sample and the gaps
    constexpr double kPointsPerMm = 72.27 / 25.4;
    std::size_t longest = 0;
    int entries = 0;
    for (const PgfLine& line : plot.lines) {
        if (line.name.empty()) continue;
        ++entries;
        const auto letters = std::ranges::count_if(
            line.name, [](char c) { return (c & 0xc0) != 0x80; });  // of UTF-8
        longest = std::max(longest, static_cast<std::size_t>(letters));
    }
    const double entry = kSample + kLetter * style.legend_size * static_cast<double>(longest);
    return std::clamp(static_cast<int>(style.width * kPointsPerMm / entry), 1,
                      std::max(1, entries));
}

std::string legend(const FigureStyle& style, const PgfPlot& plot) {
    const std::string font =
        "  legend style={draw=none, fill opacity=0.85, text opacity=1, cells={anchor=west}, font=" +
        pgfType(style.legend_size);
    switch (style.legend) {
        case LegendPlace::above:
            return font +
                   ", at={(0,1.02)}, anchor=south west, "
                   "/tikz/every even column/.append style={column sep=6pt}},\n  legend columns=" +
                   std::to_string(legendColumns(plot, style)) + ",\n";
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
    std::string keys = "color=" + colorOf(line.rgb) + ", line width=" + pgfPoints(width);
    if (!line.connected) keys += ", only marks";
    if (!line.dashes.empty()) {
        keys += ", dash pattern=";
        for (std::size_t i = 0; i < line.dashes.size(); ++i) {
            keys += std::string(i == 0 ? "" : " ") + (i % 2 == 0 ? "on " : "off ") +
                    pgfPoints(line.dashes[i] * width);
        }
    }
    if (line.marker < 0) {
        keys += ", mark=none";
    } else {
        const auto mark = static_cast<std::size_t>(line.marker) % kMarks.size();
        keys += std::string(", mark=") + kMarks[mark] +
                ", mark size=" + pgfPoints(1.76 * style.line_width) + ", mark options={solid" +
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
        text +=
            "\\addplot [color=" + colorOf(line.rgb) +
            ", opacity=0.45, only marks, mark=o, mark size=" + pgfPoints(1.2 * style.line_width) +
            ", forget plot] table [x=sx" + n + ", y=sy" + n + "] {" + data_file + "};\n";
    }
    text += "\\addplot [" + lineKeys(line, style);
    if (line.error_bars) {
        text += ", error bars/.cd, y dir=both, y explicit, error bar style={solid, line width=" +
                pgfPoints(0.65 * style.line_width) + "}";
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
                ", only marks, mark=o, mark size=" + pgfPoints(3.5 * style.line_width) +
                ", forget plot] coordinates {(" + pgfNumber(best.x) + "," + pgfNumber(best.y) +
                ")};\n";
    }
    return text;
}

template<class Of>
std::vector<std::string> column(const std::vector<PgfPoint>& points, const Of& of) {
    std::vector<std::string> cells;
    for (const PgfPoint& point : points) cells.push_back(pgfNumber(of(point)));
    return cells;
}

std::string pgfData(const PgfPlot& plot) {
    PgfColumns columns;
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
    figure.data = pgfData(plot);
    std::string& tex = figure.tex;
    tex = pgfOpening(plot.title, data_file, style) + pgfLabels(plot.x_label, plot.y_label);
    tex += "  axis x line*=bottom, axis y line*=left, tick align=outside,\n";
    tex += "  grid=major, grid style={line width=0.4pt, black!10},\n";
    if (plot.x_log) {
        tex += "  xmode=log, log ticks with fixed point,\n" + ticksAt(plot);
    }
    if (plot.y_log) tex += "  ymode=log, log ticks with fixed point,\n";
    if (!plot.categories.empty()) {
        tex += pgfNamedTicks("x", plot.categories);
    } else {
        tex += range("x", style.x_range, plot.x_log);
    }
    tex += range("y", style.y_range, plot.y_log);
    tex += legend(style, plot);
    tex += "]\n";
    for (std::size_t l = 0; l < plot.lines.size(); ++l) {
        tex += lineText(plot.lines[l], l, style, data_file);
    }
    tex += "\\end{axis}\n\\end{tikzpicture}\n";
    return figure;
}

}  // namespace ballast
