#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/experiment/class_terms.h"
#include "core/learning/class_statistics.h"
#include "core/learning/data/image_source.h"
#include "core/learning/gpu/repeated_work.h"
#include "core/learning/losses/class_loss.h"
#include "core/learning/models/network.h"
#include "core/learning/parallel/ranks.h"
#include "core/results/confusion_matrix.h"
#include "core/results/saved_logits.h"

namespace ballast {

/// Passes over images with the weights as they are, in evaluation mode. For one thread.
class Evaluator {
public:
    static constexpr std::int64_t kBatch = 250;  // images

    /// Asked before each batch; where it says no, the pass ends and its answer is not whole.
    using Proceed = std::function<bool()>;

    Evaluator(
        ImageNetwork model, int classes, torch::Device device,
        Proceed proceed = [] { return true; });

    /// What a pass asks the model for.
    enum class Output { logits, features };

    /// Called before each pass.
    using Begins = std::function<void(const ImageSource& images, Output output)>;

    /// Where several processes divide each batch: of the first one, whose passes the others go
    /// along with, as Ranks tells them; `begins` tells them which images.
    Evaluator(ImageNetwork model, int classes, torch::Device device, Proceed proceed, Ranks& ranks,
              Begins begins);

    /// Of a batch of `n` images of which `images` are this process's share: logits and, of
    /// De-confound's head, the images' effects beside them, [n, C + K]; or features [n, F].
    torch::Tensor answersTo(const torch::Tensor& images, std::int64_t n,
                            Output output = Output::logits);

    /// Share of each class's images that the model gets right; NaN for a class without images.
    std::vector<double> classAccuracy(const ImageSource& images);

    /// The same, and which classes the images are taken for; also their logits where asked for.
    std::vector<double> classAccuracy(const ImageSource& images, ConfusionMatrix& confusion,
                                      Logits* logits = nullptr);

    /// The logits of images, on the CPU.
    Logits logits(const ImageSource& images);

    /// The mean of each class's features, [C, F] of float64 on the CPU; 0 for one without images.
    torch::Tensor classMeans(const ImageSource& images);

    /// The statistics of images, as the paper defines B_y(f) over those of the training set.
    /// `class_counts` and `majority` as ClassStatisticsAccumulator::finish. Also their logits where
    /// asked for.
    ClassStatistics statistics(const ImageSource& images, const ClassTerms& terms,
                               const std::vector<std::int64_t>& class_counts,
                               const std::vector<bool>& majority, Logits* logits = nullptr);

    using Answers = std::function<void(const torch::Tensor& logits, const torch::Tensor& labels)>;

    /// Gives `answers` each batch's logits [B, C] and labels [B]; both are overwritten by the next.
    void forEachBatch(const ImageSource& images, const Answers& answers);

private:
    Evaluator(ImageNetwork model, int classes, torch::Device device, Proceed proceed, Ranks* ranks,
              Begins begins);

    torch::Tensor logitsOf(const torch::Tensor& answers) const;

    /// `answers`, where there is one, gets what answersTo() says of each batch, as `work` returns
    /// it, and its labels [B].
    void pass(const ImageSource& images, RepeatedWork& work, const Answers& answers = {},
              Output output = Output::logits);
    std::vector<double> countedAccuracy() const;

    ImageNetwork model_;
    const torch::Device device_;
    const Proceed proceed_;
    Ranks* const ranks_;  // nullptr: one process
    const Begins begins_;
    torch::Tensor seen_;   // int64 [C]
    torch::Tensor right_;  // int64 [C]
    RepeatedWork counting_;
    RepeatedWork describing_;  // features
    ClassStatisticsAccumulator statistics_;
    std::optional<ClassTermTensors> terms_;
    std::optional<RepeatedWork> gathering_;  // with these terms
};

}  // namespace ballast
