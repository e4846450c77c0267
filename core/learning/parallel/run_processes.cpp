#include "core/learning/parallel/run_processes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/experiment/teacher.h"
#include "core/learning/device.h"
#include "core/learning/gpu/repeated_work.h"
#include "core/learning/parallel/replica.h"

namespace ballast {
namespace {

using nlohmann::json;

/// Why so many processes cannot train a run; "" where they can.
std::string problemWith(const RunConfig& config, int processes) {
    const int wanted = config.training.processes;
    if (processes > 1 && learnsFromTeacher(config)) {
        return "/training/processes: a phase that learns from a teacher is trained by one process; "
               "allowed with it: 1";
    }
    const bool mixes = std::ranges::any_of(
        config.phases, [](const Phase& phase) { return phase.mixing != Mixing::none; });
    if (processes > 1 && mixes) {
        return "/training/processes: a phase that mixes a batch's images (/phases/N/mixing) is "
               "trained by one process; allowed with it: 1";
    }
    if (processes == wanted) return "";
    const std::string count = std::to_string(wanted);
    return "/training/processes: this run divides its batches among " + count +
           (wanted == 1 ? " process" : " processes") + ", but " + std::to_string(processes) +
           (processes == 1
                ? " was started. Start it on the command line with --processes " + count +
                      ", or by a launcher that sets RANK, WORLD_SIZE and MASTER_ADDR"
                : " were started");
}

/// An index of this machine's GPUs: the first process's, and for each of a machine's processes the
/// next one.
int gpuOf(const ProcessRank& rank, int of_first) {
    const int gpus = std::max(1, static_cast<int>(torch::cuda::device_count()));
    return (of_first + rank.local_rank) % gpus;
}

struct Others final : OtherProcesses {
    explicit Others(const ProcessRank& rank) : ranks(rank) {}
    Ranks ranks;
};

}  // namespace

std::shared_ptr<OtherProcesses> gatherOthers(const ProcessRank& rank) {
    return std::make_shared<Others>(rank);
}

Ranks& ranksOf(OtherProcesses& others) {
    return static_cast<Others&>(others).ranks;  // nobody else makes them
}

void introduce(const RunDescription& run, const std::string& libraries, Ranks& ranks) {
    const std::string problem = problemWith(run.config, ranks.share().size);
    if (!problem.empty()) throw ConfigError(problem);
    if (!ranks.many()) return;
    const torch::Device device = resolveDevice(run.device);
    ranks.introduction(
        json{{"config", toJson(run.config)},
             {"class_counts", run.class_counts},
             {"data_sha256", run.data_sha256},
             {"libraries", libraries},
             {"threads", run.threads},
             {"gpu", device.is_cuda() ? json(std::max<int>(0, device.index())) : json()}}
            .dump());
}

void assist(const ProcessRank& rank, const std::string& libraries,
            const TrainingEnvironment& environment, const RunControl& control) {
    Ranks ranks(rank);
    const std::optional<std::string> introduction = ranks.introduction("");
    if (!introduction) return;
    const json run = json::parse(*introduction);
    const auto text = [&](const char* name) { return run.at(name).get<std::string>(); };
    const std::string me =
        "process " + std::to_string(rank.rank) + " of " + std::to_string(rank.size);
    if (text("libraries") != libraries) {
        throw ConfigError(me + " has LibTorch " + libraries + ", the first one " +
                          text("libraries") + "; a run needs the same in all of them");
    }
    const RunConfig config = configFromJson(run.at("config"), "the first process");
    const DataStore& store = environment.data_store;
    if (!text("data_sha256").empty() && store.contentSha256(config.data) != text("data_sha256")) {
        throw DataError(me + " has other images of " + config.data.dataset + " than the first one");
    }
    torch::Device device = torch::kCPU;
    if (const json& gpu = run.at("gpu"); gpu.is_number()) {
        device = resolveDevice("cuda:" + std::to_string(gpuOf(rank, gpu.get<int>())));
    }
    const int threads = run.at("threads").get<int>();
    prepareThread(threads);
    const DeviceStream stream(device);
    Replica replica(config, run.at("class_counts").get<std::vector<std::int64_t>>(), store, device,
                    threads, ranks, [] { return true; });
    ranks.join();
    replica.serve([&] { return control.mustEnd(); });
}

}  // namespace ballast
