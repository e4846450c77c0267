#include "core/runs/sweep_store.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/human_text.h"
#include "core/base/machine.h"
#include "core/experiment/catalog.h"
#include "core/experiment/sweep_warnings.h"
#include "core/experiment/teacher.h"
#include "core/results/branch_points.h"
#include "core/results/plateau.h"
#include "core/results/run_index.h"
#include "core/results/workspace.h"
#include "core/runs/run.h"
#include "core/runs/run_logits.h"
#include "core/runs/teacher_runs.h"
#include "core/runs/trunk_store.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::int64_t kRoomToSpare = 64 << 20;  // bytes a full disk must keep for others
constexpr const char* kPlanning = "planning the sweep";

/// Configs with the same data need its labels read only once; whether there is a validation list is
/// looked at where one is needed.
class Descriptions {
public:
    explicit Descriptions(const TrainingEnvironment& environment) : environment_(environment) {}

    const RunDescription& of(const SweepRun& run) {
        for (const RunDescription& known : known_) {
            if (known.config.data == run.config.data &&
                known.config.training.selection == run.config.training.selection) {
                return known;
            }
        }
        known_.push_back(describeRun(run.config, run.given, environment_));
        return known_.back();
    }

private:
    const TrainingEnvironment& environment_;
    std::vector<RunDescription> known_;
};

/// What tells runs apart whose images are the same.
RunConfig withoutNames(RunConfig config) {
    config.name.clear();
    config.data.folder.clear();
    return config;
}

/// Whether a planned run is still there and what it was: it may have been deleted or edited since.
bool isStillThere(const PlannedRun& planned, const fs::path& workspace) {
    try {
        const RunDescription there = readDescription(workspace / "runs" / planned.id);
        return withoutNames(configBeforePlateaus(there).value_or(there.config)) ==
                   withoutNames(planned.run.config) &&
               dataIdentity(there) == dataIdentity(planned.run.config.data, planned.data_sha256);
    } catch (const Error&) {
        return false;
    }
}

/// Of runs with the same config the finished one, or the one that has come furthest.
bool isBetter(const TrunkRun& a, const TrunkRun& b) {
    const auto rank = [](const TrunkRun& run) {
        return std::pair(run.status.state == RunState::finished, run.status.epochs_done);
    };
    return rank(a) > rank(b);
}

