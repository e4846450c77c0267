#pragma once

#include <filesystem>

#include "core/interchange/logged_scalars.h"

namespace ballast {

/// Whether `path` is a TensorBoard event file ("…tfevents…"), or a folder that holds some.
bool hasEventFiles(const std::filesystem::path& path);

/// The scalars of an event file, or of all event files that lie in a folder, in the order of their
/// names: of a step that stands twice the later one holds, as where a run was resumed. Both
/// simple values (PyTorch's SummaryWriter) and tensors of one number (TensorFlow 2) are read;
/// everything else is skipped. A file whose end is torn, as while it is written, is read up to
/// there and noted. Throws DataError naming the file: missing, no event file, a wrong checksum.
LoggedScalars readEventFiles(const std::filesystem::path& path);

}  // namespace ballast
