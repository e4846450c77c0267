#pragma once

#include <filesystem>
#include <string>

#include "core/results/run_folder.h"

namespace ballast {

/// A run as a TensorBoard event file: the scalars of every epoch at step = epochs done, accuracies
/// as shares of 1, test accuracy per class where there are up to 100; and its config as
/// hyper-parameters. What was not measured is left out. All events have the time of the run's
/// making, as records hold no times; so the same run gives the same bytes.
std::string tensorboardEvents(const RunSummary& run);

/// FOLDER/ID/events.out.tfevents.SECONDS.ballast: each run is a folder of its own.
std::filesystem::path tensorboardFile(const std::filesystem::path& folder, const RunSummary& run);

}  // namespace ballast
