#include "core/learning/bench/bench_scale.h"

#include <algorithm>
#include <vector>

#include "core/learning/bench/our_loop.h"
#include "core/learning/bench/timing.h"
#include "core/learning/device.h"

namespace ballast {
namespace {

constexpr int kScaleRounds = 7;
constexpr int kExchanges = 20;

/// One value for all processes: none goes on before all are here.
void meet(const Ranks& ranks) {
    torch::Tensor one = torch::ones({1});
    ranks.sum(one);
}

}  // namespace

nlohmann::ordered_json benchScale(const BenchOptions& options, const ProcessRank& rank) {
    ProcessRank patient = rank;  // most wait while one of them is timed
    patient.patience = 24 * 60 * 60;
    Ranks ranks(patient);
    ranks.introduction("");
    ranks.join();
    const DatasetInfo& dataset = *findDataset("cifar10");
    const int steps = std::max(1, options.steps / kScaleRounds);
    const std::int64_t images = static_cast<std::int64_t>(steps) * options.batch_size;
    const ImageSet pixels = madeUpImages(dataset, static_cast<std::size_t>(images));
    OurLoop single(pixels, dataset, options, torch::kCPU, Convolution::exact);
    OurLoop threaded(pixels, dataset, options, torch::kCPU, Convolution::exact);
    OurLoop divided(pixels, dataset, options, torch::kCPU, Convolution::exact, ranks);

    struct Way {
        const char* name;
        OurLoop& loop;
        int threads;
        bool by_all;
        std::vector<double> seconds{};
    };
    std::vector<Way> ways{{"one process, one thread", single, 1, false},
                          {"one process, as many threads", threaded, rank.size, false},
                          {"processes of one thread", divided, 1, true}};
    for (int round = 0; round <= kScaleRounds; ++round) {  // the first warms up
        for (Way& way : ways) {
            prepareThread(way.threads);
            meet(ranks);
            const BenchClock::time_point start = BenchClock::now();
            if (way.by_all || ranks.first()) way.loop.trainEpoch(round);
            meet(ranks);
            if (round > 0) way.seconds.push_back(secondsSince(start));
        }
    }
    std::int64_t parameters = 0;
    for (const torch::Tensor& each : divided.model()->parameters()) parameters += each.numel();
    torch::Tensor gradients = torch::zeros({parameters});
    meet(ranks);
    const BenchClock::time_point start = BenchClock::now();
    for (int i = 0; i < kExchanges; ++i) ranks.sum(gradients);
    const double exchange = secondsSince(start) / kExchanges;

    nlohmann::ordered_json answer{{"model", options.model},
                                  {"batch_size", options.batch_size},
                                  {"processes", rank.size},
                                  {"rounds", kScaleRounds},
                                  {"steps_per_round", steps}};
    for (const Way& way : ways) {
        std::vector<double> ratios;
        for (std::size_t i = 0; i < way.seconds.size(); ++i) {
            ratios.push_back(ways.front().seconds[i] / way.seconds[i]);
        }
        const double ratio = median(ratios);
        answer["ways"][way.name] = {
            {"images_per_second", static_cast<double>(images) / median(way.seconds)},
            {"ratio", ratio},
            {"efficiency", ratio / (&way == &ways.front() ? 1 : rank.size)}};
    }
    answer["step_ms"] = median(ways.back().seconds) / steps * 1e3;
    answer["exchange_ms"] = exchange * 1e3;
    answer["gradient_megabytes"] = 4.0 * static_cast<double>(parameters) / 1e6;
    return answer;
}

}  // namespace ballast
