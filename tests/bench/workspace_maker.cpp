#include "tests/bench/workspace_maker.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/experiment/presets.h"
#include "core/results/owned_run.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kKinds = 20;  // different curves
constexpr int kSeeds = 5;
constexpr int kExactEvery = 5;

void write(const fs::path& file, const std::string& content) {
    std::ofstream out(file, std::ios::binary);
    out << content;
    out.flush();
    if (!out) throw StorageError("cannot write " + file.string());
}

std::string recordLines(const WorkspaceSize& size, unsigned kind) {
    std::mt19937 random(kind);
    std::normal_distribution<double> noise(0.0, 0.01);
    const auto perClass = [&](double mean) {
        std::vector<double> values(static_cast<std::size_t>(size.classes));
        for (double& value : values) value = mean + noise(random);
        return values;
    };
    std::string lines;
    for (int epoch = 0; epoch < size.epochs; ++epoch) {
        const double learnt = 0.7 - 0.6 * std::exp(-epoch / 30.0);
        EpochRecord record;
        record.epoch = epoch;
        record.phase = epoch < size.epochs * 4 / 5 ? 0 : 1;
        record.learning_rate = 0.1;
        record.weight_decay = 2e-4;
        record.loss = 2.3 * std::exp(-epoch / 50.0) + 0.1 + noise(random) / 10;
        record.streaming = {
            perClass(learnt), perClass(-3.0), perClass(-5.0), perClass(40.0),
            perClass(30.0),   perClass(2e5),  learnt + 0.1,   learnt - 0.1 + noise(random)};
        if (epoch % kExactEvery == 0) record.exact = record.streaming;
        record.test_accuracy = perClass(learnt);
        record.balanced_test_accuracy = learnt + noise(random);
        record.shots = {learnt + 0.1 + noise(random), learnt + noise(random), learnt - 0.1};
        lines += toJson(record).dump() + "\n";
    }
    return lines;
}

}  // namespace

void makeWorkspace(const fs::path& workspace, const WorkspaceSize& size) {
    std::vector<std::string> curves;
    for (int kind = 0; kind < std::min(kKinds, size.runs); ++kind) {
        curves.push_back(recordLines(size, static_cast<unsigned>(kind)));
    }
    // One run through the front door says how the files look.
    const fs::path model_workspace = workspace / "model";
    RunDescription description;
    for (int y = 0; y < size.classes; ++y) {  // long-tailed, of ratio 100
        const double share = y / std::max(1.0, size.classes - 1.0);
        description.class_counts.push_back(static_cast<std::int64_t>(5000 * std::pow(100, -share)));
    }
    description.version = "0.1.0";
    description.device = "cpu";
    description.config_as_given = json::object();
    const fs::path model = OwnedRun::create(model_workspace, description);
    OwnedRun(model).setStatus(RunState::finished, size.epochs, "");
    json run = json::parse(readFile(model / "run.json"));
    const std::string status = readFile(model / "status.json");
    fs::remove_all(model_workspace);

    std::vector<std::string> methods;  // without second stages, which train longer
    for (const PresetInfo& preset : presets()) {
        if (preset.group != "Second stage") methods.emplace_back(preset.name);
    }
    const struct {
        const char* profile;
        double ratio;
    } columns[] = {{"long-tailed", 100}, {"long-tailed", 10}, {"step", 100}, {"step", 10}};
    const std::size_t per_method = kSeeds * std::size(columns);
    for (int i = 0; i < size.runs; ++i) {
        const auto number = static_cast<std::size_t>(i);
        const auto& column = columns[number / kSeeds % std::size(columns)];
        PresetRequest request;
        request.method = methods[number / per_method % methods.size()];
        request.profile = column.profile;
        request.ratio = column.ratio;
        request.epochs = size.epochs;
        RunConfig config = presetConfig(request);
        config.training.seed = number % kSeeds;
        // After all methods the same again, with another weight decay.
        config.optimizer.weight_decay *=
            1.0 + static_cast<double>(number / (per_method * methods.size()));
        run["config"] = toJson(config);
        run["config_as_given"] = run["config"];
        char id[40];
        std::snprintf(id, sizeof id, "20260101-%06d-run", i);
        char created[40];
        std::snprintf(created, sizeof created, "2026-01-01T%02d:%02d:%02dZ", i / 3600 % 24,
                      i / 60 % 60, i % 60);
        run["provenance"]["created"] = created;
        const fs::path folder = workspace / "runs" / id;
        makeFolders(folder / "checkpoints");
        write(folder / "run.json", run.dump(2) + "\n");
        write(folder / "status.json", status);
        write(folder / "epochs.jsonl", curves[number % curves.size()]);
        write(folder / "log.txt", std::string(created) + " finished\n");
        for (const int epochs : {size.epochs - 1, size.epochs}) {
            write(folder / "checkpoints" / checkpointName(epochs), "not a real one");
        }
    }
}

}  // namespace ballast
