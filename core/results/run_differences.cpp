#include "core/results/run_differences.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"
#include "core/experiment/field_words.h"
#include "core/results/run_query.h"

namespace ballast {
namespace {

using nlohmann::json;

std::string differenceText(const json& value) {
    if (value.is_null()) return "";
    if (value.is_string()) return value.get<std::string>();
    return value.is_number() ? valueText(value.get<double>()) : value.dump();
}

/// The config's fields one by one, a class rule always as its name and parameters.
json flatFields(const RunConfig& config) {
    json whole = toJson(config);
    whole.erase("name");
    for (json& phase : whole["phases"]) {
        for (const char* term : {"alpha", "beta", "delta"}) {
            if (phase[term].is_string()) phase[term] = {{"rule", phase[term]}};
        }
    }
    return whole.flatten();
}

/// The place of a field among those of the form; parts of class rules stand with their rule.
std::ptrdiff_t rankOf(const std::string& pointer) {
    const Field* field = findField(pointer);
    if (field == nullptr) field = findField(pointer.substr(0, pointer.rfind('/')));
    const auto all = configFields();
    return field == nullptr ? std::ssize(all) : field - all.data();
}

bool differ(const std::vector<std::string>& values, std::span<const IndexedRun* const> runs) {
    const std::string* first = nullptr;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (!runs[i]->error.empty()) continue;
        if (first == nullptr) first = &values[i];
        if (values[i] != *first) return true;
    }
    return false;
}

}  // namespace

std::vector<RunDifference> runDifferences(std::span<const IndexedRun* const> runs) {
    std::map<std::string, std::vector<std::string>> fields;
    std::map<std::pair<int, std::string>, std::vector<std::string>> edits;
    const auto put = [&](auto& table, const auto& key, std::size_t run, std::string value) {
        auto& values = table[key];
        values.resize(runs.size());
        values[run] = std::move(value);
    };
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (!runs[i]->error.empty()) continue;
        const json flat = flatFields(runs[i]->description.config);
        for (const auto& [pointer, value] : flat.items())
            put(fields, pointer, i, differenceText(value));
        for (const json& edit : runs[i]->description.edits) {
            const int epoch = edit.value("epoch", 0);
            const json settings = edit.value("settings", json::array());
            for (const json& setting : settings) {
                if (!setting.is_object() || !setting.contains("pointer")) continue;
                const std::string pointer = differenceText(setting["pointer"]);
                put(edits, std::pair(epoch, pointer), i,
                    differenceText(setting.value("value", json())));
            }
            if (edit.value("next_phase_now", false)) {
                put(edits, std::pair(epoch, std::string()), i, "yes");
            }
        }
    }
    std::vector<RunDifference> found;
    for (auto& [pointer, values] : fields) {
        if (!differ(values, runs)) continue;
        found.push_back({pointer, 0, fieldInWords(pointer), std::move(values)});
    }
    std::ranges::stable_sort(found, {},
                             [](const RunDifference& row) { return rankOf(row.pointer); });
    for (auto& [place, values] : edits) {
        if (!differ(values, runs)) continue;
        const auto& [epoch, pointer] = place;
        const std::string what = pointer.empty() ? "Next phase begins" : editedInWords(pointer);
        found.push_back({pointer, epoch, what + ", edited after epoch " + std::to_string(epoch),
                         std::move(values)});
    }
    const auto compare = [&](const char* label, const auto& of) {
        std::vector<std::string> values(runs.size());
        for (std::size_t i = 0; i < runs.size(); ++i) {
            if (runs[i]->error.empty()) values[i] = of(runs[i]->description);
        }
        if (differ(values, runs)) found.push_back({"", 0, label, std::move(values)});
    };
    compare("Trained on", [](const RunDescription& run) { return run.device; });
    compare("Trained with threads", [](const RunDescription& run) {
        return run.threads > 0 ? std::to_string(run.threads) : std::string();
    });
    compare("Version of Ballast", [](const RunDescription& run) { return run.version; });
    compare("Version of LibTorch", [](const RunDescription& run) { return run.libtorch; });
    compare("Images (SHA-256)",
            [](const RunDescription& run) { return run.data_sha256.substr(0, 12); });
    return found;
}

}  // namespace ballast
