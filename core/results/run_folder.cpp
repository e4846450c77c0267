#include "core/results/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <set>
#include <sstream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/results/branch_points.h"

namespace ballast {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr const char* kCheckpointPrefix = "epoch-";
constexpr const char* kCheckpointSuffix = ".safetensors";

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

std::string bootId() {
    try {
        std::string id = readFile("/proc/sys/kernel/random/boot_id");
        while (!id.empty() && std::isspace(static_cast<unsigned char>(id.back()))) id.pop_back();
        return id;
    } catch (const Error&) {
        return "";
    }
}

/// When a process of this host began, in clock ticks after boot; 0: there is none, or it is dead
/// and waits for its parent to notice.
std::int64_t startOf(std::int64_t pid) {
    try {
        const std::string stat = readFile("/proc/" + std::to_string(pid) + "/stat");
        std::istringstream fields(stat.substr(stat.rfind(')') + 1));  // the name may hold anything
        std::string field;
        fields >> field;
        if (field == "Z" || field == "X") return 0;
        for (int i = 0; i < 19; ++i) fields >> field;
        return std::stoll(field);
    } catch (const std::exception&) {
        return 0;
    }
}

RunOwner thisProcess() {
    char host[256] = "";
    ::gethostname(host, sizeof host - 1);
    const auto pid = static_cast<std::int64_t>(::getpid());
    return {host, bootId(), pid, startOf(pid)};
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

json readJson(const fs::path& file) {
    const json parsed = json::parse(readFile(file), nullptr, false);
    if (parsed.is_discarded()) throw StorageError(file.string() + " is damaged: not valid JSON");
    return parsed;
}

void refuseNewer(const json& object, const fs::path& file) {
    const int format = object.at("format").get<int>();
    if (format > kRunFormat) {
        throw StorageError(file.string() + " has format " + std::to_string(format) +
                           ", newer than this version of Ballast, which reads up to " +
                           std::to_string(kRunFormat) + "; use a newer Ballast");
    }
}

ordered_json descriptionJson(const RunDescription& description) {
    return {{"format", kRunFormat},
            {"config", toJson(description.config)},
            {"config_as_given", description.config_as_given},
            {"class_counts", description.class_counts},
            {"provenance",
             {{"created", description.created},
              {"version", description.version},
              {"libtorch", description.libtorch},
              {"device", description.device},
              {"threads", description.threads},
              {"data_sha256", description.data_sha256},
              {"subset_sha256", description.subset_sha256},
              {"parent", description.parent},
              {"segments", description.segments},
              {"edits", description.edits}}}};
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
    return {{"format", kRunFormat},
            {"state", stateName(status.state)},
            {"epochs_done", status.epochs_done},
            {"message", status.message},
            {"owner", owner},
            {"heartbeat", status.heartbeat},
            {"seconds_per_epoch", seconds}};
}

/// The records of epochs.jsonl, up to the first line that is torn or out of order.
/// `good_bytes` is the length of what could be read.
std::vector<EpochRecord> readRecords(const fs::path& folder, std::vector<std::string>& warnings,
                                     std::size_t& good_bytes) {
    std::vector<EpochRecord> records;
    good_bytes = 0;
    const fs::path file = folder / "epochs.jsonl";
    if (!fs::exists(file)) return records;
    const std::string content = readFile(file);
    while (good_bytes < content.size()) {
        const std::size_t end = content.find('\n', good_bytes);
        const json line =
            end == std::string::npos
                ? json(json::value_t::discarded)
                : json::parse(content.begin() + static_cast<std::ptrdiff_t>(good_bytes),
                              content.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
        if (line.is_discarded()) {
            warnings.push_back(tornRecordWarning(records.size()));
            break;
        }
        EpochRecord record = recordFromJson(line);
        if (record.epoch != static_cast<int>(records.size())) {
            warnings.push_back(epochJumpWarning(records.size(), record.epoch));
            break;
        }
        records.push_back(std::move(record));
        good_bytes = end + 1;
    }
    return records;
}

std::string recordLines(const std::vector<EpochRecord>& records) {
    std::string lines;
    for (const EpochRecord& record : records) lines += toJson(record).dump() + "\n";
    return lines;
}

std::string logLine(const std::string& line) {
    return utcTime("%Y-%m-%dT%H:%M:%SZ ") + line + "\n";
}

}  // namespace

RunDescription readDescription(const fs::path& folder) {
    const fs::path file = folder / "run.json";
    if (!fs::exists(file))
        throw StorageError(folder.string() + " is not a run: it has no run.json");
    const json object = readJson(file);
    try {
        refuseNewer(object, file);
        RunDescription description;
        description.config = configFromJson(object.at("config"), file.string());
        description.config_as_given = object.at("config_as_given");
        description.class_counts = object.at("class_counts").get<std::vector<std::int64_t>>();
        const json& provenance = object.at("provenance");
        description.created = provenance.at("created").get<std::string>();
        description.version = provenance.at("version").get<std::string>();
        description.libtorch = provenance.at("libtorch").get<std::string>();
        description.device = provenance.at("device").get<std::string>();
        description.threads = provenance.at("threads").get<int>();
        description.data_sha256 = provenance.at("data_sha256").get<std::string>();
        description.subset_sha256 = provenance.at("subset_sha256").get<std::string>();
        description.parent = provenance.at("parent");
        description.segments = provenance.value("segments", json::array());
        description.edits = provenance.value("edits", json::array());
        return description;
    } catch (const json::exception& error) {
        throw StorageError(file.string() + " is damaged: " + error.what());
    }
}

RunStatus readStatus(const fs::path& folder) {
    const fs::path file = folder / "status.json";
    const json object = readJson(file);
    try {
        refuseNewer(object, file);
        RunStatus status;
        const auto name = object.at("state").get<std::string>();
        const auto state = stateFromName(name);
        if (!state) throw StorageError(file.string() + ": unknown state \"" + name + "\"");
        status.state = *state;
        status.epochs_done = object.at("epochs_done").get<int>();
        status.message = object.at("message").get<std::string>();
        status.heartbeat = object.at("heartbeat").get<std::int64_t>();
        if (object.contains("seconds_per_epoch") && object["seconds_per_epoch"].is_number()) {
            status.seconds_per_epoch = object["seconds_per_epoch"].get<double>();
        }
        if (const json& owner = object.at("owner"); !owner.is_null()) {
            status.owner = RunOwner{
                owner.at("host").get<std::string>(), owner.at("boot_id").get<std::string>(),
                owner.at("pid").get<std::int64_t>(), owner.value("started", std::int64_t{0})};
        }
        return status;
    } catch (const json::exception& error) {
        throw StorageError(file.string() + " is damaged: " + error.what());
    }
}

bool ownedHere(const RunOwner& owner) {
    return owner == thisProcess();
}

bool ownerIsGone(const RunOwner& owner) {
    const RunOwner self = thisProcess();
    if (owner.host != self.host) return false;  // cannot know
    if (owner.boot_id != self.boot_id) return true;
    const std::int64_t started = startOf(owner.pid);
    return started == 0 || (owner.started != 0 && owner.started != started);
}

std::vector<CheckpointFile> checkpointFiles(const fs::path& folder) {
    std::vector<CheckpointFile> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder / "checkpoints", error)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(kCheckpointPrefix) || !name.ends_with(kCheckpointSuffix)) continue;
        const int epochs = std::atoi(name.c_str() + std::strlen(kCheckpointPrefix));
        if (epochs > 0) files.push_back({epochs, entry.path()});
    }
    std::ranges::sort(files, {}, &CheckpointFile::epochs_done);
    return files;
}

