#include "core/results/run_folder.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <sstream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_place.h"
#include "core/base/json_text.h"
#include "core/base/text_encoding.h"
#include "core/experiment/catalog.h"
#include "core/experiment/config_json.h"

namespace ballast {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kCheckpointPrefix = "epoch-";
constexpr const char* kCheckpointSuffix = ".safetensors";

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

json readJson(const fs::path& file) {
    json parsed = jsonOrDiscarded(readFile(file));
    if (parsed.is_discarded()) {
        throw DamagedFileError(file.string() + " is damaged: not valid JSON");
    }
    return parsed;
}

void refuseNewer(const JsonPlace& object, const std::string& file) {
    const int format = object.at("format").integer();
    if (format > kRunFormat) {
        throw StorageError(file + " has format " + std::to_string(format) +
                           ", newer than this version of Ballast, which reads up to " +
                           std::to_string(kRunFormat) + "; use a newer Ballast");
    }
}

/// Whether text names something in a folder and nothing elsewhere.
bool isFileName(const std::string& text) {
    return !text.empty() && text != "." && text != ".." && text.find('/') == std::string::npos &&
           text.find('\0') == std::string::npos;
}

bool isPointer(const std::string& text) {
    try {
        const json::json_pointer pointer(text);
        return true;
    } catch (const json::exception&) {
        return false;
    }
}

/// The list `key` where there is one, each of its elements looked at.
template<class Look>
json listIn(const JsonPlace& object, const char* key, const Look& look) {
    if (!object.has(key)) return json::array();
    const JsonPlace list = object.at(key);
    for (std::size_t i = 0; i < list.size(); ++i) look(list.at(i));
    return list.value();
}

}  // namespace

RunOwner thisProcess() {
    char host[256] = "";
    ::gethostname(host, sizeof host - 1);
    const auto pid = static_cast<std::int64_t>(::getpid());
    return {host, bootId(), pid, startOf(pid)};
}

std::string className(const RunDescription& description, std::size_t index) {
    if (index < description.class_names.size()) return description.class_names[index];
    const DatasetInfo* dataset = findDataset(description.config.data.dataset);
    if (dataset == nullptr || index >= dataset->class_names.size()) return "";
    return std::string(dataset->class_names[index]);
}

std::string dataIdentity(const DataConfig& data, const std::string& data_sha256) {
    const DatasetInfo* dataset = findDataset(data.dataset);
    if (dataset == nullptr || !dataset->listed()) return "";
    return data_sha256.empty() ? "folder " + data.folder : data_sha256;
}

std::string dataIdentity(const RunDescription& description) {
    return dataIdentity(description.config.data, description.data_sha256);
}

RunDescription readDescription(const fs::path& folder) {
    const fs::path file = folder / "run.json";
    if (!fs::exists(file))
        throw StorageError(folder.string() + " is not a run: it has no run.json");
    const std::string name = file.string();
    const json parsed = readJson(file);
    const JsonPlace object(parsed, name);
    refuseNewer(object, name);
    RunDescription description;
    json config = object.at("config").value();
    if (config.is_object() && config.contains("name") && config["name"].is_string()) {
        // 0.2 let control characters into names.
        config["name"] = cleanedName(config["name"].get<std::string>());
    }
    description.config = configFromJson(config, name);
    description.config_as_given = object.at("config_as_given").value();
    description.class_counts = object.at("class_counts").integers();
    if (object.has("class_names")) {  // later than format 1's first runs
        const JsonPlace names = object.at("class_names");
        for (std::size_t i = 0; i < names.size(); ++i) {
            description.class_names.push_back(names.at(i).text());
        }
    }
    const JsonPlace provenance = object.at("provenance");
    description.created = provenance.at("created").text();
    description.version = provenance.at("version").text();
    description.libtorch = provenance.at("libtorch").text();
    description.device = provenance.at("device").text();
    description.threads = provenance.at("threads").integer();
    description.data_sha256 = provenance.at("data_sha256").text();
    description.subset_sha256 = provenance.at("subset_sha256").text();
    description.parent = provenance.at("parent").value();
    description.segments = listIn(provenance, "segments", [](const JsonPlace& segment) {
        const std::string run = segment.at("run").text();
        if (!isFileName(run)) segment.at("run").fail("the ID of a run");  // it becomes a path
        segment.at("from").integer();
        segment.at("to").integer();
    });
    if (provenance.has("teacher")) {
        const JsonPlace teacher = provenance.at("teacher");
        teacher.at("run").text();
        teacher.at("sha256").text();
        description.teacher = teacher.value();
    }
    description.edits = listIn(provenance, "edits", [](const JsonPlace& edit) {
        edit.at("id").text();
        edit.at("epoch").integer();
        if (edit.has("next_phase_now")) edit.at("next_phase_now").boolean();
        if (edit.has("plateau")) edit.at("plateau").integer();
        listIn(edit, "settings", [](const JsonPlace& setting) {
            const JsonPlace pointer = setting.at("pointer");
            if (!isPointer(pointer.text())) pointer.fail("a JSON pointer");
        });
    });
    return description;
}

