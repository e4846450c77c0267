#include "core/experiment/config_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>

#include "core/experiment/catalog.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_meaning.h"
#include "core/experiment/imbalance.h"

namespace ballast {

bool isDeviceName(const std::string& name) {
    if (name == "auto" || name == "cpu" || name == "cuda") return true;
    const std::string prefix = "cuda:";
    return name.starts_with(prefix) && name.size() > prefix.size() && name.size() <= 8 &&
           std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), name.end(),
                       [](char c) { return c >= '0' && c <= '9'; });
}

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::string shown(const json& value) {
    std::string text = value.dump();
    if (text.size() > 60) text = text.substr(0, 57) + "...";
    return text;
}

std::string unknownKey(const std::string& key, const std::vector<std::string>& known) {
    const std::string nearest = nearestWord(key, known);
    std::string text = "unknown key \"" + key + "\"";
    if (!nearest.empty()) return text + "; did you mean \"" + nearest + "\"?";
    text += "; known here: ";
    for (const std::string& word : known) text += (&word == &known.front() ? "" : ", ") + word;
    return text;
}

std::string badChoice(const Field& field, const std::string& value) {
    std::vector<std::string> names;
    for (const CatalogEntry& entry : field.choices) names.emplace_back(entry.name);
    const std::string nearest = nearestWord(value, names);
    return "\"" + value + "\" is not known" +
           (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?") +
           "; allowed: " + allowedText(field);
}

/// What is wrong with one field's value, or "".
std::string fieldProblem(const Field& field, const json& value) {
    const auto wrongType = [&](const char* expected) {
        return shown(value) + " is not " + expected +
               (field.type == FieldType::text ? "" : "; allowed: " + allowedText(field));
    };
    if (value.is_null() && field.nullable) return "";
    switch (field.type) {
        case FieldType::text:
            return value.is_string() ? "" : wrongType("text");
        case FieldType::integer:
        case FieldType::number: {
            if (!value.is_number()) return wrongType("a number");
            const double number = value.get<double>();
            if (field.type == FieldType::integer && !value.is_number_integer() &&
                number != std::floor(number)) {
                return wrongType("a whole number");
            }
            const bool too_small =
                field.above_minimum ? number <= field.minimum : number < field.minimum;
            if (!std::isfinite(number) || too_small || number > field.maximum) {
                return shown(value) + " is out of range; allowed: " + allowedText(field);
            }
            return "";
        }
        case FieldType::choice:
        case FieldType::model:
        case FieldType::device: {
            if (!value.is_string()) return wrongType("text");
            const auto name = value.get<std::string>();
            if (field.type == FieldType::model && residualDepth(name)) return "";
            if (field.type == FieldType::device) {
                return isDeviceName(name) ? "" : badChoice(field, name);
            }
            for (const CatalogEntry& entry : field.choices) {
                if (entry.name == name) return "";
            }
            return badChoice(field, name);
        }
        case FieldType::class_rule:
            return "";  // classRuleFromJson says
    }
    return "";
}

void walk(const json& value, const std::string& pattern, const std::string& pointer,
          std::vector<Problem>& problems) {
    if (const Field* field = findField(pattern)) {
        if (field->type == FieldType::class_rule) {
            classRuleFromJson(value, field->term, pointer, problems);
        } else if (std::string text = fieldProblem(*field, value); !text.empty()) {
            problems.push_back({pointer, std::move(text)});
        }
        return;
    }
    const std::vector<std::string> known = childKeys(pattern);
    if (known == std::vector<std::string>{"*"}) {
        if (!value.is_array()) {
            problems.push_back({pointer, shown(value) + " is not a list"});
            return;
        }
        for (std::size_t i = 0; i < value.size(); ++i) {
            walk(value[i], pattern + "/*", pointer + "/" + std::to_string(i), problems);
        }
        return;
    }
    if (!value.is_object()) {
        problems.push_back({pointer, shown(value) + " is not an object"});
        return;
    }
    for (const auto& [key, child] : value.items()) {
        const std::string child_pointer = pointer + "/" + key;
        if (std::ranges::find(known, key) == known.end()) {
            problems.push_back({child_pointer, unknownKey(key, known)});
        } else if (pattern.empty() && key == "format") {
            if (!child.is_number_integer() || child.get<std::int64_t>() < 1) {
                problems.push_back({child_pointer, shown(child) +
                                                       " is not a format number; allowed: " +
                                                       std::to_string(kConfigFormat)});
            } else if (child.get<std::int64_t>() > kConfigFormat) {
                problems.push_back(
                    {child_pointer,
                     "format " + shown(child) +
                         " is newer than this version of Ballast, which reads up to " +
                         std::to_string(kConfigFormat)});
            }
        } else {
            walk(child, pattern + "/" + key, child_pointer, problems);
        }
    }
}

template<class T>
void read(const json& object, const char* key, T& target) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return;
    if constexpr (std::is_integral_v<T>) {
        target = found->is_number_float() ? static_cast<T>(found->template get<double>())
                                          : found->template get<T>();
    } else {
        target = found->template get<T>();
    }
}

