#include "core/results/run_query.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "core/base/error.h"
#include "core/base/nearest_word.h"
#include "core/experiment/catalog.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"
#include "core/experiment/presets.h"
#include "core/experiment/sweep.h"

namespace ballast {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr ResultFieldInfo kResultFields[] = {
    {"id", "the folder's name"},
    {"name", "the config's name"},
    {"method", "the preset's name, or the config's without its seed"},
    {"data", "data set, profile and imbalance ratio"},
    {"state",
     "queued, running, paused, finished, stopped, diverged, failed, interrupted, unreadable"},
    {"created", "ISO 8601, UTC"},
    {"device", "on which it was started"},
    {"epochs", "epochs recorded"},
    {"best", "balanced test accuracy at the best epoch"},
    {"best-epoch", "after how many epochs that was"},
    {"chosen-on", "the data that chose the best epoch, test or validation"},
    {"last", "balanced test accuracy of the last epoch"},
    {"validation", "balanced validation accuracy of the last epoch"},
    {"loss", "training loss of the last epoch"},
    {"majority", "training accuracy on the majority classes, last epoch, exact where measured"},
    {"minority", "training accuracy on the minority classes, last epoch, exact where measured"},
    {"many", "test accuracy on classes with many images, at the best epoch"},
    {"medium", "test accuracy on classes of medium size, at the best epoch"},
    {"few", "test accuracy on classes with few images, at the best epoch"},
    {"chosen-nu", "ν̂, which the run chose for its class weights (Auto-ADRW)"},
    {"chosen-tau", "τ̂, which the run chose for its logit shifts (Auto-LA)"},
    {"tags", "what people tagged it with, with commas"},
    {"note", "what people noted of it"},
    {"pinned", "yes or no"},
    {"archived", "yes or no"},
    {"disk", "bytes of the run's files"},
    {"error", "why the run cannot be read"},
};

FieldValue numberValue(double value) {
    return std::isnan(value) ? FieldValue() : FieldValue(value);
}

FieldValue textValue(const std::string& value) {
    return value.empty() ? FieldValue() : FieldValue(value);
}

FieldValue yesOrNo(bool value) {
    return value ? "yes" : "no";
}

/// Fields that say something of a run that cannot be read, too.
bool saysOfUnreadable(std::string_view name) {
    static constexpr std::string_view names[] = {"id",     "state",    "tags", "note",
                                                 "pinned", "archived", "disk", "error"};
    return std::ranges::find(names, name) != std::end(names);
}

FieldValue stateOf(const IndexedRun& run) {
    if (!run.error.empty()) return "unreadable";
    return run.interrupted ? "interrupted" : stateName(run.status.state);
}

double trainingAccuracy(const IndexedRun& run, double EpochScalars::*exact,
                        double EpochScalars::*streaming) {
    if (run.epochs.empty()) return kMissing;
    const EpochScalars& last = run.epochs.back();
    return std::isnan(last.*exact) ? last.*streaming : last.*exact;
}

double atBest(const IndexedRun& run, double EpochScalars::*value) {
    const auto epoch = run.bestEpoch();
    return epoch ? run.epochs[*epoch].*value : kMissing;
}

double atLast(const IndexedRun& run, double EpochScalars::*value) {
    return run.epochs.empty() ? kMissing : run.epochs.back().*value;
}

/// Asks for a run's method; equal configs of other seeds are asked once.
std::function<FieldValue(const IndexedRun&)> rememberedMethod() {
    const auto known = std::make_shared<std::map<std::string, std::string>>();
    return [known](const IndexedRun& run) {
        const auto [found, added] =
            known->try_emplace(configKey(run) + run.description.config.name);
        if (added) found->second = methodName(run.description.config);
        return textValue(found->second);
    };
}

std::function<FieldValue(const IndexedRun&)> resultField(const std::string& name) {
    using Run = IndexedRun;
    using Epoch = EpochScalars;
    if (name == "id") return [](const Run& run) { return textValue(run.id); };
    if (name == "name")
        return [](const Run& run) { return textValue(run.description.config.name); };
    if (name == "method") return rememberedMethod();
    if (name == "data") return [](const Run& run) { return dataText(run.description.config.data); };
    if (name == "state") return stateOf;
    if (name == "created") return [](const Run& run) { return textValue(run.description.created); };
    if (name == "device") return [](const Run& run) { return textValue(run.description.device); };
    if (name == "epochs") return [](const Run& run) { return double(run.epochs.size()); };
    if (name == "best") return [](const Run& run) { return numberValue(run.best()); };
    if (name == "best-epoch") {
        return [](const Run& run) {
            const auto epoch = run.bestEpoch();
            return epoch ? FieldValue(double(*epoch + 1)) : FieldValue();
        };
    }
    if (name == "chosen-on") {
        return [](const Run& run) {
            return textValue(std::string(nameOf(run.description.config.training.selection)));
        };
    }
    if (name == "last") return [](const Run& run) { return numberValue(run.last()); };
    if (name == "validation") {
        return [](const Run& run) {
            return numberValue(atLast(run, &Epoch::balanced_validation_accuracy));
        };
    }
    if (name == "loss")
        return [](const Run& run) { return numberValue(atLast(run, &Epoch::loss)); };
    if (name == "majority") {
        return [](const Run& run) {
            return numberValue(
                trainingAccuracy(run, &Epoch::exact_majority_accuracy, &Epoch::majority_accuracy));
        };
    }
    if (name == "minority") {
        return [](const Run& run) {
            return numberValue(
                trainingAccuracy(run, &Epoch::exact_minority_accuracy, &Epoch::minority_accuracy));
        };
    }
    if (name == "many")
        return [](const Run& run) { return numberValue(atBest(run, &Epoch::many)); };
    if (name == "medium")
        return [](const Run& run) { return numberValue(atBest(run, &Epoch::medium)); };
    if (name == "few") return [](const Run& run) { return numberValue(atBest(run, &Epoch::few)); };
    if (name == "chosen-nu") {
        return [](const Run& run) { return numberValue(atLast(run, &Epoch::nu)); };
    }
    if (name == "chosen-tau") {
        return [](const Run& run) { return numberValue(atLast(run, &Epoch::tau)); };
    }
    if (name == "tags") return [](const Run& run) { return textValue(tagText(run.notes)); };
    if (name == "note") return [](const Run& run) { return textValue(run.notes.note); };
    if (name == "pinned") return [](const Run& run) { return yesOrNo(run.notes.pinned); };
    if (name == "archived") return [](const Run& run) { return yesOrNo(run.notes.archived); };
    if (name == "disk") return [](const Run& run) { return double(run.disk_bytes); };
    if (name == "error") return [](const Run& run) { return textValue(run.error); };
    return nullptr;
}

/// Whether the pointer names a field of a config, or a part of a class rule.
bool knownPointer(const std::string& pointer) {
    if (findField(pointer) != nullptr) return true;
    const std::size_t slash = pointer.rfind('/');
    const Field* owner = findField(pointer.substr(0, slash));
    if (owner == nullptr || owner->type != FieldType::class_rule) return false;
    const std::string part = pointer.substr(slash + 1);
    if (part == "rule") return true;
    return std::ranges::any_of(rulesFor(owner->term), [&](const ClassRuleInfo* rule) {
        return rule->parameter && rule->parameter->name == part;
    });
}

FieldValue epochValue(const ordered_json& found) {
    if (found.is_null()) return {};
    if (found.is_number()) return found.get<double>();
    if (found.is_string()) return found.get<std::string>();
    if (!found.is_object() || !found.contains("rule")) return found.dump();
    std::string rule;  // a class rule: power(nu=0.5)
    for (const auto& [key, value] : found.items()) {
        if (key != "rule") rule += (rule.empty() ? "" : ", ") + key + "=" + value.dump();
    }
    return found["rule"].get<std::string>() + "(" + rule + ")";
}

FieldValue configValue(const RunConfig& config, const std::string& pointer) {
    const ordered_json all = toJson(config);
    const ordered_json::json_pointer at(pointer);
    if (all.contains(at)) return epochValue(all.at(at));
    // "one" is short for {"rule": "one"}
    if (!pointer.ends_with("/rule") || !all.contains(at.parent_pointer())) return {};
    const ordered_json& rule = all.at(at.parent_pointer());
    return rule.is_string() ? FieldValue(rule.get<std::string>()) : FieldValue("values");
}

[[noreturn]] void unknownField(const std::string& name) {
    std::vector<std::string> known;
    std::string list;
    if (name.starts_with('/')) {
        for (const Field& field : configFields()) known.emplace_back(field.pointer);
    } else {
        for (const ResultFieldInfo& field : kResultFields) known.emplace_back(field.name);
        for (const std::string& word : known) list += word + ", ";
        list = "; known: " + list + "at:EPOCH, and pointers into the config (/data/dataset)";
    }
    const std::string nearest = nearestWord(fieldPattern(name), known);
    const std::string plain = nearestWord(name, known);
    const std::string& meant = name.starts_with('/') ? nearest : plain;
    throw ConfigError("no field \"" + name + "\" of a run" +
                      (meant.empty() ? list : "; did you mean " + meant + "?"));
}

/// The number that all of the text is.
std::optional<double> wholeNumber(std::string_view given) {
    double value = 0.0;
    const auto read = std::from_chars(given.data(), given.data() + given.size(), value);
    const bool whole = read.ec == std::errc() && read.ptr == given.data() + given.size();
    if (!whole || !std::isfinite(value)) return std::nullopt;
    return value;
}

std::string withoutBlanks(std::string_view given) {
    const std::size_t first = given.find_first_not_of(' ');
    if (first == std::string_view::npos) return "";
    return std::string(given.substr(first, given.find_last_not_of(' ') + 1 - first));
}

constexpr const char* kSigns = "=!<>~";  // of operators

std::string lowered(std::string given) {
    std::ranges::transform(given, given.begin(), [](unsigned char c) {
        return static_cast<char>(c < 0x80 ? std::tolower(c) : c);
    });
    return given;
}

template<class T>
bool compare(const T& a, const std::string& with, const T& b) {
    if (with == "=") return a == b;
    if (with == "!=") return a != b;
    if (with == "<") return a < b;
    if (with == "<=") return a <= b;
    if (with == ">") return a > b;
    return a >= b;
}

/// "CE+DRW seed 3", "ce_s3" -> what stands before the seed.
std::string nameWithoutSeed(const std::string& given) {
    std::string name = given;
    const auto strip = [&](std::string_view characters) {
        while (!name.empty() && characters.find(name.back()) != std::string_view::npos) {
            name.pop_back();
        }
    };
    const std::size_t whole = name.size();
    strip(")");
    strip("0123456789");
    if (name.size() == whole) return given;
    strip(" =:#-_");
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const std::string_view marker : {"seed", "s"}) {
        if (!lower.ends_with(marker)) continue;
        const std::string_view before(name.data(), name.size() - marker.size());
        // A marker is a word of its own: "classes 10" ends in no seed.
        const bool own_word =
            !before.empty() && std::string_view(" -_,;(/").find(before.back()) != before.npos;
        if (!own_word) continue;
        name.resize(before.size());
        strip(" -_,;(/");
        return name.empty() ? given : name;
    }
    return given;
}

}  // namespace

