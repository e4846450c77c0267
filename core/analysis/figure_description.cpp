#include "core/analysis/figure_description.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/analysis/figure_field.h"
#include "core/analysis/object_reader.h"
#include "core/results/saved_logits.h"

namespace ballast {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr double kMostSmoothing = 0.999;

constexpr Word<FigureKind> kKinds[] = {
    {FigureKind::response, "response"},   {FigureKind::surface, "surface"},
    {FigureKind::parallel, "parallel"},   {FigureKind::classes, "classes"},
    {FigureKind::confusion, "confusion"}, {FigureKind::curves, "curves"},
    {FigureKind::bound, "bound"},         {FigureKind::bound_sums, "bound-sums"},
    {FigureKind::what_if, "what-if"}};
constexpr Word<AxisScale> kScales[] = {{AxisScale::automatic, "auto"},
                                       {AxisScale::linear, "linear"},
                                       {AxisScale::log, "log"},
                                       {AxisScale::categories, "categories"}};
constexpr Word<Spread> kSpreads[] = {{Spread::standard_deviation, "std"},
                                     {Spread::standard_error, "error"},
                                     {Spread::range, "range"},
                                     {Spread::t_interval, "interval"}};

constexpr double kMostAdjustment = 1e6;  // what is useful is said where it is drawn
constexpr Word<bool> kSources[] = {{false, "exact"}, {true, "streaming"}};
constexpr Word<LogitSplit> kLogitSplits[] = {{LogitSplit::test, "test"},
                                             {LogitSplit::validation, "validation"},
                                             {LogitSplit::train, "train"}};

bool isOfClasses(FigureKind kind) {
    return kind == FigureKind::classes || kind == FigureKind::confusion;
}

std::vector<std::string> keysOf(FigureKind kind) {
    std::vector<std::string> keys = {"format", "figure"};
    const auto add = [&](std::initializer_list<const char*> more) {
        keys.insert(keys.end(), more.begin(), more.end());
    };
    if (kind == FigureKind::curves) {
        add({"panel", "runs", "since_t0", "smoothing", "means", "log"});
    }
    if (kind == FigureKind::response) add({"x", "x_scale", "y", "lines"});
    if (kind == FigureKind::surface) add({"x", "x_scale", "y", "y_scale", "value"});
    if (kind == FigureKind::parallel) add({"axes", "value"});
    if (isOfClasses(kind)) add({"of", "minus"});
    if (explainsRuns(kind)) add({"runs"});
    if (kind == FigureKind::bound) add({"epochs", "source"});
    if (kind == FigureKind::what_if) {
        add({"epochs", "split", "tde", "tau_norm", "gamma", "tau", "weights"});
    }
    if (!explainsRuns(kind)) add({"where", "spread", "seeds_as_points"});
    add({"title", "style"});
    return keys;
}

/// A field, which must be there where `needed`.
void readField(ObjectReader& read, const char* key, std::string& name, bool needed) {
    const json* value = read.find(key);
    if (value == nullptr) {
        if (needed) {
            read.problem(key, "is missing; give a field, such as \"/phases/1/alpha/nu\"");
        }
        return;
    }
    if (!value->is_string()) {
        return read.problem(key, shownJson(*value) + " is no field; give its name as text");
    }
    name = value->get<std::string>();
    read.checked(key, name, [](const std::string& it) { figureField(it); });
}

void readCurves(ObjectReader& read, CurveChoices& curves) {
    if (read.find("panel") == nullptr) {
        read.problem("panel", "is missing; give a plot's name, such as \"training-accuracy\"");
    }
    read.text("panel", curves.panel);
    read.texts("runs", curves.runs, [](const std::string&) {});
    read.yesOrNo("since_t0", curves.since_t0);
    read.number("smoothing", curves.smoothing, 0.0, kMostSmoothing, "");
    read.yesOrNo("means", curves.means);
    read.yesOrNo("log", curves.log);
}

void readExplained(ObjectReader& read, FigureKind kind, ExplainChoices& explain) {
    read.texts("runs", explain.runs, [](const std::string&) {});
    const std::size_t most = kind == FigureKind::bound ? 2 : kind == FigureKind::what_if ? 1 : 0;
    if (explain.runs.empty() || (most > 0 && explain.runs.size() > most)) {
        read.problem("runs", most == 1   ? "must hold the ID of one run"
                             : most == 2 ? "must hold the IDs of one run or two"
                                         : "must hold the IDs of runs");
    }
    if (most == 0) return;
    read.counts("epochs", explain.epochs);
    if (explain.epochs.size() != explain.runs.size()) {
        read.problem("epochs", "must hold a number of epochs done for each of the runs");
    }
    if (kind == FigureKind::bound) {
        read.choice("source", explain.streaming, kSources);
        return;
    }
    LogitSplit split = LogitSplit::test;
    read.choice("split", split, kLogitSplits);
    explain.split = nameOf(split);
    read.number("tde", explain.tde, -kMostAdjustment, kMostAdjustment, "");
    read.number("tau_norm", explain.tau_norm, -kMostAdjustment, kMostAdjustment, "");
    read.number("gamma", explain.gamma, -kMostAdjustment, kMostAdjustment, "");
    read.number("tau", explain.tau, -kMostAdjustment, kMostAdjustment, "");
    read.numbers("weights", explain.weights, 0.0, kMostAdjustment);
}

/// A style's name, or a style.
void readStyle(ObjectReader& read, std::variant<std::string, FigureStyle>& style,
               std::vector<Problem>& problems) {
    const json* value = read.find("style");
    if (value == nullptr) return;
    if (value->is_string()) {
        style = value->get<std::string>();
    } else if (value->is_object()) {
        style = styleFromJson(*value, "/style", problems);
    } else {
        read.problem("style", shownJson(*value) + " is neither a style's name nor a style");
    }
}

}  // namespace

