#include "core/runs/scalar_import.h"

#include "core/base/text_encoding.h"
#include "core/experiment/config_json.h"
#include "core/results/owned_run.h"
#include "core/results/workspace.h"

namespace ballast {
namespace {

using nlohmann::json;

struct Readied {
    RunDescription description;
    RunStart start;
};

Readied readied(const ScalarImport& request, const LoggedScalars& scalars, const DataStore& store) {
    Readied run;
    ColumnChoice columns = suggestedColumns(scalars);
    for (const auto& [column, series] : request.columns) {
        columns[column] = series;
        if (series.empty()) columns.erase(column);
    }
    RunDescription& description = run.description;
    description.config = configFromJson(request.config, "the config");
    run.start.log = scalars.notes;
    run.start.records = recordsFromScalars(scalars, columns, description.config, run.start.log);

    json given = json(toJson(description.config));
    given["training"]["epochs"] = run.start.records.size();
    const bool unnamed = !request.config.contains("name") || request.config["name"] == "";
    if ((unnamed || request.runs.size() > 1) && !scalars.name.empty()) {
        given["name"] = scalars.name;
    }
    description.config =
        configFromJson(given, "the config, with as many epochs as the scalars have");
    description.config_as_given = request.config;
    description.class_counts = store.classCounts(description.config.data);
    description.parent = {{"imported", cleanedName(request.source)}};
    run.start.state = RunState::finished;
    return run;
}

}  // namespace

std::vector<ForeignRun> importScalars(const std::filesystem::path& workspace,
                                      const ScalarImport& request, const DataStore& store,
                                      const std::atomic<bool>& cancelled) {
    refuseNested(workspace);
    std::vector<Readied> runs;
    for (const LoggedScalars& scalars : request.runs) {
        runs.push_back(readied(request, scalars, store));
    }
    std::vector<ForeignRun> imported;
    for (const Readied& run : runs) {
        stopIfCancelled(cancelled, "importing the runs");
        imported.push_back(
            {OwnedRun::create(workspace, run.description, run.start), run.start.log});
    }
    return imported;
}

}  // namespace ballast
