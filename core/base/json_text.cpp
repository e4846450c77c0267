#include "core/base/json_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <vector>

#include "core/base/error.h"
#include "core/base/text_encoding.h"

namespace ballast {

using nlohmann::json;

namespace {

/// "line 3, column 7, at \"}\"": of the byte that a parser stopped at, counted from 1.
std::string placeIn(std::string_view text, std::size_t byte) {
    const std::size_t at = std::min(byte == 0 ? 0 : byte - 1, text.size());
    const std::string_view before = text.substr(0, at);
    const std::size_t line_start = before.rfind('\n') + 1;  // 0 where there is none
    const auto line = std::ranges::count(before, '\n') + 1;
    std::string place =
        "line " + std::to_string(line) + ", column " + std::to_string(at - line_start + 1) + ", ";
    if (at == text.size()) return place + "at the end";
    const auto c = static_cast<unsigned char>(text[at]);
    if (c < 0x20 || c >= 0x7f) {
        char code[16];
        std::snprintf(code, sizeof code, "0x%02x", c);
        return place + "at the byte " + code + (c < 0x80 ? "" : ", which is not UTF-8 there");
    }
    return place + "at \"" + static_cast<char>(c) + "\"";
}

}  // namespace

int depthOfJson(std::string_view text) {
    int depth = 0;
    int deepest = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_text) {
            if (c == '\\') ++i;
            in_text = c != '"';
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            deepest = std::max(deepest, ++depth);
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return deepest;
}

json jsonOrDiscarded(std::string_view text) {
    if (depthOfJson(text) > kDeepestJson) return json(json::value_t::discarded);
    return json::parse(text.begin(), text.end(), nullptr, false);
}

json parseJson(std::string_view text, const std::string& subject) {
    if (const int depth = depthOfJson(text); depth > kDeepestJson) {
        throw ConfigError(subject + " has lists or objects " + std::to_string(depth) +
                          " deep in each other; allowed: up to " + std::to_string(kDeepestJson));
    }
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
    } catch (const json::parse_error& error) {
        throw ConfigError(subject + " is not valid JSON: " + placeIn(text, error.byte));
    } catch (const json::exception& error) {  // a number that no double can hold, in quotes
        const std::string what = error.what();
        const std::size_t first = what.find('\'');
        const std::size_t last = what.rfind('\'');
        const std::string number =
            first < last ? " " + what.substr(first + 1, last - first - 1) : "";
        throw ConfigError(subject + " is not valid JSON: the number" + number + " is too large");
    }
}

std::string shownJson(const json& value) {
    std::string text = value.dump();
    return text.size() > 60 ? std::string(beginningOf(text, 57)) + "..." : text;
}

nlohmann::ordered_json numberJson(double value) {
    if (std::isnan(value)) return nullptr;
    return value;
}

}  // namespace ballast
