#include "core/experiment/sweep.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <set>

#include "core/base/json_text.h"
#include "core/base/nearest_word.h"
#include "core/experiment/catalog.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_settings.h"
#include "core/experiment/field_words.h"
#include "core/experiment/sweep_points.h"

namespace ballast {
namespace {

using nlohmann::json;

constexpr const char* kSeedPointer = "/training/seed";
constexpr double kMaximumPoints = 1e6;
constexpr std::size_t kMaximumProblems = 40;

/// Reads one part of a sweep; what is wrong with it goes to `problems`.
class SweepReader {
public:
    explicit SweepReader(std::vector<Problem>& problems) : problems_(problems) {}

    void problem(const std::string& pointer, const std::string& message) {
        problems_.push_back({pointer, message});
    }

    void keys(const json& object, const std::string& at, const std::vector<std::string>& known) {
        for (const auto& [key, value] : object.items()) {
            if (std::ranges::find(known, key) != known.end()) continue;
            const std::string nearest = nearestWord(key, known);
            std::string list;
            for (const std::string& word : known) list += (list.empty() ? "" : ", ") + word;
            problem(at + "/" + key, nearest.empty()
                                        ? "unknown key; known here: " + list
                                        : "unknown key; did you mean \"" + nearest + "\"?");
        }
    }

    /// The points of a range object.
    std::vector<json> range(const json& object, const std::string& at) {
        const std::size_t before = problems_.size();
        keys(object, at, {"from", "to", "step", "count", "scale"});
        const auto number = [&](const char* key) {
            if (object.contains(key) && !object[key].is_number()) {
                problem(at + "/" + key, shownJson(object[key]) + " is not a number");
                return 0.0;
            }
            return object.value(key, std::numeric_limits<double>::quiet_NaN());
        };
        const double from = number("from");
        const double to = number("to");
        const double step = number("step");
        const double count = number("count");
        const bool logarithmic = object.contains("scale") && object["scale"] == "log";
        if (object.contains("scale") && !logarithmic && object["scale"] != "linear") {
            problem(at + "/scale", shownJson(object["scale"]) + "; allowed: linear, log");
        }
        if (std::isnan(from) || std::isnan(to) || std::isnan(step) == std::isnan(count)) {
            problem(at, "a range has from, to, and either step or count");
        }
        if (problems_.size() > before) return {};
        double points = count;
        if (!std::isnan(step)) {
            if (step == 0.0 || (to - from) / step < 0.0) {
                problem(at + "/step", shownJson(object["step"]) + " does not lead from " +
                                          shownJson(object["from"]) + " to " +
                                          shownJson(object["to"]));
                return {};
            }
            points = std::floor((to - from) / step + 1e-9) + 1.0;
            if (logarithmic) problem(at + "/scale", "log goes with count, not with step");
        }
        if (points != std::floor(points) || points < 1.0 || points > kMaximumPoints) {
            problem(at + (std::isnan(step) ? "/count" : "/step"),
                    "gives " + shownJson(points) + " points; allowed: 1 … 1000000");
            return {};
        }
        if (logarithmic && (from <= 0.0 || to <= 0.0)) {
            problem(at + "/scale", "log needs from and to above 0");
            return {};
        }
        return pointsOf(object, static_cast<int>(points), std::isnan(step), logarithmic);
    }

    /// The values of an axis: a list or a range, each value once.
    std::vector<json> values(const json& given, const std::string& at) {
        std::vector<json> all;
        if (given.is_object() && (given.contains("from") || given.contains("to"))) {
            all = range(given, at);
        } else if (given.is_array()) {
            all.assign(given.begin(), given.end());
            if (all.empty()) problem(at, "the axis is empty; give at least one value");
        } else {
            problem(at,
                    shownJson(given) + " is neither a list of values nor a range with from and to");
        }
        return all;
    }

