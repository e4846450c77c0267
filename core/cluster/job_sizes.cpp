#include "core/cluster/job_sizes.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/runs/trunk_store.h"

namespace ballast {
namespace {

constexpr double kMargin = 1.5;
constexpr double kTimeBesides = 600.0;     // seconds: loading data, a busy disk, a slower node
constexpr double kMemoryBesides = 256.0;   // MiB
constexpr std::int64_t kTimeStep = 300;    // seconds
constexpr std::int64_t kMemoryStep = 256;  // MiB
constexpr double kMebibyte = 1024.0 * 1024.0;

std::int64_t roundedUp(double value, std::int64_t step) {
    return static_cast<std::int64_t>(std::ceil(value / static_cast<double>(step))) * step;
}

/// What decides how much memory a run takes: SAM keeps the weights twice, a GPU's library takes
/// much of its own.
std::string memoryKey(const RunConfig& config, bool on_gpu) {
    const bool sam = std::ranges::any_of(config.phases,
                                         [](const Phase& phase) { return phase.sam_radius > 0.0; });
    return speedKey(config) + (sam ? " SAM" : "") + (on_gpu ? " GPU" : "");
}

/// A process may have trained several runs side by side, or drawn plots besides, so of processes
/// that trained such runs the one with the least says most.
std::map<std::string, std::int64_t> measuredMemory(const TrunkStore& store) {
    std::map<std::string, std::int64_t> least;
    for (const auto& [id, run] : store.runs()) {
        if (!run.error.empty() || !run.status.peak_memory) continue;
        const std::string key =
            memoryKey(run.description.config, run.description.device.starts_with("cuda"));
        const auto [found, is_new] = least.try_emplace(key, *run.status.peak_memory);
        if (!is_new) found->second = std::min(found->second, *run.status.peak_memory);
    }
    return least;
}

}  // namespace

std::vector<JobRequest> jobRequests(const SweepPlan& plan, const TrunkStore& store,
                                    const JobWishes& wishes) {
    const std::map<std::string, std::int64_t> memory = measuredMemory(store);
    std::vector<JobRequest> requests;
    for (std::size_t i = 0; i < plan.left.segments.size(); ++i) {
        const PlannedRun& run = plan.runs[static_cast<std::size_t>(plan.left.segments[i].run)];
        const RunConfig& config = run.run.config;
        JobRequest request;
        request.partition = wishes.partition;
        request.array_limit = wishes.array_limit;
        request.gpus = config.training.device == "cpu" ? 0 : wishes.gpus;
        request.cpus = config.training.threads > 0 ? config.training.threads : wishes.threads;
        const TrunkRun* begun = run.id.empty() ? nullptr : store.find(run.id);
        if (begun != nullptr && begun->description.threads > 0) {
            request.cpus = begun->description.threads;  // it resumes with these
        }
        if (wishes.seconds) {
            request.seconds = *wishes.seconds;
        } else if (const std::optional<double>& seconds = plan.segment_seconds[i]) {
            request.seconds = roundedUp(kMargin * *seconds + kTimeBesides, kTimeStep);
        }
        const auto measured = memory.find(memoryKey(config, request.gpus > 0));
        if (wishes.memory_mib) {
            request.memory_mib = *wishes.memory_mib;
        } else if (measured != memory.end()) {
            const double mebibytes = static_cast<double>(measured->second) / kMebibyte;
            request.memory_mib = roundedUp(kMargin * mebibytes + kMemoryBesides, kMemoryStep);
        }
        requests.push_back(std::move(request));
    }
    return requests;
}

int mostThreads(const TrunkStore& store) {
    int most = 0;
    for (const auto& [id, run] : store.runs()) most = std::max(most, run.description.threads);
    return most;
}

}  // namespace ballast
