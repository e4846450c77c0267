#include "core/analysis/object_reader.h"

#include <cmath>

#include "core/results/run_query.h"

namespace ballast {

using nlohmann::json;

namespace {

constexpr int kMostCount = 1'000'000'000;

}  // namespace

void ObjectReader::onlyKeys(const std::vector<std::string>& known, const std::string& where) {
    for (const auto& [key, value] : object_.items()) {
        if (std::ranges::find(known, key) != known.end()) continue;
        problem(key, unknownKey(key, known) + where);
    }
}

void ObjectReader::text(const std::string& key, std::string& text) {
    const json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_string()) return problem(key, shownJson(*value) + " is not text");
    text = value->get<std::string>();
}

void ObjectReader::yesOrNo(const std::string& key, bool& value) {
    const json* given = find(key);
    if (given == nullptr) return;
    if (!given->is_boolean()) {
        return problem(key, shownJson(*given) + " is neither true nor false");
    }
    value = given->get<bool>();
}

void ObjectReader::number(const std::string& key, double& value, double least, double most,
                          const std::string& unit) {
    const json* given = find(key);
    if (given == nullptr) return;
    const double number = given->is_number() ? given->get<double>() : std::nan("");
    if (number >= least && number <= most) {
        value = number;
        return;
    }
    problem(key, shownJson(*given) + " is no number from " + valueText(least) + " to " +
                     valueText(most) + unit);
}

void ObjectReader::numbers(const std::string& key, std::vector<double>& values, double least,
                           double most) {
    const json* given = find(key);
    if (given == nullptr) return;
    if (!given->is_array()) return problem(key, shownJson(*given) + " is not a list");
    values.clear();
    for (std::size_t i = 0; i < given->size(); ++i) {
        const json& entry = (*given)[i];
        const double value = entry.is_number() ? entry.get<double>() : std::nan("");
        if (value >= least && value <= most) {
            values.push_back(value);
        } else {
            problem(key + "/" + std::to_string(i), shownJson(entry) + " is no number from " +
                                                       valueText(least) + " to " + valueText(most));
        }
    }
}

void ObjectReader::counts(const std::string& key, std::vector<int>& values) {
    const json* given = find(key);
    if (given == nullptr) return;
    if (!given->is_array()) return problem(key, shownJson(*given) + " is not a list");
    values.clear();
    for (std::size_t i = 0; i < given->size(); ++i) {
        const json& entry = (*given)[i];
        if (entry.is_number_integer() && entry >= 1 && entry <= kMostCount) {
            values.push_back(entry.get<int>());
        } else {
            problem(key + "/" + std::to_string(i),
                    shownJson(entry) + " is no whole number from 1 on");
        }
    }
}

void checkFormat(const json& object, int newest, const std::string& subject,
                 const std::string& what, const std::string& looks) {
    if (!object.is_object()) {
        throw ConfigError(subject + ": " + shownJson(object) + " is no " + what + "; a " + what +
                          " is " + looks);
    }
    const json format = object.value("format", json(newest));
    if (!format.is_number_integer() || format < 1) {
        throw ConfigError(subject + ": /format is " + shownJson(format) +
                          ", which is no format number; allowed: " + std::to_string(newest));
    }
    if (format > newest) {
        throw ConfigError(subject + ": /format is " + shownJson(format) +
                          ", newer than this version of Ballast, which reads up to " +
                          std::to_string(newest));
    }
}

}  // namespace ballast