    /// One axis: `object`'s pointers go together.
    void axis(const json& object, const std::string& at, std::vector<SweepAxis>& axes) {
        SweepAxis axis;
        for (const auto& [pointer, given] : object.items()) {
            const std::string here = at + " " + pointer;
            std::vector<json> points = values(given, here);
            if (!axis.values.empty() && !points.empty() && points.size() != axis.size()) {
                problem(here, "has " + std::to_string(points.size()) +
                                  " values; fields that go together need equally many, here " +
                                  std::to_string(axis.size()));
            }
            axis.pointers.push_back(pointer);
            axis.values.push_back(std::move(points));
        }
        if (axis.pointers.empty()) problem(at, "the axis names no field");
        dropRepeated(axis);
        leadWithSymbol(axis);
        axes.push_back(std::move(axis));
    }

private:
    static std::vector<json> pointsOf(const json& object, int points, bool by_count,
                                      bool logarithmic) {
        const double from = object["from"].get<double>();
        const double to = object["to"].get<double>();
        const auto whole = [&](const char* key) {
            return !object.contains(key) || object[key].is_number_integer();
        };
        std::vector<json> values;
        for (int i = 0; i < points; ++i) {
            double value = from;
            if (by_count) {
                const double share = points == 1 ? 0.0 : static_cast<double>(i) / (points - 1);
                value =
                    logarithmic ? from * std::pow(to / from, share) : from + (to - from) * share;
                if (i + 1 == points && points > 1) value = to;
            } else {
                value = from + object["step"].get<double>() * i;
            }
            // 0.1 + 0.2 is meant as 0.3: the shortest number that is as good to twelve digits.
            char text[40];
            std::snprintf(text, sizeof text, "%.12g", value);
            value = std::strtod(text, nullptr);
            const bool integral = whole("from") && whole("to") && whole("step") &&
                                  value == std::floor(value) && std::abs(value) < 9e15;
            if (integral) {
                values.emplace_back(static_cast<std::int64_t>(value));
            } else {
                values.emplace_back(value);
            }
        }
        return values;
    }

    /// Labels speak of an axis's first field: rather T₀ than the learning-rate step that follows
    /// it.
    static void leadWithSymbol(SweepAxis& axis) {
        for (std::size_t k = 0; k < axis.pointers.size(); ++k) {
            const Field* field = findField(axis.pointers[k]);
            if (field != nullptr && field->symbol.empty()) continue;
            std::swap(axis.pointers.front(), axis.pointers[k]);
            std::swap(axis.values.front(), axis.values[k]);
            return;
        }
    }

    static void dropRepeated(SweepAxis& axis) {
        if (std::ranges::any_of(axis.values,
                                [&](const auto& list) { return list.size() != axis.size(); })) {
            return;
        }
        std::set<std::vector<json>> seen;
        std::vector<std::vector<json>> kept(axis.values.size());
        for (std::size_t i = 0; i < axis.size(); ++i) {
            std::vector<json> point;
            for (const auto& list : axis.values) point.push_back(list[i]);
            if (!seen.insert(point).second) continue;
            for (std::size_t k = 0; k < point.size(); ++k) kept[k].push_back(point[k]);
        }
        axis.values = std::move(kept);
    }

