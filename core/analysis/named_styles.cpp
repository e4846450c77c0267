#include "core/analysis/named_styles.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/analysis/object_reader.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/nearest_word.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kStylesFormat = 1;

bool isBuiltIn(const std::string& name) {
    return std::ranges::find(builtInStyles(), name, &BuiltInStyle::name) != builtInStyles().end();
}

}  // namespace

fs::path namedStylesFile(const fs::path& workspace) {
    return workspace / "styles.json";
}

NamedStyles readNamedStyles(const fs::path& workspace) {
    const fs::path file = namedStylesFile(workspace);
    if (!fs::exists(file)) return {};
    const std::string subject = file.string();
    const json object = parseJson(readFile(file), subject);
    checkFormat(object, kStylesFormat, subject, "list of styles", "an object with \"styles\"");
    std::vector<Problem> problems;
    ObjectReader read(object, "", problems);
    read.onlyKeys({"format", "styles"}, " in a list of styles");
    NamedStyles styles;
    const json* saved = read.find("styles");
    if (saved == nullptr || !saved->is_object()) {
        read.problem("styles", "is no object of styles by their names");
    } else {
        for (const auto& [name, style] : saved->items()) {
            if (!style.is_object()) {
                read.problem("styles/" + name, shownJson(style) + " is no style");
            } else {
                styles[name] = styleFromJson(style, "/styles/" + name, problems);
            }
        }
    }
    if (!problems.empty()) throw ConfigError(subject + ": the styles are not valid", problems);
    return styles;
}

void writeNamedStyles(const fs::path& workspace, const NamedStyles& styles) {
    readNamedStyles(workspace);  // what it does not understand it does not replace
    ordered_json saved = ordered_json::object();
    for (const auto& [name, style] : styles) {
        if (name.empty()) throw ConfigError("a style needs a name");
        if (isBuiltIn(name)) {
            throw ConfigError("\"" + name + "\" is the name of a built-in style; give another");
        }
        saved[name] = toJson(style);
    }
    makeFolders(workspace);
    const ordered_json object = {{"format", kStylesFormat}, {"styles", saved}};
    replaceFile(namedStylesFile(workspace), object.dump(2) + "\n");
}

FigureStyle namedStyle(const fs::path& workspace, const std::string& name,
                       const std::string& subject) {
    if (name.empty()) return {};
    std::vector<std::string> known;
    for (const BuiltInStyle& style : builtInStyles()) {
        if (style.name == name) return style.style;
        known.emplace_back(style.name);
    }
    const NamedStyles styles = readNamedStyles(workspace);
    if (const auto found = styles.find(name); found != styles.end()) return found->second;
    for (const auto& [other, style] : styles) known.push_back(other);
    const std::string nearest = nearestWord(name, known);
    std::string list;
    for (const std::string& other : known) list += (list.empty() ? "" : ", ") + other;
    throw ConfigError(
        subject + ": no style \"" + name + "\"" +
        (nearest.empty() ? "; there are: " + list : "; did you mean \"" + nearest + "\"?"));
}

FigureStyle styleOf(const FigureDescription& figure, const fs::path& workspace,
                    const std::string& subject) {
    if (const auto* own = std::get_if<FigureStyle>(&figure.style)) return *own;
    return namedStyle(workspace, std::get<std::string>(figure.style), subject + ": /style");
}

FigureStyle styleGiven(const std::string& given, const fs::path& workspace) {
    if (given.find('/') == std::string::npos && !given.ends_with(".json")) {
        return namedStyle(workspace, given, "--style");
    }
    return styleFromJson(parseJson(readFile(given), given), given);
}

}  // namespace ballast
