#include "core/data/fetch_step.h"

#include <cstring>

namespace ballast {

using namespace std::chrono_literals;

void throwUnwritable(const std::filesystem::path& path, int error) {
    throw Hopeless(path.string() + " cannot be written: " + std::strerror(error) + ".");
}

void stopIfCancelled(const std::atomic<bool>& cancelled) {
    if (cancelled) throw Hopeless("Fetching was cancelled; the next attempt resumes from here.");
}

void FetchStep::reached(std::int64_t bytes, std::int64_t total_bytes) {
    state_.bytes = bytes;
    state_.total_bytes = total_bytes;
    const bool complete = bytes == total_bytes && bytes > 0;
    if (complete || std::chrono::steady_clock::now() - told_ >= 100ms) tell();
}

void FetchStep::tell() {
    told_ = std::chrono::steady_clock::now();
    if (listener_) listener_(state_);
}

}  // namespace ballast
