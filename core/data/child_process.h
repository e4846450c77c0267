#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace ballast {

/// Runs a program without a shell, in `folder`; its output is dropped but for what it complains
/// about, which stands in the error. Cancelling ends it and all it started. `while_running` is
/// called twenty times a second. Throws DataError: not installed, failed; Hopeless: cancelled, disk
/// full.
void runProgram(const std::vector<std::string>& command, const std::filesystem::path& folder,
                const std::atomic<bool>& cancelled, const std::function<void()>& while_running);

}  // namespace ballast
