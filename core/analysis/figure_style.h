#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace ballast {

inline constexpr int kFigureStyleFormat = 1;

enum class LegendPlace { above, top_left, top_right, bottom_left, bottom_right, right, none };

/// The part of an axis that is shown; finite, and lower < upper.
struct AxisRange {
    double lower = 0.0;
    double upper = 1.0;
    bool operator==(const AxisRange&) const = default;
};

/// How a figure looks on paper, as people save and send it.
///
///     {"format": 1, "width": "cvpr-column", "height": 56, "font": "Helvetica", "tick_size": 7,
///      "label_size": 7, "legend_size": 7, "line_width": 1, "legend": "above",
///      "grey_safe": false, "x_range": null, "y_range": [40, 80], "png_dpi": 300}
///
/// "width" is a number, or the name of a built-in style, whose width it is.
struct FigureStyle {
    double width = 90.0;   // mm
    double height = 60.0;  // mm
    std::string font = "Helvetica";
    double tick_size = 7.0;  // points
    double label_size = 7.0;
    double legend_size = 7.0;
    // Of curves, in points; axes, markers and error bars are in proportion to it.
    double line_width = 1.0;
    LegendPlace legend = LegendPlace::above;
    // Lines that grey print tells apart: greys from dark to light, dash patterns and markers.
    bool grey_safe = false;
    std::optional<AxisRange> x_range;  // nothing: what is drawn fits; of numeric axes only
    std::optional<AxisRange> y_range;
    double png_dpi = 300.0;  // dots per inch
    bool operator==(const FigureStyle&) const = default;
};

/// A style that is always there, for a page or column of a venue.
struct BuiltInStyle {
    std::string_view name;   // "cvpr-column"
    std::string_view label;  // "CVPR, one column"
    FigureStyle style;
};
std::span<const BuiltInStyle> builtInStyles();

/// Reads a style. Throws ConfigError naming `subject` with every problem: its JSON pointer, the
/// value, what is allowed and, for an unknown key, the nearest known; a newer format is refused
/// before anything else is looked at.
FigureStyle styleFromJson(const nlohmann::json& json, const std::string& subject);

/// The same for a style within another file: the pointers of its problems begin with `prefix`.
FigureStyle styleFromJson(const nlohmann::json& json, const std::string& prefix,
                          std::vector<Problem>& problems);

/// The style as JSON, every default written out; styleFromJson gives the same again.
nlohmann::ordered_json toJson(const FigureStyle& style);

}  // namespace ballast
