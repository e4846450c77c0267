#include "core/analysis/importance.h"

#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <cmath>
#include <map>

#include "core/analysis/config_place.h"
#include "core/analysis/figure_points.h"

namespace ballast {
namespace {

using Groups = std::map<FieldValue, std::vector<double>>;

/// Pointers of all fields of the longest config, and of the parameters that rules have.
std::vector<std::string> pointersOf(std::span<const IndexedRun* const> runs) {
    std::map<std::string_view, std::size_t> sizes;
    for (const std::string_view list : configLists()) {
        for (const IndexedRun* run : runs) {
            sizes[list] = std::max(sizes[list], listSize(run->description.config, list));
        }
    }
    std::vector<std::string> pointers;
    for (const Field& field : configFields()) {
        if (field.pointer == "/name" || field.pointer == "/data/folder") continue;
        const std::string_view list = listOf(field);
        const std::size_t size = list.empty() ? 1 : sizes[list];
        for (std::size_t i = 0; i < size; ++i) {
            std::string pointer(field.pointer);
            if (!list.empty()) pointer.replace(list.size() + 1, 1, std::to_string(i));
            if (field.type != FieldType::class_rule) {
                pointers.push_back(std::move(pointer));
                continue;
            }
            pointers.push_back(pointer + "/rule");
            for (const ClassRuleInfo* rule : rulesFor(field.term)) {
                if (!rule->parameter) continue;
                std::string part = pointer + "/" + std::string(rule->parameter->name);
                if (std::ranges::find(pointers, part) == pointers.end()) {
                    pointers.push_back(std::move(part));
                }
            }
        }
    }
    return pointers;
}

std::vector<std::vector<double>> valuesOf(Groups groups) {
    std::vector<std::vector<double>> values;
    for (auto& [key, group] : groups) values.push_back(std::move(group));
    return values;
}

}  // namespace

VarianceAnalysis analysisOfVariance(std::span<const std::vector<double>> groups) {
    double sum = 0.0;
    std::size_t n = 0;
    for (const auto& group : groups) {
        for (const double value : group) sum += value;
        n += group.size();
    }
    const double mean = sum / static_cast<double>(n);
    double between = 0.0;
    double within = 0.0;
    for (const auto& group : groups) {
        double group_sum = 0.0;
        for (const double value : group) group_sum += value;
        const double group_mean = group_sum / static_cast<double>(group.size());
        between += static_cast<double>(group.size()) * (group_mean - mean) * (group_mean - mean);
        for (const double value : group) within += (value - group_mean) * (value - group_mean);
    }
    VarianceAnalysis made{kMissing, kMissing, kMissing};
    if (between + within > 0.0) made.eta_squared = between / (between + within);
    if (groups.size() < 2 || n <= groups.size() || within <= 0.0) return made;
    const auto between_freedom = static_cast<double>(groups.size() - 1);
    const auto within_freedom = static_cast<double>(n - groups.size());
    made.f = (between / between_freedom) / (within / within_freedom);
    const boost::math::fisher_f distribution(between_freedom, within_freedom);
    made.p = boost::math::cdf(boost::math::complement(distribution, made.f));
    return made;
}

Importance importanceOf(std::span<const IndexedRun* const> runs, const std::string& value) {
    const FigureField value_field = figureField(value);
    std::vector<std::pair<const IndexedRun*, double>> counted;
    for (const IndexedRun* run : countedRuns(runs, value).runs) {
        const double number = numberOf(value_field.field.of(*run));
        if (!std::isnan(number)) counted.emplace_back(run, number);
    }
    std::vector<const IndexedRun*> kept;
    for (const auto& [run, number] : counted) kept.push_back(run);
    Importance made;
    made.n = counted.size();
    for (const std::string& pointer : pointersOf(kept)) {
        const ConfigPlace place(pointer);
        Groups groups;
        for (const auto& [run, number] : counted) {
            groups[place.valueIn(run->description.config)].push_back(number);
        }
        if (groups.size() < 2 || groups.size() == counted.size()) continue;
        const std::vector<std::vector<double>> values = valuesOf(std::move(groups));
        const VarianceAnalysis analysis = analysisOfVariance(values);
        if (std::isnan(analysis.eta_squared)) continue;
        made.fields.push_back({pointer, figureFieldLabel(pointer), values.size(), counted.size(),
                               analysis.eta_squared, analysis.f, analysis.p});
    }
    std::ranges::stable_sort(made.fields, std::greater<>(), &FieldImportance::eta_squared);
    made.warnings.push_back(
        "exploratory: each field is looked at alone, and what varies together explains the same");
    if (made.n < 2) made.warnings.push_back("fewer than two runs count, so nothing varies");
    return made;
}

}  // namespace ballast
