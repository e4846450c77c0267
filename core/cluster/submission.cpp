#include "core/cluster/submission.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <ctime>
#include <map>

#include "core/base/error.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr int kLockSeconds = 60;

/// "ballast-nu-1a2b3c4d5e": no other job of this user has it, so that the queue can be asked for it
/// where the answer of sbatch was lost.
std::string newJobName(const std::string& sweep) {
    static std::int64_t last = 0;
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    last = std::max<std::int64_t>(last + 1, now);
    std::string name = "ballast-";
    for (const char c : sweep.substr(0, 40)) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
        if (plain || name.back() != '-') name += plain ? c : '-';
    }
    if (name.back() != '-') name += '-';
    for (std::int64_t rest = last; rest > 0; rest /= 36) {
        name += "0123456789abcdefghijklmnopqrstuvwxyz"[rest % 36];
    }
    return name;
}

/// Adds the job to the book, submits it, and writes its ID down.
BookedJob& submitOne(const Scheduler& scheduler, BookedJob job, JobBook& book) {
    const fs::path workspace = job.script.command.workspace;
    job.id.clear();
    job.submitted = static_cast<std::int64_t>(std::time(nullptr));
    job.script.name = newJobName(job.sweep);
    book.jobs.push_back(std::move(job));
    writeJobBook(workspace, book);
    try {
        book.jobs.back().id = scheduler.submit(book.jobs.back().script);
    } catch (const ConfigError&) {  // refused, so that there is none
        book.jobs.pop_back();
        writeJobBook(workspace, book);
        throw;
    }
    writeJobBook(workspace, book);
    return book.jobs.back();
}

}  // namespace

int submitJobs(const Scheduler& scheduler, const JobPlan& plan, const SegmentCommand& command,
               const std::string& sweep, JobBook& book) {
    std::vector<BookedJob> submitted;
    int segments = 0;
    for (const PlannedJob& planned : plan.jobs) {
        BookedJob job;
        job.sweep = sweep;
        job.script.request = planned.request;
        job.script.command = command;
        job.script.segments = planned.segments;
        job.script.after = planned.after;
        for (const auto& [before, task] : planned.after_planned) {
            job.script.after.push_back(
                submitted[static_cast<std::size_t>(before)].task(static_cast<std::size_t>(task)));
        }
        submitted.push_back(submitOne(scheduler, std::move(job), book));
        segments += static_cast<int>(planned.segments.size());
    }
    return segments;
}

JobBook prunedBook(JobBook book, std::span<const LiveTask> live,
                   const std::set<std::string>& trained) {
    const std::map<std::string, BookedTask> newest = book.tasks();
    std::set<std::string> kept;  // by the jobs' names
    for (const BookedJob& job : book.jobs) {
        for (std::size_t i = 0; i < job.script.segments.size(); ++i) {
            const bool alive = std::ranges::any_of(
                live, [&](const LiveTask& task) { return task.id == job.task(i); });
            const std::string& segment = job.script.segments[i];
            const bool says_anything = newest.at(segment).job == &job && !trained.contains(segment);
            if (alive || says_anything) kept.insert(job.script.name);
        }
    }
    std::erase_if(book.jobs, [&](const BookedJob& job) { return !kept.contains(job.script.name); });
    return book;
}

void cancelHopeless(const Scheduler& scheduler, const JobBook& book,
                    std::span<const JobState> queue) {
    const KnownStates states(queue);
    std::vector<std::string> ids;
    for (const BookedJob& job : book.jobs) {
        for (std::size_t i = 0; i < job.script.segments.size(); ++i) {
            const JobState* state = states.of(job, i);
            if (state != nullptr && state->hopeless()) ids.push_back(job.task(i));
        }
    }
    if (!ids.empty()) scheduler.cancel(ids);
}

std::string resubmit(const Scheduler& scheduler, const fs::path& workspace,
                     const std::string& segment, const std::vector<std::string>& own_ids) {
    const FileLock lock = lockJobBook(workspace, kLockSeconds);
    JobBook book = readJobBook(workspace);
    const std::vector<JobState> queue = scheduler.queue();
    book.resolve(queue);
    const KnownStates states(queue);
    const auto tasks = book.tasks();
    const auto mine = tasks.find(segment);
    if (mine == tasks.end()) {
        throw ConfigError("no job of the segment " + segment + " is in " +
                          jobBookFile(workspace).string());
    }
    const std::string old_id = mine->second.id();
    if (std::ranges::find(own_ids, old_id) == own_ids.end()) return "";  // submitted again already

    BookedJob again = *mine->second.job;
    again.script.segments = {segment};
    again.script.after.clear();
    again.script.after_end_of = old_id;
    again.script.command.workspace = workspace;
    const std::vector<BookedJob> before = book.jobs;
    std::map<std::string, std::string> moved;
    moved[old_id] = submitOne(scheduler, std::move(again), book).id;

    // Who waits for a job stands behind it in the book.
    for (const BookedJob& job : before) {
        BookedJob waiting = job;
        waiting.script.after.clear();
        bool waits = false;
        for (const std::string& id : job.script.after) {
            if (const auto found = moved.find(id); found != moved.end()) {
                waiting.script.after.push_back(found->second);
                waits = true;
            } else if (const JobState* known = states.of(id);
                       known != nullptr && !known->endedWell()) {
                waiting.script.after.push_back(id);
            }
        }
        if (!waits) continue;
        waiting.script.segments.clear();
        std::vector<std::string> old_ids;
        for (std::size_t i = 0; i < job.script.segments.size(); ++i) {
            const JobState* state = states.of(job, i);
            if (state == nullptr || !state->pending()) continue;
            waiting.script.segments.push_back(job.script.segments[i]);
            old_ids.push_back(job.task(i));
        }
        if (old_ids.empty()) continue;
        scheduler.cancel(old_ids);
        const BookedJob now = submitOne(scheduler, std::move(waiting), book);
        for (std::size_t i = 0; i < old_ids.size(); ++i) moved[old_ids[i]] = now.task(i);
    }
    return moved[old_id];
}

}  // namespace ballast
