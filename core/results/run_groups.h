#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/results/run_index.h"
#include "core/results/run_query.h"
#include "core/results/statistics.h"

namespace ballast {

/// Runs whose configs are equal but for the training seed and the name, or, of groupRunsBy(), have
/// the same values of some fields.
struct RunGroup {
    std::vector<const IndexedRun*> runs;      // one per seed, by seed: the one with most epochs
    std::vector<const IndexedRun*> repeated;  // others of the same seeds; they count for nothing

    const RunConfig& config() const { return runs.front()->description.config; }
};

/// The groups of the runs that can be read, in the order in which each first appears. With
/// `by_method`, runs of one group also have the same method name: for some data two methods are the
/// same config, and a table has a row for each.
std::vector<RunGroup> groupRuns(std::span<const IndexedRun* const> runs, bool by_method = false);

/// Groups of the runs that have the same value of each of the fields, in the order in which each
/// first appears. A run counts for nothing where one of the same config and seed does.
std::vector<RunGroup> groupRunsBy(std::span<const IndexedRun* const> runs,
                                  std::span<const RunField> fields);

/// A name for each of these: the values that make it, "CE, CIFAR-10 LT 100, ν = 0.2".
std::vector<std::string> groupNamesBy(std::span<const RunGroup> groups,
                                      std::span<const RunField> fields);

/// In what the configs of a group differ that its mean hides, or "": "epochs 100 and 200, phases 1
/// and 2, 10 and 100 classes".
std::string mixedIn(const RunGroup& group);

/// Of a numeric field over the group's seeds; text and missing values are left out.
Statistics statisticsOf(const RunGroup& group, const RunField& field);

/// What the group's runs agree on: a number's mean, the first run's text.
FieldValue valueOf(const RunGroup& group, const RunField& field);

/// A name for each group: its method, and where two groups have the same method on the same data,
/// the fields that differ there: "VS+ADRW (ν = 0.2)". Groups of one method on different data have
/// the same name where those fields agree.
std::vector<std::string> groupNames(std::span<const RunGroup> groups);

/// A name for each run that tells it from the others: its own, and where several have the same, the
/// fields that differ among these: "CE+ADRW (ν = 0.2, Seed = 1)"; equal configs are numbered.
std::vector<std::string> runLabels(std::span<const IndexedRun* const> runs);

}  // namespace ballast
