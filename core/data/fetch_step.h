#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "core/base/error.h"

namespace ballast {

/// How far a download or rebuild has come. `total_bytes` 0: not known.
struct FetchProgress {
    std::string what;  // "downloading cifar-10-binary.tar.gz"
    std::int64_t bytes = 0;
    std::int64_t total_bytes = 0;
};

/// Called about ten times a second during each step, on the calling thread.
using FetchListener = std::function<void(const FetchProgress&)>;

/// Fetching that no other source would help: it was cancelled, or there is nowhere to write.
struct Hopeless : DataError {
    using DataError::DataError;
};

/// Throws Hopeless: `path` cannot be written, for the reason `error` (of errno).
[[noreturn]] void throwUnwritable(const std::filesystem::path& path, int error);

/// Throws Hopeless once `cancelled` is set.
void stopIfCancelled(const std::atomic<bool>& cancelled);

/// Tells the listener how a step goes, ten times a second and at its start and end.
class FetchStep {
public:
    FetchStep(const FetchListener& listener, std::string what, std::int64_t total_bytes = 0)
        : listener_(listener), state_{std::move(what), 0, total_bytes} {
        tell();
    }
    void reached(std::int64_t bytes, std::int64_t total_bytes);

private:
    void tell();

    const FetchListener& listener_;
    FetchProgress state_;
    std::chrono::steady_clock::time_point told_;
};

}  // namespace ballast