RunStatus readStatus(const fs::path& folder) {
    const fs::path file = folder / "status.json";
    const std::string name = file.string();
    const json parsed = readJson(file);
    const JsonPlace object(parsed, name);
    refuseNewer(object, name);
    RunStatus status;
    const auto state = stateFromName(object.at("state").text());
    if (!state) object.at("state").fail("a state of a run");
    status.state = *state;
    status.epochs_done = object.at("epochs_done").integer();
    status.message = object.at("message").text();
    status.heartbeat = object.at("heartbeat").integer64();
    if (object.has("seconds_per_epoch") && !object.at("seconds_per_epoch").isNull()) {
        status.seconds_per_epoch = object.at("seconds_per_epoch").number();
    }
    if (object.has("peak_memory") && !object.at("peak_memory").isNull()) {
        status.peak_memory = object.at("peak_memory").integer64();
    }
    if (const JsonPlace owner = object.at("owner"); !owner.isNull()) {
        status.owner = RunOwner{owner.at("host").text(), owner.at("boot_id").text(),
                                owner.at("pid").integer64(),
                                owner.has("started") ? owner.at("started").integer64() : 0};
    }
    return status;
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

RecordsOnDisk readRecords(const fs::path& folder) {
    RecordsOnDisk read;
    const fs::path file = folder / "epochs.jsonl";
    if (!fs::exists(file)) return read;
    const std::string content = readFile(file);
    while (read.good_bytes < content.size()) {
        const std::size_t end = content.find('\n', read.good_bytes);
        const json line = end == std::string::npos
                              ? json(json::value_t::discarded)
                              : jsonOrDiscarded(std::string_view(content).substr(
                                    read.good_bytes, end - read.good_bytes));
        const std::size_t epoch = read.records.size();
        if (line.is_discarded()) {
            read.warnings.push_back(tornRecordWarning(epoch));
            break;
        }
        EpochRecord record = recordFromJson(line, recordSource(file.string(), epoch));
        if (record.epoch != static_cast<int>(epoch)) {
            read.warnings.push_back(epochJumpWarning(epoch, record.epoch));
            break;
        }
        read.records.push_back(std::move(record));
        read.good_bytes = end + 1;
    }
    return read;
}

RunSummary readRun(const fs::path& folder) {
    RunSummary summary;
    summary.id = folder.filename().string();
    summary.folder = folder;
    try {
        summary.description = readDescription(folder);
        summary.status = readStatus(folder);
        RecordsOnDisk read = readRecords(folder);
        summary.records = std::move(read.records);
        summary.warnings = std::move(read.warnings);
        summary.interrupted = isInterrupted(summary.status);
    } catch (const DamagedFileError& error) {
        summary.error = error.what();
        summary.damaged = true;
    } catch (const ConfigError& error) {  // run.json's config
        summary.error = error.what();
        summary.damaged = true;
    } catch (const std::exception& error) {
        summary.error = sentenceOf(error);
    }
    return summary;
}

RunSummary readableRun(const fs::path& folder) {
    RunSummary run = readRun(folder);
    if (run.damaged) throw DamagedFileError(run.error);
    if (!run.error.empty()) throw StorageError(run.error);
    return run;
}

}  // namespace ballast
