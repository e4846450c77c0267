#include "core/interchange/state_dict.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "core/base/error.h"
#include "core/base/text_encoding.h"

namespace ballast {
namespace {

using Kind = PickleValue::Kind;

/// The first that there is counts: plain weights before averaged ones.
constexpr std::array<std::string_view, 18> kEntries = {
    "state_dict", "model_state_dict", "model_state",    "state_dict_model", "model",
    "net",        "net_state_dict",   "network",        "state_dict_best",  "best_state_dict",
    "weights",    "model_weights",    "params",         "state_dict_ema",   "model_ema",
    "ema_model",  "ema_state_dict",   "model_state_ema"};
constexpr std::array<std::string_view, 4> kHeadNames = {"classifier", "fc", "head", "linear"};
constexpr std::array<std::string_view, 2> kWrappers = {"module.", "_orig_mod."};
constexpr std::size_t kMostTensors = 20'000;  // ResNet-1202 has 7,212

template<class Visit>
void forEntries(const PickleValue& dict, Visit visit) {
    if (!dict.is(Kind::dict)) return;
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
        if (dict.items[i]->is(Kind::text)) visit(dict.items[i]->text, *dict.items[i + 1]);
    }
}

bool hasTensors(const PickleValue& value) {
    bool has = false;
    forEntries(value, [&](const std::string&, const PickleValue& each) {
        has = has || each.is(Kind::tensor);
    });
    return has;
}

/// Whether a dict in it has tensors; an optimiser's are deeper.
bool hasParts(const PickleValue& value) {
    bool has = false;
    forEntries(value, [&](const std::string& name, const PickleValue& each) {
        has = has || (!name.starts_with("optim") && hasTensors(each));
    });
    return has;
}

/// A tensor's name in the whole model.
std::string nameInModel(const std::string& part, std::string name) {
    if (std::ranges::find(kHeadNames, part) == kHeadNames.end()) return name;
    const std::size_t dot = name.find('.');
    if (dot != std::string::npos &&
        std::ranges::find(kHeadNames, name.substr(0, dot)) != kHeadNames.end()) {
        name.erase(0, dot + 1);
    }
    return "linear." + name;
}

/// The tensors of a dict, or of the dicts in it.
StateDict gatheredTensors(const std::string& entry, const PickleValue& dict) {
    StateDict found;
    found.entry = cleanedName(entry);
    std::set<std::string> names;
    const auto add = [&](const std::string& given, const PickleValue& value) {
        if (!value.is(Kind::tensor)) return;
        const std::string name = cleanedName(given);
        if (!names.insert(name).second) throw CheckpointError("has two tensors called " + name);
        if (names.size() > kMostTensors) {
            throw CheckpointError("has more than " + std::to_string(kMostTensors) + " tensors");
        }
        found.tensors.emplace_back(name, &value);
    };
    if (hasTensors(dict)) {
        forEntries(dict, [&](const std::string& name, const PickleValue& value) {
            add(plainName(name), value);
        });
        return found;
    }
    forEntries(dict, [&](const std::string& part, const PickleValue& tensors) {
        if (part.starts_with("optim")) return;
        forEntries(tensors, [&](const std::string& name, const PickleValue& value) {
            add(nameInModel(part, plainName(name)), value);
        });
    });
    return found;
}

}  // namespace

std::string plainName(std::string name) {
    for (bool again = true; again;) {
        again = false;
        for (const std::string_view wrapper : kWrappers) {
            if (!name.starts_with(wrapper)) continue;
            name.erase(0, wrapper.size());
            again = true;
        }
    }
    return name;
}

StateDict findStateDict(const PickleValue& root) {
    for (const std::string_view name : kEntries) {
        const PickleValue* entry = root.find(name);
        if (entry != nullptr && (hasTensors(*entry) || hasParts(*entry))) {
            return gatheredTensors(std::string(name), *entry);
        }
    }
    if (hasTensors(root)) return gatheredTensors("", root);
    std::vector<std::pair<std::string, const PickleValue*>> candidates;
    std::string entries;
    forEntries(root, [&](const std::string& name, const PickleValue& value) {
        constexpr std::size_t kShown = 300;
        if (entries.size() < kShown)
            entries += (entries.empty() ? "\"" : ", \"") + cleanedName(name) + "\"";
        if (name.starts_with("optim")) return;
        if (hasTensors(value) || hasParts(value)) candidates.emplace_back(name, &value);
    });
    if (candidates.size() == 1) return gatheredTensors(candidates[0].first, *candidates[0].second);
    if (hasParts(root)) return gatheredTensors("", root);
    throw CheckpointError(
        "has no state_dict: no tensors by name, neither at its top nor in an entry" +
        (entries.empty() ? std::string() : " (it has " + entries + ")"));
}

}  // namespace ballast
