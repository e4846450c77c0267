#include <cmath>

#include "core/analysis/pgf_axis.h"
#include "core/analysis/pgf_figure.h"
#include "core/results/table_text.h"

namespace ballast {
namespace {

/// From pale to dark; of differences from one hue through white to another.
std::string pgfColors(bool difference, bool grey) {
    if (difference) {
        return grey ? "  colormap={greys}{rgb255=(72,72,72) rgb255=(255,255,255) "
                      "rgb255=(150,150,150)},\n"
                    : "  colormap={both}{rgb255=(184,74,0) rgb255=(255,255,255) "
                      "rgb255=(11,79,138)},\n";
    }
    return grey
               ? "  colormap={grey}{rgb255=(246,246,246) rgb255=(176,176,176) rgb255=(72,72,72)},\n"
               : "  colormap={blue}{rgb255=(243,246,249) rgb255=(143,184,220) rgb255=(11,79,138)},"
                 "\n";
}

}  // namespace

PgfFigure pgfFigure(const PgfGrid& grid, const FigureStyle& style, const std::string& data_file) {
    PgfFigure figure;
    const std::size_t columns = grid.columns.size();
    double low = kMissing;
    double high = kMissing;
    PgfColumns table;
    std::vector<std::string> xs;
    std::vector<std::string> ys;
    std::vector<std::string> values;
    for (std::size_t i = 0; i < grid.values.size(); ++i) {
        low = std::fmin(low, grid.values[i]);
        high = std::fmax(high, grid.values[i]);
        xs.push_back(std::to_string(i % columns));
        ys.push_back(std::to_string(i / columns));
        values.push_back(pgfNumber(grid.values[i]));
    }
    if (grid.difference) {
        high = std::fmax(std::abs(low), std::abs(high));
        low = -high;
    }
    table.add("x", xs);
    table.add("y", ys);
    table.add("value", values);
    figure.data = table.text();
    std::string& tex = figure.tex;
    tex = pgfOpening(grid.title, data_file, style) + pgfLabels(grid.x_label, grid.y_label);
    tex += "  tick align=outside, tick pos=lower, axis on top, enlargelimits=false,\n";
    tex += pgfNamedTicks("x", grid.columns) + pgfNamedTicks("y", grid.rows);
    tex += pgfColors(grid.difference, style.grey_safe);
    tex += "  point meta min=" + pgfNumber(low) +
           ", point meta max=" + pgfNumber(high > low ? high : low + 1.0) + ",\n]\n";
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
            const bool dark =
                grid.difference ? std::abs(value) > 0.6 * high : value > low + 0.6 * (high - low);
            tex += std::string("\\node [font=") + pgfType(style.tick_size) +
                   ", text=" + (dark ? "white" : "black") + "] at " + place(i, 0.0) + " {" +
                   (grid.difference && value > 0.0 ? "+" : "") + fixedText(value, grid.decimals) +
                   "};\n";
        }
    }
    if (grid.best >= 0) {
        const auto best = static_cast<std::size_t>(grid.best);
        const std::string box = place(best, -0.5) + " rectangle " + place(best, 0.5) + ";\n";
        // In greys a dark frame needs a pale line beside the dark cell.
        if (style.grey_safe) {
            tex += "\\draw [white, line width=" + pgfPoints(2.6 * style.line_width) + "] " + box;
        }
        tex += "\\draw [line width=" + pgfPoints(1.4 * style.line_width) + "] " + box;
    }
    tex += "\\end{axis}\n\\end{tikzpicture}\n";
    return figure;
}

}  // namespace ballast
