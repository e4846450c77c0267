// How long response curves of many runs take: bench_response [RUNS]. The runs are in memory.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "core/analysis/response.h"

using namespace ballast;

int main(int argc, char** argv) {
    const int count = argc > 1 ? std::atoi(argv[1]) : 10'000;
    std::vector<IndexedRun> runs(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {  // 10 methods, 20 values of ν, and seeds
        IndexedRun& run = runs[static_cast<std::size_t>(i)];
        RunConfig& config = run.description.config;
        run.id = "run-" + std::to_string(i);
        config.name = "Method " + std::to_string(i % 10) + " · made";
        config.training.seed = static_cast<std::uint64_t>(i / 200);
        config.training.epochs = 1;
        config.phases.resize(2);
        config.phases[1].from = 1;
        config.phases[1].alpha = {"power", {{"nu", 0.05 * (i / 10 % 20)}}, {}};
        run.status.state = RunState::finished;
        run.epochs.resize(1);
        run.epochs[0].balanced_test_accuracy = 0.5 + 1e-5 * (i % 997);
    }
    std::vector<const IndexedRun*> pointers;
    for (const IndexedRun& run : runs) pointers.push_back(&run);
    FigureDescription figure;
    figure.x = "/phases/1/alpha/nu";
    for (int repetition = 0; repetition < 3; ++repetition) {
        const auto start = std::chrono::steady_clock::now();
        const ResponseCurves curves = responseCurves(pointers, figure);
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - start;
        std::printf("%d runs, %zu lines, %zu warnings: %.1f ms\n", count, curves.lines.size(),
                    curves.warnings.size(), took.count());
    }
    return 0;
}
