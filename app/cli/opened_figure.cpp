#include "app/cli/opened_figure.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "core/analysis/capsule_file.h"
#include "core/analysis/capsule_runs.h"
#include "core/base/error.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

bool holds(const std::vector<std::string>& ids, const std::string& id) {
    return std::ranges::find(ids, id) != ids.end();
}

ordered_json asJson(const FigureCapsule& capsule, const CapsuleCheck& check) {
    ordered_json runs = ordered_json::array();
    for (const CapsuleRun& run : capsule.runs) {
        const char* state = holds(check.missing, run.id)   ? "missing"
                            : holds(check.changed, run.id) ? "changed"
                                                           : "here";
        runs.push_back({{"id", run.id}, {"config", run.config_hash}, {"state", state}});
    }
    return {{"ballast", capsule.version},
            {"figure", toJson(capsule.figure)},
            {"style", toJson(capsule.style)},
            {"runs", runs}};
}

}  // namespace

int openFigure(const OpenedFigure& options) {
    if (!options.output.empty() && options.output.extension() != ".json") {
        throw ConfigError("--output " + options.output.string() +
                          ": what a figure carries is written as .json, which draws it again");
    }
    const FigureCapsule capsule = readCapsule(options.file);
    const CapsuleCheck check = checkRuns(capsule, options.workspace);
    FigureDescription figure = capsule.figure;
    figure.style = capsule.style;
    deliver((options.json ? asJson(capsule, check) : toJson(figure)).dump(2) + "\n",
            options.output);
    std::cerr << "ballast-cli: " << options.file.string() << " was drawn by Ballast "
              << capsule.version << ". " << check.sentence() << "\n";
    return 0;
}

}  // namespace ballast
