#include "core/interchange/scalar_files.h"

#include <algorithm>
#include <optional>

#include "core/base/error.h"
#include "core/interchange/event_reader.h"
#include "core/interchange/mlflow_store.h"
#include "core/interchange/scalar_table.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

std::optional<LoggedScalars> runIn(const fs::path& folder) {
    if (isMlflowRun(folder)) return readMlflowRun(folder);
    if (hasEventFiles(folder)) return readEventFiles(folder);
    return std::nullopt;
}

/// W&B keeps what it has not sent as run-ID.wandb, in a format of its own.
bool isOfWandb(const fs::path& folder) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".wandb") return true;
    }
    return folder.filename() == "wandb";
}

}  // namespace

std::vector<LoggedScalars> readScalarFiles(const fs::path& path,
                                           const std::atomic<bool>& cancelled) {
    if (!fs::exists(path)) throw DataError("there is no " + path.string());
    if (isOfWandb(path) || path.extension() == ".wandb") {
        throw DataError(path.string() +
                        " is in W&B's own format, which is not read; export its runs as CSV");
    }
    std::vector<LoggedScalars> runs;
    if (!fs::is_directory(path)) {
        if (!hasEventFiles(path)) return readScalarTable(path);
        runs.push_back(readEventFiles(path));
    } else if (auto run = runIn(path)) {
        runs.push_back(std::move(*run));
    } else {
        std::vector<fs::path> folders;
        for (const auto& entry : fs::directory_iterator(path)) {
            if (entry.is_directory()) folders.push_back(entry.path());
        }
        std::ranges::sort(folders);
        for (const fs::path& folder : folders) {
            stopIfCancelled(cancelled, "reading the runs");
            if (auto inner = runIn(folder)) runs.push_back(std::move(*inner));
        }
    }
    std::erase_if(runs, [](const LoggedScalars& run) { return run.series.empty(); });
    if (runs.empty()) {
        throw DataError(path.string() +
                        " holds no scalars; allowed: a CSV file, an event file of TensorBoard, a "
                        "run of MLflow's file store, or a folder of such runs");
    }
    return runs;
}

}  // namespace ballast
