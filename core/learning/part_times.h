#pragma once

#include <array>
#include <chrono>
#include <cstddef>

namespace ballast {

/// The parts of a training step that are timed; the rest is the head, the loss and what joins them.
enum class Part { data, convolution, norm, optimizer, statistics };
inline constexpr std::array kPartNames{"data and augmentation", "convolution",
                                       "normalisation, addition, ReLU", "optimiser", "statistics"};

/// Seconds that the calling thread spends in each part while an object of this class lives on it;
/// for benchmarks. At other times a PartTimer costs a look at a thread-local pointer.
class PartTimes {
public:
    PartTimes() : outer_(active_) { active_ = this; }
    ~PartTimes() { active_ = outer_; }
    PartTimes(const PartTimes&) = delete;
    PartTimes& operator=(const PartTimes&) = delete;

    /// The calling thread's, or nullptr.
    static PartTimes* active() { return active_; }

    double seconds(Part part) const { return seconds_[static_cast<std::size_t>(part)]; }

    /// Adds another thread's times, each `share` of itself. Not thread-safe.
    void add(const PartTimes& other, double share) {
        for (std::size_t i = 0; i < seconds_.size(); ++i) seconds_[i] += share * other.seconds_[i];
    }

private:
    friend class PartTimer;
    static inline thread_local PartTimes* active_ = nullptr;
    PartTimes* outer_;
    std::array<double, kPartNames.size()> seconds_{};
};

/// The scope it stands in belongs to a part.
class PartTimer {
public:
    explicit PartTimer(Part part) : times_(PartTimes::active_), part_(part) {
        if (times_ != nullptr) start_ = std::chrono::steady_clock::now();
    }
    ~PartTimer() {
        if (times_ == nullptr) return;
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
        times_->seconds_[static_cast<std::size_t>(part_)] += passed.count();
    }
    PartTimer(const PartTimer&) = delete;
    PartTimer& operator=(const PartTimer&) = delete;

private:
    PartTimes* times_;
    Part part_;
    std::chrono::steady_clock::time_point start_;
};

}  // namespace ballast
