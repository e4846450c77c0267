#include "core/analysis/figure_capsule.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/checksum.h"
#include "core/base/error.h"
#include "core/base/json_place.h"
#include "core/base/json_text.h"

namespace ballast {
namespace {

using nlohmann::json;

constexpr std::size_t kMostText = std::size_t{8} << 20;
constexpr int kMostDepth = 12;
constexpr std::size_t kMostRuns = 100'000;

/// Of the same values in whatever order they stand.
std::string capsuleChecksum(json object) {
    object.erase("sha256");
    const std::string text = object.dump();
    return sha256Hex(std::as_bytes(std::span(text)));
}

/// How deep brackets are nested; a parser and its values need the stack for each.
int depthOf(std::string_view text) {
    int depth = 0;
    int deepest = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_text && c == '\\') {
            ++i;
        } else if (c == '"') {
            in_text = !in_text;
        } else if (!in_text && (c == '{' || c == '[')) {
            deepest = std::max(deepest, ++depth);
        } else if (!in_text && (c == '}' || c == ']')) {
            --depth;
        }
    }
    return deepest;
}

[[noreturn]] void refuseCapsule(const std::string& subject, const std::string& why) {
    throw DamagedFileError(subject + ": the figure's capsule " + why);
}

/// A folder's name and no way to another place.
bool isRunId(const std::string& text) {
    return !text.empty() && text.size() <= 255 && text.front() != '.' &&
           text.find('/') == std::string::npos && text.find('\0') == std::string::npos;
}

bool isHash(const std::string& text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

FigureCapsule figureCapsule(const FigureDescription& figure, const FigureStyle& style,
                            std::vector<CapsuleRun> runs) {
    return {BALLAST_VERSION, figure, style, std::move(runs)};
}

std::string capsuleText(const FigureCapsule& capsule) {
    json runs = json::array();
    for (const CapsuleRun& run : capsule.runs) {
        runs.push_back({{"id", run.id}, {"config", run.config_hash}});
    }
    json object = {{"format", kCapsuleFormat},
                   {"ballast", capsule.version},
                   {"figure", toJson(capsule.figure)},
                   {"style", toJson(capsule.style)},
                   {"runs", std::move(runs)}};
    object["sha256"] = capsuleChecksum(object);
    return object.dump(-1, ' ', true);
}

FigureCapsule capsuleFromText(std::string_view text, const std::string& subject) {
    if (text.size() > kMostText) {
        refuseCapsule(subject, "has " + std::to_string(text.size()) + " bytes; at most " +
                                   std::to_string(kMostText) + " are read");
    }
    if (depthOf(text) > kMostDepth)
        refuseCapsule(subject, "is nested too deeply to be one of Ballast's");
    json object;
    try {
        object = parseJson(text, "the capsule");
    } catch (const ConfigError& error) {
        refuseCapsule(subject, "cannot be read: " + std::string(error.what()));
    }
    const std::string place = subject + " (its capsule)";
    const JsonPlace capsule(object, place);
    if (const std::int64_t format = capsule.at("format").integer64(); format != kCapsuleFormat) {
        if (format < 1) capsule.at("format").fail("a format's number");
        throw StorageError(subject + ": the figure's capsule has format " + std::to_string(format) +
                           "; this version of Ballast reads format " +
                           std::to_string(kCapsuleFormat));
    }
    constexpr const char* kKeys[] = {"format", "ballast", "figure", "style", "runs", "sha256"};
    for (const auto& [key, value] : object.items()) {
        if (std::ranges::find(kKeys, key) != std::end(kKeys)) continue;
        refuseCapsule(subject, "has the key " + shownJson(key) + ", which Ballast does not write");
    }
    if (capsule.at("sha256").text() != capsuleChecksum(object)) {
        refuseCapsule(subject, "was changed after Ballast wrote it: its checksum does not match");
    }
    FigureCapsule made;
    made.version = capsule.at("ballast").text();
    made.figure = figureFromJson(capsule.at("figure").value(), place + " /figure");
    made.style = styleFromJson(capsule.at("style").value(), place + " /style");
    const JsonPlace runs = capsule.at("runs");
    if (runs.size() > kMostRuns) {
        refuseCapsule(subject, "names " + std::to_string(runs.size()) + " runs; at most " +
                                   std::to_string(kMostRuns) + " are read");
    }
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const JsonPlace run = runs.at(i);
        made.runs.push_back({run.at("id").text(), run.at("config").text()});
        if (run.value().size() != 2) run.fail("a run's \"id\" and \"config\"");
        if (!isRunId(made.runs.back().id)) run.at("id").fail("a run's ID");
        if (!isHash(made.runs.back().config_hash)) run.at("config").fail("a SHA-256 in hex digits");
    }
    return made;
}

}  // namespace ballast
