#include "core/analysis/protocol.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/experiment/catalog.h"

namespace ballast {
namespace {

/// "0", "0 and 1", "0, 1, 2 and 3"; from the sixth on "… and 12".
template<class Values, class Text>
std::string listed(const Values& values, const Text& textOf) {
    constexpr std::size_t kShown = 5;
    std::string list;
    std::size_t at = 0;
    for (const auto& value : values) {
        const bool is_last = at + 1 == values.size();
        if (at >= kShown && !is_last) {
            if (at == kShown) list += " …";
        } else if (at > 0) {
            list += (is_last ? " and " : ", ") + textOf(value);
        } else {
            list += textOf(value);
        }
        ++at;
    }
    return list;
}

constexpr auto kNumber = [](auto value) { return std::to_string(value); };
constexpr auto kSelection = [](Selection value) { return std::string(nameOf(value)); };

std::string epochText(const NumberProtocol& protocol) {
    switch (protocol.at) {
        case NumberEpoch::best:
            return "best epoch on " + listed(protocol.selected_on, kSelection);
        case NumberEpoch::last:
            return "last epoch";
        case NumberEpoch::given:
            return "after " + std::to_string(protocol.epochs_done) +
                   (protocol.epochs_done == 1 ? " epoch" : " epochs");
        case NumberEpoch::none:
            return "";
    }
    return "";
}

std::string epochsText(const std::set<int>& epochs) {
    return listed(epochs, kNumber) + (epochs == std::set<int>{1} ? " epoch" : " epochs");
}

std::string subsetText(const std::set<std::uint32_t>& seeds) {
    if (seeds.empty()) return "no subset";
    return (seeds.size() > 1 ? "subset seeds " : "subset seed ") + listed(seeds, kNumber);
}

}  // namespace

NumberEpoch epochOf(const std::string& field) {
    static constexpr std::string_view kBest[] = {"best",   "best-epoch", "chosen-on", "many",
                                                 "medium", "few",        "ratio"};
    static constexpr std::string_view kLast[] = {"last", "validation", "loss", "majority",
                                                 "minority"};
    if (field.starts_with("at:")) return NumberEpoch::given;
    if (field.starts_with("class:")) return NumberEpoch::best;
    if (std::ranges::find(kBest, field) != std::end(kBest)) return NumberEpoch::best;
    if (std::ranges::find(kLast, field) != std::end(kLast)) return NumberEpoch::last;
    return NumberEpoch::none;
}

NumberProtocol protocolOf(std::span<const IndexedRun* const> runs, const std::string& field) {
    NumberProtocol protocol;
    protocol.at = epochOf(field);
    if (protocol.at == NumberEpoch::given) {
        std::from_chars(field.data() + 3, field.data() + field.size(), protocol.epochs_done);
    }
    for (const IndexedRun* run : runs) {
        const RunConfig& config = run->description.config;
        if (protocol.at == NumberEpoch::best) {
            protocol.selected_on.insert(config.training.selection);
        }
        protocol.seeds.insert(config.training.seed);
        if (config.data.imbalance.profile != Profile::none) {
            protocol.subset_seeds.insert(config.data.imbalance.seed);
        }
        protocol.epochs.insert(config.training.epochs);
        ++protocol.n;
    }
    return protocol;
}

std::string protocolText(const NumberProtocol& protocol) {
    if (protocol.n == 0) return "no run";
    std::string text = epochText(protocol);
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    if (protocol.seeds.size() > 1) {
        add("mean ± std (n − 1) of " + std::to_string(protocol.seeds.size()) + " seeds");
    } else {
        add("one seed (" + listed(protocol.seeds, kNumber) + ")");
    }
    add(subsetText(protocol.subset_seeds));
    add(epochsText(protocol.epochs));
    return text;
}

std::vector<std::string> protocolDifferences(const NumberProtocol& a, const NumberProtocol& b) {
    std::vector<std::string> differences;
    const auto add = [&](const std::string& first, const std::string& second) {
        if (first != second) differences.push_back(first + ", and " + second);
    };
    add(epochText(a), epochText(b));
    if (a.seeds != b.seeds) {
        add("seeds " + listed(a.seeds, kNumber), listed(b.seeds, kNumber));
    }
    if (a.subset_seeds != b.subset_seeds) {
        add(subsetText(a.subset_seeds), subsetText(b.subset_seeds));
    }
    if (a.epochs != b.epochs) add(epochsText(a.epochs), epochsText(b.epochs));
    return differences;
}

std::vector<std::string> protocolMixture(const NumberProtocol& protocol) {
    std::vector<std::string> mixture;
    if (protocol.selected_on.size() > 1) mixture.push_back(epochText(protocol));
    if (protocol.subset_seeds.size() > 1) mixture.push_back(subsetText(protocol.subset_seeds));
    if (protocol.epochs.size() > 1) mixture.push_back(epochsText(protocol.epochs));
    return mixture;
}

CountedRuns countedRuns(std::span<const IndexedRun* const> runs, const std::string& field) {
    const NumberEpoch at = epochOf(field);
    const int epochs_done = at == NumberEpoch::given ? protocolOf({}, field).epochs_done : 0;
    CountedRuns counted;
    for (const IndexedRun* run : runs) {
        if (!run->error.empty()) {
            ++counted.unreadable;
        } else if (at == NumberEpoch::given ? std::isnan(run->after(epochs_done))
                                            : !run->complete()) {
            ++counted.unfinished;
        } else {
            counted.runs.push_back(run);
        }
    }
    return counted;
}

}  // namespace ballast
