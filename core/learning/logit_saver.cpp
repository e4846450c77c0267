#include "core/learning/logit_saver.h"

#include <algorithm>
#include <thread>

#include "core/base/cancel.h"
#include "core/base/error.h"
#include "core/base/human_text.h"
#include "core/learning/data/image_source.h"
#include "core/learning/device.h"
#include "core/learning/evaluator.h"
#include "core/learning/gpu/repeated_work.h"
#include "core/learning/models/network.h"
#include "core/learning/trained_model.h"

namespace ballast {
namespace {

/// The run's own device where this machine has it.
torch::Device deviceLike(const RunDescription& run, std::vector<std::string>& said) {
    try {
        return resolveDevice(run.device.empty() ? "auto" : run.device);
    } catch (const DeviceError&) {
        said.push_back("the run was trained on " + run.device +
                       ", which is not here; the logits may be rounded otherwise");
        return resolveDevice("auto");
    }
}

std::vector<float> floatsOf(const torch::Tensor& tensor) {
    const torch::Tensor values = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
    const auto* first = values.data_ptr<float>();
    return {first, first + values.numel()};
}

LogitHead headOf(const Head& head) {
    LogitHead saved;
    saved.kind = head->kind() == HeadKind::cosine ? HeadKind::cosine : HeadKind::linear;
    saved.other = head->kind() == HeadKind::deconfound || head->logit_scale.defined();
    if (head->effects() > 0) {
        saved.class_effects = floatsOf(head->classEffects());
        saved.tde_alpha = head->tdeAlpha();
    }
    if (saved.other || head->kind() == HeadKind::cosine) return saved;
    const torch::NoGradGuard no_grad;
    saved.norms = floatsOf(head->weight.norm(2, 1));
    saved.bias = floatsOf(head->scale.defined() ? head->bias * head->scale : head->bias);
    return saved;
}

}  // namespace

SavedLogits emptyLogits(const RunDescription& run, int epochs_done, const Head& head) {
    SavedLogits saved;
    saved.epochs_done = epochs_done;
    saved.dataset = run.config.data.dataset;
    saved.data_identity = dataIdentity(run);
    saved.subset_sha256 = run.subset_sha256;
    saved.class_counts = run.class_counts;
    saved.head = headOf(head);
    return saved;
}

bool savesTraining(std::int64_t images, std::int64_t classes) {
    return savedLogitsBytes(images, classes) <= kMostTrainingLogits;
}

std::vector<std::string> saveLogits(const LogitsRequest& request, const DataStore& store,
                                    const std::atomic<bool>& cancelled) {
    constexpr const char* kWork = "saving the logits";
    const RunDescription& run = request.description;
    std::vector<std::string> said;
    const torch::Device device = deviceLike(run, said);
    const int threads = run.threads > 0
                            ? run.threads
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    prepareThread(threads);
    const DeviceStream stream(device);
    const ImageSources images =
        openImageSources(run.config, run.class_counts, store, device, threads);
    stopIfCancelled(cancelled, kWork);
    ImageNetwork model =
        trainedModel(run, request.checkpoint, images.train->channels(), device, said);
    const auto classes = static_cast<std::int64_t>(run.class_counts.size());
    Evaluator evaluator(model, static_cast<int>(classes), device, [&] { return !cancelled; });

    SavedLogits saved = emptyLogits(run, request.epochs_done, model->head());
    saved.test = evaluator.logits(*images.test);
    if (images.validation) saved.validation = evaluator.logits(*images.validation);
    if (savesTraining(images.train->size(), classes)) {
        saved.train = evaluator.logits(*images.train);
    } else {
        said.push_back("the logits of the training images are left out: they would take " +
                       sizeText(savedLogitsBytes(images.train->size(), classes)) + ", more than " +
                       sizeText(kMostTrainingLogits));
    }
    stopIfCancelled(cancelled, kWork);  // what was passed over so far may not be whole
    writeSavedLogits(request.to, saved);
    return said;
}

}  // namespace ballast
