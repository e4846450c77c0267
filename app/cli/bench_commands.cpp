#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/local_processes.h"
#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_meaning.h"
#include "core/experiment/config_settings.h"
#include "core/runs/benchmarks.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

void requireResidual(const std::string& model) {
    if (residualDepth(model)) return;
    throw ConfigError("--model: unknown model \"" + model +
                      "\"; allowed: resnet and a depth of 6n+2");
}

int benchTrainCommand(const BenchOptions& options, bool as_json) {
    requireResidual(options.model);
    const ordered_json result = benchmarks().train(options);
    if (as_json) {
        std::cout << result.dump(2) << "\n";
        return 0;
    }
    std::printf(
        "%s, 3×32×32, batch %d, %s, %d threads%s, median of %d interleaved rounds of %d %s\n",
        options.model.c_str(), options.batch_size, result["device"].get<std::string>().c_str(),
        result["threads"].get<int>(), options.sam_radius > 0.0 ? ", SAM" : "",
        result["rounds"].get<int>(), result["steps_per_round"].get<int>(),
        options.what == BenchPart::evaluation ? "batches" : "steps");
    for (const auto& [name, each] : result["contenders"].items()) {
        std::printf("%-10s %9.1f images/s  ratio %5.2f", name.c_str(),
                    each["images_per_second"].get<double>(), each["ratio"].get<double>());
        if (each.contains("gflops")) {
            std::printf("  %7.1f GFLOP/s  %3.0f %% of the ceiling", each["gflops"].get<double>(),
                        100.0 * each["share_of_ceiling"].get<double>());
        }
        std::printf("\n");
    }
    if (!result.contains("ceiling_gflops")) return 0;
    if (!result["contenders"].contains("fast")) {
        std::printf("fast       as exact: oneDNN has no Winograd's algorithm here\n");
    }
    if (!result.contains("bfloat16_ceiling_gflops")) {
        std::printf("bfloat16   is refused: this processor has neither AVX512_BF16 nor AMX\n");
    }
    for (const auto& [key, kind] : {std::pair{"ceiling_gflops", "a large convolution"},
                                    std::pair{"bfloat16_ceiling_gflops", "the same in bfloat16"}}) {
        if (!result.contains(key)) continue;
        std::printf("%-10s %9s           %12s  %7.1f GFLOP/s  (%s)\n", "ceiling", "", "",
                    result[key].get<double>(), kind);
    }
    for (const auto& [name, each] : result["contenders"].items()) {
        if (!each.contains("parts_ms")) continue;
        std::printf("\n%s, milliseconds a step\n", name.c_str());
        for (const auto& [part, value] : each["parts_ms"].items()) {
            std::printf("  %-30s %8.2f\n", part.c_str(), value.get<double>());
        }
    }
    return 0;
}

int benchDataCommand(const BenchDataOptions& options, bool as_json, const DataStore& store) {
    const ordered_json result = benchmarks().data(options, store);
    if (as_json) {
        std::cout << result.dump(2) << "\n";
        return 0;
    }
    std::printf(
        "%d JPEG files of about 500×375 pixels and %.0f kB, to %d×%d, %d threads, median of %d "
        "interleaved rounds\n",
        options.images, result["kilobytes_per_file"].get<double>(), options.size, options.size,
        result["threads"].get<int>(), result["rounds"].get<int>());
    for (const auto& [key, label] :
         {std::pair{"training", "resized-crop-jitter"}, std::pair{"test", "resize, centre crop"}}) {
        const ordered_json& rates = result[key];
        std::printf(
            "%-20s  ballast %7.1f images/s (%.2f ms of CPU each)  plain loop %7.1f (%.2f)  ratio "
            "%5.2f\n",
            label, rates["ballast_images_per_second"].get<double>(),
            rates["ballast_cpu_milliseconds"].get<double>(),
            rates["plain_images_per_second"].get<double>(),
            rates["plain_cpu_milliseconds"].get<double>(), rates["ratio"].get<double>());
    }
    return 0;
}

int benchStoreCommand(const std::filesystem::path& workspace, bool as_json) {
    const ordered_json result = benchmarks().store(workspace);
    if (as_json) {
        std::cout << result.dump(2) << std::endl;
        return 0;
    }
    for (const auto& [key, value] : result.items()) {
        std::printf("%-20s %.4g\n", key.c_str(), value.get<double>());
    }
    return 0;
}

