#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/cluster/slurm.h"
#include "core/runs/sweep_store.h"

namespace ballast {

/// Three runs of ten epochs that share the first four, of which two share two more: as planned,
/// before anything is trained.
inline SweepPlan threeRuns() {
    SweepPlan plan;
    for (const char* id : {"a", "b", "c"}) {
        PlannedRun run;
        run.id = id;
        run.run.config.training.epochs = 10;
        plan.runs.push_back(std::move(run));
    }
    plan.left.segments = {{0, 0, 4, -1}, {0, 4, 6, 0}, {0, 6, 10, 1}, {1, 6, 10, 1}, {2, 4, 10, 0}};
    plan.segment_seconds.resize(plan.left.segments.size());
    return plan;
}

/// Remembers what it is told. Jobs wait until a test says otherwise.
class FakeScheduler : public Scheduler {
public:
    JobCheck check(const JobScript&) const override { return {}; }

    std::string submit(const JobScript& job) const override {
        if (fail_at > 0 && static_cast<int>(submitted.size()) + 1 == fail_at) {
            if (fails_late) known(job);
            throw StorageError("sbatch cannot reach Slurm");
        }
        return known(job);
    }
    std::vector<JobState> queue() const override { return states; }
    std::vector<JobState> ended(const std::vector<std::string>& ids) const override {
        asked = ids;
        return books;
    }
    void cancel(const std::vector<std::string>& ids) const override {
        for (const std::string& id : ids) {
            cancelled.push_back(id);
            set(id, "CANCELLED");
        }
    }

    void set(const std::string& id, const std::string& state,
             const std::string& reason = "") const {
        for (JobState& one : states) {
            if (one.id == id) {
                one.state = state;
                one.reason = reason;
            }
        }
    }

    int fail_at = 0;          // the submission that fails, counted from 1
    bool fails_late = false;  // it reaches Slurm, and only the answer is lost
    std::vector<JobState> books;
    mutable std::vector<JobScript> submitted;
    mutable std::vector<JobState> states;
    mutable std::vector<std::string> cancelled;
    mutable std::vector<std::string> asked;

private:
    std::string known(const JobScript& job) const {
        submitted.push_back(job);
        const std::string id = std::to_string(100 * submitted.size());
        for (std::size_t i = 0; i < job.segments.size(); ++i) {
            const std::string task = job.segments.size() == 1 ? id : id + "_" + std::to_string(i);
            states.push_back({task, "PENDING", "Priority", "", job.name, ""});
        }
        return id;
    }
};

}  // namespace ballast