    std::vector<Problem>& problems_;
};

void readPresets(const json& object, Sweep& sweep, SweepReader& reader) {
    if (!object.is_object())
        return reader.problem("/presets", shownJson(object) + " is not an object");
    reader.keys(object, "/presets",
                {"methods", "dataset", "profile", "ratio", "protocol", "epochs"});
    try {
        sweep.methods = object.at("methods").get<std::vector<std::string>>();
        sweep.presets.dataset = object.value("dataset", sweep.presets.dataset);
        sweep.presets.profile = object.value("profile", sweep.presets.profile);
        sweep.presets.ratio = object.value("ratio", sweep.presets.ratio);
        sweep.presets.protocol = object.value("protocol", sweep.presets.protocol);
        sweep.presets.epochs = object.value("epochs", sweep.presets.epochs);
    } catch (const json::exception&) {
        return reader.problem("/presets",
                              "methods is a list of names; dataset, profile and protocol are text; "
                              "ratio and epochs are numbers");
    }
    if (sweep.methods.empty()) reader.problem("/presets/methods", "the list is empty");
    for (std::size_t i = 0; i < sweep.methods.size(); ++i) {
        PresetRequest request = sweep.presets;
        request.method = sweep.methods[i];
        try {
            presetConfig(request);
        } catch (const ConfigError& error) {
            reader.problem("/presets/methods/" + std::to_string(i), error.what());
        }
    }
}

/// A whole number from 0, however the JSON was made.
bool isCount(const json& value) {
    return value.is_number_unsigned() ||
           (value.is_number_integer() && value.get<std::int64_t>() >= 0);
}

void readSeeds(const json& given, Sweep& sweep, SweepReader& reader) {
    json list = given;
    if (given.is_object()) {
        reader.keys(given, "/seeds", {"from", "count"});
        if (!given.contains("count") || !isCount(given["count"]) ||
            !isCount(given.value("from", json(0)))) {
            return reader.problem("/seeds", "is {\"from\": first seed, \"count\": how many}");
        }
        list = json::array();
        const auto count = std::min<std::uint64_t>(given["count"].get<std::uint64_t>(), 1'000'000);
        for (std::uint64_t i = 0; i < count; ++i) {
            list.push_back(given.value("from", std::uint64_t{0}) + i);
        }
    }
    if (!list.is_array() || list.empty()) {
        return reader.problem("/seeds", shownJson(given) + " is no list of whole numbers from 0");
    }
    std::set<std::uint64_t> seen;
    for (const json& seed : list) {
        if (!isCount(seed)) {
            reader.problem("/seeds", shownJson(seed) + " is not a whole number from 0");
        } else if (seen.insert(seed.get<std::uint64_t>()).second) {
            sweep.seeds.push_back(seed.get<std::uint64_t>());
        }
    }
}

std::string pointText(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number_float()) {
        char text[40];
        std::snprintf(text, sizeof text, "%.6g", value.get<double>());
        return text;
    }
    if (value.is_object() && value.contains("rule")) {
        std::string text = pointText(value["rule"]);
        for (const auto& [key, part] : value.items()) {
            if (key != "rule") text += " " + pointText(part);
        }
        return text;
    }
    return shownJson(value);
}

/// What each axis is called in labels; the same name twice is told apart by its pointer. "" where
/// it has one value only, which tells no run from another.
std::vector<std::string> axisTexts(const Sweep& sweep) {
    std::vector<std::string> texts;
    for (const SweepAxis& axis : sweep.axes) {
        texts.push_back(axis.size() > 1 ? fieldSymbol(axis.pointers.front()) : "");
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
        for (std::size_t k = i + 1; k < texts.size(); ++k) {
            if (texts[i].empty() || texts[i] != texts[k]) continue;
            texts[i] = sweep.axes[i].pointers.front();
            texts[k] = sweep.axes[k].pointers.front();
        }
    }
    return texts;
}

/// Sets in `config` what the axes say at one point; `problem` hears of fields that are not there.
void setAxes(const Sweep& sweep, const StartingPoints& starts, const std::vector<std::size_t>& at,
             json& config,
             const std::function<void(const std::string& pointer, const std::string&)>& problem) {
    for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
        const SweepAxis& axis = sweep.axes[a];
        for (std::size_t k = 0; k < axis.pointers.size(); ++k) {
            const json& value = axis.values[k][at[a]];
            if (starts.taken(axis.pointers[k], value)) continue;
            try {
                for (const std::string& pointer : fieldsMeant(config, axis.pointers[k])) {
                    setField(config, pointer, value);
                }
            } catch (const ConfigError& error) {
                problem(axis.pointers[k], error.what());
            }
        }
    }
}

