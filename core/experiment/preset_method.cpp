#include "core/experiment/preset_method.h"

#include <algorithm>
#include <cctype>

#include "core/base/error.h"
#include "core/base/nearest_word.h"

namespace ballast {
namespace {

constexpr std::string_view kBases[] = {
    "CE",          "Balanced", "CB",       "Focal",       "LA",       "CDT", "LDAM",
    "VS",          "CVS",      "cRT",      "LWS",         "tau-norm", "WB",  "cRT-plain",
    "LWS-plain",   "WB-plain", "DisAlign", "De-confound", "DiVE",     "KD",  "LAS",
    "Progressive", "Mixup",    "Remix",    "MiSLAS",      "NCM"};
constexpr std::string_view kWeightings[] = {"RW", "DRW", "ADRW", "Auto-ADRW", "Auto-LA"};
constexpr std::string_view kSecondStages[] = {"cRT",       "LWS",       "tau-norm", "WB",
                                              "cRT-plain", "LWS-plain", "WB-plain", "DisAlign",
                                              "NCM",       "MiSLAS"};

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

}  // namespace

std::string PresetMethod::name() const {
    return base + (tla ? "+TLA" : "") + (weighting.empty() ? "" : "+" + weighting) +
           (sam ? "+SAM" : "");
}

bool PresetMethod::isSecondStage() const {
    return ballast::isSecondStage(base);
}

bool isSecondStage(std::string_view base) {
    return std::ranges::find(kSecondStages, base) != std::end(kSecondStages);
}

void throwUnknown(const std::string& what, const std::string& word,
                  const std::vector<std::string>& known) {
    const std::string nearest = nearestWord(word, known);
    std::string text = "unknown " + what + " \"" + word + "\"";
    if (!nearest.empty()) text += "; did you mean \"" + nearest + "\"?";
    text += "; known: ";
    for (const std::string& name : known) text += (&name == &known.front() ? "" : ", ") + name;
    throw ConfigError(text);
}

PresetMethod methodNamed(const std::string& name) {
    PresetMethod method;
    if (lower(name) == "algorithm 1") return {"VS", true, "ADRW", false};
    if (lower(name) == "balanced softmax") return {"LA", false, "", false};
    std::size_t start = 0;
    while (start <= name.size()) {
        const std::size_t end = std::min(name.find('+', start), name.size());
        const std::string word = name.substr(start, end - start);
        const std::string token = lower(word);
        if (start == 0) {
            for (const std::string_view base : kBases) {
                if (lower(base) == token) method.base = base;
            }
            if (method.base.empty())
                throwUnknown("method", word, {std::begin(kBases), std::end(kBases)});
        } else if (token == "tla") {
            method.tla = true;
        } else if (token == "sam") {
            method.sam = true;
        } else if (const auto* found = std::ranges::find(kWeightings, token, lower);
                   found != std::end(kWeightings)) {
            method.weighting = *found;
        } else if (token != "none") {
            throwUnknown("part of a method", word,
                         {"None", "RW", "DRW", "ADRW", "Auto-ADRW", "Auto-LA", "TLA", "SAM"});
        }
        start = end + 1;
    }
    const bool has_scale = method.base == "CDT" || method.base == "VS";
    if (method.tla && !has_scale) {
        throw ConfigError("\"" + name + "\": TLA puts the logit scale back to 1, and " +
                          method.base + " has none; allowed with CDT and VS");
    }
    if ((method.isSecondStage() || method.base == "CVS") && !method.weighting.empty()) {
        throw ConfigError("\"" + name + "\": " + method.base + " has its own phases; allowed: " +
                          method.base + " and " + method.base + "+SAM");
    }
    return method;
}

}  // namespace ballast
