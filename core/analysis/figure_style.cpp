#include "core/analysis/figure_style.h"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/analysis/object_reader.h"
#include "core/results/run_query.h"

namespace ballast {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr Word<LegendPlace> kLegendPlaces[] = {{LegendPlace::above, "above"},
                                               {LegendPlace::top_left, "top-left"},
                                               {LegendPlace::top_right, "top-right"},
                                               {LegendPlace::bottom_left, "bottom-left"},
                                               {LegendPlace::bottom_right, "bottom-right"},
                                               {LegendPlace::right, "right"},
                                               {LegendPlace::none, "none"}};

const std::vector<std::string> kKeys = {
    "format",     "width",  "height",    "font",    "tick_size", "label_size", "legend_size",
    "line_width", "legend", "grey_safe", "x_range", "y_range",   "png_dpi"};

constexpr double kLeastSize = 15.0;  // mm
constexpr double kMostSize = 400.0;
constexpr double kMostPngPixels = 100e6;

FigureStyle sized(double width, double height, double type) {
    FigureStyle style;
    style.width = width;
    style.height = height;
    style.tick_size = style.legend_size = style.label_size = type;
    return style;
}

/// Of a style within another file; checkFormat() has looked at that of a file of its own.
void readFormat(ObjectReader& read) {
    const json* format = read.find("format");
    if (format == nullptr || *format == kFigureStyleFormat) return;
    read.problem("format", shownJson(*format) +
                               " is no format that this version of Ballast reads; allowed: " +
                               std::to_string(kFigureStyleFormat));
}

void readWidth(ObjectReader& read, double& width) {
    const json* given = read.find("width");
    if (given == nullptr || !given->is_string()) {
        return read.number("width", width, kLeastSize, kMostSize, " mm");
    }
    const auto name = given->get<std::string>();
    std::vector<std::string> known;
    for (const BuiltInStyle& venue : builtInStyles()) {
        if (venue.name == name) {
            width = venue.style.width;
            return;
        }
        known.emplace_back(venue.name);
    }
    std::string allowed;
    for (const std::string& one : known) allowed += ", " + one;
    const std::string nearest = nearestWord(name, known);
    read.problem("width", shownJson(*given) + " is none of a number in mm" + allowed +
                              (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
}

void readRange(ObjectReader& read, const char* key, std::optional<AxisRange>& range) {
    const json* given = read.find(key);
    if (given == nullptr) return;
    if (given->is_null()) {
        range.reset();
        return;
    }
    if (given->is_array() && given->size() == 2 && (*given)[0].is_number() &&
        (*given)[1].is_number()) {
        const AxisRange made{(*given)[0].get<double>(), (*given)[1].get<double>()};
        if (std::isfinite(made.lower) && std::isfinite(made.upper) && made.lower < made.upper &&
            std::isfinite(made.upper - made.lower)) {
            range = made;
            return;
        }
    }
    read.problem(
        key, shownJson(*given) + " is neither null nor two numbers, the smaller first: [40, 80]");
}

}  // namespace

std::span<const BuiltInStyle> builtInStyles() {
    static const std::array<BuiltInStyle, 6> kStyles = {{
        {"neurips-page", "NeurIPS, text width", sized(139.7, 60.0, 8.0)},
        {"neurips-half", "NeurIPS, two side by side", sized(67.7, 48.0, 7.0)},
        {"cvpr-column", "CVPR, one column", sized(83.3, 56.0, 7.0)},
        {"cvpr-page", "CVPR, both columns", sized(174.6, 64.0, 8.0)},
        {"tpami-column", "TPAMI, one column", sized(88.9, 60.0, 7.0)},
        {"tpami-page", "TPAMI, both columns", sized(181.9, 66.0, 8.0)},
    }};
    return kStyles;
}

FigureStyle styleFromJson(const json& object, const std::string& prefix,
                          std::vector<Problem>& problems) {
    FigureStyle style;
    ObjectReader read(object, prefix, problems);
    read.onlyKeys(kKeys, " in a style");
    readFormat(read);
    readWidth(read, style.width);
    read.number("height", style.height, kLeastSize, kMostSize, " mm");
    read.text("font", style.font);
    if (style.font.empty() || style.font.size() > 100) {
        read.problem("font", shownJson(style.font) +
                                 " is no family's name; give one, such as \"Helvetica\"");
    }
    read.number("tick_size", style.tick_size, 3, 36, " points");
    read.number("label_size", style.label_size, 3, 36, " points");
    read.number("legend_size", style.legend_size, 3, 36, " points");
    read.number("line_width", style.line_width, 0.1, 6, " points");
    read.choice("legend", style.legend, kLegendPlaces);
    read.yesOrNo("grey_safe", style.grey_safe);
    readRange(read, "x_range", style.x_range);
    readRange(read, "y_range", style.y_range);
    read.number("png_dpi", style.png_dpi, 50, 1200, " dots per inch");
    const double dots_per_mm = style.png_dpi / 25.4;
    const double pixels = style.width * style.height * dots_per_mm * dots_per_mm;
    if (pixels > kMostPngPixels) {
        read.problem("png_dpi", valueText(style.png_dpi) + " makes " +
                                    std::to_string(std::lround(pixels / 1e6)) +
                                    " megapixels of this width and height; at most " +
                                    std::to_string(std::lround(kMostPngPixels / 1e6)) +
                                    " are allowed");
    }
    return style;
}

FigureStyle styleFromJson(const json& object, const std::string& subject) {
    checkFormat(object, kFigureStyleFormat, subject, "style",
                "an object with \"width\" and \"height\"");
    std::vector<Problem> problems;
    FigureStyle style = styleFromJson(object, "", problems);
    if (!problems.empty()) throw ConfigError(subject + ": the style is not valid", problems);
    return style;
}

ordered_json toJson(const FigureStyle& style) {
    const auto range = [](const std::optional<AxisRange>& shown) {
        return shown ? ordered_json({shown->lower, shown->upper}) : ordered_json(nullptr);
    };
    return {{"format", kFigureStyleFormat},
            {"width", style.width},
            {"height", style.height},
            {"font", style.font},
            {"tick_size", style.tick_size},
            {"label_size", style.label_size},
            {"legend_size", style.legend_size},
            {"line_width", style.line_width},
            {"legend", wordFor(style.legend, kLegendPlaces)},
            {"grey_safe", style.grey_safe},
            {"x_range", range(style.x_range)},
            {"y_range", range(style.y_range)},
            {"png_dpi", style.png_dpi}};
}

}  // namespace ballast