void addTraining(CommandLine& cli, CLI::App* bench, BenchPart what, const char* name,
                 const char* help) {
    struct Options {
        BenchOptions bench;
        std::vector<std::string> settings;
        bool json = false;
    };
    const auto options = std::make_shared<Options>();
    BenchOptions& measured = options->bench;
    measured.what = what;
    CLI::App* command = cli.add(name, help, bench);
    command->add_option("--model", measured.model)->capture_default_str();
    command->add_option("--batch", measured.batch_size)
        ->capture_default_str()
        ->check(CLI::Range(1, 4096));
    command->add_option("--steps", measured.steps, "Measured batches of each loop")
        ->capture_default_str()
        ->check(CLI::Range(7, 100000));
    addThreads(command, measured.threads, "0: all cores");
    command->add_option("--device", measured.device)
        ->capture_default_str()
        ->check(deviceValidator());
    if (what == BenchPart::train || what == BenchPart::step) {
        command->add_option("--sam", measured.sam_radius, "Radius of SAM, both loops' steps")
            ->check(CLI::Range(0.0, 100.0));
        command->add_option(
            "--phase", options->settings,
            "A field of our loop's phase as KEY=VALUE, e.g. mixing=mixup; again for "
            "more. The textbook's loop stays cross-entropy");
    }
    addJson(command, options->json);
    cli.perform(command, [options] {
        nlohmann::json config = toJson(RunConfig());
        for (const std::string& setting : options->settings) {
            applySetting(config, "/phases/0/" + setting);
        }
        options->bench.phase = configFromJson(config, "--phase").phases.front();
        return benchTrainCommand(options->bench, options->json);
    });
}

int benchScaleCommand(const BenchOptions& options, int processes, bool as_json) {
    requireResidual(options.model);
    std::optional<ProcessRank> rank = processRankOfEnvironment();
    std::optional<LocalProcesses> others;
    if (!rank) rank = others.emplace(processes).rank();
    const ordered_json result = benchmarks().scale(options, *rank);
    if (rank->rank > 0) return 0;
    if (as_json) {
        std::cout << result.dump(2) << "\n";
        return 0;
    }
    std::printf("%s, 3×32×32, batch %d, cpu, median of %d interleaved rounds of %d steps\n",
                options.model.c_str(), options.batch_size, result["rounds"].get<int>(),
                result["steps_per_round"].get<int>());
    for (const auto& [name, each] : result["ways"].items()) {
        std::printf("%-30s %9.1f images/s  ratio %5.2f  efficiency %4.0f %%\n", name.c_str(),
                    each["images_per_second"].get<double>(), each["ratio"].get<double>(),
                    100.0 * each["efficiency"].get<double>());
    }
    std::printf(
        "%d processes: a step %.1f ms, the exchange of %.1f MB of gradients alone %.2f ms\n",
        result["processes"].get<int>(), result["step_ms"].get<double>(),
        result["gradient_megabytes"].get<double>(), result["exchange_ms"].get<double>());
    return 0;
}

void addScale(CommandLine& cli, CLI::App* bench) {
    struct Options {
        BenchOptions bench;
        int processes = 2;
        bool json = false;
    };
    const auto options = std::make_shared<Options>();
    CLI::App* command =
        cli.add("scale", "Processes that divide each batch against one process", bench);
    command->add_option("--processes", options->processes, "Of one thread each")
        ->capture_default_str()
        ->check(CLI::Range(2, 256));
    command->add_option("--model", options->bench.model)->capture_default_str();
    command->add_option("--batch", options->bench.batch_size)
        ->capture_default_str()
        ->check(CLI::Range(1, 4096));
    command->add_option("--steps", options->bench.steps, "Measured batches of each way")
        ->capture_default_str()
        ->check(CLI::Range(7, 100000));
    addJson(command, options->json);
    cli.perform(command, [options] {
        return benchScaleCommand(options->bench, options->processes, options->json);
    });
}

void addData(CommandLine& cli, CLI::App* bench) {
    struct Options {
        BenchDataOptions bench;
        bool json = false;
    };
    const auto options = std::make_shared<Options>();
    CLI::App* command =
        cli.add("data", "Our decoding and augmentation of JPEG files against a plain loop", bench);
    command->add_option("--images", options->bench.images, "JPEG files to make and read")
        ->capture_default_str()
        ->check(CLI::Range(10, 100000));
    command->add_option("--size", options->bench.size, "Pixels of the crop's sides")
        ->capture_default_str()
        ->check(CLI::Range(8, 1024));
    addThreads(command, options->bench.threads, "0: all cores");
    addJson(command, options->json);
    cli.perform(command, [options, &cli] {
        return benchDataCommand(options->bench, options->json, cli.store());
    });
}

void addStore(CommandLine& cli, CLI::App* bench) {
    struct Options {
        std::filesystem::path workspace;
        bool json = false;
    };
    const auto options = std::make_shared<Options>();
    CLI::App* command = cli.add(
        "store", "What the store costs at the end of an epoch, on the workspace's disk", bench);
    addWorkspace(command, options->workspace);
    addJson(command, options->json);
    cli.perform(command,
                [options] { return benchStoreCommand(options->workspace, options->json); });
}

}  // namespace

void addBenchCommands(CommandLine& cli) {
    CLI::App* bench = cli.addGroup("bench", "Benchmarks; each prints a ratio");
    addTraining(cli, bench, BenchPart::train, "train",
                "Our training epochs against a textbook LibTorch loop");
    addTraining(cli, bench, BenchPart::step, "step", "The same on one batch that is there already");
    addTraining(cli, bench, BenchPart::evaluation, "eval", "Our evaluation against the textbook's");
    addTraining(cli, bench, BenchPart::augmentation, "augment",
                "Our batches against the textbook's, no training");
    addScale(cli, bench);
    addData(cli, bench);
    addStore(cli, bench);
}

}  // namespace ballast
