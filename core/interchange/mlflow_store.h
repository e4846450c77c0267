#pragma once

#include <filesystem>

#include "core/interchange/logged_scalars.h"

namespace ballast {

/// Whether `folder` is a run in MLflow's file store, mlruns/EXPERIMENT/RUN: it holds "metrics" and
/// "meta.yaml".
bool isMlflowRun(const std::filesystem::path& folder);

/// The metrics of a run in MLflow's file store; its name is the tag mlflow.runName, else the
/// folder's. A file of "metrics" (in folders where the name has slashes) has a line
/// "TIMESTAMP VALUE STEP" a measurement. Throws DataError with file and line.
LoggedScalars readMlflowRun(const std::filesystem::path& folder);

}  // namespace ballast
