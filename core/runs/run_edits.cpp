#include "core/runs/run_edits.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_place.h"
#include "core/base/json_text.h"
#include "core/experiment/config_json.h"
#include "core/experiment/teacher.h"
#include "core/results/plateau.h"
#include "core/runs/foreign_runs.h"
#include "core/runs/teacher_runs.h"
#include "core/runs/trunk_store.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kEditsFolder = "edits";

ordered_json editJson(const RunEdit& edit) {
    ordered_json settings = ordered_json::array();
    for (const Setting& setting : edit.settings) {
        settings.push_back({{"pointer", setting.pointer}, {"value", setting.value}});
    }
    return {{"settings", settings}, {"next_phase_now", edit.next_phase_now}};
}

/// An edit on disk, waiting for its epoch.
struct WaitingEdit {
    fs::path file;
    std::string id;
    std::optional<int> epoch;  // not in files of 0.2: the next one
    RunEdit edit;
};

/// Throws DamagedFileError.
WaitingEdit readEdit(const fs::path& file) {
    const std::string name = file.string();
    const json parsed = jsonOrDiscarded(readFile(file));
    if (parsed.is_discarded()) throw DamagedFileError(name + " is damaged: not valid JSON");
    const JsonPlace object(parsed, name);
    WaitingEdit waiting{file, file.stem().string(), {}, {}};
    const JsonPlace settings = object.at("settings");
    for (std::size_t i = 0; i < settings.size(); ++i) {
        const JsonPlace setting = settings.at(i);
        waiting.edit.settings.push_back(
            {setting.at("pointer").text(), setting.at("value").value()});
    }
    waiting.edit.next_phase_now = object.at("next_phase_now").boolean();
    if (object.has("epoch")) waiting.epoch = object.at("epoch").integer();
    return waiting;
}

std::string shownSetting(const RunEdit& edit) {
    std::string text;
    for (const Setting& setting : edit.settings) {
        text += (text.empty() ? "" : ", ") + setting.pointer + " = " + setting.value.dump();
    }
    if (edit.next_phase_now) text += text.empty() ? "next phase now" : ", next phase now";
    return text;
}

/// In the order in which they were asked for.
std::vector<fs::path> editFiles(const fs::path& run) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(run / kEditsFolder, error)) {
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

/// A name that sorts by time and is no other edit's.
std::string newEditId() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    char text[64];
    std::snprintf(text, sizeof text, "%020lld-%ld",
                  static_cast<long long>(std::chrono::nanoseconds(now).count()),
                  static_cast<long>(::getpid()));
    return text;
}

/// `more`: what else to say of the edit.
void apply(OwnedRun& run, int epoch, const RunEdit& edit, const std::string& id,
           const ordered_json& more = ordered_json::object()) {
    RunDescription description = run.description();
    ConfigEdit edited = editedFrom(description.config, description.class_counts, epoch,
                                   edit.settings, edit.next_phase_now);
    if (!sameTeacher(description.config, edited.config)) description.teacher = nullptr;
    description.config = std::move(edited.config);
    ordered_json entry = {{"id", id}, {"epoch", epoch}};
    entry.update(editJson(edit));
    entry.update(more);
    description.edits.push_back(json(entry));
    run.describe(description);
}

bool isApplied(const RunDescription& description, const std::string& id) {
    return std::ranges::any_of(description.edits,
                               [&](const json& edit) { return edit.at("id") == id; });
}

/// Whether the images of the edited config are the run's, which may have moved, and whether there
/// are some to choose the best epoch by.
void checkImages(const RunDescription& run, const RunConfig& edited, const DataStore& store) {
    const DatasetInfo* dataset = findDataset(edited.data.dataset);
    if (dataset == nullptr || !dataset->listed()) return;
    const auto refuse = [](const char* pointer, const std::string& message) {
        throw ConfigError("the run cannot change so", {{pointer, message}});
    };
    if (edited.data.folder != run.config.data.folder) {
        // A run of 0.2 that has not begun has no checksum yet.
        const bool same = run.data_sha256.empty()
                              ? store.classCounts(edited.data) == run.class_counts
                              : store.hasContent(edited.data, run.data_sha256);
        if (!same) {
            refuse("/data/folder",
                   "\"" + edited.data.folder +
                       "\" does not hold the lists this run was made with; allowed: "
                       "another place of the same lists and images");
        }
    }
    if (edited.training.selection != run.config.training.selection &&
        edited.training.selection == Selection::validation) {
        try {
            store.list(edited.data, Split::validation);
        } catch (const DataError& error) {
            refuse("/training/selection", error.what());
        }
    }
}

/// Whether there is the teacher that the edited config names, where that is another one.
void checkNewTeacher(const fs::path& folder, RunDescription run, const RunConfig& edited) {
    if (sameTeacher(run.config, edited)) return;
    run.config = edited;
    run.teacher = nullptr;
    teacherOf(fs::canonical(folder).parent_path().parent_path(), run, UntrainedTeacher::awaited);
}

ConfigEdit checkedEdit(const fs::path& folder, const RunDescription& run, int epoch,
                       const RunEdit& edit, const DataStore& store) {
    ConfigEdit edited =
        editedFrom(run.config, run.class_counts, epoch, edit.settings, edit.next_phase_now);
    checkImages(run, edited.config, store);
    checkNewTeacher(folder, run, edited.config);
    return edited;
}

}  // namespace