/// SAM takes every step twice.
double passes(const RunConfig& config, int epoch) {
    return phaseAt(config, epoch).sam_radius > 0.0 ? 2.0 : 1.0;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

/// Seconds of an epoch without SAM by what decides it: the median of the workspace's runs whose
/// number of threads is nearest to that which will be used.
std::map<std::string, double> measuredSpeeds(const TrunkStore& store, int threads) {
    struct Measured {
        int distance = 0;
        std::vector<double> seconds;
    };
    std::map<std::string, Measured> measured;
    for (const auto& [id, run] : store.runs()) {
        if (!run.status.seconds_per_epoch || run.status.epochs_done == 0) continue;
        const RunConfig& config = run.description.config;
        const int distance = std::abs(run.description.threads - threads);
        Measured& like = measured[speedKey(config)];
        if (!like.seconds.empty() && like.distance < distance) continue;
        if (like.distance > distance) like.seconds.clear();
        like.distance = distance;
        like.seconds.push_back(*run.status.seconds_per_epoch /
                               passes(config, run.status.epochs_done - 1) *
                               run.description.threads / threads);
    }
    std::map<std::string, double> speeds;
    for (auto& [key, like] : measured) speeds[key] = median(std::move(like.seconds));
    return speeds;
}

/// Seconds that each segment of what is left takes; nothing where its speed is not known.
std::vector<std::optional<double>> secondsOfSegments(const SweepPlan& plan,
                                                     const std::map<std::string, double>& speeds) {
    std::vector<std::optional<double>> all;
    for (const Segment& segment : plan.left.segments) {
        const RunConfig& config = plan.runs[static_cast<std::size_t>(segment.run)].run.config;
        const auto speed = speeds.find(speedKey(config));
        all.emplace_back();
        if (speed == speeds.end()) continue;
        all.back() = speed->second * passesOf(config, segment.from, segment.to);
    }
    return all;
}

/// Wall time of the segments on `slots` slots, or nothing where a speed is not known. No shorter
/// than the longest chain of segments.
std::optional<double> secondsFor(const SweepPlan& plan, int slots) {
    double sum = 0.0;
    double longest = 0.0;
    std::vector<double> until;
    for (std::size_t i = 0; i < plan.left.segments.size(); ++i) {
        if (!plan.segment_seconds[i]) return std::nullopt;
        const int parent = plan.left.segments[i].parent;
        sum += *plan.segment_seconds[i];
        until.push_back(*plan.segment_seconds[i] +
                        (parent < 0 ? 0.0 : until[static_cast<std::size_t>(parent)]));
        longest = std::max(longest, until.back());
    }
    return std::max(sum / std::max(1, slots), longest);
}

/// Which of the planned runs each learns from; throws ConfigError where one's teacher is neither to
/// be trained with them nor ready in the workspace.
void findTeachers(SweepPlan& plan, const std::vector<EpochPath>& paths, TrunkStore& store) {
    std::map<int, int> planned_at;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        planned_at.try_emplace(paths[i].back(), static_cast<int>(i));
    }
    std::set<int> ready;  // where teachers end that were found to be
    for (PlannedRun& run : plan.runs) {
        const RunConfig& config = run.run.config;
        if (run.state == RunState::finished || !firstTaughtEpoch(config, run.epochs_done)) continue;
        RunDescription student;
        student.config = config;
        student.class_counts = run.class_counts;
        student.class_names = run.class_names;
        student.data_sha256 = run.data_sha256;
        const int end = store.tree().endOfTeacher(config, run.class_counts, dataIdentity(student));
        const auto planned = planned_at.find(end);
        if (planned != planned_at.end()) run.teacher = planned->second;
        const bool to_be_trained =
            run.teacher >= 0 &&
            plan.runs[static_cast<std::size_t>(run.teacher)].state != RunState::finished;
        const bool any_weights = config.training.teacher_sha256.empty();
        if (to_be_trained || (any_weights && end >= 0 && ready.contains(end))) continue;
        teacherOf(store, student, UntrainedTeacher::awaited);
        if (any_weights) ready.insert(end);
    }
}

std::string fileName(const std::string& name) {
    std::string text;
    for (const char c : name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_';
        text += plain ? c : '-';
    }
    return text.empty() ? "sweep" : text.substr(0, 80);
}

/// Of a run whose checkpoints have that size.
std::int64_t bytesWith(std::int64_t checkpoint_bytes, const RunConfig& config,
                       std::int64_t classes) {
    const auto phases = static_cast<std::int64_t>(config.phases.size());
    const std::int64_t checkpoints = 4 + 2 * (phases - 1);  // also the one that is being written
    const double exact = config.training.exact_every > 0 ? 1.0 / config.training.exact_every : 0.0;
    const double statistics = 200.0 + 125.0 * static_cast<double>(classes);
    const double record = 250.0 + 25.0 * static_cast<double>(classes) + (1.0 + exact) * statistics;
    return checkpoints * checkpoint_bytes +
           static_cast<std::int64_t>(config.training.epochs * (record + 80.0)) + 16384;
}

/// Remembers the sizes of checkpoints: to know one a model has to be made.
class CheckpointSizes {
public:
    explicit CheckpointSizes(const Learning& learning) : learning_(learning) {}

    std::int64_t of(const RunConfig& config, std::int64_t classes) {
        const bool scale = std::ranges::any_of(config.phases, [](const Phase& phase) {
            return parts(phase.trainable).scale || parts(phase.trainable).calibration;
        });
        const auto key =
            std::tuple(config.data.dataset, config.model.name, config.model.head, classes, scale);
        const auto [found, is_new] = known_.try_emplace(key, 0);
        if (is_new) found->second = learning_.checkpointBytes(config, classes);
        return found->second;
    }

private:
    const Learning& learning_;
    std::map<std::tuple<std::string, std::string, HeadKind, std::int64_t, bool>, std::int64_t>
        known_;
};

}  // namespace

