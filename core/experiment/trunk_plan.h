#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "core/experiment/epoch_tree.h"

namespace ballast {

/// Epochs `from` … `to` − 1 of one run, trained in one go. It begins from a checkpoint that is
/// there once `parent` is trained; without a parent at the start (from 0), or from a checkpoint
/// that exists already.
struct Segment {
    int run = 0;  // which of the planned runs trains it, in its own folder
    int from = 0;
    int to = 0;
    int parent = -1;  // index of a segment, or −1
    bool operator==(const Segment&) const = default;
};

/// How to train runs so that what they share is trained once.
struct TrunkPlan {
    std::vector<Segment> segments;  // parents stand before their children
    std::vector<std::vector<int>>
        branches;                    // of each run, where others leave it: epochs, ascending
    std::vector<int> from;           // of each run, its first epoch that it trains itself
    std::vector<int> source;         // of each run, the run it starts from, or −1
    std::int64_t epochs_alone = 0;   // if each run were trained by itself
    std::int64_t epochs_shared = 0;  // as planned
};

/// Plans runs, given by their paths through one tree. Of runs that share epochs the first trains
/// them. `available` are nodes after which a checkpoint can be had already.
TrunkPlan planTrunks(std::span<const EpochPath> paths, const std::vector<bool>& available = {});

}  // namespace ballast
