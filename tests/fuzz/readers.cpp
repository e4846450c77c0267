#include "tests/fuzz/readers.h"

#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/analysis/capsule_file.h"
#include "core/analysis/figure_description.h"
#include "core/analysis/named_styles.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/safetensors.h"
#include "core/base/temporary_folder.h"
#include "core/base/text_encoding.h"
#include "core/cluster/job_book.h"
#include "core/data/download.h"
#include "core/data/image_files.h"
#include "core/data/image_lists.h"
#include "core/data/jpeg.h"
#include "core/experiment/config_json.h"
#include "core/experiment/sweep.h"
#include "core/interchange/event_reader.h"
#include "core/interchange/foreign_arguments.h"
#include "core/interchange/foreign_logs.h"
#include "core/interchange/mlflow_store.h"
#include "core/interchange/pickle.h"
#include "core/interchange/scalar_columns.h"
#include "core/interchange/scalar_table.h"
#include "core/interchange/state_dict.h"
#include "core/interchange/torch_archive.h"
#include "core/interchange/zip_archive.h"
#include "core/results/epoch_scalars.h"
#include "core/results/index_cache.h"
#include "core/results/named_sets.h"
#include "core/results/queue_order.h"
#include "core/results/run_events.h"
#include "core/results/run_folder.h"
#include "core/results/run_notes.h"
#include "core/results/saved_logits.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

void require(bool holds, const char* what) {
    if (!holds) throw std::logic_error(what);
}

const fs::path& folder() {
    static const TemporaryFolder own;  // goes with the process
    return own.path();
}

/// The bytes as a file of that name in the folder.
fs::path fileOf(std::string_view bytes, const std::string& name) {
    const fs::path file = folder() / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary).write(bytes.data(), std::ssize(bytes));
    return file;
}

/// An input of several files: what stands between kNextFile, missing ones empty.
template<std::size_t count>
std::array<std::string_view, count> partsOf(std::string_view bytes) {
    std::array<std::string_view, count> parts;
    for (std::string_view& part : parts) {
        const std::size_t end = bytes.find(kNextFile);
        part = bytes.substr(0, end);
        bytes = end == std::string_view::npos ? "" : bytes.substr(end + kNextFile.size());
    }
    return parts;
}

// ---- what Ballast itself writes, and people edit and send -------------------------------------

void readConfig(std::string_view bytes) {
    const RunConfig config = configFromJson(parseJson(bytes, "input"), "input");
    const nlohmann::json written = nlohmann::json::parse(toJson(config).dump());
    require(configFromJson(written, "written") == config, "a config is another one when written");
}

void readSweep(std::string_view bytes) {
    const Sweep sweep = sweepFromJson(parseJson(bytes, "input"), "input");
    if (sweep.size() > 50) return;
    for (const SweepRun& run : sweepRuns(sweep)) identityText(run.config);
}

void readFigure(std::string_view bytes) {
    const FigureDescription figure = figureFromJson(parseJson(bytes, "input"), "input");
    const nlohmann::json written = nlohmann::json::parse(toJson(figure).dump());
    require(figureFromJson(written, "written") == figure, "a figure is another one when written");
}

void readCapsuleOf(std::string_view bytes) {
    capsuleIn(bytes, "input");
}

void readStatusOf(std::string_view bytes) {
    fileOf(bytes, "run/status.json");
    readStatus(folder() / "run");
}

void readDescriptionOf(std::string_view bytes) {
    fileOf(bytes, "described/run.json");
    const RunDescription run = readDescription(folder() / "described");
    describedEvents(run);
    for (const nlohmann::json& edit : run.edits) editChanges(run, edit["epoch"].get<int>());
}

bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

