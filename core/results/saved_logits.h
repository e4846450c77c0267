#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/choices.h"
#include "core/results/run_folder.h"

namespace ballast {

/// A model's logits f(x) of images, in evaluation mode and without augmentation.
struct Logits {
    int classes = 0;
    std::vector<float> values;         // [images, classes], row by row
    std::vector<std::int64_t> labels;  // [images], each in 0 … classes − 1
    std::vector<float> effects{};      // [images, parts], see LogitHead::class_effects; or none

    std::size_t images() const { return labels.size(); }
    bool operator==(const Logits&) const = default;
};

enum class LogitSplit { test, validation, train };

/// "test", "validation", "train"
std::string_view nameOf(LogitSplit split);
std::optional<LogitSplit> logitSplitFrom(std::string_view name);

/// What the head makes of its features, for τ-norm and De-confound's total direct effect.
struct LogitHead {
    HeadKind kind = HeadKind::linear;
    std::vector<float> norms;  // ‖w_y‖ per class; of a linear head only
    std::vector<float> bias;   // what each class's bias adds to its logit; of a linear head only
    bool other = false;        // the logits are more than these make: a calibration, an effect off
    // Of De-confound, [classes, parts]: what α_TDE = 1 takes off the logit of image i and class y
    // is Σ_k effects_ik class_effects_yk. Else empty.
    std::vector<float> class_effects{};
    double tde_alpha = 0.0;  // that much of it is off already
    bool operator==(const LogitHead&) const = default;
};

/// The logits of one epoch of a run, and what they are of.
struct SavedLogits {
    int epochs_done = 0;
    std::string dataset;
    std::string data_identity;  // dataIdentity() of the run
    std::string subset_sha256;
    std::vector<std::int64_t> class_counts;  // training images N_y
    LogitHead head;
    std::optional<Logits> test;
    std::optional<Logits> validation;
    std::optional<Logits> train;

    int classes() const { return static_cast<int>(class_counts.size()); }
    const std::optional<Logits>& of(LogitSplit split) const;
    std::optional<Logits>& of(LogitSplit split);
    bool operator==(const SavedLogits&) const = default;
};

/// RUN/logits/epoch-000020.safetensors
std::filesystem::path savedLogitsPath(const std::filesystem::path& run_folder, int epochs_done);

/// After how many epochs a run has saved logits, ascending.
std::vector<int> savedLogitEpochs(const std::filesystem::path& run_folder);

/// What so many images take in the file.
std::int64_t savedLogitsBytes(std::int64_t images, std::int64_t classes);

/// Rounds logits to float16, so that each image's top logit stays the only largest one: where the
/// nearest float16 would be that of an earlier class too, it takes the next above. So a file gives
/// every image the class that the model gave it. NaN stays; beyond ±65504 is that.
void roundToHalf(Logits& logits);

/// Writes a safetensors file atomically, logits in float16 as roundToHalf() makes them, and makes
/// its folder. Throws StorageError.
void writeSavedLogits(const std::filesystem::path& file, const SavedLogits& logits);

/// Throws StorageError: missing, of a newer format; DamagedFileError.
SavedLogits readSavedLogits(const std::filesystem::path& file);

/// The logits that a run has saved after so many epochs. Throws as above, and StorageError where
/// they are of another data set, subset, class count or epoch, naming both.
SavedLogits readSavedLogits(const std::filesystem::path& run_folder,
                            const RunDescription& description, int epochs_done);

}  // namespace ballast
