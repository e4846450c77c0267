// How many times a second logits can be adjusted and judged: bench_what_if [IMAGES] [CLASSES].
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "core/base/keyed_random.h"
#include "core/theory/what_if.h"

using namespace ballast;

namespace {

double millisecondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

}  // namespace

int main(int argc, char** argv) {
    const int images = argc > 1 ? std::atoi(argv[1]) : 10'000;
    const int classes = argc > 2 ? std::atoi(argv[2]) : 100;
    SavedLogits saved;
    for (int y = 0; y < classes; ++y) saved.class_counts.push_back(1000 / (1 + y) + 1);
    const KeyedRandom random(0, Purpose::initial_weights, 0);
    Logits logits;
    logits.classes = classes;
    for (int i = 0; i < images; ++i) {
        logits.labels.push_back(i % classes);
        for (int j = 0; j < classes; ++j) {
            const auto draw = static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(classes);
            logits.values.push_back(
                static_cast<float>(3.0 * random.normal(draw + static_cast<std::uint64_t>(j))));
        }
    }
    saved.test = std::move(logits);
    for (int repetition = 0; repetition < 3; ++repetition) {
        constexpr int kFrames = 20;
        double sum = 0.0;
        auto start = std::chrono::steady_clock::now();
        for (int frame = 0; frame < kFrames; ++frame) {
            sum += whatIf(saved, LogitSplit::test, {.tau = 0.1 * frame}).balanced;
        }
        const double frame_ms = millisecondsSince(start) / kFrames;
        start = std::chrono::steady_clock::now();
        const BestTau best = bestTau(saved, LogitSplit::test);
        std::printf(
            "%d images, %d classes: %.2f ms for everything (%.0f a second), %.0f ms for the best "
            "tau %.2f; mean balanced accuracy %.4f\n",
            images, classes, frame_ms, 1000.0 / frame_ms, millisecondsSince(start), best.tau,
            sum / kFrames);
    }
    return 0;
}