const json& section(const json& object, const char* key) {
    static const json kEmpty = json::object();
    const auto found = object.find(key);
    return found == object.end() ? kEmpty : *found;
}

LossConfig lossFrom(const json& object) {
    LossConfig loss;
    read(object, "name", loss.name);
    read(object, "reduction", loss.reduction);
    read(object, "focal_gamma", loss.focal_gamma);
    return loss;
}

/// The phases of an object that walk() has found to be well-formed.
std::vector<Phase> phasesFrom(const json& object) {
    if (!object.contains("phases")) return {Phase{}};
    std::vector<Problem> none;
    std::vector<Phase> phases;
    for (const json& entry : object["phases"]) {
        Phase phase;
        read(entry, "from", phase.from);
        const std::tuple<const char*, ClassTerm, ClassRule*> terms[] = {
            {"alpha", ClassTerm::alpha, &phase.alpha},
            {"beta", ClassTerm::beta, &phase.beta},
            {"delta", ClassTerm::delta, &phase.delta}};
        for (const auto& [key, term, rule] : terms) {
            if (entry.contains(key)) *rule = classRuleFromJson(entry[key], term, "", none);
        }
        read(entry, "lr_factor", phase.lr_factor);
        if (entry.contains("weight_decay") && !entry["weight_decay"].is_null()) {
            phase.weight_decay = entry["weight_decay"].get<double>();
        }
        read(entry, "sam_radius", phase.sam_radius);
        read(entry, "sampling", phase.sampling);
        read(entry, "trainable", phase.trainable);
        read(entry, "head_start", phase.head_start);
        read(entry, "head_tau", phase.head_tau);
        if (entry.contains("head_max_norm") && !entry["head_max_norm"].is_null()) {
            phase.head_max_norm = entry["head_max_norm"].get<double>();
        }
        phases.push_back(std::move(phase));
    }
    return phases;
}

RunConfig convert(const json& json_config) {
    RunConfig config;
    read(json_config, "name", config.name);
    const json& data = section(json_config, "data");
    read(data, "dataset", config.data.dataset);
    read(data, "folder", config.data.folder);
    read(data, "image_size", config.data.image_size);
    read(data, "validation_per_class", config.data.validation_per_class);
    const json& imbalance = section(data, "imbalance");
    read(imbalance, "profile", config.data.imbalance.profile);
    read(imbalance, "ratio", config.data.imbalance.ratio);
    read(imbalance, "seed", config.data.imbalance.seed);
    const json& model = section(json_config, "model");
    read(model, "name", config.model.name);
    read(model, "head", config.model.head);
    config.loss = lossFrom(section(json_config, "loss"));
    config.phases = phasesFrom(json_config);
    const json& optimizer = section(json_config, "optimizer");
    read(optimizer, "lr", config.optimizer.lr);
    read(optimizer, "momentum", config.optimizer.momentum);
    read(optimizer, "weight_decay", config.optimizer.weight_decay);
    const json& schedule = section(json_config, "lr_schedule");
    read(schedule, "kind", config.lr_schedule.kind);
    read(schedule, "warmup_epochs", config.lr_schedule.warmup_epochs);
    if (schedule.contains("steps")) {
        for (const json& entry : schedule["steps"]) {
            LrStep step;
            read(entry, "from", step.from);
            read(entry, "factor", step.factor);
            config.lr_schedule.steps.push_back(step);
        }
    }
    const json& training = section(json_config, "training");
    read(training, "epochs", config.training.epochs);
    read(training, "batch_size", config.training.batch_size);
    read(training, "augmentation", config.training.augmentation);
    read(training, "seed", config.training.seed);
    read(training, "device", config.training.device);
    read(training, "threads", config.training.threads);
    read(training, "convolution", config.training.convolution);
    read(training, "exact_every", config.training.exact_every);
    read(training, "selection", config.training.selection);
    return config;
}

