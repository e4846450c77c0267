#include "core/analysis/pgf_axis.h"

#include <algorithm>
#include <cmath>

#include "core/analysis/typeset.h"
#include "core/results/run_query.h"
#include "core/results/table_text.h"

namespace ballast {

std::string pgfNumber(double value) {
    return std::isnan(value) ? "nan" : valueText(value);
}

std::string pgfPoints(double value) {
    return fixedText(value, 2) + "pt";
}

std::string pgfBraced(const std::string& text) {
    return "{" + text + "}";
}

std::string pgfType(double size) {
    return "\\fontsize{" + valueText(size) + "}{" + fixedText(1.2 * size, 1) + "}\\selectfont";
}

std::string pgfOpening(const std::string& title, const std::string& data_file,
                       const FigureStyle& style) {
    std::string text = "% " + escaped(title, TableFormat::markdown) + "\n% Reads " + data_file +
                       ". The document needs \\usepackage{pgfplots} and "
                       "\\pgfplotsset{compat=1.16}.\n\\begin{tikzpicture}\n\\begin{axis}[\n";
    text += "  width=" + fixedText(style.width, 2) + "mm, height=" + fixedText(style.height, 2) +
            "mm,\n";
    text += "  tick label style={font=" + pgfType(style.tick_size) + "},\n";
    text += "  label style={font=" + pgfType(style.label_size) + "},\n";
    text += "  axis line style={line width=" + pgfPoints(0.6 * style.line_width) + "},\n";
    return text;
}

std::string pgfLabels(const std::string& x_label, const std::string& y_label) {
    return "  xlabel=" + pgfBraced(typesetLabel(x_label)) +
           ",\n  ylabel=" + pgfBraced(typesetLabel(y_label)) + ",\n";
}

std::string pgfNamedTicks(const std::string& axis, const std::vector<std::string>& names) {
    std::string at;
    std::string called;
    for (std::size_t i = 0; i < names.size(); ++i) {
        at += (i == 0 ? "" : ",") + std::to_string(i);
        called += (i == 0 ? "" : ",") + pgfBraced(typesetLabel(names[i]));
    }
    return "  " + axis + "tick=" + pgfBraced(at) + ", " + axis + "ticklabels=" + pgfBraced(called) +
           ", " + axis + "min=-0.5, " + axis +
           "max=" + fixedText(static_cast<double>(names.size()) - 0.5, 1) + ",\n";
}

void PgfColumns::add(const std::string& name, std::vector<std::string> cells) {
    names_.push_back(name);
    rows_ = std::max(rows_, cells.size());
    columns_.push_back(std::move(cells));
}

std::string PgfColumns::text() const {
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

}  // namespace ballast