/// The point after `at`, the last axis turning fastest; false, and the first again, at the end.
bool nextPoint(const Sweep& sweep, std::vector<std::size_t>& at) {
    for (std::size_t a = sweep.axes.size(); a-- > 0;) {
        if (++at[a] < sweep.axes[a].size()) return true;
        at[a] = 0;
    }
    return false;
}

/// "ν = 0.1, m = 64": the values that tell the run from others.
std::string labelAt(const Sweep& sweep, const std::vector<std::string>& names,
                    const std::vector<std::size_t>& at) {
    std::string label;
    for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
        if (names[a].empty()) continue;
        label += (label.empty() ? "" : ", ") + names[a] + " = " +
                 pointText(sweep.axes[a].values.front()[at[a]]);
    }
    return label;
}

}  // namespace

std::uint64_t Sweep::size() const {
    constexpr std::uint64_t kLimit = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t runs = std::max<std::size_t>(1, methods.size());
    const auto times = [&](std::uint64_t factor) {
        runs = factor != 0 && runs > kLimit / factor ? kLimit : runs * factor;
    };
    for (const SweepAxis& axis : axes) times(axis.size());
    times(std::max<std::size_t>(1, seeds.size()));
    return runs;
}

std::uint64_t Sweep::epochsAlone() const {
    const json first = StartingPoints(*this).of(methods.empty() ? nullptr : &methods.front(),
                                                std::vector<std::size_t>(axes.size(), 0));
    const json::json_pointer at("/training/epochs");
    const bool said = first.contains(at) && first[at].is_number_integer();
    const int given = said ? first[at].get<int>() : TrainingConfig{}.epochs;
    const auto epochs = static_cast<std::uint64_t>(std::max(0, given));
    return epochs != 0 && size() > std::numeric_limits<std::uint64_t>::max() / epochs
               ? std::numeric_limits<std::uint64_t>::max()
               : size() * epochs;
}

Sweep sweepFromJson(const json& object, const std::string& subject) {
    std::vector<Problem> problems;
    SweepReader reader(problems);
    Sweep sweep;
    if (!object.is_object()) throw ConfigError(subject + " is not a sweep: not a JSON object");
    reader.keys(object, "", {"format", "name", "base", "presets", "axes", "seeds"});
    if (object.contains("format") && object["format"] != kSweepFormat) {
        reader.problem("/format", shownJson(object["format"]) + "; this version of Ballast reads " +
                                      std::to_string(kSweepFormat));
    }
    if (object.contains("name")) {
        if (object["name"].is_string()) {
            sweep.name = object["name"].get<std::string>();
        } else {
            reader.problem("/name", shownJson(object["name"]) + " is not text");
        }
    }
    if (object.contains("base")) sweep.base = object["base"];
    if (!sweep.base.is_object()) reader.problem("/base", "is not a config: not a JSON object");
    if (object.contains("presets")) readPresets(object["presets"], sweep, reader);
    if (!object.contains("base") && !object.contains("presets")) {
        reader.problem("", "there is neither a base nor presets to vary");
    }
    if (const json axes = object.value("axes", json::object()); axes.is_object()) {
        for (const auto& [pointer, values] : axes.items()) {
            reader.axis(json{{pointer, values}}, "/axes", sweep.axes);
        }
    } else if (axes.is_array()) {
        for (std::size_t i = 0; i < axes.size(); ++i) {
            const std::string at = "/axes/" + std::to_string(i);
            if (axes[i].is_object()) {
                reader.axis(axes[i], at, sweep.axes);
            } else {
                reader.problem(at, shownJson(axes[i]) + " is not an object of pointers and values");
            }
        }
    } else {
        reader.problem("/axes", shownJson(axes) + " is neither an object nor a list of objects");
    }
    if (object.contains("seeds")) readSeeds(object["seeds"], sweep, reader);

    std::set<std::string> named;
    for (const SweepAxis& axis : sweep.axes) {
        for (const std::string& pointer : axis.pointers) {
            const auto other = std::ranges::find_if(
                named, [&](const std::string& known) { return meanTheSame(known, pointer); });
            if (other != named.end()) {
                reader.problem("/axes " + pointer, *other == pointer
                                                       ? "stands in two axes"
                                                       : "is set by the axis " + *other + " too");
            }
            named.insert(pointer);
            if (pointer == kSeedPointer && !sweep.seeds.empty()) {
                reader.problem("/axes " + pointer, "the seeds are given by \"seeds\" already");
            }
        }
    }
    // Whether the fields are there, on the first config; sweepRuns() checks every value.
    if (problems.empty()) {
        const std::vector<std::size_t> first(sweep.axes.size(), 0);
        StartingPoints starts(sweep);
        try {
            json config =
                starts.of(sweep.methods.empty() ? nullptr : &sweep.methods.front(), first);
            setAxes(sweep, starts, first, config,
                    [&](const std::string& pointer, const std::string& message) {
                        reader.problem("/axes " + pointer, message);
                    });
        } catch (const ConfigError& error) {
            reader.problem("/presets", error.what());
        }
    }
    if (!problems.empty()) throw ConfigError(subject + ": the sweep is not valid", problems);
    return sweep;
}