std::string dumped(double value) {
    return json(value).dump();
}

ordered_json numberOrNull(const std::optional<double>& value) {
    return value ? ordered_json(*value) : ordered_json(nullptr);
}

std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
            diagonal = above;
        }
    }
    return row[b.size()];
}

/// One number per class. Appends to `problems` what the term does not allow.
std::vector<double> classValuesFromJson(const json& list, ClassTerm term,
                                        const std::string& pointer,
                                        std::vector<Problem>& problems) {
    std::vector<double> values;
    if (!list.is_array()) {
        problems.push_back({pointer, shown(list) + " is not a list with one number per class"});
        return values;
    }
    bool any_positive = false;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string at = pointer + "/" + std::to_string(i);
        if (!list[i].is_number() || !std::isfinite(list[i].get<double>())) {
            problems.push_back({at, shown(list[i]) + " is not a finite number"});
            continue;
        }
        const double number = list[i].get<double>();
        if (term == ClassTerm::alpha && number < 0) {
            problems.push_back({at, shown(list[i]) + " is negative; a class weight is 0 or more"});
        } else if (term == ClassTerm::beta && number <= 0) {
            problems.push_back({at, shown(list[i]) + " is not positive; allowed: numbers above 0"});
        }
        any_positive = any_positive || number > 0;
        values.push_back(number);
    }
    if (term == ClassTerm::alpha && !any_positive) {
        problems.push_back({pointer, "at least one class weight must be above 0"});
    }
    return values;
}

}  // namespace

