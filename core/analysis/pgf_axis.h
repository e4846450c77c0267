#pragma once

#include <string>
#include <vector>

#include "core/analysis/figure_style.h"

// What pictures for pgfplots are written with. For pgf_*.cpp.

namespace ballast {

/// In full; "nan" where there is none.
std::string pgfNumber(double value);

/// A length in points: "1.25pt".
std::string pgfPoints(double value);

/// In braces: commas and brackets within a key's value end it.
std::string pgfBraced(const std::string& text);

/// Type of that size, in points.
std::string pgfType(double size);

/// The picture's beginning, up to the first keys of its axis.
std::string pgfOpening(const std::string& title, const std::string& data_file,
                       const FigureStyle& style);

std::string pgfLabels(const std::string& x_label, const std::string& y_label);

/// Ticks of "x" or "y" at 0, 1, … with these names.
std::string pgfNamedTicks(const std::string& axis, const std::vector<std::string>& names);

/// A table whose columns are side by side, filled up by nan.
class PgfColumns {
public:
    void add(const std::string& name, std::vector<std::string> cells);
    std::string text() const;

private:
    std::vector<std::string> names_;
    std::vector<std::vector<std::string>> columns_;
    std::size_t rows_ = 0;
};

}  // namespace ballast
