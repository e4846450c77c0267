#include "core/results/owned_run.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <set>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/text_encoding.h"
#include "core/experiment/config_json.h"
#include "core/results/branch_points.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

std::int64_t unixNow() {
    return static_cast<std::int64_t>(std::time(nullptr));
}

std::string utcTime(const char* format) {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[64];
    const std::size_t length = std::strftime(text, sizeof text, format, &parts);
    return {text, length};
}

/// ISO 8601 with microseconds: later than that of every run this process has made before, so that
/// runs are listed in the order of their making.
std::string creationTime() {
    using namespace std::chrono;
    static std::atomic<std::int64_t> last{0};
    std::int64_t now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
    std::int64_t before = last.load();
    do {
        now = std::max(now, before + 1);
    } while (!last.compare_exchange_weak(before, now));
    const std::time_t whole = static_cast<std::time_t>(now / 1'000'000);
    std::tm parts{};
    ::gmtime_r(&whole, &parts);
    char text[64];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text + length, sizeof text - length, ".%06dZ", static_cast<int>(now % 1'000'000));
    return text;
}

/// A run's name as part of a folder name: lower case, letters, digits and dashes.
std::string slug(const std::string& name) {
    std::string text;
    for (const char c : name) {
        if (std::isalnum(static_cast<unsigned char>(c))) {
            text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        } else if (!text.empty() && text.back() != '-') {
            text += '-';
        }
    }
    while (!text.empty() && text.back() == '-') text.pop_back();
    return text.empty() ? "run" : text.substr(0, 40);
}

ordered_json descriptionJson(const RunDescription& description) {
    ordered_json object = {{"format", kRunFormat},
                           {"config", toJson(description.config)},
                           {"config_as_given", description.config_as_given},
                           {"class_counts", description.class_counts}};
    if (!description.class_names.empty()) object["class_names"] = description.class_names;
    object["provenance"] = {{"created", description.created},
                            {"version", description.version},
                            {"libtorch", description.libtorch},
                            {"device", description.device},
                            {"threads", description.threads},
                            {"data_sha256", description.data_sha256},
                            {"subset_sha256", description.subset_sha256},
                            {"parent", description.parent},
                            {"segments", description.segments},
                            {"edits", description.edits}};
    if (!description.teacher.is_null()) object["provenance"]["teacher"] = description.teacher;
    return object;
}

ordered_json statusJson(const RunStatus& status) {
    ordered_json owner = nullptr;
    if (status.owner) {
        owner = {{"host", status.owner->host},
                 {"boot_id", status.owner->boot_id},
                 {"pid", status.owner->pid},
                 {"started", status.owner->started}};
    }
    ordered_json seconds = nullptr;
    if (status.seconds_per_epoch) seconds = *status.seconds_per_epoch;
    ordered_json memory = nullptr;
    if (status.peak_memory) memory = *status.peak_memory;
    return {{"format", kRunFormat},
            {"state", stateName(status.state)},
            {"epochs_done", status.epochs_done},
            {"message", asUtf8(status.message)},  // it may name a file
            {"owner", owner},
            {"heartbeat", status.heartbeat},
            {"seconds_per_epoch", seconds},
            {"peak_memory", memory}};
}

std::string recordLines(const std::vector<EpochRecord>& records) {
    std::string lines;
    for (const EpochRecord& record : records) lines += toJson(record).dump() + "\n";
    return lines;
}

FileLock lockOf(const fs::path& folder) {
    if (auto lock = FileLock::tryFor(folder / "lock")) return std::move(*lock);
    std::string owner;
    try {
        if (const auto status = readStatus(folder); status.owner) {
            owner = " (process " + std::to_string(status.owner->pid) + " on " + status.owner->host +
                    ")";
        }
    } catch (const Error&) {
    }
    throw RunBusyError("another process is training the run " + folder.string() + owner +
                       "; stop it there first");
}

std::string logLine(const std::string& line) {
    return utcTime("%Y-%m-%dT%H:%M:%SZ ") + line + "\n";
}

}  // namespace

