#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/experiment/choices.h"
#include "core/results/run_index.h"

namespace ballast {

/// At which epoch a number of a run is taken.
enum class NumberEpoch { best, last, given, none };

/// How a number over some runs came about. Two numbers may be set side by side where these are the
/// same; each set has more than one element where the runs themselves differ.
struct NumberProtocol {
    NumberEpoch at = NumberEpoch::none;
    int epochs_done = 0;                   // of NumberEpoch::given
    std::set<Selection> selected_on;       // of NumberEpoch::best
    std::set<std::uint64_t> seeds;         // of the training
    std::set<std::uint32_t> subset_seeds;  // of the runs with an imbalance
    std::set<int> epochs;                  // that the configs train
    std::size_t n = 0;                     // runs
    bool operator==(const NumberProtocol&) const = default;
};

/// Which epoch a field is of: "best", "few" and "ratio" of the best, "at:20" of one that is given.
NumberEpoch epochOf(const std::string& field);

/// The protocol of a field's number over runs.
NumberProtocol protocolOf(std::span<const IndexedRun* const> runs, const std::string& field);

/// "best epoch on test, mean ± std (n − 1) of 3 seeds, subset seed 0, 200 epochs". What the runs
/// differ in stands with "and": "100 and 200 epochs".
std::string protocolText(const NumberProtocol& protocol);

/// In what two protocols differ, one phrase each: "selected on test, and on validation", "200
/// epochs, and 100"; empty: the numbers may be compared.
std::vector<std::string> protocolDifferences(const NumberProtocol& a, const NumberProtocol& b);

/// In what the runs of one number differ, in the same phrases; seeds may.
std::vector<std::string> protocolMixture(const NumberProtocol& protocol);

/// Runs of which a field's number counts.
struct CountedRuns {
    std::vector<const IndexedRun*> runs;  // those that have got so far
    std::size_t unfinished = 0;           // those that have not
    std::size_t unreadable = 0;
};

/// As in tables: the best or last epoch of a run counts once all its epochs are trained, an epoch
/// that is given once it is.
CountedRuns countedRuns(std::span<const IndexedRun* const> runs, const std::string& field);

}  // namespace ballast
