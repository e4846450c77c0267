#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/experiment/config.h"

namespace ballast {

/// A run's way through an EpochTree: node `path[e]` after e epochs, so epochs + 1 nodes.
using EpochPath = std::vector<int>;

/// The tree of what runs do, epoch by epoch. Two runs are at the same node after e epochs where
/// everything that training depends on before that is the same: the fields that affect data or the
/// whole run (but where the images lie), and for each epoch the numbers α, β, Δ, ε, the learning
/// rate, weight decay and the fields that affect its phase (Affects in config_fields.h). Not what
/// only names or measures, nor phases that say the same in other words.
///
/// At the same node after e epochs runs have the same weights, and the same records of the epochs
/// before, but for the number of the phase and for whether epoch e − 1 was measured exactly.
/// Device, threads and versions are not looked at: the same on both sides is the caller's affair.
class EpochTree {
public:
    /// The path of a run with these class counts. `images` names which images they are, by a
    /// checksum, where the config alone does not say so; runs that are known to have the same need
    /// not name them. Throws ConfigError as classTerms and teacherConfig do.
    EpochPath add(const RunConfig& config, std::span<const std::int64_t> class_counts,
                  const std::string& images = "");

    /// The node where the run ends that /training/teacher means; −1 where no phase learns from a
    /// teacher, or its run is named. Throws ConfigError.
    int endOfTeacher(const RunConfig& config, std::span<const std::int64_t> class_counts,
                     const std::string& images = "");

    /// Nodes so far; they are numbered from 0.
    int size() const { return size_; }

private:
    struct Edge {
        int parent;
        int what;  // of interned_, the phase
        double learning_rate;
        bool measured;  // the epoch before, exactly
        bool operator==(const Edge&) const = default;
    };
    struct EdgeHash {
        std::size_t operator()(const Edge& edge) const;
    };

    int intern(const std::string& key);
    int child(const Edge& edge);
    int teacherOf(const RunConfig& config, std::span<const std::int64_t> counts,
                  const std::string& images);
    int termsOf(const Phase& phase, std::span<const std::int64_t> counts, int data);

    std::unordered_map<std::string, int> interned_;  // anything that is compared as a whole
    std::unordered_map<Edge, int, EdgeHash> edges_;
    std::unordered_map<std::string, int> terms_;  // of a phase's rules on a data set
    int size_ = 0;
};

/// How many epochs two paths of one tree share.
int sharedEpochs(const EpochPath& a, const EpochPath& b);

}  // namespace ballast