fs::path OwnedRun::create(const fs::path& workspace, const RunDescription& given,
                          const RunStart& start) {
    RunDescription description = given;
    description.created = creationTime();
    const fs::path runs = workspace / "runs";
    makeFolders(runs);
    const std::string base = utcTime("%Y%m%d-%H%M%S-") + slug(description.config.name);
    // Built under a hidden name and renamed whole, so no reader ever sees half a run.
    const fs::path temporary = runs / ("." + base + "." + std::to_string(::getpid()) + ".tmp");
    try {
        makeFolders(temporary / "checkpoints");
        lockOf(temporary);  // a run that cannot be locked could never be trained
        replaceFile(temporary / "run.json", descriptionJson(description).dump(2) + "\n");
        RunStatus status;
        status.state = start.state;
        status.epochs_done = static_cast<int>(start.records.size());
        status.heartbeat = unixNow();
        if (!start.records.empty()) {
            replaceFile(temporary / "epochs.jsonl", recordLines(start.records));
        }
        for (const std::string& line : start.log) {
            appendToFile(temporary / "log.txt", logLine(line));
        }
        if (start.write_checkpoints) start.write_checkpoints(temporary / "checkpoints");
        replaceFile(temporary / "status.json", statusJson(status).dump(2) + "\n");
        for (int attempt = 1;; ++attempt) {
            const fs::path folder =
                runs / (attempt == 1 ? base : base + "-" + std::to_string(attempt));
            if (!fs::exists(folder) && ::rename(temporary.c_str(), folder.c_str()) == 0) {
                syncFolder(runs);
                return folder;
            }
            if (attempt == 1000) {
                throw StorageError("cannot make a run folder in " + runs.string() + ": " +
                                   std::strerror(errno));
            }
        }
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(temporary, ignored);
        throw;
    }
}

OwnedRun::OwnedRun(const fs::path& folder)
    : folder_(folder), description_(readDescription(folder_)), lock_(lockOf(folder_)) {
    const RunStatus status = readStatus(folder_);  // refuses a damaged one
    seconds_per_epoch_ = status.seconds_per_epoch;
    peak_memory_ = status.peak_memory;
    RecordsOnDisk read = readRecords(folder_);
    records_ = std::move(read.records);
    repairs_ = std::move(read.warnings);
    if (!repairs_.empty()) {
        const std::string content = readFile(folder_ / "epochs.jsonl");
        replaceFile(folder_ / "epochs.jsonl", std::string_view(content).substr(0, read.good_bytes));
    }
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder_ / "checkpoints", ignored)) {
        if (entry.path().extension() == ".tmp") fs::remove(entry.path(), ignored);
    }
}

void OwnedRun::describe(const RunDescription& description) {
    replaceFile(folder_ / "run.json", descriptionJson(description).dump(2) + "\n");
    description_ = description;
}

void OwnedRun::append(const EpochRecord& record) {
    appendToFile(folder_ / "epochs.jsonl", toJson(record).dump() + "\n");
    records_.push_back(record);
}

void OwnedRun::replaceRecords(std::vector<EpochRecord> records) {
    try {
        replaceFile(folder_ / "epochs.jsonl", recordLines(records));
    } catch (const StorageError&) {
        records_ = readRecords(folder_).records;  // if only the folder's flush failed, the new ones
        throw;
    }
    records_ = std::move(records);
}

void OwnedRun::truncateRecords(int epochs) {
    if (static_cast<int>(records_.size()) <= epochs) return;
    replaceRecords({records_.begin(), records_.begin() + epochs});
}

void OwnedRun::setStatus(RunState state, int epochs_done, const std::string& message) {
    RunStatus status;
    status.state = state;
    status.epochs_done = epochs_done;
    status.message = message;
    status.heartbeat = unixNow();
    status.seconds_per_epoch = seconds_per_epoch_;
    status.peak_memory = peak_memory_;
    if (state == RunState::running || state == RunState::paused) status.owner = thisProcess();
    replaceFile(folder_ / "status.json", statusJson(status).dump(2) + "\n");
}

void OwnedRun::log(const std::string& line) {
    appendToFile(folder_ / "log.txt", logLine(line));
}

fs::path OwnedRun::checkpointPath(int epochs_done) const {
    return folder_ / "checkpoints" / checkpointName(epochs_done);
}

void OwnedRun::pruneCheckpoints() {
    const std::vector<CheckpointFile> files = checkpoints();
    std::set<int> kept;
    for (std::size_t i = files.size() >= 2 ? files.size() - 2 : 0; i < files.size(); ++i) {
        kept.insert(files[i].epochs_done);
    }
    std::set<std::size_t> stations{records_.size()};
    for (const Phase& phase : description_.config.phases) {
        stations.insert(static_cast<std::size_t>(phase.from));
    }
    for (const int epochs : branchPoints(folder_)) {
        stations.insert(static_cast<std::size_t>(epochs));
    }
    for (const std::size_t epochs : stations) {
        if (epochs == 0 || epochs > records_.size()) continue;
        kept.insert(static_cast<int>(epochs));
        const auto& selection = description_.config.training.selection;
        if (const EpochRecord* best = bestRecord(std::span(records_).first(epochs), selection)) {
            kept.insert(best->epoch + 1);
        }
    }
    for (const CheckpointFile& file : files) {
        if (kept.contains(file.epochs_done)) continue;
        std::error_code ignored;  // a file that stays only takes space
        fs::remove(file.path, ignored);
    }
}

}  // namespace ballast
