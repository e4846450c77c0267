#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/experiment/epoch_tree.h"
#include "core/results/owned_run.h"

namespace ballast {

/// A run whose first `epochs` epochs another may take over, with the checkpoint after them.
struct TrunkSource {
    std::string run;
    std::filesystem::path folder;
    int epochs = 0;
    int threads = 0;  // those it was trained with; the other run must use the same
};

/// What numbers depend on besides the config. A run may start from another's checkpoint only where
/// these are the same.
struct Surroundings {
    std::string version;   // of Ballast
    std::string libtorch;  // its version; empty: not compared
    std::string device;    // where the config says "auto"
    int threads = 0;       // where the config says 0; a trunk trained with fewer will do too
};

/// Whether a run that rounds so has the same numbers with both libraries (Learning::libraries()).
/// A processor's instructions for bfloat16 matter to features in bfloat16 alone.
bool sameLibraries(const std::string& a, const std::string& b, Convolution rounding);

/// One run of a workspace as far as sharing goes.
struct TrunkRun {
    std::string id;
    std::filesystem::path folder;
    RunDescription description;
    RunStatus status;
    EpochPath path;  // empty: it shares with nobody (forked from elsewhere, imported)
    std::optional<RunConfig> asked;  // before it began phases after a plateau, where it has
    int asked_node = -1;             // at the end of that config's path, or of its own
    int end_of_teacher = -1;         // EpochTree::endOfTeacher
    std::vector<int> checkpoints;    // epochs after which there is one to start from, ascending
    std::string error;               // why it cannot be read

    int epochs() const { return description.config.training.epochs; }
    /// Another process has it in training, or had, and its host cannot be asked.
    bool inTrainingElsewhere() const;
};

/// The runs of a workspace, what they share, and which checkpoints there are to start from. One
/// thread at a time.
class TrunkStore {
public:
    explicit TrunkStore(std::filesystem::path workspace) : workspace_(std::move(workspace)) {}

    /// Reads runs that are new or changed since the last call; forgets those that are gone.
    void refresh();

    const std::filesystem::path& workspace() const { return workspace_; }
    const std::map<std::string, TrunkRun>& runs() const { return runs_; }
    const TrunkRun* find(const std::string& id) const;
    EpochTree& tree() { return tree_; }

    /// The longest part of a run that some checkpoint of the workspace, its own included, makes
    /// superfluous to train.
    std::optional<TrunkSource> sourceFor(const TrunkRun& run,
                                         const Surroundings& surroundings) const;

    /// The same for a run that is not made yet.
    std::optional<TrunkSource> sourceFor(const RunConfig& config, const EpochPath& path,
                                         const std::string& subset_sha256,
                                         const Surroundings& surroundings) const;

    /// Whether `run` may start from checkpoints of `source`, how ever many epochs they share.
    static bool fits(const RunConfig& run, const std::string& subset_sha256,
                     const RunDescription& source, const Surroundings& surroundings);

private:
    /// What tells that something has changed, and when it was looked at.
    struct Seen {
        std::string description;
        std::string status;
        std::filesystem::file_time_type checkpoints;
        std::filesystem::file_time_type listed;
    };
    struct Checkpoint {
        std::string run;
        int epochs = 0;
    };

    static void listCheckpoints(TrunkRun& run, Seen& seen);

    const std::filesystem::path workspace_;
    EpochTree tree_;
    std::map<std::string, TrunkRun> runs_;
    std::map<std::string, Seen> seen_;
    std::unordered_map<int, std::vector<Checkpoint>> at_node_;  // node -> checkpoints there
};

/// What a run of `config` takes over from another one.
struct Trunk {
    std::vector<EpochRecord> records;                // as it would have written them itself
    nlohmann::json segments;                         // which runs trained them
    std::vector<std::filesystem::path> checkpoints;  // the last one, and the best before it
};

/// Reads it; changes nothing. Throws StorageError, CheckpointError where the source no longer has
/// what it takes.
Trunk trunkFrom(const TrunkSource& source, const RunConfig& config);

/// Gives the checkpoints a second name in `folder` where the file system can, or else copies them.
/// Throws StorageError, CheckpointError.
void linkCheckpoints(const Trunk& trunk, const std::filesystem::path& folder);

/// Gives a run that has no epochs yet those of `source`: checkpoints (linked, or else copied), and
/// the records as it would have written them itself; its provenance names the segments. After a
/// crash in between it has none of them, or all. Throws StorageError, CheckpointError where the
/// source no longer has what it takes, and leaves the run as it was then.
void takeTrunk(OwnedRun& run, const TrunkSource& source);

/// Undoes takeTrunk().
void dropTrunk(OwnedRun& run);

}  // namespace ballast
