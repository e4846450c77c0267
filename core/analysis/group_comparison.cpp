#include "core/analysis/group_comparison.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "core/analysis/protocol.h"
#include "core/base/json_text.h"
#include "core/results/table_text.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

struct SeedRun {
    const IndexedRun* run = nullptr;
    double value = kMissing;
};

/// A group's number of each seed that it has once.
std::map<std::uint64_t, SeedRun> valuesBySeed(const RunGroup& group, const RunField& field,
                                              const std::string& name,
                                              std::vector<std::string>& warnings) {
    std::map<std::uint64_t, std::vector<SeedRun>> all;
    for (const IndexedRun* run : group.runs) {
        const FieldValue value = field.of(*run);
        if (const double* number = std::get_if<double>(&value)) {
            all[run->description.config.training.seed].push_back({run, *number});
        }
    }
    std::map<std::uint64_t, SeedRun> once;
    std::string several;
    for (const auto& [seed, runs] : all) {
        if (runs.size() == 1) {
            once.emplace(seed, runs.front());
        } else {
            several += (several.empty() ? "" : ", ") + std::to_string(seed);
        }
    }
    if (!several.empty()) {
        warnings.push_back("\"" + name + "\" has several runs of seed " + several +
                           ", which are left out; group by what tells them apart");
    }
    return once;
}

std::string plainP(double p) {
    if (std::isnan(p)) return "–";
    const std::string text = pValueText(p);
    return text.starts_with("p = ") ? text.substr(4) : text.substr(2);
}

DifferenceUnit unitOf(const GroupComparison& comparison) {
    return isAccuracyField(comparison.field) ? DifferenceUnit::percentage_points
                                             : DifferenceUnit::plain;
}

std::string verdictOf(const GroupComparison& comparison, const GroupPair& pair) {
    return verdictText(pair.statistics, unitOf(comparison), pair.holm_p);
}

}  // namespace

GroupComparison compareGroups(std::span<const RunGroup> groups, std::vector<std::string> names,
                              const RunField& field) {
    GroupComparison comparison;
    comparison.field = field.name;
    comparison.names = std::move(names);
    std::vector<std::map<std::uint64_t, SeedRun>> values;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        values.push_back(valuesBySeed(groups[i], field, comparison.names[i], comparison.warnings));
        comparison.protocols.push_back(protocolText(protocolOf(groups[i].runs, field.name)));
    }
    std::vector<double> p;
    for (std::size_t first = 0; first < groups.size(); ++first) {
        for (std::size_t second = first + 1; second < groups.size(); ++second) {
            GroupPair pair;
            pair.first = first;
            pair.second = second;
            std::vector<const IndexedRun*> paired[2];
            for (const auto& [seed, own] : values[first]) {
                const auto other = values[second].find(seed);
                if (other == values[second].end()) continue;
                pair.seeds.push_back(seed);
                pair.differences.push_back(own.value - other->second.value);
                paired[0].push_back(own.run);
                paired[1].push_back(other->second.run);
            }
            pair.unpaired = values[first].size() + values[second].size() - 2 * pair.seeds.size();
            pair.statistics = pairedStatistics(pair.differences);
            pair.not_the_same = protocolDifferences(protocolOf(paired[0], field.name),
                                                    protocolOf(paired[1], field.name));
            p.push_back(pair.statistics.t_p);
            comparison.pairs.push_back(std::move(pair));
        }
    }
    const std::vector<double> adjusted = holmAdjusted(p);
    for (std::size_t i = 0; i < adjusted.size(); ++i) comparison.pairs[i].holm_p = adjusted[i];
    return comparison;
}

