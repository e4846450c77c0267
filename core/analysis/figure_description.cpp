#include "core/analysis/figure_description.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "core/analysis/figure_field.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/nearest_word.h"

namespace ballast {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

template<class Choice>
struct Word {
    Choice choice;
    std::string_view name;
};

constexpr Word<FigureKind> kKinds[] = {{FigureKind::response, "response"},
                                       {FigureKind::surface, "surface"},
                                       {FigureKind::parallel, "parallel"}};
constexpr Word<AxisScale> kScales[] = {{AxisScale::automatic, "auto"},
                                       {AxisScale::linear, "linear"},
                                       {AxisScale::log, "log"},
                                       {AxisScale::categories, "categories"}};
constexpr Word<Spread> kSpreads[] = {{Spread::standard_deviation, "std"},
                                     {Spread::standard_error, "error"},
                                     {Spread::range, "range"},
                                     {Spread::t_interval, "interval"}};

template<class Choice, std::size_t N>
std::string_view wordFor(Choice choice, const Word<Choice> (&words)[N]) {
    return std::ranges::find(words, choice, &Word<Choice>::choice)->name;
}

std::vector<std::string> keysOf(FigureKind kind) {
    std::vector<std::string> keys = {"format", "figure"};
    const auto add = [&](std::initializer_list<const char*> more) {
        keys.insert(keys.end(), more.begin(), more.end());
    };
    if (kind == FigureKind::response) add({"x", "x_scale", "y", "lines"});
    if (kind == FigureKind::surface) add({"x", "x_scale", "y", "y_scale", "value"});
    if (kind == FigureKind::parallel) add({"axes", "value"});
    add({"where", "spread", "seeds_as_points", "title", "style"});
    return keys;
}

/// Reads the members of one description; what is wrong goes to `problems`.
class Reader {
public:
    Reader(const json& object, std::vector<Problem>& problems)
        : object_(object), problems_(problems) {}

    void problem(const std::string& pointer, const std::string& message) {
        problems_.push_back({pointer, message});
    }

