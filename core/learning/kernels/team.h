#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>

namespace ballast {

/// Threads that run one program side by side and meet after each of its parts. Between two meetings
/// they share what there is to do. A thread that waits looks out for the others for a moment before
/// it sleeps, since waking it takes longer than most waits.
class Team {
public:
    explicit Team(int members) : members_(members) {}

    /// work(i) for all i < count, each on whichever thread is free; when all is done then(), on one
    /// of them. Every member must come to the same calls in the same order, and none continues
    /// before then() has returned. After an exception nothing more is done: see rethrow().
    template<class Work, class Then>
    void share(std::int64_t count, Work work, Then then) {
        try {
            for (std::int64_t i = 0; !failed_ && (i = next_++) < count;) work(i);
        } catch (...) {
            fail();
        }
        const std::uint32_t round = round_;
        if (++arrived_ < members_) {
            waitUntilAfter(round);
            return;
        }
        arrived_ = 0;
        next_ = 0;
        try {
            if (!failed_) then();
        } catch (...) {
            fail();
        }
        round_ = round + 1;
        round_.notify_all();
    }

    /// Throws what work or then threw first; after the program.
    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

private:
    static constexpr std::chrono::microseconds kLooksOut{50};

    void fail() {
        const std::lock_guard lock(failing_);
        if (!error_) error_ = std::current_exception();
        failed_ = true;
    }

    void waitUntilAfter(std::uint32_t round) {
        const auto start = std::chrono::steady_clock::now();
        while (std::chrono::steady_clock::now() - start < kLooksOut) {
            for (int i = 0; i < 16; ++i) {
                if (round_.load(std::memory_order_acquire) != round) return;
#if defined(__x86_64__)
                __builtin_ia32_pause();
#endif
            }
        }
        round_.wait(round);
    }

    const int members_;
    // On cache lines of their own: one thread writes them while others look.
    alignas(64) std::atomic<std::int64_t> next_{0};
    alignas(64) std::atomic<int> arrived_{0};
    alignas(64) std::atomic<std::uint32_t> round_{0};
    alignas(64) std::atomic<bool> failed_{false};
    std::mutex failing_;
    std::exception_ptr error_;
};

}  // namespace ballast
