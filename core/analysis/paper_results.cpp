#include "core/analysis/paper_results.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/analysis/paired_comparison.h"
#include "core/analysis/protocol.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/experiment/catalog.h"
#include "core/experiment/presets.h"
#include "core/results/table_text.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

Statistics inPercent(Statistics statistics) {
    statistics.mean *= 100.0;
    statistics.standard_deviation *= 100.0;
    return statistics;
}

/// The method as a preset that the paper has a number of; "" for none.
std::string presetNamed(const std::string& method) {
    for (const PaperNumber& number : paperNumbers()) {
        if (!number.preset.empty() && number.preset == method) return method;
    }
    return "";
}

/// In what a group is not trained as the paper says its numbers are.
std::vector<std::string> reservationsOf(const RunGroup& group, const PaperNumber& paper) {
    const RunConfig& config = group.config();
    std::vector<std::string> reservations;
    const auto add = [&](const std::string& own, const std::string& usual) {
        if (own != usual) reservations.push_back(own + " instead of " + usual);
    };
    if (!givesPreset(config, paper.preset)) {
        reservations.push_back("not the values of preset " + std::string(paper.preset));
    }
    if (const auto preset = paperConfig(paper)) {
        add(std::to_string(config.training.epochs) + " epochs",
            std::to_string(preset->training.epochs) + " epochs");
        add(config.model.name, preset->model.name);
    }
    if (config.training.selection == Selection::validation) {
        reservations.push_back("best epoch on validation instead of test");
    }
    return reservations;
}

PaperDifference differenceOf(const RunGroup& group, const std::string& name,
                             const PaperNumber& paper) {
    PaperDifference row;
    row.paper = &paper;
    row.name = name;
    for (const IndexedRun* run : group.runs) row.runs.push_back(run->id);
    row.own = inPercent(statisticsOf(group, runField(std::string(paper.value))));
    row.difference = row.own.mean - paper.mean;
    row.reservations = reservationsOf(group, paper);
    if (row.own.n < 2 || std::isnan(paper.deviation)) return row;
    const double own = row.own.standard_deviation * row.own.standard_deviation / row.own.n;
    const double error = std::sqrt(own + paper.deviation * paper.deviation / paper.seeds);
    if (error <= 0.0) return row;
    row.z = row.difference / error;
    const double apart = std::abs(row.z);
    row.agreement = apart <= 1.0   ? Agreement::within_one
                    : apart <= 2.0 ? Agreement::within_two
                                   : Agreement::beyond;
    return row;
}

std::string meanText(double mean, double deviation) {
    std::string text = fixedText(mean, 1);
    if (!std::isnan(deviation)) text += " ± " + fixedText(deviation, 1);
    return text;
}

std::string methodText(const PaperNumber& number) {
    return std::string(number.table == 1 ? number.preset : number.method);
}

ordered_json paperNumberJson(const PaperNumber& number) {
    ordered_json object = {{"table", number.table},
                           {"method", methodText(number)},
                           {"preset", number.preset},
                           {"dataset", number.dataset}};
    if (number.table == 1) {
        object["profile"] = nameOf(number.profile);
        object["ratio"] = number.ratio;
    }
    object["value"] = number.value;
    object["mean"] = number.mean;
    object["std"] = numberJson(number.deviation);
    object["n"] = number.seeds > 0 ? ordered_json(number.seeds) : ordered_json(nullptr);
    return object;
}

}  // namespace

std::optional<RunConfig> paperConfig(const PaperNumber& number) {
    if (number.preset.empty()) return std::nullopt;
    PresetRequest request;
    request.method = std::string(number.preset);
    request.dataset = std::string(number.dataset);
    if (number.table == 1) {
        request.profile = std::string(nameOf(number.profile));
        request.ratio = number.ratio;
    }
    try {
        return presetConfig(request);
    } catch (const ConfigError&) {
        return std::nullopt;
    }
}

std::string paperDataName(const PaperNumber& number) {
    DataConfig data;
    data.dataset = std::string(number.dataset);
    data.imbalance.profile = number.profile;
    data.imbalance.ratio = number.ratio;
    std::string text = dataText(data);
    if (number.value != "best") text += " " + std::string(number.value);
    return text;
}