ConfigEdit forkContract(const fs::path& folder, int epoch, const RunEdit& edit,
                        const DataStore& store) {
    const RunSummary run = readableRun(folder);
    checkpointFile(folder, epoch);
    return checkedEdit(folder, run.description, epoch, edit, store);
}

fs::path forkRunAt(const fs::path& folder, int epoch, const RunEdit& edit, const DataStore& store) {
    const ConfigEdit edited = forkContract(folder, epoch, edit, store);
    const fs::path whole = fs::canonical(folder);
    const RunSummary run = readableRun(whole);
    Trunk trunk = trunkFrom({run.id, whole, epoch, run.description.threads}, edited.config);

    // Device, threads and versions are the run's: the numbers before the fork come from them.
    RunDescription description = run.description;
    if (!sameTeacher(description.config, edited.config)) description.teacher = nullptr;
    description.config = edited.config;
    description.config_as_given = ballast::toJson(edited.config);
    description.segments = trunk.segments;
    description.edits = json::array();
    RunStart start;
    start.state = RunState::stopped;
    start.records = std::move(trunk.records);
    start.log = {"forked from the run " + run.id + " after " + std::to_string(epoch) +
                 " epochs: " + shownSetting(edit)};
    start.write_checkpoints = [&](const fs::path& checkpoints) {
        linkCheckpoints(trunk, checkpoints);
    };
    return OwnedRun::create(whole.parent_path().parent_path(), description, start);
}

EditPreview editPreview(const fs::path& folder, const RunEdit& edit, const DataStore& store) {
    const RunSummary run = readableRun(folder);
    const bool active = !run.interrupted && (run.status.state == RunState::running ||
                                             run.status.state == RunState::paused);
    EditPreview preview;
    preview.epoch = static_cast<int>(run.records.size()) + (active ? 1 : 0);
    if (preview.epoch >= run.description.config.training.epochs) {
        throw ConfigError("the run " + run.id + " is " +
                          (active ? "in its last epoch" : "finished") + "; fork it instead");
    }
    preview.edit = checkedEdit(folder, run.description, preview.epoch, edit, store);
    return preview;
}

int editRun(const fs::path& folder, const RunEdit& edit, std::optional<int> promised,
            const DataStore& store) {
    const int epoch = editPreview(folder, edit, store).epoch;
    if (promised && *promised != epoch) {
        throw ConfigError("epoch " + std::to_string(*promised) +
                          " has begun meanwhile; look at what the edit would change once more");
    }
    const std::string id = newEditId();
    try {
        OwnedRun run(folder);
        apply(run, static_cast<int>(run.records().size()), edit, id);
        run.log("edited: " + shownSetting(edit));
    } catch (const RunBusyError&) {  // whoever trains it finds the edit in its folder
        makeFolders(folder / kEditsFolder);
        ordered_json file = {{"format", kRunFormat}, {"id", id}, {"epoch", epoch}};
        file.update(editJson(edit));
        replaceFile(folder / kEditsFolder / (id + ".json"), file.dump(2) + "\n");
    }
    return epoch;
}

std::string beginPhaseAfterPlateau(OwnedRun& run, int epoch) {
    const RunConfig& config = run.description().config;
    const std::size_t next = phaseIndexAt(config.phases, epoch - 1) + 1;
    const int patience = config.phases.at(next).plateau;
    std::string why = "phase " + std::to_string(next + 1) + " begins at epoch " +
                      std::to_string(epoch) + ": " + plateauInWords(patience);
    apply(run, epoch, {{}, true}, "plateau-" + std::to_string(epoch), {{"plateau", patience}});
    run.log(why);
    return why;
}

std::vector<PendingEdit> pendingEdits(const fs::path& folder) {
    std::vector<PendingEdit> pending;
    for (const fs::path& file : editFiles(folder)) {
        try {
            const WaitingEdit waiting = readEdit(file);
            pending.push_back({waiting.epoch.value_or(0), shownSetting(waiting.edit)});
        } catch (const Error&) {  // taken meanwhile, or damaged: the trainer says so
        }
    }
    return pending;
}

std::vector<std::string> applyPendingEdits(OwnedRun& run, int epoch) {
    std::vector<std::string> said;
    for (const fs::path& file : editFiles(run.folder())) {
        std::string line;
        try {
            const WaitingEdit waiting = readEdit(file);
            const int from = waiting.epoch.value_or(epoch);
            if (from > epoch) continue;
            if (from < epoch) {
                line = "an edit came too late: it was to hold from epoch " + std::to_string(from) +
                       " on, which had begun; nothing is changed: " + shownSetting(waiting.edit);
            } else if (!isApplied(run.description(), waiting.id)) {
                apply(run, epoch, waiting.edit, waiting.id);
                line = "edited from epoch " + std::to_string(epoch) +
                       " on: " + shownSetting(waiting.edit);
            }
        } catch (const ConfigError& error) {
            line = "an edit could not be made: " + std::string(error.what());
        } catch (const DamagedFileError& error) {
            line = "an edit could not be made: " + std::string(error.what());
        }
        if (!line.empty()) {
            run.log(line);
            said.push_back(line);
        }
        std::error_code ignored;
        fs::remove(file, ignored);
    }
    return said;
}

}  // namespace ballast
