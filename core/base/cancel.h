#pragma once

#include <atomic>
#include <string>

#include "core/base/error.h"

namespace ballast {

/// Work that somebody has called off; `what` is the beginning of a sentence ("the import").
struct CancelledError : Error {
    explicit CancelledError(const std::string& what)
        : Error(what + " was cancelled", ExitCode::interrupted) {}
};

/// For work that nobody can call off.
inline const std::atomic<bool> kNeverCancelled{false};

/// Throws CancelledError once `cancelled` is set. Any thread.
inline void stopIfCancelled(const std::atomic<bool>& cancelled, const char* what) {
    if (cancelled.load(std::memory_order_relaxed)) throw CancelledError(what);
}

}  // namespace ballast
