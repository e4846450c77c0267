#pragma once

#include <filesystem>
#include <string>

#include "core/results/run_folder.h"

namespace ballast {

/// A run as a TensorBoard event file: the scalars of every epoch at step = epochs done, accuracies
/// as shares of 1, test accuracy per class where there are up to 100; its config as
/// hyper-parameters, and at the end how it ended. An earlier state of a run gives the first part of
/// these bytes. What was not measured is left out. All events have the time of the run's making, as
/// records hold no times; so the same run gives the same bytes.
std::string tensorboardEvents(const RunSummary& run);

/// FOLDER/ID/events.out.tfevents.SECONDS.ballast: each run is a folder of its own.
std::filesystem::path tensorboardFile(const std::filesystem::path& folder, const RunSummary& run);

/// Brings the event file of a run in `folder` up to date: adds to its end what is new, as
/// TensorBoard keeps the file open while it shows it; a run that was changed begins it anew. Throws
/// StorageError.
void updateTensorboardFile(const std::filesystem::path& folder, const RunSummary& run);

}  // namespace ballast