std::string checkpointName(int epochs_done) {
    std::string digits = std::to_string(epochs_done);
    digits.insert(0, 6 - std::min<std::size_t>(6, digits.size()), '0');
    return kCheckpointPrefix + digits + kCheckpointSuffix;
}

bool isInterrupted(const RunStatus& status) {
    const bool active = status.state == RunState::running || status.state == RunState::paused;
    return active && status.owner && ownerIsGone(*status.owner);
}

std::string tornRecordWarning(std::size_t epoch) {
    return "the record of epoch " + std::to_string(epoch) +
           " in epochs.jsonl is torn and was dropped";
}

std::string epochJumpWarning(std::size_t epoch, int found) {
    return "epochs.jsonl jumps from epoch " + std::to_string(epoch) + " to " +
           std::to_string(found) + "; what follows was dropped";
}

RunSummary readRun(const fs::path& folder) {
    RunSummary summary;
    summary.id = folder.filename().string();
    summary.folder = folder;
    try {
        summary.description = readDescription(folder);
        summary.status = readStatus(folder);
        std::size_t good_bytes = 0;
        summary.records = readRecords(folder, summary.warnings, good_bytes);
        summary.interrupted = isInterrupted(summary.status);
    } catch (const std::exception& error) {
        summary.error = error.what();
    }
    return summary;
}

fs::path OwnedRun::create(const fs::path& workspace, const RunDescription& given,
                          const RunStart& start) {
    RunDescription description = given;
    description.created = utcTime("%Y-%m-%dT%H:%M:%SZ");
    const fs::path runs = workspace / "runs";
    makeFolders(runs);
    const std::string base = utcTime("%Y%m%d-%H%M%S-") + slug(description.config.name);
    // Built under a hidden name and renamed whole, so no reader ever sees half a run.
    const fs::path temporary = runs / ("." + base + "." + std::to_string(::getpid()) + ".tmp");
    try {
        makeFolders(temporary / "checkpoints");
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

OwnedRun::OwnedRun(const fs::path& folder) : folder_(folder) {
    description_ = readDescription(folder_);
    const fs::path lock_file = folder_ / "lock";
    lock_ = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock_ < 0) {
        throw StorageError("cannot open " + lock_file.string() + ": " + std::strerror(errno));
    }
    try {
        if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
            std::string owner;
            try {
                if (const auto status = readStatus(folder_); status.owner) {
                    owner = " (process " + std::to_string(status.owner->pid) + " on " +
                            status.owner->host + ")";
                }
            } catch (const Error&) {
            }
            throw RunBusyError("another process is training the run " + folder_.string() + owner +
                               "; stop it there first");
        }
        seconds_per_epoch_ = readStatus(folder_).seconds_per_epoch;  // refuses a damaged status
        std::size_t good_bytes = 0;
        records_ = readRecords(folder_, repairs_, good_bytes);
        if (!repairs_.empty()) {
            const std::string content = readFile(folder_ / "epochs.jsonl");
            replaceFile(folder_ / "epochs.jsonl", std::string_view(content).substr(0, good_bytes));
        }
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator(folder_ / "checkpoints", ignored)) {
            if (entry.path().extension() == ".tmp") fs::remove(entry.path(), ignored);
        }
    } catch (...) {
        ::close(lock_);
        throw;
    }
}

OwnedRun::~OwnedRun() {
    if (lock_ >= 0) ::close(lock_);
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
    replaceFile(folder_ / "epochs.jsonl", recordLines(records));
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