std::string comparisonMarkdown(const GroupComparison& comparison) {
    const auto cell = [](const std::string& text) { return escaped(text, TableFormat::markdown); };
    std::string text = joined({"First", "Second", "Seeds", "d_z", "t", "Holm", "Wilcoxon",
                               "Sign flips", "First − second"},
                              "| ", " | ", " |") +
                       "|---|---|--:|--:|--:|--:|--:|--:|---|\n";
    for (const GroupPair& pair : comparison.pairs) {
        const PairedStatistics& statistics = pair.statistics;
        text += joined({cell(comparison.names[pair.first]), cell(comparison.names[pair.second]),
                        std::to_string(statistics.n),
                        std::isnan(statistics.effect) ? "–" : fixedText(statistics.effect, 2),
                        cell(plainP(statistics.t_p)), cell(plainP(pair.holm_p)),
                        cell(plainP(statistics.wilcoxon_p)), cell(plainP(statistics.permutation_p)),
                        cell(verdictOf(comparison, pair))},
                       "| ", " | ", " |");
    }
    text += "\np-values of the t-test over common seeds, before and after Holm's adjustment for " +
            std::to_string(comparison.pairs.size()) +
            (comparison.pairs.size() == 1 ? " pair" : " pairs") +
            ", of Wilcoxon's signed-rank test and of sign flips, both exact. Value: " +
            cell(comparison.field) + ".\n\n";
    for (std::size_t i = 0; i < comparison.names.size(); ++i) {
        text += "- " + cell(comparison.names[i]) + ": " + cell(comparison.protocols[i]) + "\n";
    }
    for (const GroupPair& pair : comparison.pairs) {
        for (const std::string& difference : pair.not_the_same) {
            text += "- **Not the same protocol**: " + cell(comparison.names[pair.first]) + " and " +
                    cell(comparison.names[pair.second]) + ": " + cell(difference) + "\n";
        }
    }
    for (const GroupPair& pair : comparison.pairs) {
        if (pair.unpaired == 0) continue;
        text += "- Left out of " + cell(comparison.names[pair.first]) + " and " +
                cell(comparison.names[pair.second]) + ": " + std::to_string(pair.unpaired) +
                (pair.unpaired == 1 ? " run whose seed" : " runs whose seeds") +
                " the other has not\n";
    }
    for (const std::string& warning : comparison.warnings) text += "- " + cell(warning) + "\n";
    return text;
}

ordered_json comparisonJson(const GroupComparison& comparison) {
    ordered_json groups = ordered_json::array();
    for (std::size_t i = 0; i < comparison.names.size(); ++i) {
        groups.push_back({{"name", comparison.names[i]}, {"protocol", comparison.protocols[i]}});
    }
    ordered_json pairs = ordered_json::array();
    for (const GroupPair& pair : comparison.pairs) {
        const PairedStatistics& statistics = pair.statistics;
        ordered_json object;
        object["first"] = comparison.names[pair.first];
        object["second"] = comparison.names[pair.second];
        object["n"] = statistics.n;
        object["seeds"] = pair.seeds;
        object["differences"] = pair.differences;
        object["mean"] = numberJson(statistics.mean);
        object["std"] = numberJson(statistics.standard_deviation);
        object["interval"] = {numberJson(statistics.lower), numberJson(statistics.upper)};
        object["t_p"] = numberJson(statistics.t_p);
        object["holm_p"] = numberJson(pair.holm_p);
        object["wilcoxon_p"] = numberJson(statistics.wilcoxon_p);
        object["sign_flip_p"] = numberJson(statistics.permutation_p);
        object["d_z"] = numberJson(statistics.effect);
        object["seeds_for_power"] = statistics.seeds_for_power > 0
                                        ? ordered_json(statistics.seeds_for_power)
                                        : ordered_json(nullptr);
        object["unpaired"] = pair.unpaired;
        object["not_the_same"] = pair.not_the_same;
        object["verdict"] = verdictOf(comparison, pair);
        pairs.push_back(std::move(object));
    }
    return {{"value", comparison.field},
            {"groups", std::move(groups)},
            {"pairs", std::move(pairs)},
            {"warnings", comparison.warnings}};
}

}  // namespace ballast