std::string nearestWord(std::string_view word, const std::vector<std::string>& known) {
    std::string nearest;
    std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string& candidate : known) {
        const std::size_t distance = editDistance(word, candidate);
        if (distance < best) {
            best = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

ClassRule classRuleFromJson(const json& value, ClassTerm term, const std::string& pointer,
                            std::vector<Problem>& problems) {
    const auto problem = [&](const std::string& at, const std::string& text) {
        problems.push_back({at, text});
    };
    ClassRule rule;
    if (value.is_array()) {
        rule.rule = "values";
        rule.values = classValuesFromJson(value, term, pointer, problems);
        return rule;
    }
    const Field dummy{.type = FieldType::class_rule, .term = term};
    json object = value;
    if (value.is_string()) object = {{"rule", value}};
    if (!object.is_object() || !object.contains("rule") || !object["rule"].is_string()) {
        problem(pointer, shown(value) + " is not a class rule; allowed: " + allowedText(dummy));
        return rule;
    }
    rule.rule = object["rule"].get<std::string>();
    std::vector<std::string> names;
    const ClassRuleInfo* info = nullptr;
    for (const ClassRuleInfo* candidate : rulesFor(term)) {
        if (candidate->name == "values") continue;
        names.emplace_back(candidate->name);
        if (candidate->name == rule.rule) info = candidate;
    }
    if (info == nullptr) {
        const std::string nearest = nearestWord(rule.rule, names);
        problem(value.is_string() ? pointer : pointer + "/rule",
                "\"" + rule.rule + "\" is not a rule for this term" +
                    (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?") +
                    "; allowed: " + allowedText(dummy));
        return rule;
    }
    std::vector<std::string> keys{"rule"};
    if (info->parameter) {
        const RuleParameter& p = *info->parameter;
        keys.emplace_back(p.name);
        rule.parameters[keys.back()] = p.default_value;
    }
    const bool class_values = info->class_values && object.contains("values");
    if (class_values) {  // they take the parameter's place
        keys = {"rule", "values"};
        rule.parameters.clear();
        // Whatever the term, δ_y of Eq. 4 is positive, like a logit scale.
        rule.values =
            classValuesFromJson(object["values"], ClassTerm::beta, pointer + "/values", problems);
    }
    for (const auto& [key, child] : object.items()) {
        const std::string at = pointer + "/" + key;
        if (key == "rule" || (class_values && key == "values")) continue;
        if (std::ranges::find(keys, key) == keys.end()) {
            problem(at, unknownKey(key, keys));
            continue;
        }
        const RuleParameter& p = *info->parameter;
        const std::string allowed = (p.open ? "above " : "") + dumped(p.minimum) + " … " +
                                    (p.open ? "below " : "") + dumped(p.maximum);
        if (!child.is_number()) {
            problem(at, shown(child) + " is not a number; allowed: " + allowed);
            continue;
        }
        const double number = child.get<double>();
        const bool inside = p.open ? number > p.minimum && number < p.maximum
                                   : number >= p.minimum && number <= p.maximum;
        if (!inside) problem(at, shown(child) + " is out of range; allowed: " + allowed);
        rule.parameters[key] = number;
    }
    return rule;
}

LossAndPhases lossAndPhasesFromJson(const json& object, int epochs,
                                    std::vector<Problem>& problems) {
    std::vector<Problem> found;
    for (const char* key : {"loss", "phases"}) {
        const std::string pointer = std::string("/") + key;
        if (object.contains(key)) walk(object.at(key), pointer, pointer, found);
    }
    LossAndPhases result;
    if (found.empty()) {
        result = {lossFrom(section(object, "loss")), phasesFrom(object)};
        checkPhases(result.phases, result.loss, epochs, found);
    }
    problems.insert(problems.end(), found.begin(), found.end());
    return result;
}

std::vector<Problem> checkConfig(const json& config) {
    std::vector<Problem> problems;
    walk(config, "", "", problems);
    if (problems.empty()) {
        checkMeaning(convert(config), problems);
    }
    return problems;
}

RunConfig configFromJson(const json& config, const std::string& subject) {
    std::vector<Problem> problems = checkConfig(config);
    if (!problems.empty()) throw ConfigError(subject + ": the config is not valid", problems);
    return convert(config);
}

ordered_json toJson(const ClassRule& rule) {
    if (rule.rule == "values") return rule.values;
    if (rule.parameters.empty() && rule.values.empty()) return rule.rule;
    ordered_json json = {{"rule", rule.rule}};
    if (!rule.values.empty()) json["values"] = rule.values;
    for (const auto& [name, value] : rule.parameters) json[name] = value;
    return json;
}

ordered_json toJson(const RunConfig& config) {
    ordered_json phases = ordered_json::array();
    for (const Phase& phase : config.phases) {
        phases.push_back({{"from", phase.from},
                          {"alpha", toJson(phase.alpha)},
                          {"beta", toJson(phase.beta)},
                          {"delta", toJson(phase.delta)},
                          {"lr_factor", phase.lr_factor},
                          {"weight_decay", numberOrNull(phase.weight_decay)},
                          {"sam_radius", phase.sam_radius},
                          {"sampling", phase.sampling},
                          {"trainable", phase.trainable},
                          {"head_start", phase.head_start},
                          {"head_tau", phase.head_tau},
                          {"head_max_norm", numberOrNull(phase.head_max_norm)}});
    }
    ordered_json steps = ordered_json::array();
    for (const LrStep& step : config.lr_schedule.steps) {
        steps.push_back({{"from", step.from}, {"factor", step.factor}});
    }
    return {{"format", kConfigFormat},
            {"name", config.name},
            {"data",
             {{"dataset", config.data.dataset},
              {"folder", config.data.folder},
              {"image_size", config.data.image_size},
              {"imbalance",
               {{"profile", config.data.imbalance.profile},
                {"ratio", config.data.imbalance.ratio},
                {"seed", config.data.imbalance.seed}}},
              {"validation_per_class", config.data.validation_per_class}}},
            {"model", {{"name", config.model.name}, {"head", config.model.head}}},
            {"loss",
             {{"name", config.loss.name},
              {"reduction", config.loss.reduction},
              {"focal_gamma", config.loss.focal_gamma}}},
            {"phases", phases},
            {"optimizer",
             {{"lr", config.optimizer.lr},
              {"momentum", config.optimizer.momentum},
              {"weight_decay", config.optimizer.weight_decay}}},
            {"lr_schedule",
             {{"kind", config.lr_schedule.kind},
              {"warmup_epochs", config.lr_schedule.warmup_epochs},
              {"steps", steps}}},
            {"training",
             {{"epochs", config.training.epochs},
              {"batch_size", config.training.batch_size},
              {"augmentation", config.training.augmentation},
              {"seed", config.training.seed},
              {"device", config.training.device},
              {"threads", config.training.threads},
              {"convolution", config.training.convolution},
              {"exact_every", config.training.exact_every},
              {"selection", config.training.selection}}}};
}

json parseJson(std::string_view text, const std::string& subject) {
    std::vector<std::set<std::string>> keys;
    std::vector<Problem> twice;
    const auto watch = [&](int, json::parse_event_t event, json& parsed) {
        if (event == json::parse_event_t::object_start) keys.emplace_back();
        if (event == json::parse_event_t::object_end) keys.pop_back();
        if (event == json::parse_event_t::key &&
            !keys.back().insert(parsed.get<std::string>()).second) {
            twice.push_back(
                {"/" + parsed.get<std::string>(), "the key stands twice in one object"});
        }
        return true;
    };
    try {
        json parsed = json::parse(text.begin(), text.end(), watch);
        if (!twice.empty()) throw ConfigError(subject, twice);
        return parsed;
    } catch (const json::exception& error) {  // also a number that no double can hold
        std::string detail = error.what();
        if (const std::size_t at = detail.find("] "); at != std::string::npos) {
            detail = detail.substr(at + 2);
        }
        throw ConfigError(subject + " is not valid JSON: " + detail);
    }
}

void setField(json& config, const std::string& pointer, json value) {
    std::string parent = pointer;  // a rule's parameter ("/phases/1/alpha/nu") belongs to its rule
    if (findField(parent) == nullptr) parent = parent.substr(0, parent.rfind('/'));
    const Field* owner = findField(parent);
    const std::string pattern = fieldPattern(pointer);
    const bool whole_list = pattern == "/phases" || pattern == "/lr_schedule/steps";
    if (!whole_list &&
        (owner == nullptr || (parent != pointer && owner->type != FieldType::class_rule))) {
        std::vector<std::string> known;
        for (const Field& field : configFields()) known.emplace_back(field.pointer);
        const std::string nearest = nearestWord(pattern, known);
        throw ConfigError("no field " + pointer +
                          (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
    }
    try {
        const json::json_pointer at(pointer);
        // A missing list element must not be made up out of nothing.
        if (pattern.find("/*") != std::string::npos) {
            const std::size_t star = pattern.find("/*");
            const std::string list = pattern.substr(0, star);
            const std::size_t start = star + 1;
            const std::string digits = pointer.substr(start, pointer.find('/', start) - start);
            std::size_t index = 0;
            const auto parsed =
                std::from_chars(digits.data(), digits.data() + digits.size(), index);
            if (parsed.ec != std::errc()) index = std::numeric_limits<std::size_t>::max();
            const json::json_pointer list_at(list);
            if (!config.contains(list_at)) config[list_at] = json(toJson(RunConfig{}))[list_at];
            const std::size_t size = config[list_at].size();
            if (index >= size) {
                throw ConfigError(list + " has " + std::to_string(size) +
                                  " elements; there is no element " + digits);
            }
        }
        if (parent != pointer) {
            json& rule = config[json::json_pointer(parent)];
            if (rule.is_string()) rule = json{{"rule", rule}};
        }
        config[at] = std::move(value);
    } catch (const json::exception& error) {
        throw ConfigError(error.what());
    }
}

void applySetting(json& config, const std::string& setting) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || !setting.starts_with('/')) {
        throw ConfigError("--set " + setting +
                          ": expected /pointer=value, e.g. /training/epochs=20");
    }
    const std::string text = setting.substr(equals + 1);
    json value = json::parse(text, nullptr, false);
    if (value.is_discarded()) value = text;
    try {
        setField(config, setting.substr(0, equals), std::move(value));
    } catch (const ConfigError& error) {
        throw ConfigError("--set " + setting + ": " + error.what());
    }
}

}  // namespace ballast
