#include "core/base/folded_names.h"

#include <map>
#include <set>

namespace ballast {
namespace {

constexpr std::size_t kMost = 30;

/// How many names begin with each prefix that ends in a dot.
std::map<std::string, std::size_t> prefixes(const std::vector<std::string>& names) {
    std::map<std::string, std::size_t> counts;
    for (const std::string& name : names) {
        for (std::size_t dot = name.find('.'); dot != std::string::npos;
             dot = name.find('.', dot + 1)) {
            ++counts[name.substr(0, dot + 1)];
        }
    }
    return counts;
}

}  // namespace

std::string foldedNames(const std::vector<std::string>& names,
                        const std::vector<std::string>& among) {
    const std::map<std::string, std::size_t> meant = prefixes(names);
    const std::map<std::string, std::size_t> all = prefixes(among);
    std::set<std::string> shown;
    std::string text;
    std::size_t left = 0;
    for (const std::string& name : names) {
        std::string folded = name;
        for (std::size_t dot = name.find('.'); dot != std::string::npos;
             dot = name.find('.', dot + 1)) {
            const std::string prefix = name.substr(0, dot + 1);
            const auto there = all.find(prefix);
            if (meant.at(prefix) < 2 || there == all.end() || there->second > meant.at(prefix)) {
                continue;
            }
            folded = prefix + "*";
            break;
        }
        if (shown.contains(folded)) continue;
        if (shown.size() == kMost) {
            ++left;
            continue;
        }
        shown.insert(folded);
        text += (text.empty() ? "" : ", ") + folded;
    }
    return left == 0 ? text : text + " and " + std::to_string(left) + " more";
}

}  // namespace ballast