std::span<const ResultFieldInfo> resultFields() {
    return kResultFields;
}

bool isAccuracyField(std::string_view name) {
    static constexpr std::string_view kAccuracies[] = {"best",     "last", "validation", "majority",
                                                       "minority", "many", "medium",     "few"};
    return name.starts_with("at:") || name.starts_with("class:") ||
           std::ranges::find(kAccuracies, name) != std::end(kAccuracies);
}

std::vector<std::string> filterParts(const std::string& typed) {
    std::vector<std::string> parts(1);
    std::istringstream stream(typed);
    const auto close = [&] {
        if (!parts.back().empty()) parts.emplace_back();
    };
    for (std::string word; stream >> word;) {
        if (word == "and") {
            close();
            continue;
        }
        for (std::size_t at = 0; at != std::string::npos;) {
            const std::size_t end = word.find(';', at);
            const std::string piece = word.substr(at, end - at);
            if (!piece.empty()) parts.back() += (parts.back().empty() ? "" : " ") + piece;
            if (end != std::string::npos) close();
            at = end == std::string::npos ? end : end + 1;
        }
    }
    if (parts.back().empty()) parts.pop_back();
    return parts;
}

RunField runField(const std::string& name) {
    if (name.starts_with('/')) {
        if (!knownPointer(name)) unknownField(name);
        return {name, [name](const IndexedRun& run) {
                    if (!run.error.empty()) return FieldValue();
                    return configValue(run.description.config, name);
                }};
    }
    if (name.starts_with("at:")) {
        const auto epoch = wholeNumber(std::string_view(name).substr(3));
        if (!epoch || *epoch != std::floor(*epoch) || *epoch < 1 || *epoch > 1e6) {
            throw ConfigError("\"" + name + "\": expected at:EPOCH, a number of epochs from 1");
        }
        const int epochs_done = static_cast<int>(*epoch);
        return {name, [epochs_done](const IndexedRun& run) {
                    return numberValue(run.after(epochs_done));
                }};
    }
    auto of = resultField(name);
    if (!of) unknownField(name);
    if (saysOfUnreadable(name)) return {name, of};
    return {name,
            [of](const IndexedRun& run) { return run.error.empty() ? of(run) : FieldValue(); }};
}

