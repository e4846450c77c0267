#include "core/base/json_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <vector>

#include "core/base/error.h"

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
    if (text.size() > 60) text = text.substr(0, 57) + "...";
    return text;
}

nlohmann::ordered_json numberJson(double value) {
    if (std::isnan(value)) return nullptr;
    return value;
}

}  // namespace ballast
