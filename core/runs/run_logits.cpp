#include "core/runs/run_logits.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <numeric>

#include "core/base/error.h"
#include "core/runs/foreign_runs.h"
#include "core/runs/learning.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

int epochsDone(const RunSummary& run) {
    return static_cast<int>(run.records.size());
}

/// Where the last phase begins; 0 where there is one phase, or that is not trained yet.
int lastPhaseStart(const RunSummary& run) {
    const int from = run.description.config.phases.back().from;
    return from <= epochsDone(run) ? from : 0;
}

int bestEpochsDone(const RunSummary& run) {
    const EpochRecord* best = bestRecord(run.records, run.description.config.training.selection);
    return best == nullptr ? 0 : best->epoch + 1;
}

void requireSameData(const RunDescription& description, const DataStore& store) {
    const DataConfig& data = description.config.data;
    if (description.data_sha256.empty() || store.hasContent(data, description.data_sha256)) return;
    throw DataError("the files of " + data.dataset + " here are not those that the run was " +
                    "trained on; their logits would be others");
}

/// Whether an earlier version saved a De-confound run's logits without the effect that is off them,
/// and they can be made again.
bool lacksEffect(const fs::path& run_folder, const RunDescription& description, int epochs_done) {
    return description.config.model.head == HeadKind::deconfound &&
           fs::exists(run_folder / "checkpoints" / checkpointName(epochs_done)) &&
           readSavedLogits(run_folder, description, epochs_done).head.class_effects.empty();
}

}  // namespace

int epochsDoneAt(const RunSummary& run, const std::string& name) {
    if (run.records.empty()) throw ConfigError(run.id + " has no epochs yet");
    if (name == "last") return epochsDone(run);
    if (name == "best") {
        if (const int best = bestEpochsDone(run); best > 0) return best;
        throw ConfigError(run.id + " has no best epoch: none was evaluated");
    }
    if (name == "t0") {
        if (const int start = lastPhaseStart(run); start > 0) return start;
        throw ConfigError(run.id +
                          " has no T0: it has one phase, or is not trained up to the last");
    }
    int epochs = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), epochs);
    if (error != std::errc() || end != name.data() + name.size() || epochs < 1 ||
        epochs > epochsDone(run)) {
        throw ConfigError("there is no epoch \"" + name + "\" of " + run.id +
                          "; allowed: best, last, t0, or 1 to " + std::to_string(epochsDone(run)) +
                          " epochs done");
    }
    return epochs;
}

std::vector<LogitsOffer> logitsOffers(const RunSummary& run) {
    std::map<int, LogitsOffer> offers;
    const auto named = [&](int epochs, const char* name) {
        if (epochs == 0) return;
        std::string& names = offers[epochs].name;
        names += (names.empty() ? "" : ", ") + std::string(name);
    };
    named(bestEpochsDone(run), "best");
    named(lastPhaseStart(run), "T₀");
    named(epochsDone(run), "last");
    for (const CheckpointFile& file : checkpointFiles(run.folder)) {
        // One without its record belongs to an epoch that will be trained again.
        if (file.epochs_done <= epochsDone(run)) offers[file.epochs_done].checkpoint = true;
    }
    for (const int epochs : savedLogitEpochs(run.folder)) offers[epochs].saved = true;
    std::vector<LogitsOffer> list;
    for (auto& [epochs, offer] : offers) {
        offer.epochs_done = epochs;
        list.push_back(std::move(offer));
    }
    return list;
}

std::optional<std::int64_t> logitsBytes(const RunConfig& config,
                                        const std::vector<std::int64_t>& class_counts) {
    const DatasetInfo* dataset = findDataset(config.data.dataset);
    if (dataset == nullptr || dataset->test_images == 0) return std::nullopt;
    const auto classes = static_cast<std::int64_t>(class_counts.size());
    std::int64_t images = dataset->test_images + config.data.validation_per_class * classes;
    const std::int64_t training =
        std::accumulate(class_counts.begin(), class_counts.end(), std::int64_t{0});
    if (savedLogitsBytes(training, classes) <= kMostTrainingLogits) images += training;
    return savedLogitsBytes(images, classes);
}

SavedLogits logitsOfRun(const Learning& learning, const fs::path& run_folder, int epochs_done,
                        const DataStore& store, std::vector<std::string>& said,
                        const std::atomic<bool>& cancelled) {
    const RunDescription description = readDescription(run_folder);
    if (!fs::exists(savedLogitsPath(run_folder, epochs_done)) ||
        lacksEffect(run_folder, description, epochs_done)) {
        LogitsRequest request;
        request.checkpoint = checkpointFile(run_folder, epochs_done);
        request.description = description;
        request.epochs_done = epochs_done;
        request.to = savedLogitsPath(run_folder, epochs_done);
        requireSameData(description, store);
        const auto lines = learning.saveLogits(request, store, cancelled);
        said.insert(said.end(), lines.begin(), lines.end());
    }
    return readSavedLogits(run_folder, description, epochs_done);
}

}  // namespace ballast
