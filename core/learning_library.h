#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/experiment/class_terms.h"
#include "core/run.h"

namespace ballast {

class OwnedRun;

/// Value and gradient of a configured loss on given logits, in double precision.
struct LossRequest {
    std::vector<double> logits;  // [batch, classes], row by row
    std::vector<std::int64_t> labels;
    ClassTerms terms;
    LossConfig loss;
};
struct LossResult {
    double value = 0.0;
    std::vector<double> gradient;  // [batch, classes], of the value by the logits
};

struct BenchOptions {
    std::string model = "resnet32";
    int batch_size = 128;
    int steps = 30;   // measured steps of each loop
    int threads = 0;  // 0: all cores
};

struct BenchDataOptions {
    int images = 300;
    int size = 224;   // pixels of both sides of the crop
    int threads = 0;  // 0: all cores
};

/// What core needs from the room with Torch. Implemented in core/learning/learning.cpp.
class Learning {
public:
    virtual ~Learning() = default;

    virtual std::string libtorchVersion() const = 0;

    /// "auto" | "cpu" | "cuda" | "cuda:N" -> the device a run will use. Throws DeviceError.
    virtual std::string resolveDevice(const std::string& device) const = 0;

    /// Trains an owned run whose description is complete. Throws Error.
    virtual RunOutcome train(OwnedRun& run, const TrainingEnvironment& environment,
                             RunControl& control, RunObserver& observer) const = 0;

    virtual LossResult loss(const LossRequest& request) const = 0;

    /// Times our training step against a textbook loop in one run; returns both and their ratio.
    virtual nlohmann::ordered_json benchTrain(const BenchOptions& options) const = 0;

    /// Times our decoding and augmentation of JPEG files against a plain loop, in the same way.
    virtual nlohmann::ordered_json benchData(const BenchDataOptions& options,
                                             const DataStore& store) const = 0;
};

/// Loads libballast_learning, and Torch with it, on first use (about half a second). Thread-safe.
/// Throws DeviceError where the library cannot be loaded.
const Learning& learning();

}  // namespace ballast