bool explainsRuns(FigureKind kind) {
    return kind == FigureKind::bound || kind == FigureKind::bound_sums ||
           kind == FigureKind::what_if;
}

FigureDescription figureFromJson(const json& object, const std::string& subject) {
    checkFormat(object, kFigureFormat, subject, "figure", "an object with \"figure\" and \"x\"");
    FigureDescription figure;
    std::vector<Problem> problems;
    ObjectReader read(object, "", problems);
    read.choice("figure", figure.figure, kKinds);
    if (!problems.empty()) throw ConfigError(subject + ": the figure is not valid", problems);
    const FigureKind kind = figure.figure;
    read.onlyKeys(keysOf(kind), " in a figure of kind " + std::string(wordFor(kind, kKinds)));
    const auto is_field = [](const std::string& name) { figureField(name); };
    const auto is_condition = [](const std::string& text) { figureCondition(text); };
    if (kind == FigureKind::response || kind == FigureKind::surface) {
        readField(read, "x", figure.x, true);
        read.choice("x_scale", figure.x_scale, kScales);
        readField(read, "y", figure.y, kind == FigureKind::surface);
    }
    if (explainsRuns(kind)) {
        readExplained(read, kind, figure.explain);
    } else if (kind == FigureKind::curves) {
        readCurves(read, figure.curves);
    } else if (kind == FigureKind::response) {
        read.texts("lines", figure.lines, is_field);
        if (std::ranges::find(figure.lines, figure.x) != figure.lines.end()) {
            problems.push_back(
                {"/lines", "holds \"" + figure.x + "\", which is x: each line would be one point"});
        }
    } else if (isOfClasses(kind)) {
        read.texts("of", figure.of, is_condition);
        read.texts("minus", figure.minus, is_condition);
    } else {
        readField(read, "value", figure.value, false);
    }
    if (kind == FigureKind::surface) {
        read.choice("y_scale", figure.y_scale, kScales);
        if (!figure.x.empty() && figure.x == figure.y) {
            problems.push_back({"/y", "is \"" + figure.y + "\" as x is; a surface has two fields"});
        }
    }
    if (kind == FigureKind::parallel) {
        read.texts("axes", figure.axes, is_field);
        if (figure.axes.empty() && problems.empty()) {
            problems.push_back({"/axes", "is missing or empty; give at least one field"});
        }
    }
    read.texts("where", figure.where, is_condition);
    read.choice("spread", figure.spread, kSpreads);
    read.yesOrNo("seeds_as_points", figure.seeds_as_points);
    read.text("title", figure.title);
    readStyle(read, figure.style, problems);
    if (!problems.empty()) throw ConfigError(subject + ": the figure is not valid", problems);
    return figure;
}

ordered_json toJson(const FigureDescription& figure) {
    ordered_json object;
    for (const std::string& key : keysOf(figure.figure)) {
        if (key == "format") object[key] = kFigureFormat;
        if (key == "figure") object[key] = wordFor(figure.figure, kKinds);
        if (key == "panel") object[key] = figure.curves.panel;
        if (key == "runs") {
            object[key] = explainsRuns(figure.figure) ? figure.explain.runs : figure.curves.runs;
        }
        if (key == "epochs") object[key] = figure.explain.epochs;
        if (key == "source") object[key] = wordFor(figure.explain.streaming, kSources);
        if (key == "split") object[key] = figure.explain.split;
        if (key == "tde") object[key] = figure.explain.tde;
        if (key == "tau_norm") object[key] = figure.explain.tau_norm;
        if (key == "gamma") object[key] = figure.explain.gamma;
        if (key == "tau") object[key] = figure.explain.tau;
        if (key == "weights") object[key] = figure.explain.weights;
        if (key == "since_t0") object[key] = figure.curves.since_t0;
        if (key == "smoothing") object[key] = figure.curves.smoothing;
        if (key == "means") object[key] = figure.curves.means;
        if (key == "log") object[key] = figure.curves.log;
        if (key == "x") object[key] = figure.x;
        if (key == "x_scale") object[key] = wordFor(figure.x_scale, kScales);
        if (key == "y") object[key] = figure.y;
        if (key == "y_scale") object[key] = wordFor(figure.y_scale, kScales);
        if (key == "value") object[key] = figure.value;
        if (key == "axes") object[key] = figure.axes;
        if (key == "lines") object[key] = figure.lines;
        if (key == "of") object[key] = figure.of;
        if (key == "minus") object[key] = figure.minus;
        if (key == "where") object[key] = figure.where;
        if (key == "spread") object[key] = wordFor(figure.spread, kSpreads);
        if (key == "seeds_as_points") object[key] = figure.seeds_as_points;
        if (key == "title") object[key] = figure.title;
        if (key != "style") continue;
        if (const auto* own = std::get_if<FigureStyle>(&figure.style)) {
            object[key] = toJson(*own);
        } else {
            object[key] = std::get<std::string>(figure.style);
        }
    }
    return object;
}

}  // namespace ballast