std::function<bool(const IndexedRun&)> runCondition(const std::string& condition,
                                                    const FieldLookup& field_of) {
    static const std::set<std::string> kOperators = {"=", "!=", "<", "<=", ">", ">=", "~"};
    const std::string allowed = "; operators: = != < <= > >= and ~ (contains)";
    const std::size_t start = condition.find_first_of(kSigns);
    if (start == std::string::npos || start == 0) {
        throw ConfigError("\"" + condition +
                          "\": expected a field, an operator and a value, e.g. " + "best>0.6" +
                          allowed);
    }
    const std::size_t end = std::min(condition.find_first_not_of(kSigns, start), condition.size());
    const std::string with = condition.substr(start, end - start);
    if (!kOperators.contains(with)) {
        throw ConfigError("\"" + condition + "\": unknown operator " + with + allowed);
    }
    const RunField field = field_of(withoutBlanks(condition.substr(0, start)));
    const std::string given = withoutBlanks(condition.substr(end));
    std::optional<double> asked = wholeNumber(given);
    if (isAccuracyField(field.name)) {
        // Shares of 1 are shown in per cent, so both are meant: "60 %", "60" and "0.6".
        if (given.ends_with("%"))
            asked = wholeNumber(withoutBlanks(given.substr(0, given.size() - 1)));
        if (asked && (given.ends_with("%") || *asked > 1.0)) *asked /= 100.0;
    }
    const bool yes_or_no = field.name == "pinned" || field.name == "archived";
    if (yes_or_no && given != "yes" && given != "no" && given != "null") {
        throw ConfigError("\"" + condition + "\": " + field.name + " is yes or no");
    }
    return [=](const IndexedRun& run) {
        const FieldValue value = field.of(run);
        const bool missing = std::holds_alternative<std::monostate>(value);
        if (given == "null") return with == "=" ? missing : with == "!=" && !missing;
        if (missing) return with == "!=";
        if (with == "~") return valueText(value).find(given) != std::string::npos;
        if (const auto* words = std::get_if<std::string>(&value)) {
            return compare(*words, with, given);
        }
        if (!asked) {
            throw ConfigError("\"" + condition + "\": " + field.name + " is a number; \"" + given +
                              "\" is none");
        }
        return compare(std::get<double>(value), with, *asked);
    };
}

