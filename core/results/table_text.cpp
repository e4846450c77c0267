#include "core/results/table_text.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <utility>

#include "core/base/error.h"

namespace ballast {
namespace {

/// What the fields' symbols are in LaTeX.
constexpr std::pair<std::string_view, std::string_view> kLatexSymbols[] = {
    {"α", "$\\alpha$"},     {"β", "$\\beta$"},  {"γ", "$\\gamma$"}, {"Δ", "$\\Delta$"},
    {"δ", "$\\delta$"},     {"η", "$\\eta$"},   {"κ", "$\\kappa$"}, {"λ", "$\\lambda$"},
    {"ν", "$\\nu$"},        {"ρ", "$\\rho$"},   {"τ", "$\\tau$"},   {"₀", "$_0$"},
    {"†", "$^{\\dagger}$"}, {"−", "$-$"},       {"±", "$\\pm$"},    {"–", "--"},
    {"×", "$\\times$"},     {"…", "\\ldots{}"},
};

/// What a spreadsheet would work out rather than show. Numbers are what they are.
bool looksLikeFormula(std::string_view text) {
    if (text.empty() || std::string_view("=+-@").find(text.front()) == std::string_view::npos) {
        return false;
    }
    const std::string_view digits = text.substr(text.front() == '+' ? 1 : 0);
    double number = 0.0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error != std::errc() || end != digits.data() + digits.size();
}

}  // namespace

TableFormat tableFormat(std::string_view name) {
    if (name == "markdown") return TableFormat::markdown;
    if (name == "latex") return TableFormat::latex;
    if (name == "csv") return TableFormat::csv;
    if (name == "html") return TableFormat::html;
    throw ConfigError("the table's format: " + std::string(name) +
                      " is unknown; allowed: markdown, latex, csv, html");
}

std::string fixedText(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string escaped(std::string_view text, TableFormat format) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (format == TableFormat::latex && (c & 0x80) != 0) {
            const auto symbol = std::ranges::find_if(kLatexSymbols, [&](const auto& known) {
                return text.substr(i).starts_with(known.first);
            });
            if (symbol != std::end(kLatexSymbols)) {
                result += symbol->second;
                i += symbol->first.size() - 1;
                continue;
            }
        }
        if (format == TableFormat::latex && (c == '\\' || c == '~' || c == '^')) {
            result += c == '\\' ? "\\textbackslash{}" : c == '~' ? "\\textasciitilde{}" : "\\^{}";
            continue;
        }
        if (format == TableFormat::latex &&
            std::string_view("&%$#_{}").find(c) != std::string_view::npos) {
            result += '\\';
        }
        if (format == TableFormat::markdown && c == '|') result += '\\';
        if (format == TableFormat::html &&
            std::string_view("&<>\"").find(c) != std::string_view::npos) {
            result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&quot;";
            continue;
        }
        if (format == TableFormat::csv && c == '"') result += '"';
        result += c == '\n' || c == '\r' ? ' ' : c;
    }
    if (format == TableFormat::csv && looksLikeFormula(text)) result.insert(0, 1, '\'');
    const bool quoted =
        format == TableFormat::csv && result.find_first_of(",\"") != std::string::npos;
    return quoted ? "\"" + result + "\"" : result;
}

std::string joined(const std::vector<std::string>& cells, const std::string& before,
                   const std::string& between, const std::string& after) {
    std::string line = before;
    for (std::size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : between) + cells[i];
    return line + after + "\n";
}

}  // namespace ballast