std::string speedKey(const RunConfig& config) {
    return config.data.dataset + " " + std::string(nameOf(config.data.imbalance.profile)) + " " +
           std::to_string(config.data.imbalance.ratio) + " " +
           std::to_string(config.data.image_size) + " " + config.model.name + " " +
           std::to_string(config.training.batch_size) + " " + config.training.augmentation + " " +
           std::string(nameOf(config.training.convolution));
}

double passesOf(const RunConfig& config, int from, int to) {
    double sum = 0.0;
    for (int epoch = from; epoch < to; ++epoch) sum += passes(config, epoch);
    return sum;
}

std::optional<double> likeSecondsPerEpoch(const RunConfig& config,
                                          std::span<const IndexedRun* const> runs) {
    std::vector<double> seconds;
    for (const IndexedRun* run : runs) {
        if (!run->error.empty() || !run->status.seconds_per_epoch || run->epochs.empty()) continue;
        const RunConfig& other = run->description.config;
        if (speedKey(other) != speedKey(config)) continue;
        seconds.push_back(*run->status.seconds_per_epoch /
                          passes(other, static_cast<int>(run->epochs.size()) - 1));
    }
    if (seconds.empty()) return std::nullopt;
    return median(std::move(seconds)) * passes(config, 0);
}

std::int64_t bytesOfRun(const Learning& learning, const RunConfig& config, std::int64_t classes) {
    return bytesWith(learning.checkpointBytes(config, classes), config, classes);
}

SweepPlan planRuns(const Learning& learning, std::vector<SweepRun> runs, const fs::path& workspace,
                   const TrainingEnvironment& slot, int slots, const std::atomic<bool>& cancelled) {
    stopIfCancelled(cancelled, kPlanning);
    SweepPlan plan;
    TrunkStore store(workspace);
    store.refresh();
    const Surroundings surroundings = surroundingsOf(learning, slot);

    std::map<int, std::vector<const TrunkRun*>> by_last_node;  // runs that train alike to the end
    for (const auto& [id, run] : store.runs()) {
        if (!run.path.empty()) by_last_node[run.asked_node].push_back(&run);
    }
    Descriptions descriptions(slot);
    std::vector<EpochPath> paths;
    std::set<std::string> taken;
    for (SweepRun& run : runs) {
        stopIfCancelled(cancelled, kPlanning);
        const RunDescription& description = descriptions.of(run);
        PlannedRun planned{std::move(run),
                           description.class_counts,
                           description.class_names,
                           description.data_sha256,
                           description.subset_sha256,
                           "",
                           RunState::queued,
                           0,
                           -1};
        const RunConfig& config = planned.run.config;
        const std::string& device = config.training.device;
        requireOneProcess(config);
        learning.requireSupport(config,
                                learning.resolveDevice(device == "auto" ? slot.device : device));
        paths.push_back(store.tree().add(config, planned.class_counts, dataIdentity(description)));
        const TrunkRun* best = nullptr;
        for (const TrunkRun* known : by_last_node[paths.back().back()]) {
            if (!(withoutNames(known->asked.value_or(known->description.config)) ==
                  withoutNames(config)))
                continue;
            if (taken.contains(known->id)) continue;
            if (best == nullptr || isBetter(*known, *best)) best = known;
        }
        if (best != nullptr) {
            taken.insert(best->id);
            planned.id = best->id;
            planned.state = best->status.state;
            planned.epochs_done = best->status.epochs_done;
        }
        plan.runs.push_back(std::move(planned));
    }

    findTeachers(plan, paths, store);
    CheckpointSizes sizes(learning);
    std::vector<bool> available(static_cast<std::size_t>(store.tree().size()));
    for (std::size_t i = 0; i < plan.runs.size(); ++i) {
        stopIfCancelled(cancelled, kPlanning);
        const PlannedRun& run = plan.runs[i];
        const TrunkRun* known = run.id.empty() ? nullptr : store.find(run.id);
        const std::optional<TrunkSource> source =
            known != nullptr
                ? store.sourceFor(*known, surroundings)
                : store.sourceFor(run.run.config, paths[i], run.subset_sha256, surroundings);
        const int epochs = run.state == RunState::finished ? run.run.config.training.epochs
                           : source                        ? source->epochs
                                                           : 0;
        if (epochs > 0)
            available[static_cast<std::size_t>(paths[i][static_cast<std::size_t>(epochs)])] = true;
        if (run.state != RunState::finished) {
            const auto classes = static_cast<std::int64_t>(run.class_counts.size());
            plan.bytes_needed +=
                bytesWith(sizes.of(run.run.config, classes), run.run.config, classes);
            if (slot.save_logits) {  // where each later phase begins, and of the last epoch
                plan.bytes_needed += static_cast<std::int64_t>(run.run.config.phases.size()) *
                                     logitsBytes(run.run.config, run.class_counts).value_or(0);
            }
        }
    }
    plan.whole = planTrunks(paths);
    plan.left = planTrunks(paths, available);
    plan.segment_seconds = secondsOfSegments(plan, measuredSpeeds(store, surroundings.threads));
    plan.seconds = secondsFor(plan, slots);
    plan.bytes_free = freeBytes(workspace);
    return plan;
}

