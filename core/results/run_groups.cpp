#include "core/results/run_groups.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"

namespace ballast {
namespace {

using nlohmann::json;

constexpr const char* kSeed = "/training/seed";

/// Whether `a` counts rather than `b`, of the same config and seed.
bool countsBefore(const IndexedRun* a, const IndexedRun* b) {
    return std::tuple(a->epochs.size(), a->description.created, a->id) >
           std::tuple(b->epochs.size(), b->description.created, b->id);
}

/// The config's fields one by one, but for its name.
json fieldsOf(RunConfig config) {
    config.name.clear();
    json whole = toJson(config);
    for (json& phase : whole["phases"]) {  // rules in one form, so that their names compare
        for (const char* term : {"alpha", "beta", "delta"}) {
            if (phase[term].is_string()) phase[term] = {{"rule", phase[term]}};
        }
    }
    return whole.flatten();
}

/// Without what makes a group or a table's column.
json comparedFields(RunConfig config) {
    config.training.seed = 0;
    config.data.dataset.clear();
    config.data.imbalance.profile = {};
    config.data.imbalance.ratio = 0.0;
    return fieldsOf(std::move(config));
}

/// Adds the fields of `a` that `b` has not, or otherwise.
void addDiffering(const json& a, const json& b, std::set<std::string>& differing) {
    for (const auto& [pointer, value] : a.items()) {
        if (b.value(pointer, json()) != value) differing.insert(pointer);
    }
}

std::string shownValue(const json& fields, const std::string& pointer) {
    const auto found = fields.find(pointer);
    if (found == fields.end() || found->is_null()) return "–";
    if (found->is_string())
        return found->get<std::string>().empty() ? "–" : found->get<std::string>();
    return found->is_number() ? valueText(found->get<double>()) : found->dump();
}

std::string symbolOf(const Field& field) {
    return std::string(field.symbol.empty() ? field.label : field.symbol);
}

/// How a field is called in a group's name: the paper's symbol, or the form's label.
std::string fieldName(const std::string& pointer) {
    if (pointer == "/training/seed") return "seed";  // beside others, short
    if (pointer == "/data/imbalance/ratio") return "ρ";
    if (const Field* field = findField(pointer)) return symbolOf(*field);
    const std::size_t slash = pointer.rfind('/');
    const Field* owner = findField(pointer.substr(0, slash));
    const std::string part = pointer.substr(slash + 1);
    if (owner == nullptr || owner->type != FieldType::class_rule) return pointer;
    for (const ClassRuleInfo* rule : rulesFor(owner->term)) {
        if (rule->parameter && rule->parameter->name == part) {
            return std::string(rule->parameter->symbol);
        }
    }
    return symbolOf(*owner) + (part == "rule" ? "" : " " + part);
}

/// Whether it is a learning-rate step that begins with a phase which is named already.
bool followsPhase(const json& fields, const std::string& pointer,
                  const std::set<std::string>& differing) {
    if (fieldPattern(pointer) != "/lr_schedule/steps/*/from") return false;
    return std::ranges::any_of(differing, [&](const std::string& other) {
        return fieldPattern(other) == "/phases/*/from" &&
               fields.value(other, json()) == fields.value(pointer, json());
    });
}

std::string withFields(const std::string& method, const json& fields,
                       const std::set<std::string>& differing) {
    std::map<std::string, int> names;  // the same symbol in several phases is told apart
    for (const std::string& pointer : differing) ++names[fieldName(pointer)];
    std::string list;
    for (const std::string& pointer : differing) {
        if (followsPhase(fields, pointer, differing)) continue;
        std::string name = fieldName(pointer);
        if (names[name] > 1 && pointer.starts_with("/phases/")) {
            name += " of phase " + std::to_string(std::stoi(pointer.substr(8)) + 1);
        } else if (names[name] > 1) {
            name = pointer;
        }
        list += (list.empty() ? "" : ", ") + name + " = " + shownValue(fields, pointer);
    }
    return list.empty() ? method : method + " (" + list + ")";
}

/// The runs that can be read, those of one key together, in the order in which each key appears.
template<class Key>
std::vector<std::vector<const IndexedRun*>> gathered(std::span<const IndexedRun* const> runs,
                                                     const Key& keyOfRun) {
    std::vector<std::vector<const IndexedRun*>> members;
    std::unordered_map<std::string, std::size_t> numbers;
    for (const IndexedRun* run : runs) {
        if (!run->error.empty()) continue;
        const auto [found, added] = numbers.try_emplace(keyOfRun(*run), members.size());
        if (added) members.emplace_back();
        members[found->second].push_back(run);
    }
    return members;
}

}  // namespace

std::vector<RunGroup> groupRuns(std::span<const IndexedRun* const> runs, bool by_method) {
    const RunField method = runField("method");
    const auto members = gathered(runs, [&](const IndexedRun& run) {
        return configKey(run) + (by_method ? valueText(method.of(run)) : "");
    });
    std::vector<RunGroup> groups;
    for (std::vector<const IndexedRun*> all : members) {
        std::ranges::stable_sort(all, [](const IndexedRun* a, const IndexedRun* b) {
            const auto seeds =
                std::pair(a->description.config.training.seed, b->description.config.training.seed);
            return seeds.first != seeds.second ? seeds.first < seeds.second : countsBefore(a, b);
        });
        RunGroup group;
        for (const IndexedRun* run : all) {
            const bool same_seed =
                !group.runs.empty() && group.runs.back()->description.config.training.seed ==
                                           run->description.config.training.seed;
            (same_seed ? group.repeated : group.runs).push_back(run);
        }
        groups.push_back(std::move(group));
    }
    return groups;
}

std::vector<RunGroup> groupRunsBy(std::span<const IndexedRun* const> runs,
                                  std::span<const RunField> fields) {
    const auto members = gathered(runs, [&](const IndexedRun& run) {
        std::string key;
        for (const RunField& field : fields) key += valueText(field.of(run)) + '\n';
        return key;
    });
    std::vector<RunGroup> groups;
    for (const auto& all : members) {
        RunGroup group;
        for (const RunGroup& config : groupRuns(all)) {
            group.runs.insert(group.runs.end(), config.runs.begin(), config.runs.end());
            group.repeated.insert(group.repeated.end(), config.repeated.begin(),
                                  config.repeated.end());
        }
        groups.push_back(std::move(group));
    }
    return groups;
}

std::vector<std::string> groupNamesBy(std::span<const RunGroup> groups,
                                      std::span<const RunField> fields) {
    std::vector<std::string> names;
    for (const RunGroup& group : groups) {
        std::string name;
        for (const RunField& field : fields) {
            std::string value = valueText(field.of(*group.runs.front()));
            if (value.empty()) value = "–";
            const bool speaks = field.name == "method" || field.name == "data";
            if (!speaks) value = fieldName(field.name) + " = " + value;
            name += (name.empty() ? "" : ", ") + value;
        }
        names.push_back(std::move(name));
    }
    return names;
}

std::string mixedIn(const RunGroup& group) {
    std::string mixed;
    const auto compare = [&](const char* before, const char* after, const auto& numberOf) {
        std::set<std::size_t> numbers;
        for (const IndexedRun* run : group.runs) numbers.insert(numberOf(*run));
        if (numbers.size() < 2) return;
        mixed += (mixed.empty() ? "" : ", ") + std::string(before);
        std::size_t left = numbers.size();
        for (const std::size_t number : numbers) {
            mixed += std::to_string(number);
            if (--left > 0) mixed += left == 1 ? " and " : ", ";
        }
        mixed += after;
    };
    compare("epochs ", "", [](const IndexedRun& run) { return run.epochs.size(); });
    compare("phases ", "",
            [](const IndexedRun& run) { return run.description.config.phases.size(); });
    compare("", " classes",
            [](const IndexedRun& run) { return run.description.class_counts.size(); });
    return mixed;
}

Statistics statisticsOf(const RunGroup& group, const RunField& field) {
    std::vector<double> values;
    for (const IndexedRun* run : group.runs) {
        const FieldValue value = field.of(*run);
        if (const auto* number = std::get_if<double>(&value)) values.push_back(*number);
    }
    return statisticsOf(values);
}

FieldValue valueOf(const RunGroup& group, const RunField& field) {
    const Statistics statistics = statisticsOf(group, field);
    return statistics.n > 0 ? FieldValue(statistics.mean) : field.of(*group.runs.front());
}

std::vector<std::string> groupNames(std::span<const RunGroup> groups) {
    std::vector<std::string> names;
    std::vector<json> fields;
    std::map<std::string, std::vector<std::size_t>> methods;
    for (const RunGroup& group : groups) {
        std::string name = methodName(group.config());
        if (name.empty()) name = group.runs.front()->id;
        methods[name].push_back(names.size());
        names.push_back(std::move(name));
        fields.push_back(comparedFields(group.config()));
    }
    for (const auto& [method, members] : methods) {
        std::map<std::string, std::vector<std::size_t>> cells;  // by the table's column
        for (const std::size_t i : members) {
            cells[dataText(groups[i].config().data)].push_back(i);
        }
        std::set<std::string> differing;
        for (const auto& [data, cell] : cells) {
            for (const std::size_t i : cell) {
                addDiffering(fields[cell.front()], fields[i], differing);
                addDiffering(fields[i], fields[cell.front()], differing);
            }
        }
        for (const std::size_t i : members) names[i] = withFields(method, fields[i], differing);
    }
    return names;
}

std::vector<std::string> runLabels(std::span<const IndexedRun* const> runs) {
    std::vector<std::string> labels;
    std::map<std::string, std::vector<std::size_t>> namesakes;
    for (const IndexedRun* run : runs) {
        const std::string& name = run->description.config.name;
        namesakes[name.empty() ? run->id : name].push_back(labels.size());
        labels.push_back(name.empty() ? run->id : name);
    }
    for (const auto& [name, members] : namesakes) {
        if (members.size() == 1) continue;
        // Seeds of one config share its fields: making them costs more than all else.
        std::unordered_map<std::string, json> by_key;
        std::vector<json*> fields;
        std::set<std::string> differing;
        const json* first = nullptr;
        for (const std::size_t i : members) {
            const auto [found, added] = by_key.try_emplace(configKey(*runs[i]));
            json& its = found->second;
            fields.push_back(&its);
            if (!added) continue;
            its = fieldsOf(runs[i]->description.config);
            its.erase(kSeed);
            if (first == nullptr) first = &its;
            addDiffering(*first, its, differing);
            addDiffering(its, *first, differing);
        }
        const auto seedOf = [&](std::size_t i) {
            return runs[i]->description.config.training.seed;
        };
        if (std::ranges::any_of(
                members, [&](std::size_t i) { return seedOf(i) != seedOf(members.front()); })) {
            differing.insert(kSeed);
        }
        std::map<std::string, int> equal;
        for (std::size_t k = 0; k < members.size(); ++k) {
            (*fields[k])[kSeed] = seedOf(members[k]);
            std::string label = withFields(name, *fields[k], differing);
            if (const int before = equal[label]++; before > 0) {
                label += " #" + std::to_string(before + 1);
            }
            labels[members[k]] = std::move(label);
        }
    }
    return labels;
}

}  // namespace ballast
