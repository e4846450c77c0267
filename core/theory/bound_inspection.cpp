#include "core/theory/bound_inspection.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/results/table_text.h"
#include "core/theory/bound.h"

namespace ballast {
namespace {

std::string inFull(double value) {
    if (!std::isfinite(value)) return "";
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    return {digits, end};
}

std::string csvRow(const std::vector<std::string>& cells) {
    return joined(cells, "", ",", "");
}

nlohmann::ordered_json numberOrNull(double value) {
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json slopeJson(const LipschitzSlope& slope) {
    return {{"kappa", numberOrNull(slope.kappa)},
            {"lower", numberOrNull(slope.lower)},
            {"upper", numberOrNull(slope.upper)},
            {"classes", slope.classes},
            {"sentence", slopeSentence(slope)}};
}

nlohmann::ordered_json partsJson(const BoundParts& parts) {
    return {{"risk", numberOrNull(parts.risk)},
            {"complexity", numberOrNull(parts.complexity)},
            {"confidence", numberOrNull(parts.confidence)},
            {"gap", numberOrNull(parts.gap())}};
}

/// A column of the table by class: its name, and what it holds.
struct Column {
    const char* name;
    std::vector<double> BoundFactors::*values;
};
constexpr Column kColumns[] = {{"root_share", &BoundFactors::root_share},
                               {"alpha", &BoundFactors::alpha},
                               {"beta", &BoundFactors::beta},
                               {"delta", &BoundFactors::delta},
                               {"beta_tilde", &BoundFactors::beta_tilde},
                               {"min_logit", &BoundFactors::min_logit},
                               {"one_minus_softmax", &BoundFactors::one_minus_softmax},
                               {"product", &BoundFactors::product},
                               {"observed_product", &BoundFactors::observed_product},
                               {"lipschitz", &BoundFactors::lipschitz},
                               {"observed_lipschitz", &BoundFactors::observed_lipschitz}};

std::string epochList(const std::vector<int>& epochs) {
    constexpr std::size_t kMost = 12;
    std::string text;
    for (std::size_t i = 0; i < std::min(epochs.size(), kMost); ++i) {
        text += (i == 0 ? "" : ", ") + std::to_string(epochs[i]);
    }
    return epochs.size() > kMost ? text + ", … " + std::to_string(epochs.back()) : text;
}

std::string runName(const RunSummary& run) {
    const std::string& name = run.description.config.name;
    return name.empty() ? run.id : name;
}

std::vector<std::string> notesOn(const RunSummary& run, const EpochRecord& record,
                                 const BoundFactors& factors) {
    const RunConfig& config = run.description.config;
    std::vector<std::string> notes;
    const std::string loss = lossOf(config.loss, phaseAt(config, record.epoch)).name;
    if (loss != "vs") {
        notes.push_back("The loss \"" + loss +
                        "\" is not Eq. 3's: these are the constants of its VS part");
    }
    if (config.model.head == HeadKind::deconfound) {
        notes.push_back("B_y(f) of evaluation is of its own logits, with α_TDE = " +
                        fixedText(config.model.tde_alpha, 2) +
                        "; the loss and streaming statistics are of training's");
    }
    if (phaseAt(config, record.epoch).sampling != Sampling::instance) {
        notes.push_back(
            "Classes are drawn more evenly than they are: the bound assumes images drawn "
            "one by one, and the training loss does not tell the empirical risk");
    }
    const auto missing =
        std::ranges::count_if(factors.min_logit, [](double value) { return std::isnan(value); });
    if (missing > 0) {
        notes.push_back(std::to_string(missing) + (missing == 1 ? " class has" : " classes have") +
                        " no B_y(f), so there is no sum");
    }
    return notes;
}

}  // namespace

std::string BoundInspection::comparison() const {
    const double ours = data_dependent.gap();
    const double theirs = union_bound.gap();
    if (std::isnan(ours) || std::isnan(theirs)) return "";
    const auto ratio = [](double larger, double smaller) {
        const double times = larger / smaller;
        return fixedText(times, times < 10.0 ? 2 : 0);
    };
    constexpr double kEqualGaps = 1.005;  // a factor that two decimals show as 1
    if (std::max(ours, theirs) < kEqualGaps * std::min(ours, theirs)) {
        return "Both bounds add about as much to the training loss";
    }
    if (ours < theirs) {
        return "The data-dependent bound adds less to the training loss, by a factor of " +
               ratio(theirs, ours);
    }
    return "The union bound adds less to the training loss, by a factor of " + ratio(ours, theirs);
}

std::vector<int> epochsWith(std::span<const EpochRecord> records, StatisticsSource source) {
    std::vector<int> epochs;
    for (const EpochRecord& record : records) {
        if (statisticsOf(record, source) != nullptr) epochs.push_back(record.epoch + 1);
    }
    return epochs;
}

BoundInspection inspectBound(const RunSummary& run, int epochs_done, StatisticsSource source,
                             const BoundConstants& constants) {
    const RunDescription& description = run.description;
    const auto record = std::ranges::find(run.records, epochs_done - 1, &EpochRecord::epoch);
    if (record == run.records.end()) {
        throw ConfigError("run " + run.id + " has no epoch " + std::to_string(epochs_done) +
                          "; it has " + std::to_string(run.records.size()));
    }
    const ClassTerms terms = termsOf(description.config, description.class_counts, *record);
    const auto factors =
        boundFactors(description.config, description.class_counts, *record, source);
    if (!factors) {
        const std::vector<int> measured = epochsWith(run.records, source);
        throw ConfigError("epoch " + std::to_string(epochs_done) + " of run " + run.id +
                          " has no " + std::string(sourceName(source)) + " statistics; " +
                          (measured.empty()
                               ? "none of its epochs has"
                               : "those after epochs " + epochList(measured) + " have"));
    }
    BoundInspection inspection;
    inspection.run = run.id;
    inspection.name = runName(run);
    inspection.epochs_done = epochs_done;
    inspection.phase = static_cast<int>(phaseIndexAt(description.config.phases, record->epoch));
    inspection.source = source;
    inspection.class_counts = description.class_counts;
    for (std::size_t y = 0; y < description.class_counts.size(); ++y) {
        const std::string name = className(description, y);
        inspection.class_names.push_back(name.empty() ? std::to_string(y) : name);
    }
    inspection.factors = *factors;
    inspection.slope = lipschitzSlope(factors->lipschitz, description.class_counts);
    inspection.observed_slope =
        lipschitzSlope(factors->observed_lipschitz, description.class_counts);
    inspection.constants = constants;
    const double risk = empiricalRisk(description.config, terms, description.class_counts, *record);
    inspection.union_bound =
        unionBound({}, factors->lipschitz, description.class_counts, constants);
    inspection.data_dependent =
        dataDependentBound(risk, factors->lipschitz, description.class_counts, constants);
    inspection.union_risk = classRiskRange(risk, description.class_counts);
    inspection.advice =
        adviceOnTerms(description.config, static_cast<std::size_t>(inspection.phase), terms,
                      description.class_counts);
    inspection.notes = notesOn(run, *record, *factors);
    return inspection;
}

std::string boundCsv(std::span<const BoundInspection> inspections) {
    std::vector<std::string> names = {"run",    "name",  "epochs_done", "phase",
                                      "source", "class", "class_name",  "class_images"};
    for (const Column& column : kColumns) names.emplace_back(column.name);
    names.emplace_back("bound_term");
    std::string csv = csvRow(names);
    for (const BoundInspection& one : inspections) {
        for (const std::size_t y : classesByFrequency(one.class_counts)) {
            std::vector<std::string> cells = {escaped(one.run, TableFormat::csv),
                                              escaped(one.name, TableFormat::csv),
                                              std::to_string(one.epochs_done),
                                              std::to_string(one.phase),
                                              std::string(sourceName(one.source)),
                                              std::to_string(y),
                                              escaped(one.class_names[y], TableFormat::csv),
                                              std::to_string(one.class_counts[y])};
            for (const Column& column : kColumns) {
                cells.push_back(inFull((one.factors.*column.values)[y]));
            }
            cells.push_back(inFull(one.factors.scale * one.factors.product[y]));
            csv += csvRow(cells);
        }
    }
    return csv;
}

nlohmann::ordered_json boundJson(const BoundInspection& one) {
    nlohmann::ordered_json classes = nlohmann::ordered_json::array();
    for (const std::size_t y : classesByFrequency(one.class_counts)) {
        nlohmann::ordered_json entry = {
            {"class", y}, {"name", one.class_names[y]}, {"images", one.class_counts[y]}};
        for (const Column& column : kColumns) {
            entry[column.name] = numberOrNull((one.factors.*column.values)[y]);
        }
        entry["bound_term"] = numberOrNull(one.factors.scale * one.factors.product[y]);
        classes.push_back(std::move(entry));
    }
    nlohmann::ordered_json union_bound = partsJson(one.union_bound);
    union_bound["risk_from"] = numberOrNull(one.union_risk.lower);
    union_bound["risk_to"] = numberOrNull(one.union_risk.upper);
    nlohmann::ordered_json json = {
        {"run", one.run},
        {"name", one.name},
        {"epochs_done", one.epochs_done},
        {"phase", one.phase},
        {"source", sourceName(one.source)},
        {"scale", numberOrNull(one.factors.scale)},
        {"sum", numberOrNull(one.factors.sum())},
        {"observed_sum", numberOrNull(one.factors.observedSum())},
        {"slope", slopeJson(one.slope)},
        {"observed_slope", slopeJson(one.observed_slope)},
        {"constants",
         {{"delta", one.constants.delta},
          {"loss_bound", one.constants.loss_bound},
          {"function_class", one.constants.function_class}}},
        {"union_bound", std::move(union_bound)},
        {"data_dependent_bound", partsJson(one.data_dependent)},
        {"advice", one.advice ? nlohmann::ordered_json(one.advice->sentence)
                              : nlohmann::ordered_json(nullptr)},
        {"notes", one.notes},
        {"classes", std::move(classes)}};
    return json;
}

BoundCurve boundCurve(const RunSummary& run) {
    const RunDescription& description = run.description;
    const auto points = [&](StatisticsSource source) {
        return boundOverTime(description.config, description.class_counts, run.records, source);
    };
    return {run.id, runName(run), points(StatisticsSource::streaming),
            points(StatisticsSource::exact)};
}

std::string boundCurvesCsv(std::span<const BoundCurve> curves) {
    std::string csv = csvRow({"run", "name", "source", "epochs_done", "sum"});
    for (const BoundCurve& curve : curves) {
        const auto add = [&](const std::vector<BoundPoint>& points, StatisticsSource source) {
            for (const BoundPoint& point : points) {
                csv +=
                    csvRow({escaped(curve.run, TableFormat::csv),
                            escaped(curve.name, TableFormat::csv), std::string(sourceName(source)),
                            std::to_string(point.epochs_done), inFull(point.sum)});
            }
        };
        add(curve.streaming, StatisticsSource::streaming);
        add(curve.exact, StatisticsSource::exact);
    }
    return csv;
}

}  // namespace ballast
