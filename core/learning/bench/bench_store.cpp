#include "core/learning/bench/bench_store.h"

#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "core/experiment/imbalance.h"
#include "core/learning/bench/timing.h"
#include "core/learning/checkpoint.h"
#include "core/learning/models/network.h"
#include "core/learning/optimizers/sgd.h"
#include "core/results/owned_run.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr int kEpochs = 50;
constexpr double kEpochSeconds = 5.0;

ClassStatistics someStatistics(std::size_t classes) {
    ClassStatistics statistics;
    for (std::vector<double>* values :
         {&statistics.accuracy, &statistics.min_logit, &statistics.min_margin,
          &statistics.lipschitz, &statistics.observed_lipschitz, &statistics.bound_terms}) {
        for (std::size_t y = 0; y < classes; ++y) {
            values->push_back(1.0 / (3.0 + static_cast<double>(y)));
        }
    }
    statistics.majority_accuracy = 2.0 / 3.0;
    statistics.minority_accuracy = 1.0 / 3.0;
    return statistics;
}

EpochRecord someRecord(int epoch, std::size_t classes) {
    EpochRecord record;
    record.epoch = epoch;
    record.learning_rate = 0.1;
    record.loss = 1.0 / 3.0;
    record.streaming = someStatistics(classes);
    record.exact = record.streaming;
    record.test_accuracy = record.streaming.accuracy;
    record.balanced_test_accuracy = 0.1 + 0.01 * (epoch % 7);
    return record;
}

}  // namespace

nlohmann::ordered_json benchStore(const fs::path& folder) {
    const fs::path workspace = folder / (".bench-store-" + std::to_string(::getpid()));
    struct Remover {
        const fs::path& path;
        ~Remover() {
            std::error_code ignored;
            fs::remove_all(path, ignored);
        }
    } const remover{workspace};

    RunDescription description;
    description.config.phases.resize(2);
    description.config.phases[1].from = kEpochs / 2;
    description.config.training.epochs = kEpochs;
    description.config_as_given = nlohmann::json::object();
    description.class_counts = classCounts(description.config.data);
    const std::size_t classes = description.class_counts.size();
    OwnedRun run(OwnedRun::create(workspace, description));
    ImageNetwork model =
        makeModel(description.config, 3, static_cast<std::int64_t>(classes), torch::kCPU);
    Sgd optimizer(*model, 0.9);
    std::map<std::string, torch::Tensor> tensors;
    for (const auto& item : model->named_parameters()) tensors[item.key()] = item.value();
    for (const auto& item : model->named_buffers()) tensors[item.key()] = item.value();
    for (const auto& [name, buffer] : optimizer.momentumBuffers()) {
        tensors[kMomentumPrefix + name] = buffer;
    }

    std::map<std::string, std::vector<double>> milliseconds;
    const auto timed = [&](const char* what, const auto& work) {
        const auto start = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double, std::milli> taken =
            std::chrono::steady_clock::now() - start;
        milliseconds[what].push_back(taken.count());
    };
    for (int epoch = 0; epoch < kEpochs; ++epoch) {
        timed("record", [&] { run.append(someRecord(epoch, classes)); });
        timed("checkpoint", [&] { saveCheckpoint(run.checkpointPath(epoch + 1), {tensors, {}}); });
        timed("pruning", [&] { run.pruneCheckpoints(); });
        timed("status", [&] { run.setStatus(RunState::running, epoch + 1, ""); });
        timed("log", [&] { run.log("epoch done"); });
    }
    nlohmann::ordered_json answer;
    double sum = 0.0;
    for (auto& [what, times] : milliseconds) {
        answer[what + "_ms"] = median(times);
        sum += median(times);
    }
    answer["sum_ms"] = sum;
    answer["share_of_5_s_epoch"] = sum / 1000.0 / kEpochSeconds;
    return answer;
}

}  // namespace ballast
