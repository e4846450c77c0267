#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/data/data_store.h"
#include "core/experiment/config.h"
#include "core/runs/process_rank.h"

namespace ballast {

enum class BenchPart {
    train,         // whole epochs
    step,          // steps on one batch that is there already
    evaluation,    // in evaluation mode
    augmentation,  // batches only
};
struct BenchOptions {
    BenchPart what = BenchPart::train;
    std::string model = "resnet32";
    std::string device = "cpu";
    int batch_size = 128;
    int steps = 42;           // measured steps of each loop
    int threads = 0;          // 0: all cores
    double sam_radius = 0.0;  // of train and step; 0: plain SGD
    Phase phase = {};         // of our loop alone: class terms, smoothing, mixing
};

struct BenchDataOptions {
    int images = 300;
    int size = 224;   // pixels of both sides of the crop
    int threads = 0;  // 0: all cores
};

/// What ballast-cli bench measures, implemented in core/learning/bench/.
class Benchmarks {
public:
    virtual ~Benchmarks() = default;

    /// Times our training, or a part of it, against a textbook loop in one run: rates and ratios.
    /// Throws DeviceError.
    virtual nlohmann::ordered_json train(const BenchOptions& options) const = 0;

    /// Times one process against several that divide each batch, on the CPU; every one of them
    /// calls it, and the first one's answer holds.
    virtual nlohmann::ordered_json scale(const BenchOptions& options,
                                         const ProcessRank& rank) const = 0;

    /// Times our decoding and augmentation of JPEG files against a plain loop, in the same way.
    virtual nlohmann::ordered_json data(const BenchDataOptions& options,
                                        const DataStore& store) const = 0;

    /// Times what the store does at an epoch's end, in a folder it makes under `folder`.
    virtual nlohmann::ordered_json store(const std::filesystem::path& folder) const = 0;
};

/// Loads the training library on first use. Throws DeviceError.
const Benchmarks& benchmarks();

}  // namespace ballast