SweepPlan planSweep(const Learning& learning, const Sweep& sweep, const fs::path& workspace,
                    const TrainingEnvironment& slot, int slots,
                    const std::atomic<bool>& cancelled) {
    stopIfCancelled(cancelled, kPlanning);
    std::vector<SweepRun> runs = sweepRuns(sweep);
    std::vector<std::string> warnings = sweepWarnings(sweep, runs);
    SweepPlan plan = planRuns(learning, std::move(runs), workspace, slot, slots, cancelled);
    plan.warnings = std::move(warnings);
    return plan;
}

void makeRuns(SweepPlan& plan, const fs::path& workspace,
              const std::function<void(std::size_t)>& progress,
              const std::atomic<bool>& cancelled) {
    refuseNested(workspace);
    if (plan.bytes_needed + kRoomToSpare > plan.bytes_free) {
        throw StorageError("there is no room for the runs in " + workspace.string() +
                           ": its runs need " + sizeText(plan.bytes_needed) + ", free are " +
                           sizeText(plan.bytes_free) + ", of which " + sizeText(kRoomToSpare) +
                           " must stay free");
    }
    for (std::size_t i = 0; i < plan.runs.size(); ++i) {
        stopIfCancelled(cancelled, "making the runs");
        PlannedRun& planned = plan.runs[i];
        if (planned.id.empty() || !isStillThere(planned, workspace)) {
            RunDescription description;
            description.config = planned.run.config;
            description.config_as_given = planned.run.given;
            description.class_counts = planned.class_counts;
            description.class_names = planned.class_names;
            description.data_sha256 = planned.data_sha256;
            description.subset_sha256 = planned.subset_sha256;
            description.version = BALLAST_VERSION;
            planned.id = OwnedRun::create(workspace, description).filename().string();
            planned.state = RunState::queued;
            planned.epochs_done = 0;
        }
        if (progress) progress(i + 1);
    }
    for (std::size_t i = 0; i < plan.runs.size(); ++i) {
        const int source = plan.left.source[i];
        if (source < 0) continue;
        const PlannedRun& trunk = plan.runs[static_cast<std::size_t>(source)];
        if (plan.left.from[i] < trunk.run.config.training.epochs) {
            requestBranchPoint(workspace / "runs" / trunk.id, plan.left.from[i], plan.runs[i].id);
        }
    }
}

void prepareSweep(SweepPlan& plan, const Sweep& sweep, const json& given, const fs::path& workspace,
                  const std::function<void(std::size_t)>& progress,
                  const std::atomic<bool>& cancelled) {
    makeRuns(plan, workspace, progress, cancelled);
    ordered_json ids = ordered_json::array();
    for (const PlannedRun& run : plan.runs) ids.push_back(run.id);
    makeFolders(workspace / "sweeps");
    const ordered_json file = {
        {"format", kSweepFormat}, {"name", sweep.name}, {"sweep", given}, {"runs", ids}};
    replaceFile(workspace / "sweeps" / (fileName(sweep.name) + ".json"), file.dump(2) + "\n");
}

}  // namespace ballast
