#include "core/theory/what_if_table.h"

#include <charconv>
#include <cmath>

#include "core/results/table_text.h"

namespace ballast {
namespace {

/// The shortest text that reads back as the same number; "" for NaN.
std::string numberInFull(double value) {
    if (std::isnan(value)) return "";
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return {text, end};
}

}  // namespace

std::string whatIfCsv(const WhatIfResult& before, const WhatIfResult& after,
                      std::span<const std::string> names,
                      std::span<const std::int64_t> class_counts) {
    std::string text = "quantity,index,name,training_images,before,after\n";
    const auto add = [&](const char* quantity, const std::string& of, double first, double second) {
        text +=
            quantity + ("," + of) + "," + numberInFull(first) + "," + numberInFull(second) + "\n";
    };
    add("balanced_accuracy", ",,", before.balanced, after.balanced);
    add("many", ",,", before.shots.many, after.shots.many);
    add("medium", ",,", before.shots.medium, after.shots.medium);
    add("few", ",,", before.shots.few, after.shots.few);
    add("calibration_error", ",,", before.calibration_error, after.calibration_error);
    for (std::size_t y = 0; y < class_counts.size(); ++y) {
        const std::string name = y < names.size() ? escaped(names[y], TableFormat::csv) : "";
        add("accuracy", std::to_string(y) + "," + name + "," + std::to_string(class_counts[y]),
            before.accuracy[y], after.accuracy[y]);
    }
    for (std::size_t m = 0; m < kReliabilityBins; ++m) {
        const std::string of = std::to_string(m) + ",,";
        const ReliabilityBin& first = before.bins[m];
        const ReliabilityBin& second = after.bins[m];
        add("bin_images", of, first.images, second.images);
        add("bin_confidence", of, first.confidence, second.confidence);
        add("bin_accuracy", of, first.accuracy, second.accuracy);
    }
    return text;
}

}  // namespace ballast