/// Both readers of epochs.jsonl must say the same of every line.
void readRecordsOf(std::string_view bytes) {
    fileOf(bytes, "recorded/epochs.jsonl");
    const std::string line(bytes.substr(0, bytes.find('\n')));
    std::optional<ScannedRecord> fast;
    std::string refused;
    try {
        fast = scanRecord(line);
    } catch (const Error& error) {
        refused = error.what();
    }
    const nlohmann::json value = jsonOrDiscarded(line);
    require(value.is_discarded() == (!fast && refused.empty()), "readers differ in what is torn");
    if (!value.is_discarded()) {
        try {
            const EpochRecord whole = recordFromJson(value, recordSource("", 0));
            require(fast.has_value(), "the fast reader refuses a record");
            require(fast->epoch == whole.epoch && same(fast->scalars.loss, whole.loss) &&
                        same(fast->scalars.balanced_test_accuracy, whole.balanced_test_accuracy) &&
                        same(fast->scalars.learning_rate, whole.learning_rate) &&
                        same(fast->scalars.few, whole.shots.few) &&
                        same(fast->scalars.minority_accuracy, whole.streaming.minority_accuracy),
                    "the fast reader reads other numbers");
        } catch (const Error&) {
            require(!fast, "the fast reader accepts what is no record");
        }
    }
    readRecords(folder() / "recorded");
}

void readIndexCacheOf(std::string_view bytes) {
    for (auto& [id, cached] : readIndexCache(fileOf(bytes, "run-index.cache")).runs) {
        IndexedRun run;
        restoreRun(std::move(cached), run);
    }
}

void readNotesOf(std::string_view bytes) {
    fileOf(bytes, "noted/notes.json");
    readNotes(folder() / "noted");
}

void readSets(std::string_view bytes) {
    fileOf(bytes, "workspace/sets.json");
    readNamedSets(folder() / "workspace");
}

void readStyles(std::string_view bytes) {
    fileOf(bytes, "workspace/styles.json");
    readNamedStyles(folder() / "workspace");
}

void readQueue(std::string_view bytes) {
    fileOf(bytes, "workspace/queue.json");
    readQueueOrder(folder() / "workspace");
}

void readJobs(std::string_view bytes) {
    fileOf(bytes, "workspace/slurm/jobs.json");
    const JobBook book = readJobBook(folder() / "workspace");
    for (const auto& [segment, task] : book.tasks()) task.id();
}

void readSafetensors(std::string_view bytes) {
    constexpr std::array<std::string_view, 4> kTypes = {"F16", "F32", "F64", "I64"};
    for (const auto& [name, tensor] : parseSafetensors(bytes, kTypes, true).tensors) {
        require(tensor.bytes.size() <= bytes.size(), "a tensor is larger than its file");
    }
}

void readLogits(std::string_view bytes) {
    readSavedLogits(fileOf(bytes, "logits.safetensors"));
}

// ---- what other programs write ------------------------------------------------------------------

void readPickle(std::string_view bytes) {
    const Pickle pickle(bytes);
    findStateDict(pickle.root());
}

void readTorchFile(std::string_view bytes) {
    const TorchArchive archive(fileOf(bytes, "checkpoint.pth"));
    for (const auto& [name, value] : findStateDict(archive.root()).tensors) {
        archive.read(value->tensor);
    }
}

void readZip(std::string_view bytes) {
    const ZipArchive zip{std::string(bytes)};
    for (const auto& [name, offset] : zip.members()) {
        try {
            zip.read(name);
        } catch (const CheckpointError&) {
        }
    }
}

void readIdxOf(std::string_view bytes) {
    const fs::path file = fileOf(bytes, "labels-idx1-ubyte");
    idxLabels(readIdx(file, 1, 1 << 20), 10, file);
}

void readIdxImages(std::string_view bytes) {
    readIdx(fileOf(bytes, "images-idx3-ubyte"), 3, 1 << 20);
}

void readCifarOf(std::string_view bytes) {
    const fs::path file = fileOf(bytes, "data_batch.bin");
    const std::int64_t records = std::ssize(bytes) / kCifar100.recordBytes();
    ImageSet images;
    appendCifar(readCifar(file, kCifar100, records), kCifar100, file, images);
    std::vector<std::int32_t> labels;
    appendCifarLabels(file, kCifar100, records, labels);
    require(labels == images.labels, "the labels of CIFAR differ");
}

void readList(std::string_view bytes) {
    const ImageList list = readImageList(fileOf(bytes, "list.txt"), folder(), 0, false);
    lackingClasses(list, {});
    for (const std::string& path : list.paths) {
        require(!path.starts_with('/') && path.find('\n') == std::string::npos, "a path leads out");
    }
}

