#include "core/base/json_text.h"

#include <set>
#include <vector>

#include "core/base/error.h"

namespace ballast {

using nlohmann::json;

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

std::string shownJson(const json& value) {
    std::string text = value.dump();
    if (text.size() > 60) text = text.substr(0, 57) + "...";
    return text;
}

}  // namespace ballast