std::function<bool(const IndexedRun&)> runWords(const std::string& words) {
    std::vector<std::string> wanted;
    std::istringstream stream(lowered(words));
    for (std::string word; stream >> word;) wanted.push_back(word);
    return [wanted, method = runField("method")](const IndexedRun& run) {
        const std::string plain = lowered(run.description.config.name + "\n" + run.id + "\n" +
                                          tagText(run.notes) + "\n" + run.notes.note);
        std::string name;  // of the method; asked for where the rest does not hold the word
        return std::ranges::all_of(wanted, [&](const std::string& word) {
            if (plain.find(word) != std::string::npos) return true;
            if (name.empty()) name = lowered(valueText(method.of(run))) + "\n";
            return name.find(word) != std::string::npos;
        });
    };
}

std::function<bool(const IndexedRun&)> runFilter(const std::string& typed) {
    std::vector<std::function<bool(const IndexedRun&)>> all;
    for (const std::string& part : filterParts(typed)) {
        const std::size_t sign = part.find_first_of(kSigns);
        if (sign == std::string::npos) {
            all.push_back(runWords(part));
            continue;
        }
        // No field has a blank in its name: what stands before the last word is words.
        const std::size_t field_end = part.find_last_not_of(' ', sign == 0 ? 0 : sign - 1);
        const std::size_t blank =
            field_end == std::string::npos ? field_end : part.find_last_of(' ', field_end);
        const std::size_t start = blank == std::string::npos ? 0 : blank + 1;
        if (start > 0) all.push_back(runWords(part.substr(0, start)));
        all.push_back(runCondition(part.substr(start)));
    }
    return [all](const IndexedRun& run) {
        return std::ranges::all_of(all, [&](const auto& holds) { return holds(run); });
    };
}