std::vector<SweepRun> sweepRuns(const Sweep& sweep) {
    std::vector<Problem> problems;
    std::set<std::pair<std::string, std::string>> seen;
    const auto report = [&](const std::string& where, const Problem& problem) {
        if (problems.size() >= kMaximumProblems) return;
        if (!seen.insert({problem.pointer, problem.message}).second) return;
        problems.push_back(
            {problem.pointer, problem.message + (where.empty() ? "" : " (" + where + ")")});
    };
    const std::vector<std::string> names = axisTexts(sweep);
    std::vector<const std::string*> methods;
    for (const std::string& method : sweep.methods) methods.push_back(&method);
    if (methods.empty()) methods.push_back(nullptr);

    StartingPoints starts(sweep);
    std::vector<SweepRun> runs;
    for (const std::string* method : methods) {
        std::vector<std::size_t> at(sweep.axes.size(), 0);
        for (bool more = true; more;) {
            const std::string label = labelAt(sweep, names, at);
            json given;
            try {
                given = starts.of(method, at);
            } catch (const ConfigError& error) {
                report(label, {"/presets", error.what()});
                more = nextPoint(sweep, at);
                continue;
            }
            setAxes(sweep, starts, at, given,
                    [&](const std::string& pointer, const std::string& message) {
                        report(label, {pointer, message});
                    });
            const json said = given.value("name", json());  // checkConfig refuses what is no text
            std::string name = said.is_string() ? said.get<std::string>() : "";
            if (name.empty()) name = method != nullptr ? *method : sweep.name;
            if (!label.empty()) {
                name += std::string(name.empty() ? "" : kNameSeparator) + label;
            }

            const std::vector<Problem> found = checkConfig(given);
            for (const Problem& problem : found) report(name, problem);
            if (found.empty() && problems.empty()) {
                given["name"] = name;
                const RunConfig config = configFromJson(given, name);
                const std::string of = method != nullptr ? *method : "";
                const std::string whole = of + (of.empty() || label.empty() ? "" : ", ") + label;
                if (sweep.seeds.empty()) runs.push_back({config, given, whole});
                for (const std::uint64_t seed : sweep.seeds) {
                    SweepRun run{config, given, whole};
                    run.config.training.seed = seed;
                    run.given["training"]["seed"] = seed;
                    if (sweep.seeds.size() > 1) {
                        const std::string text = "seed " + std::to_string(seed);
                        run.config.name += std::string(kNameSeparator) + text;
                        run.label += (run.label.empty() ? "" : ", ") + text;
                        run.given["name"] = run.config.name;
                    }
                    runs.push_back(std::move(run));
                }
            }
            more = nextPoint(sweep, at);
        }
    }
    if (!problems.empty()) throw ConfigError("the sweep is not valid", problems);
    return runs;
}

}  // namespace ballast
