// bench_index WORKSPACE: time and memory of a workspace's index, cold (no cache), warm (with it),
// and after one run grew, against reading every record. Deletes the workspace's cache and adds a
// record to its newest run. With RUNS and EPOCHS after it, makes that workspace first.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/atomic_file.h"
#include "core/results/owned_run.h"
#include "core/results/run_index.h"
#include "core/results/workspace.h"
#include "tests/bench/workspace_maker.h"

using namespace ballast;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

struct Measured {
    double seconds = 0.0;
    double mebibytes = 0.0;  // peak of the process's resident memory
    std::size_t runs = 0;
    double sum = 0.0;  // of all best accuracies: both ways must agree
    std::size_t runs_read = 0;
    std::int64_t bytes_read = 0;
};

/// Runs `work` in a process of its own, so that each begins with no memory in use.
Measured measured(const std::function<void(Measured&)>& work) {
    int ends[2];
    if (::pipe(ends) != 0) std::exit(1);
    const pid_t child = ::fork();
    if (child == 0) {
        Measured result;
        const auto start = std::chrono::steady_clock::now();
        work(result);
        result.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        result.mebibytes = static_cast<double>(usage.ru_maxrss) / 1024.0;
        ::_exit(::write(ends[1], &result, sizeof result) == sizeof result ? 0 : 1);
    }
    Measured result;
    ::close(ends[1]);
    const bool read = ::read(ends[0], &result, sizeof result) == sizeof result;
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    if (!read) {
        std::fprintf(stderr, "bench_index: a measurement failed\n");
        std::exit(1);
    }
    return result;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2 && argc != 4) {
        std::fprintf(stderr, "usage: bench_index WORKSPACE [RUNS EPOCHS]\n");
        return 2;
    }
    const fs::path workspace = argv[1];
    if (argc == 4) {
        fs::remove_all(workspace);
        makeWorkspace(workspace, {std::atoi(argv[2]), std::atoi(argv[3]), 10});
    }
    fs::remove(RunIndex::cacheFile(workspace));
    std::this_thread::sleep_for(50ms);  // files of this instant are read twice, to be sure
    const auto index = [&](Measured& result) {
        RunIndex made(workspace);
        made.refresh();
        result.runs = made.runs().size();
        for (const IndexedRun& run : made.runs()) result.sum += run.best();
        result.runs_read = made.effort().runs_read;
        result.bytes_read = made.effort().bytes_read;
    };
    const auto show = [](const char* name, const Measured& result) {
        std::printf("%-22s %8.3f s  %7.0f MiB  %zu of %zu runs read, %.1f MB\n", name,
                    result.seconds, result.mebibytes, result.runs_read, result.runs,
                    static_cast<double>(result.bytes_read) / 1e6);
    };
    const Measured cold = measured(index);
    show("cold (writes cache)", cold);
    const Measured warm = measured(index);
    show("warm", warm);
    const Measured whole = measured([&](Measured& result) {
        const auto runs = readWorkspace(workspace);
        result.runs = result.runs_read = runs.size();
        for (const RunSummary& run : runs) {
            const auto* best = bestRecord(run.records, run.description.config.training.selection);
            result.sum += best != nullptr ? best->balanced_test_accuracy : kMissing;
        }
    });
    show("readWorkspace", whole);
    {
        RunIndex made(workspace);
        made.refresh();
        OwnedRun run(made.runs().back().folder);
        EpochRecord record;
        record.epoch = static_cast<int>(run.records().size());
        run.append(record);
    }
    const Measured grown = measured(index);
    show("warm, one run grew", grown);
    std::printf("ratio to readWorkspace: cold %.1f, warm %.1f\n", whole.seconds / cold.seconds,
                whole.seconds / warm.seconds);
    const bool right = cold.sum == whole.sum && warm.sum == whole.sum && warm.runs_read == 0 &&
                       grown.runs_read == 1 && grown.bytes_read < 100'000;
    if (!right) std::fprintf(stderr, "bench_index: the index read too much, or something else\n");
    return right ? 0 : 1;
}
