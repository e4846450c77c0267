#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/choices.h"
#include "core/results/run_groups.h"

namespace ballast {

/// A number that the paper prints. Accuracies are in %, as printed.
struct PaperNumber {
    int table = 1;
    std::string_view method;   // the row's name, "VS+TLA+ADRW"
    bool sam = false;          // of Table 1's block w/ SAM
    std::string_view preset;   // that trains it; "" where Ballast has none
    std::string_view dataset;  // as in configs
    Profile profile = Profile::none;
    double ratio = 1.0;
    std::string_view value = "best";  // the field of a run: best, many, medium, few
    double mean = kMissing;
    double deviation = kMissing;  // over seeds; Table 2 prints none
    int seeds = 0;                // 0: not said
};

/// Table 1 (16 rows of 8) and Table 2 (15 rows of 8 without its dashes), row by row.
std::span<const PaperNumber> paperNumbers();

/// The paper's number of a method with or without SAM, as a preset calls it ("CE+DRW+SAM"), on that
/// data; nullptr where it has none. Profile and ratio count on the CIFAR data sets only.
const PaperNumber* paperNumber(std::string_view preset, std::string_view dataset, Profile profile,
                               double ratio, std::string_view value = "best");

/// The config that trains that number; nothing where no preset does, or the preset does not go with
/// the data's protocol.
std::optional<RunConfig> paperConfig(const PaperNumber& number);

/// "CIFAR-10 LT 100", "ImageNet-LT many": the data, and of Table 2 the classes.
std::string paperDataName(const PaperNumber& number);

/// How far an own mean is from the paper's, in standard errors of their difference.
enum class Agreement { within_one, within_two, beyond, unknown };

/// An own group beside the paper's number.
struct PaperDifference {
    const PaperNumber* paper = nullptr;
    std::string name;               // of the own group
    std::vector<std::string> runs;  // its, by ID
    Statistics own;                 // in %
    double difference = kMissing;   // own − paper, in percentage points
    double z = kMissing;  // Δ / √(s₁²/n₁ + s₂²/5); NaN where a deviation is missing
    Agreement agreement = Agreement::unknown;
    std::vector<std::string>
        reservations;  // in what it is not trained as the paper's: a phrase each
};

/// A workspace beside the paper.
struct PaperComparison {
    std::vector<PaperDifference> rows;        // in the paper's order
    std::vector<const PaperNumber*> missing;  // that a preset would train and no run has
    std::size_t unfinished = 0;               // runs not trained to the end
    std::size_t elsewhere = 0;                // groups that the paper has no number for
};

/// Compares the runs' best epochs with the paper's numbers. Groups are those of groupRuns, so runs
/// of one method with other values than the preset's are rows of their own, with a reservation.
/// Works in any thread.
PaperComparison paperDiff(std::span<const IndexedRun* const> runs);

/// "within 1 standard error", "2.6 standard errors apart", "n = 1: …"
std::string agreementText(const PaperDifference& row);

/// As a table in Markdown; with `missing`, also which presets would train the other numbers.
std::string paperMarkdown(const PaperComparison& comparison, bool missing);
nlohmann::ordered_json paperJson(const PaperComparison& comparison);

}  // namespace ballast
