#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "core/base/error.h"
#include "core/base/human_text.h"
#include "core/results/run_folder.h"
#include "core/runs/learning_library.h"
#include "core/runs/run_logits.h"
#include "core/theory/what_if.h"
#include "core/theory/what_if_table.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

struct WhatIfOptions {
    std::string run;  // folder or ID
    fs::path workspace;
    std::string epoch = "best";
    WhatIf adjustment;
    std::string tune;  // "tau", or ""
    std::string tune_on = "validation";
    std::string split = "test";
    bool json = false;
    fs::path csv;
};

/// All that is answered.
struct WhatIfAnswer {
    WhatIfResult before;
    WhatIfResult after;
    WhatIf adjustment;
    std::optional<BestTau> tuned;
};

ordered_json jsonNumber(double value) {
    return std::isnan(value) ? ordered_json(nullptr) : ordered_json(value);
}

ordered_json resultJson(const WhatIfResult& result) {
    ordered_json accuracy = ordered_json::array();
    for (const double value : result.accuracy) accuracy.push_back(jsonNumber(value));
    ordered_json bins = ordered_json::array();
    for (const ReliabilityBin& bin : result.bins) {
        bins.push_back({{"images", bin.images},
                        {"confidence", jsonNumber(bin.confidence)},
                        {"accuracy", jsonNumber(bin.accuracy)}});
    }
    return {{"balanced_accuracy", jsonNumber(result.balanced)},
            {"many", jsonNumber(result.shots.many)},
            {"medium", jsonNumber(result.shots.medium)},
            {"few", jsonNumber(result.shots.few)},
            {"calibration_error", jsonNumber(result.calibration_error)},
            {"accuracy", accuracy},
            {"reliability", bins},
            {"confusion", toJson(result.confusion)}};
}

void printJson(const WhatIfOptions& options, const SavedLogits& saved, const WhatIfAnswer& answer,
               const std::vector<std::string>& names) {
    const WhatIf& made = answer.adjustment;
    ordered_json object = {{"run", options.run},
                           {"epochs_done", saved.epochs_done},
                           {"dataset", saved.dataset},
                           {"split", options.split},
                           {"tau", made.tau},
                           {"gamma", made.gamma},
                           {"tau_norm", made.tau_norm},
                           {"tde", made.tde},
                           {"weights", made.weights},
                           {"tuned", nullptr},
                           {"class_names", names},
                           {"training_images", saved.class_counts},
                           {"before", resultJson(answer.before)},
                           {"after", resultJson(answer.after)}};
    if (answer.tuned) {
        object["tuned"] = {{"tau", answer.tuned->tau},
                           {"on", nameOf(answer.tuned->split)},
                           {"balanced_accuracy", answer.tuned->balanced},
                           {"balanced_accuracy_before", answer.tuned->balanced_before},
                           {"on_test", answer.tuned->split == LogitSplit::test}};
    }
    std::cout << object.dump(2) << "\n";
}

std::string percentCell(double share) {
    if (std::isnan(share)) return padded("", 7) + "–";
    char text[16];
    std::snprintf(text, sizeof text, "%8.2f", 100.0 * share);
    return text;
}

void printText(const WhatIfOptions& options, const SavedLogits& saved, const WhatIfAnswer& answer,
               const std::vector<std::string>& names) {
    const WhatIf& made = answer.adjustment;
    std::printf("%s after %d epochs, %s images\n", options.run.c_str(), saved.epochs_done,
                options.split.c_str());
    std::printf("τ %g, γ %g, τ-norm %g%s\n", made.tau, made.gamma, made.tau_norm,
                made.weights.empty() ? "" : ", decision weights");
    if (!saved.head.class_effects.empty()) {
        std::printf("α_TDE %g as evaluated, then %g\n", saved.head.tde_alpha,
                    saved.head.tde_alpha + made.tde);
    }
    if (answer.tuned) std::printf("%s\n", sentenceOf(*answer.tuned).c_str());
    std::printf("\n%-26s %8s %8s\n", "%", "before", "after");
    const auto line = [](const char* name, double before, double after) {
        std::printf("%-26s %s %s\n", name, percentCell(before).c_str(), percentCell(after).c_str());
    };
    line("balanced accuracy", answer.before.balanced, answer.after.balanced);
    line("many", answer.before.shots.many, answer.after.shots.many);
    line("medium", answer.before.shots.medium, answer.after.shots.medium);
    line("few", answer.before.shots.few, answer.after.shots.few);
    line("calibration error (ECE)", answer.before.calibration_error,
         answer.after.calibration_error);
    std::printf("\n%5s  %s %8s %8s %8s\n", "class", padded("name", 12).c_str(), "images", "before",
                "after");
    for (std::size_t y = 0; y < saved.class_counts.size(); ++y) {
        std::printf("%5zu  %s %8lld %s %s\n", y,
                    padded(y < names.size() ? names[y] : "", 12).c_str(),
                    static_cast<long long>(saved.class_counts[y]),
                    percentCell(answer.before.accuracy[y]).c_str(),
                    percentCell(answer.after.accuracy[y]).c_str());
    }
}

