#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/analysis/paired_comparison.h"
#include "core/results/run_groups.h"

namespace ballast {

/// Two groups over the seeds that both have.
struct GroupPair {
    std::size_t first = 0;  // indices of the groups
    std::size_t second = 0;
    std::vector<std::uint64_t> seeds;  // training seeds in common, ascending
    std::vector<double> differences;   // first − second, seed by seed
    PairedStatistics statistics;
    double holm_p = kMissing;               // t_p, adjusted over all pairs
    std::size_t unpaired = 0;               // runs whose seed the other group has not
    std::vector<std::string> not_the_same;  // see protocolDifferences; seeds in common only
};

/// All pairs of some groups.
struct GroupComparison {
    std::string field;
    std::vector<std::string> names;      // of the groups, which tell them apart
    std::vector<std::string> protocols;  // of the groups; see protocolText
    std::vector<GroupPair> pairs;
    std::vector<std::string> warnings;  // a sentence each
};

/// Compares each two groups by a numeric field over the training seeds that both have. A seed of
/// which a group has several runs (of groupRunsBy) is left out, with a warning: they would have to
/// be averaged. Works in any thread.
GroupComparison compareGroups(std::span<const RunGroup> groups, std::vector<std::string> names,
                              const RunField& field);

/// The pairs as a table in Markdown, with protocols and warnings below it.
std::string comparisonMarkdown(const GroupComparison& comparison);

/// The same for programs; numbers in full, null where there is none.
nlohmann::ordered_json comparisonJson(const GroupComparison& comparison);

}  // namespace ballast
