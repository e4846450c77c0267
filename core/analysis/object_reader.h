#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/nearest_word.h"

namespace ballast {

/// A choice and what it is called in a file.
template<class Choice>
struct Word {
    Choice choice;
    std::string_view name;
};

template<class Choice, std::size_t N>
std::string_view wordFor(Choice choice, const Word<Choice> (&words)[N]) {
    return std::ranges::find(words, choice, &Word<Choice>::choice)->name;
}

/// Reads the members of a JSON object that people write. A member that is missing leaves the value
/// as it is; what is wrong goes to the problems, each with its pointer, which begins with `prefix`.
class ObjectReader {
public:
    /// All must outlive the reader.
    ObjectReader(const nlohmann::json& object, std::string prefix, std::vector<Problem>& problems)
        : object_(object), prefix_(std::move(prefix)), problems_(problems) {}

    void problem(const std::string& key, const std::string& message) {
        problems_.push_back({prefix_ + "/" + key, message});
    }

    /// The member, or null where there is none.
    const nlohmann::json* find(const std::string& key) const {
        const auto found = object_.find(key);
        return found == object_.end() ? nullptr : &*found;
    }

    /// Names every key that is none of `known`, with the nearest; `where`: " in a …".
    void onlyKeys(const std::vector<std::string>& known, const std::string& where);

    void text(const std::string& key, std::string& text);
    void yesOrNo(const std::string& key, bool& value);
    /// A number within limits; `unit` is said with them: " mm".
    void number(const std::string& key, double& value, double least, double most,
                const std::string& unit);
    /// A list of numbers within limits.
    void numbers(const std::string& key, std::vector<double>& values, double least, double most);
    /// A list of whole numbers from 1 on.
    void counts(const std::string& key, std::vector<int>& values);

    template<class Choice, std::size_t N>
    void choice(const std::string& key, Choice& choice, const Word<Choice> (&words)[N]) {
        const nlohmann::json* value = find(key);
        if (value == nullptr) return;
        std::string allowed;
        std::vector<std::string> known;
        for (const auto& word : words) {
            if (*value == word.name) {
                choice = word.choice;
                return;
            }
            known.emplace_back(word.name);
            allowed += (allowed.empty() ? "" : ", ") + known.back();
        }
        const std::string nearest =
            value->is_string() ? nearestWord(value->get<std::string>(), known) : "";
        problem(key, shownJson(*value) + " is none of " + allowed +
                         (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
    }

    /// A list of texts, each of which `check` may throw a ConfigError about.
    template<class Check>
    void texts(const std::string& key, std::vector<std::string>& list, const Check& check) {
        const nlohmann::json* value = find(key);
        if (value == nullptr) return;
        if (!value->is_array()) return problem(key, shownJson(*value) + " is not a list");
        list.clear();
        for (std::size_t i = 0; i < value->size(); ++i) {
            const nlohmann::json& entry = (*value)[i];
            const std::string entry_key = key + "/" + std::to_string(i);
            if (!entry.is_string()) {
                problem(entry_key, shownJson(entry) + " is not text");
                continue;
            }
            list.push_back(entry.get<std::string>());
            checked(entry_key, list.back(), check);
        }
    }

    template<class Check>
    void checked(const std::string& key, const std::string& text, const Check& check) {
        try {
            check(text);
        } catch (const ConfigError& error) {
            problem(key, error.what());
        }
    }

private:
    const nlohmann::json& object_;
    std::string prefix_;
    std::vector<Problem>& problems_;
};

/// Throws ConfigError where the object's "format" is none, or newer than `newest`. `what` it is,
/// and what such a value looks like: "figure", "an object with \"figure\" and \"x\"".
void checkFormat(const nlohmann::json& object, int newest, const std::string& subject,
                 const std::string& what, const std::string& looks);

}  // namespace ballast