void readLogs(std::string_view bytes) {
    const auto parts = partsOf<3>(bytes);
    fileOf(parts[0], "logs/log_train.csv");
    fileOf(parts[1], "logs/log_test.csv");
    fileOf(parts[2], "logs/args.txt");
    const ForeignLogs logs = readForeignLogs(folder() / "logs");
    const std::vector<std::int64_t> counts(10, 5);
    recordsFromLogs(logs.epochs, 5, counts);
}

void readArguments(std::string_view bytes) {
    readForeignArguments(fileOf(bytes, "args.txt"));
}

void takeRecords(const LoggedScalars& scalars) {
    RunConfig config;
    config.training.epochs = 4;
    std::vector<std::string> notes;
    recordsFromScalars(scalars, suggestedColumns(scalars), config, notes);
}

void readTable(std::string_view bytes) {
    for (const LoggedScalars& run : readScalarTable(fileOf(bytes, "table.csv"))) takeRecords(run);
}

void readEvents(std::string_view bytes) {
    takeRecords(readEventFiles(fileOf(bytes, "events.out.tfevents.1.host")));
}

void readMlflow(std::string_view bytes) {
    const auto parts = partsOf<4>(bytes);
    fileOf(parts[0], "mlflow/meta.yaml");
    fileOf(parts[1], "mlflow/metrics/test_acc");
    fileOf(parts[2], "mlflow/metrics/train/loss");
    fileOf(parts[3], "mlflow/tags/mlflow.runName");
    takeRecords(readMlflowRun(folder() / "mlflow"));
}

void readPng(std::string_view bytes) {
    rebuildCifarBatch(fileOf(bytes, "rows.png"), std::array<std::uint8_t, 2>{1, 2},
                      folder() / "batch.bin");
}

void readPhoto(std::string_view bytes) {
    const fs::path file = fileOf(bytes, "photo.jpg");
    JpegDecoder decoder;
    decoder.open(file);
    if (std::int64_t{decoder.width()} * decoder.height() > 1 << 20) return;
    for (int wanted : {1, 4}) {
        RgbImage image;
        decoder.decode(wanted, image);
        require(std::ssize(image.pixels) == 3LL * image.width * image.height, "pixels are missing");
    }
}

constexpr std::array kReaders = {
    FuzzReader{"config", readConfig},     FuzzReader{"sweep", readSweep},
    FuzzReader{"figure", readFigure},     FuzzReader{"capsule", readCapsuleOf},
    FuzzReader{"status", readStatusOf},   FuzzReader{"description", readDescriptionOf},
    FuzzReader{"records", readRecordsOf}, FuzzReader{"index-cache", readIndexCacheOf},
    FuzzReader{"notes", readNotesOf},     FuzzReader{"sets", readSets},
    FuzzReader{"styles", readStyles},     FuzzReader{"queue", readQueue},
    FuzzReader{"jobs", readJobs},         FuzzReader{"safetensors", readSafetensors},
    FuzzReader{"logits", readLogits},     FuzzReader{"pickle", readPickle},
    FuzzReader{"torch", readTorchFile},   FuzzReader{"zip", readZip},
    FuzzReader{"idx", readIdxOf},         FuzzReader{"idx-images", readIdxImages},
    FuzzReader{"cifar", readCifarOf},     FuzzReader{"list", readList},
    FuzzReader{"logs", readLogs},         FuzzReader{"arguments", readArguments},
    FuzzReader{"table", readTable},       FuzzReader{"events", readEvents},
    FuzzReader{"mlflow", readMlflow},     FuzzReader{"png", readPng},
    FuzzReader{"photo", readPhoto},
};

}  // namespace

std::span<const FuzzReader> fuzzReaders() {
    return kReaders;
}

void readFuzzed(const FuzzReader& reader, std::string_view bytes) {
    std::string said;
    try {
        reader.read(bytes);
        return;
    } catch (const Error& error) {
        said = error.what();
    } catch (const SafetensorsError& error) {
        said = error.what();
    }
    require(!said.empty(), "an error says nothing");
    require(!invalidUtf8At(said), "an error is not UTF-8");
}

}  // namespace ballast