PaperComparison paperDiff(std::span<const IndexedRun* const> runs) {
    PaperComparison made;
    const CountedRuns counted = countedRuns(runs, "best");
    made.unfinished = counted.unfinished;
    const std::vector<RunGroup> groups = groupRuns(counted.runs, true);
    const std::vector<std::string> names = groupNames(groups);
    const RunField method = runField("method");
    std::set<const PaperNumber*> had;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const RunConfig& config = groups[g].config();
        const std::string preset = presetNamed(valueText(method.of(*groups[g].runs.front())));
        const ImbalanceConfig& imbalance = config.data.imbalance;
        bool found = false;
        for (const char* value : {"best", "many", "medium", "few"}) {
            const PaperNumber* paper =
                paperNumber(preset, config.data.dataset, imbalance.profile, imbalance.ratio, value);
            if (paper == nullptr) continue;
            found = true;
            had.insert(paper);
            made.rows.push_back(differenceOf(groups[g], names[g], *paper));
        }
        if (!found) ++made.elsewhere;
    }
    std::ranges::stable_sort(made.rows, {}, &PaperDifference::paper);
    for (const PaperNumber& number : paperNumbers()) {
        if (!had.contains(&number) && paperConfig(number)) made.missing.push_back(&number);
    }
    return made;
}

std::string agreementText(const PaperDifference& row) {
    if (row.agreement == Agreement::within_one) return "within 1 standard error";
    if (row.agreement == Agreement::within_two) return "within 2 standard errors";
    if (row.agreement == Agreement::beyond) {
        return fixedText(std::abs(row.z), 1) + " standard errors apart";
    }
    if (row.own.n < 1) return "no number of ours";
    if (row.own.n == 1) return "n = 1: one seed has no standard error";
    if (std::isnan(row.paper->deviation)) return "the paper prints no deviation";
    return "no deviation on either side";
}

std::string paperMarkdown(const PaperComparison& comparison, bool missing) {
    const auto cell = [](const std::string& text) { return escaped(text, TableFormat::markdown); };
    std::string text =
        joined({"Run", "Data", "Ours", "n", "Paper", "Δ", "z", "Agreement"}, "| ", " | ", " |") +
        "|---|---|--:|--:|--:|--:|--:|---|\n";
    for (const PaperDifference& row : comparison.rows) {
        std::string agreement = agreementText(row);
        for (const std::string& reservation : row.reservations) agreement += "; " + reservation;
        text += joined({cell(row.name), cell(paperDataName(*row.paper)),
                        row.own.n > 0 ? meanText(row.own.mean, row.own.standard_deviation) : "–",
                        std::to_string(row.own.n), meanText(row.paper->mean, row.paper->deviation),
                        row.own.n > 0 ? signedText(row.difference, 1) : "–",
                        std::isnan(row.z) ? "–" : signedText(row.z, 1), cell(agreement)},
                       "| ", " | ", " |");
    }
    text +=
        "\nBalanced test accuracy in %, best epoch, mean ± sample standard deviation; the "
        "paper's are over 5 seeds. z = Δ / √(s₁²/n₁ + s₂²/5).\n";
    if (comparison.unfinished > 0) {
        text += "\nNot trained to the end: " + std::to_string(comparison.unfinished) + ".\n";
    }
    if (comparison.elsewhere > 0) {
        text += "\nGroups of runs that the paper has no number for: " +
                std::to_string(comparison.elsewhere) + ".\n";
    }
    if (!missing) return text;
    text += "\nThe paper's numbers without a run:\n\n" +
            joined({"Preset", "Data", "Paper"}, "| ", " | ", " |") + "|---|---|--:|\n";
    for (const PaperNumber* number : comparison.missing) {
        text += joined({cell(std::string(number->preset)), cell(paperDataName(*number)),
                        meanText(number->mean, number->deviation)},
                       "| ", " | ", " |");
    }
    return text;
}

ordered_json paperJson(const PaperComparison& comparison) {
    ordered_json rows = ordered_json::array();
    for (const PaperDifference& row : comparison.rows) {
        ordered_json object = {{"name", row.name}, {"paper", paperNumberJson(*row.paper)}};
        object["own"] = {{"mean", numberJson(row.own.mean)},
                         {"std", numberJson(row.own.standard_deviation)},
                         {"n", row.own.n}};
        object["difference"] = numberJson(row.difference);
        object["z"] = numberJson(row.z);
        object["agreement"] = agreementText(row);
        object["reservations"] = row.reservations;
        rows.push_back(std::move(object));
    }
    ordered_json missing = ordered_json::array();
    for (const PaperNumber* number : comparison.missing)
        missing.push_back(paperNumberJson(*number));
    return {{"rows", std::move(rows)},
            {"missing", std::move(missing)},
            {"unfinished", comparison.unfinished},
            {"elsewhere", comparison.elsewhere}};
}

}  // namespace ballast
