#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "core/base/error.h"
#include "core/base/human_text.h"
#include "core/theory/bound_inspection.h"

namespace ballast {
namespace {

struct BoundOptions {
    std::string run;  // folder or ID
    std::filesystem::path workspace;
    std::optional<int> epoch;
    std::string source;  // "": exact where there is some
    BoundConstants constants;
    bool curve = false;
    bool json = false;
    bool csv = false;
    std::filesystem::path output;
};

StatisticsSource wantedSource(const BoundOptions& options, const RunSummary& run) {
    if (options.source == "streaming") return StatisticsSource::streaming;
    const bool exact = !epochsWith(run.records, StatisticsSource::exact).empty();
    return options.source.empty() && !exact ? StatisticsSource::streaming : StatisticsSource::exact;
}

/// Four digits; "–" where there is none.
std::string briefly(double value) {
    if (!std::isfinite(value)) return "–";
    std::ostringstream text;
    text << std::setprecision(4) << value;
    return text.str();
}

std::string inColumns(const std::vector<std::string>& cells, std::size_t width = 12) {
    std::string line = padded(cells.front(), 14);
    for (std::size_t i = 1; i < cells.size(); ++i) line += padded(cells[i], width);
    return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

std::string forPeople(const BoundInspection& one) {
    const BoundFactors& factors = one.factors;
    std::string text = one.name + ", after epoch " + std::to_string(one.epochs_done) + ", phase " +
                       std::to_string(one.phase + 1) + ", " + std::string(sourceName(one.source)) +
                       "\n\n";
    text += inColumns({"class", "images", "√π", "α", "β̃", "1−softmax", "product", "μ", "μ̂"});
    for (const std::size_t y : classesByFrequency(one.class_counts)) {
        text += inColumns({one.class_names[y], std::to_string(one.class_counts[y]),
                           briefly(factors.root_share[y]), briefly(factors.alpha[y]),
                           briefly(factors.beta_tilde[y]), briefly(factors.one_minus_softmax[y]),
                           briefly(factors.product[y]), briefly(factors.lipschitz[y]),
                           briefly(factors.observed_lipschitz[y])});
    }
    text += "\nEq. 16's sum, times 1/(C π_C) = " + briefly(factors.scale) + ": " +
            briefly(factors.sum()) + "; with μ̂ " + briefly(factors.observedSum()) + "\n";
    text += slopeSentence(one.slope) + "\n\n";
    constexpr std::size_t kWide = 18;
    const std::string risk = briefly(one.union_risk.lower) + " … " + briefly(one.union_risk.upper);
    text += inColumns({"bound", "training loss", "function class", "confidence"}, kWide);
    text += inColumns({"Eq. 7 (union)", risk, briefly(one.union_bound.complexity),
                       briefly(one.union_bound.confidence)},
                      kWide);
    text +=
        inColumns({"Eq. 14", briefly(one.data_dependent.risk),
                   briefly(one.data_dependent.complexity), briefly(one.data_dependent.confidence)},
                  kWide);
    text += "δ = " + briefly(one.constants.delta) + ", M = " + briefly(one.constants.loss_bound) +
            "; not known and taken as 1: c of Ĉ_S(F) = c/√N, the constants of ≲\n";
    const std::string comparison = one.comparison();
    if (!comparison.empty()) text += comparison + "\n";
    if (one.advice) text += "\n" + one.advice->sentence + "\n";
    return text;
}

int boundCommand(const BoundOptions& options) {
    const RunSummary run = readableRun(runFolder(options.run, options.workspace));
    for (const std::string& warning : run.warnings) warn(warning);
    if (options.curve) {
        if (options.json) {
            throw ConfigError("--json does not go with --curve, which is written as CSV");
        }
        const BoundCurve curve = boundCurve(run);
        deliver(boundCurvesCsv(std::span(&curve, 1)), options.output);
        return 0;
    }
    const StatisticsSource source = wantedSource(options, run);
    const std::vector<int> epochs = epochsWith(run.records, source);
    if (epochs.empty() && !options.epoch) {
        throw ConfigError("run " + run.id + " has no statistics of its training images" +
                          (run.records.empty() ? " yet" : ""));
    }
    const BoundInspection inspection = inspectBound(
        run, options.epoch ? *options.epoch : epochs.back(), source, options.constants);
    for (const std::string& note : inspection.notes) warn(note);
    deliver(options.json  ? boundJson(inspection).dump(2) + "\n"
            : options.csv ? boundCsv(std::span(&inspection, 1))
                          : forPeople(inspection),
            options.output);
    return 0;
}

}  // namespace

void addBoundCommand(CommandLine& cli) {
    const auto options = std::make_shared<BoundOptions>();
    CLI::App* command =
        cli.add("bound", "The bound of a run at an epoch: its factors by class, κ, and advice");
    command->add_option("RUN", options->run, "The run's folder, or its ID in the workspace")
        ->required();
    addWorkspace(command, options->workspace);
    command->add_option("--epoch", options->epoch, "Epochs done; default: the last one measured")
        ->type_name("N");
    command
        ->add_option("--source", options->source,
                     "Where B_y(f) comes from; default: exact where the run has it")
        ->check(CLI::IsMember({"exact", "streaming"}));
    command->add_option("--delta", options->constants.delta, "δ: the bounds hold with 1 − δ")
        ->capture_default_str();
    command->add_option("--loss-bound", options->constants.loss_bound, "M: the loss lies in [0, M]")
        ->capture_default_str();
    CLI::Option* curve =
        command->add_flag("--curve", options->curve,
                          "Eq. 16's sum at every epoch instead, from both sources, as CSV");
    CLI::Option* csv = command->add_flag("--csv", options->csv, "A row a class");
    addJson(command, options->json);
    csv->excludes(command->get_option("--json"));
    for (const char* other : {"--epoch", "--source", "--delta", "--loss-bound"}) {
        curve->excludes(command->get_option(other));
    }
    addOutput(command, options->output);
    cli.perform(command, [options] { return boundCommand(*options); });
}

}  // namespace ballast
