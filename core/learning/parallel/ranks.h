#pragma once

#include <torch/torch.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/learning/data/share.h"
#include "core/learning/parallel/process_group.h"

namespace ballast {

/// What the first process of a run lets the others do next.
enum class Command : std::int64_t {
    wait,          // nothing: it is still there
    epoch,         // begin one (Replica::beginEpoch)
    step,          // of the epoch's next batch
    finish_epoch,  // gather what the epoch says
    evaluation,    // begin a pass over a split
    evaluate,      // its next batch
    end            // no more work: the first process's last word
};

/// The processes that train a run together, as each of them sees it: one by itself, or one of
/// several between which batches are divided. The first process owns the run and tells the others
/// what to do; with one process nothing here costs anything. For one thread; members throw Error
/// where a process is lost.
class Ranks {
public:
    /// One process by itself.
    Ranks() = default;

    /// One of several, not yet joined (MeetingPlace). Throws Error.
    explicit Ranks(const ProcessRank& where);
    Ranks(const Ranks&) = delete;
    Ranks& operator=(const Ranks&) = delete;

    Share share() const { return share_; }
    bool many() const { return share_.size > 1; }
    bool first() const { return share_.rank == 0; }

    /// Before join(): what the first process has to say; nothing where it has left.
    std::optional<std::string> introduction(const std::string& text);

    /// Waits until all processes can begin; a second call does nothing.
    void join();

    /// The sum over all processes, or the least of each element, in place on any device.
    void sum(torch::Tensor& values) const { combine(values, Combination::sum); }
    void least(torch::Tensor& values) const { combine(values, Combination::least); }

    /// Rows of which each process has its share: all `n` of them, in their order.
    torch::Tensor whole(const torch::Tensor& rows, std::int64_t n) const;

    /// The first process's values, in place; and its text.
    void takeFromFirst(std::span<const torch::Tensor> tensors) const;
    std::string textOfFirst(const std::string& text) const;

    /// The first process: what comes next. Where it asks for work the others do it too.
    void tell(Command command);
    /// … that it is still there, where it has not told anything for a while.
    void keepInTouch();
    /// … whether another process has been asked to stop.
    bool stopAsked() const { return stop_asked_; }

    /// Another process: what comes next. `stop` asks the first to stop the run.
    Command hear(bool stop);

private:
    void combine(torch::Tensor& values, Combination how) const;
    std::int64_t exchange(std::int64_t command, bool stop);

    Share share_;
    std::unique_ptr<MeetingPlace> meeting_;
    std::unique_ptr<ProcessGroup> group_;  // nullptr: one process, or before join()
    std::chrono::seconds patience_{0};
    std::chrono::steady_clock::time_point last_told_;
    bool stop_asked_ = false;
};

/// One process by itself.
inline const Ranks& alone() {
    static const Ranks kAlone;
    return kAlone;
}

}  // namespace ballast