    template<class Choice, std::size_t N>
    void choice(const char* key, Choice& choice, const Word<Choice> (&words)[N]) {
        if (!object_.contains(key)) return;
        const json& value = object_[key];
        std::string allowed;
        std::vector<std::string> known;
        for (const auto& word : words) {
            if (value == word.name) {
                choice = word.choice;
                return;
            }
            known.emplace_back(word.name);
            allowed += (allowed.empty() ? "" : ", ") + known.back();
        }
        const std::string nearest =
            value.is_string() ? nearestWord(value.get<std::string>(), known) : "";
        problem(std::string("/") + key,
                shownJson(value) + " is none of " + allowed +
                    (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
    }

    void text(const char* key, std::string& text) {
        if (!object_.contains(key)) return;
        if (object_[key].is_string()) {
            text = object_[key].get<std::string>();
        } else {
            problem(std::string("/") + key, shownJson(object_[key]) + " is not text");
        }
    }

    void yesOrNo(const char* key, bool& value) {
        if (!object_.contains(key)) return;
        if (object_[key].is_boolean()) {
            value = object_[key].get<bool>();
        } else {
            problem(std::string("/") + key, shownJson(object_[key]) + " is neither true nor false");
        }
    }

    /// A list of texts, each of which `check` may throw a ConfigError about.
    template<class Check>
    void texts(const char* key, std::vector<std::string>& list, const Check& check) {
        if (!object_.contains(key)) return;
        const std::string at = std::string("/") + key;
        if (!object_[key].is_array()) {
            problem(at, shownJson(object_[key]) + " is not a list");
            return;
        }
        list.clear();
        for (std::size_t i = 0; i < object_[key].size(); ++i) {
            const json& entry = object_[key][i];
            const std::string entry_at = at + "/" + std::to_string(i);
            if (!entry.is_string()) {
                problem(entry_at, shownJson(entry) + " is not text");
                continue;
            }
            list.push_back(entry.get<std::string>());
            checked(entry_at, list.back(), check);
        }
    }

    /// A field, which must be there where `needed`.
    void field(const char* key, std::string& name, bool needed) {
        if (!object_.contains(key)) {
            if (needed) {
                problem(std::string("/") + key,
                        "is missing; give a field, such as \"/phases/1/alpha/nu\"");
            }
            return;
        }
        if (!object_[key].is_string()) {
            problem(std::string("/") + key,
                    shownJson(object_[key]) + " is no field; give its name as text");
            return;
        }
        name = object_[key].get<std::string>();
        checked(std::string("/") + key, name, [](const std::string& it) { figureField(it); });
    }

private:
    template<class Check>
    void checked(const std::string& at, const std::string& text, const Check& check) {
        try {
            check(text);
        } catch (const ConfigError& error) {
            problem(at, error.what());
        }
    }

    const json& object_;
    std::vector<Problem>& problems_;
};

/// Whether the format can be read; what is wrong with it otherwise.
void checkFormat(const json& object, const std::string& subject) {
    if (!object.is_object()) {
        throw ConfigError(subject + ": " + shownJson(object) +
                          " is no figure; a figure is an object with \"figure\" and \"x\"");
    }
    const json format = object.value("format", json(kFigureFormat));
    if (!format.is_number_integer() || format.get<std::int64_t>() < 1) {
        throw ConfigError(subject + ": /format is " + shownJson(format) +
                          ", which is no format number; allowed: " + std::to_string(kFigureFormat));
    }
    if (format.get<std::int64_t>() > kFigureFormat) {
        throw ConfigError(subject + ": /format is " + shownJson(format) +
                          ", newer than this version of Ballast, which reads up to " +
                          std::to_string(kFigureFormat));
    }
}

}  // namespace

FigureDescription figureFromJson(const json& object, const std::string& subject) {
    checkFormat(object, subject);
    FigureDescription figure;
    std::vector<Problem> problems;
    Reader read(object, problems);
    read.choice("figure", figure.figure, kKinds);
    if (!problems.empty()) throw ConfigError(subject + ": the figure is not valid", problems);
    const FigureKind kind = figure.figure;
    const std::vector<std::string> known = keysOf(kind);
    for (const auto& [key, value] : object.items()) {
        if (std::ranges::find(known, key) != known.end()) continue;
        problems.push_back({"/" + key, unknownKey(key, known) + " in a figure of kind " +
                                           std::string(wordFor(kind, kKinds))});
    }
    const auto is_field = [](const std::string& name) { figureField(name); };
    if (kind != FigureKind::parallel) {
        read.field("x", figure.x, true);
        read.choice("x_scale", figure.x_scale, kScales);
        read.field("y", figure.y, kind == FigureKind::surface);
    }
    if (kind == FigureKind::response) {
        read.texts("lines", figure.lines, is_field);
        if (std::ranges::find(figure.lines, figure.x) != figure.lines.end()) {
            problems.push_back(
                {"/lines", "holds \"" + figure.x + "\", which is x: each line would be one point"});
        }
    } else {
        read.field("value", figure.value, false);
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
    read.texts("where", figure.where, [](const std::string& text) { runCondition(text); });
    read.choice("spread", figure.spread, kSpreads);
    read.yesOrNo("seeds_as_points", figure.seeds_as_points);
    read.text("title", figure.title);
    read.text("style", figure.style);
    if (!problems.empty()) throw ConfigError(subject + ": the figure is not valid", problems);
    return figure;
}

ordered_json toJson(const FigureDescription& figure) {
    ordered_json object;
    for (const std::string& key : keysOf(figure.figure)) {
        if (key == "format") object[key] = kFigureFormat;
        if (key == "figure") object[key] = wordFor(figure.figure, kKinds);
        if (key == "x") object[key] = figure.x;
        if (key == "x_scale") object[key] = wordFor(figure.x_scale, kScales);
        if (key == "y") object[key] = figure.y;
        if (key == "y_scale") object[key] = wordFor(figure.y_scale, kScales);
        if (key == "value") object[key] = figure.value;
        if (key == "axes") object[key] = figure.axes;
        if (key == "lines") object[key] = figure.lines;
        if (key == "where") object[key] = figure.where;
        if (key == "spread") object[key] = wordFor(figure.spread, kSpreads);
        if (key == "seeds_as_points") object[key] = figure.seeds_as_points;
        if (key == "title") object[key] = figure.title;
        if (key == "style") object[key] = figure.style;
    }
    return object;
}

}  // namespace ballast
