#include "core/cluster/job_book.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_place.h"
#include "core/base/json_text.h"
#include "core/runs/segments.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kBookFormat = 1;

ordered_json textsJson(const std::vector<fs::path>& paths) {
    ordered_json list = ordered_json::array();
    for (const fs::path& path : paths) list.push_back(path.string());
    return list;
}

ordered_json jobJson(const BookedJob& job) {
    const JobRequest& request = job.script.request;
    const SegmentCommand& command = job.script.command;
    return {{"name", job.script.name},
            {"id", job.id},
            {"sweep", job.sweep},
            {"submitted", job.submitted},
            {"segments", job.script.segments},
            {"after", job.script.after},
            {"request",
             {{"partition", request.partition},
              {"cpus", request.cpus},
              {"memory_mib", request.memory_mib},
              {"gpus", request.gpus},
              {"seconds", request.seconds},
              {"array_limit", request.array_limit}}},
            {"command",
             {{"program", command.program.string()},
              {"data", textsJson(command.data)},
              {"threads", command.threads},
              {"save_logits", command.save_logits}}}};
}

std::vector<std::string> textListOf(const JsonPlace& place) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < place.size(); ++i) texts.push_back(place.at(i).text());
    return texts;
}

BookedJob jobFrom(const JsonPlace& place, const fs::path& workspace) {
    BookedJob job;
    job.script.name = place.at("name").text();
    job.id = place.at("id").text();
    job.sweep = place.at("sweep").text();
    job.submitted = place.at("submitted").integer64();
    job.script.segments = textListOf(place.at("segments"));
    job.script.after = textListOf(place.at("after"));
    const JsonPlace request = place.at("request");
    job.script.request = {
        request.at("partition").text(),       request.at("cpus").integer(),
        request.at("memory_mib").integer64(), request.at("gpus").integer(),
        request.at("seconds").integer64(),    request.at("array_limit").integer()};
    const JsonPlace command = place.at("command");
    SegmentCommand& own = job.script.command;
    own.program = command.at("program").text();
    own.workspace = workspace;
    for (const std::string& folder : textListOf(command.at("data"))) own.data.emplace_back(folder);
    own.threads = command.at("threads").integer();
    own.save_logits = command.at("save_logits").boolean();
    return job;
}

}  // namespace

std::string BookedJob::task(std::size_t index) const {
    if (id.empty() || script.segments.size() == 1) return id;
    return id + "_" + std::to_string(index);
}

std::map<std::string, BookedTask> JobBook::tasks() const {
    std::map<std::string, BookedTask> tasks;
    for (const BookedJob& job : jobs) {
        for (std::size_t i = 0; i < job.script.segments.size(); ++i) {
            tasks[job.script.segments[i]] = {&job, i};
        }
    }
    return tasks;
}

std::set<std::string> JobBook::runs() const {
    std::set<std::string> runs;
    for (const BookedJob& job : jobs) {
        for (const std::string& segment : job.script.segments) {
            runs.insert(segmentRange(segment).run);
        }
    }
    return runs;
}

void JobBook::resolve(std::span<const JobState> queue) {
    for (BookedJob& job : jobs) {
        if (!job.id.empty()) continue;
        for (const JobState& known : queue) {
            if (known.name == job.script.name) job.id = arrayOf(known.id);
        }
    }
    std::erase_if(jobs, [](const BookedJob& job) { return job.id.empty(); });
}

KnownStates::KnownStates(std::span<const JobState> states) {
    for (const JobState& state : states) by_id_[state.id] = state;
}

const JobState* KnownStates::of(const std::string& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &found->second;
}

const JobState* KnownStates::of(const BookedJob& job, std::size_t index) const {
    const JobState* state = job.id.empty() ? nullptr : of(job.task(index));
    // An array that was cancelled before any of it began is told as one.
    if (state == nullptr && !job.id.empty()) state = of(job.id);
    const bool another = state != nullptr && !state->name.empty() && !job.script.name.empty() &&
                         state->name != job.script.name;
    return another ? nullptr : state;
}

fs::path jobBookFile(const fs::path& workspace) {
    return clusterFolder(workspace) / "jobs.json";
}

JobBook readJobBook(const fs::path& workspace) {
    const fs::path file = jobBookFile(workspace);
    std::error_code error;
    if (!fs::exists(file, error)) return {};
    const std::string name = file.string();
    const json parsed = [&] {
        try {
            return parseJson(readFile(file), name);
        } catch (const ConfigError& problem) {
            throw DamagedFileError(name + " is damaged: " + problem.what());
        }
    }();
    const JsonPlace place(parsed, name);
    if (const int format = place.at("format").integer(); format > kBookFormat) {
        throw StorageError(name + " has format " + std::to_string(format) +
                           "; this version reads up to " + std::to_string(kBookFormat));
    }
    JobBook book;
    const JsonPlace jobs = place.at("jobs");
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        book.jobs.push_back(jobFrom(jobs.at(i), workspace));
    }
    return book;
}

void writeJobBook(const fs::path& workspace, const JobBook& book) {
    ordered_json jobs = ordered_json::array();
    for (const BookedJob& job : book.jobs) jobs.push_back(jobJson(job));
    makeFolders(clusterFolder(workspace));
    replaceFile(jobBookFile(workspace),
                ordered_json{{"format", kBookFormat}, {"jobs", jobs}}.dump(1) + "\n");
}

FileLock lockJobBook(const fs::path& workspace, int seconds) {
    makeFolders(clusterFolder(workspace));
    const fs::path file = clusterFolder(workspace) / "submit.lock";
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (true) {
        if (auto lock = FileLock::tryFor(file)) return std::move(*lock);
        if (std::chrono::steady_clock::now() > until) {
            throw StorageError("another process is submitting jobs of " + workspace.string() +
                               "; wait until it is done");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

}  // namespace ballast