std::vector<const IndexedRun*> runsWhere(std::span<const IndexedRun> runs,
                                         const std::vector<std::string>& conditions) {
    std::vector<const IndexedRun*> chosen;
    for (const IndexedRun& run : runs) chosen.push_back(&run);
    for (const std::string& text_of : conditions) {
        const auto holds = runCondition(text_of);
        std::erase_if(chosen, [&](const IndexedRun* run) { return !holds(*run); });
    }
    return chosen;
}

int compareValues(const FieldValue& a, const FieldValue& b, bool largest_first) {
    const auto rank = [](const FieldValue& value) {  // numbers, text, nothing
        return (value.index() + 2) % 3;
    };
    if (rank(a) != rank(b)) return rank(a) < rank(b) ? -1 : 1;
    if (a == b) return 0;
    return (a < b) != largest_first ? -1 : 1;
}

void sortRuns(std::vector<const IndexedRun*>& runs, const std::vector<std::string>& keys) {
    for (auto key = keys.rbegin(); key != keys.rend(); ++key) {  // the first key sorts last
        const bool largest_first = key->starts_with('-');
        const RunField field = runField(largest_first ? key->substr(1) : *key);
        std::vector<std::pair<FieldValue, const IndexedRun*>> valued;
        for (const IndexedRun* run : runs) valued.emplace_back(field.of(*run), run);
        std::ranges::stable_sort(valued, [&](const auto& a, const auto& b) {
            return compareValues(a.first, b.first, largest_first) < 0;
        });
        std::ranges::transform(valued, runs.begin(), [](const auto& pair) { return pair.second; });
    }
}

std::string valueText(const FieldValue& value, int digits) {
    if (const auto* words = std::get_if<std::string>(&value)) return *words;
    const auto* given = std::get_if<double>(&value);
    if (given == nullptr) return "";
    char buffer[64];
    if (digits < 0 || *given == std::floor(*given) || std::abs(*given) < 1e-3) {
        const bool whole = *given == std::floor(*given) && std::abs(*given) < 1e15;
        if (!whole) return json(*given).dump();
        std::snprintf(buffer, sizeof buffer, "%.0f", *given);
        return buffer;
    }
    std::snprintf(buffer, sizeof buffer, "%.*f", digits, *given);
    return buffer;
}

std::string dataText(const DataConfig& data) {
    const DatasetInfo* info = findDataset(data.dataset);
    std::string words(info != nullptr ? info->label : std::string_view(data.dataset));
    if (data.imbalance.profile == Profile::none) return words;
    words += data.imbalance.profile == Profile::step ? " step " : " LT ";
    char ratio[32];
    std::snprintf(ratio, sizeof ratio, "%g", data.imbalance.ratio);
    return words + ratio;
}

std::string methodName(const RunConfig& config) {
    // In a sweep some value may make another preset of it; it is a value of the sweep all the same.
    const std::size_t label = config.name.find(kNameSeparator);
    if (label != std::string::npos && label > 0) return config.name.substr(0, label);
    std::string own = nameWithoutSeed(config.name);
    const bool known = std::ranges::find(presets(), own, &PresetInfo::name) != presets().end();
    if (known && givesPreset(config, own)) return own;
    if (std::string preset = presetOf(config); !preset.empty()) return preset;
    return own;
}

}  // namespace ballast
