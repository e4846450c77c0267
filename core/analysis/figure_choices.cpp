#include "core/analysis/figure_choices.h"

#include <algorithm>
#include <set>

#include "core/analysis/figure_field.h"
#include "core/analysis/hidden_differences.h"
#include "core/base/error.h"

namespace ballast {
namespace {

/// What "data" consists of.
constexpr const char* kDataFields[] = {"/data/dataset", "/data/imbalance/profile",
                                       "/data/imbalance/ratio"};

/// Whether it says nothing that another field does not say better.
bool isNoChoice(const std::string& pointer) {
    return pointer == "/phases" || pointer == "/lr_schedule/steps" || pointer == "/name" ||
           pointer == "/training/seed";
}

FieldChoice choiceOf(const std::string& name, std::span<const IndexedRun* const> runs) {
    const FigureField field = figureField(name);
    std::set<FieldValue> values;
    bool numeric = true;
    for (const IndexedRun* run : runs) {
        const FieldValue value = field.field.of(*run);
        if (value.index() == 0) continue;
        numeric = numeric && std::holds_alternative<double>(value);
        values.insert(value);
    }
    return {name, figureFieldLabel(name), values.size(), numeric && !values.empty()};
}

/// Which of two choices a sweep was rather run for.
bool ratherSwept(const FieldChoice& a, const FieldChoice& b) {
    const auto weight = [](const FieldChoice& choice) {
        if (!choice.numeric || choice.values < 2) return 0;
        const bool of_class_term = choice.name.find("/alpha/") != std::string::npos ||
                                   choice.name.find("/beta/") != std::string::npos ||
                                   choice.name.find("/delta/") != std::string::npos;
        return of_class_term || choice.name == "T0" ? 2 : 1;
    };
    if (weight(a) != weight(b)) return weight(a) > weight(b);
    if (a.values != b.values) return a.values > b.values;
    return a.name > b.name;  // the later phase
}

}  // namespace

std::vector<FieldChoice> varyingFields(std::span<const IndexedRun* const> runs) {
    std::vector<const IndexedRun*> readable;
    for (const IndexedRun* run : runs) {
        if (run->error.empty()) readable.push_back(run);
    }
    std::vector<FieldChoice> choices;
    const auto add = [&](const std::string& name) {
        FieldChoice choice = choiceOf(name, readable);
        if (choice.values > 1) choices.push_back(std::move(choice));
    };
    if (readable.empty()) return choices;
    for (const char* name : {"method", "data", "T0"}) add(name);
    const std::vector<PointRuns> all = {readable};
    for (const HiddenDifference& difference : hiddenDifferences(all, {})) {
        if (isNoChoice(difference.pointer)) continue;
        try {
            add(difference.pointer);
        } catch (const ConfigError&) {  // one number of a list
        }
    }
    return choices;
}

FigureDescription suggestedFigure(std::span<const FieldChoice> choices) {
    FigureDescription figure;
    if (choices.empty()) return figure;
    setAxis(figure, std::ranges::min_element(choices, ratherSwept)->name, choices);
    return figure;
}

std::vector<std::string> suggestedAxes(std::span<const FieldChoice> choices) {
    constexpr std::size_t kMost = 8;
    const auto has = [&](const char* name) {
        return std::ranges::find(choices, name, &FieldChoice::name) != choices.end();
    };
    std::vector<std::string> axes;
    for (const FieldChoice& choice : choices) {
        const bool of_data = std::ranges::find(kDataFields, choice.name) != std::end(kDataFields);
        const bool start = choice.name.starts_with("/phases/") && choice.name.ends_with("/from");
        const bool said = (of_data && has("data")) || (start && has("T0"));
        if (!said && axes.size() < kMost) axes.push_back(choice.name);
    }
    return axes;
}

void setAxis(FigureDescription& figure, const std::string& x,
             std::span<const FieldChoice> choices) {
    figure.x = x;
    std::erase(figure.lines, x);
    const bool of_data = std::ranges::find(kDataFields, x) != std::end(kDataFields);
    const auto data = std::ranges::find(figure.lines, "data");
    if (!of_data || data == figure.lines.end()) return;
    figure.lines.erase(data);  // it would make a line of each value on the axis
    for (const char* field : kDataFields) {
        const bool varies = std::ranges::find(choices, field, &FieldChoice::name) != choices.end();
        const bool listed = std::ranges::find(figure.lines, field) != figure.lines.end();
        if (field != x && varies && !listed) figure.lines.emplace_back(field);
    }
}

}  // namespace ballast