/// The images that τ is tuned on. Throws ConfigError where there are none.
LogitSplit tuningSplit(const WhatIfOptions& options, const SavedLogits& saved) {
    const LogitSplit split = *logitSplitFrom(options.tune_on);
    if (saved.of(split)) return split;
    throw ConfigError("--tune tau: the run has no logits of " + options.tune_on +
                      " images; --tune-on test tunes on the test images, and says so");
}

int whatIfCommand(const WhatIfOptions& options, const DataStore& store) {
    const fs::path folder = runFolder(options.run, options.workspace);
    const RunSummary run = readableRun(folder);
    std::vector<std::string> said;
    const SavedLogits saved =
        logitsOfRun(learningLibrary(), folder, epochsDoneAt(run, options.epoch), store, said);
    WhatIfAnswer answer;
    answer.adjustment = clamped(options.adjustment, &said);
    for (const std::string& line : said) warn(line);
    const LogitSplit split = *logitSplitFrom(options.split);
    if (!options.tune.empty()) {
        answer.tuned = bestTau(saved, tuningSplit(options, saved), answer.adjustment);
        answer.adjustment.tau = answer.tuned->tau;
        if (answer.tuned->split == split) {
            warn("tau is tuned on the " + options.split +
                 " images that it is judged on: their accuracy says too much");
        }
    }
    answer.before = whatIf(saved, split, {});
    answer.after = whatIf(saved, split, answer.adjustment);
    std::vector<std::string> names;
    for (std::size_t y = 0; y < saved.class_counts.size(); ++y) {
        names.push_back(className(run.description, y));
    }
    if (!options.csv.empty()) {
        deliver(whatIfCsv(answer.before, answer.after, names, saved.class_counts), options.csv);
    }
    if (options.json) {
        printJson(options, saved, answer, names);
    } else {
        printText(options, saved, answer, names);
    }
    return 0;
}

std::string rangeText(WhatIfRange range) {
    char text[64];
    std::snprintf(text, sizeof text, "; useful from %g to %g", range.least, range.most);
    return text;
}

}  // namespace

void addWhatIfCommand(CommandLine& cli) {
    const auto options = std::make_shared<WhatIfOptions>();
    CLI::App* command =
        cli.add("what-if", "A run's accuracy with its logits adjusted after training");
    command->add_option("RUN", options->run, "Folder or ID")->required();
    addWorkspace(command, options->workspace);
    command->add_option("--epoch", options->epoch, "Whose logits: as many epochs done")
        ->type_name("best|last|t0|N")
        ->capture_default_str();
    WhatIf& adjustment = options->adjustment;
    command->add_option("--tau", adjustment.tau,
                        "Logit adjustment: logits minus tau log pi_y" + rangeText(kTauRange));
    command->add_option(
        "--gamma", adjustment.gamma,
        "Temperature per class: logits divided by (N_y/N_max)^gamma" + rangeText(kGammaRange));
    command->add_option("--tau-norm", adjustment.tau_norm,
                        "Head's weights divided by their norms to this power, without its bias" +
                            rangeText(kTauNormRange));
    command->add_option("--tde", adjustment.tde,
                        "Added to alpha_TDE of a De-confound head" + rangeText(kTdeRange));
    command
        ->add_option("--weights", adjustment.weights,
                     "What each class's softmax is multiplied by, one number per class")
        ->type_name("W,…")
        ->delimiter(',');
    command->add_option("--tune", options->tune, "Find the best tau instead of naming it")
        ->type_name("tau")
        ->check(CLI::IsMember({"tau"}));
    command->add_option("--tune-on", options->tune_on, "The images that it is found on")
        ->capture_default_str()
        ->check(CLI::IsMember({"validation", "test", "train"}));
    command->add_option("--split", options->split, "The images that are judged")
        ->capture_default_str()
        ->check(CLI::IsMember({"test", "validation", "train"}));
    addJson(command, options->json);
    command->add_option("--csv", options->csv, "Write every number as CSV")->type_name("FILE");
    command->footer(
        "Logits that are not saved yet are made from the run's checkpoint and kept in its folder,\n"
        "logits/, in float16. Without adjustment the test accuracy is the recorded one.");
    cli.perform(command, [options, command, &cli] {
        if (!options->tune.empty()) {
            refuseOptions(command, {"--tau"}, "with --tune tau, which finds it");
        } else {
            refuseOptions(command, {"--tune-on"}, "without --tune tau");
        }
        return whatIfCommand(*options, cli.store());
    });
}

}  // namespace ballast
