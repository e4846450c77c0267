#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ballast {

enum class TableFormat { markdown, latex, csv, html };

/// The format of that name. Throws ConfigError for any other.
TableFormat tableFormat(std::string_view name);

/// "%.*f"
std::string fixedText(double value, int digits);

/// Text that stands for itself in a cell of that format. In CSV what a spreadsheet would take for a
/// formula (= + - @ before what is no number) begins with an apostrophe.
std::string escaped(std::string_view text, TableFormat format);

/// before + cells with `between` + after + a line's end.
std::string joined(const std::vector<std::string>& cells, const std::string& before,
                   const std::string& between, const std::string& after);

}  // namespace ballast
