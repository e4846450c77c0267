#include "core/learning/checkpoint_tensors.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/folded_names.h"
#include "core/base/safetensors.h"
#include "core/experiment/catalog.h"
#include "core/interchange/state_dict.h"
#include "core/interchange/torch_archive.h"
#include "core/learning/checkpoint.h"
#include "core/learning/models/resnet.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using Kind = PickleValue::Kind;

constexpr const char* kCounter = ".num_batches_tracked";

bool isBuffer(const std::string& name) {
    return name.ends_with(".running_mean") || name.ends_with(".running_var") ||
           name.ends_with(kCounter);
}

torch::ScalarType scalarType(TensorType type) {
    switch (type) {
        case TensorType::float64:
            return torch::kFloat64;
        case TensorType::float32:
            return torch::kFloat32;
        case TensorType::float16:
            return torch::kFloat16;
        case TensorType::bfloat16:
            return torch::kBFloat16;
        case TensorType::int64:
            return torch::kInt64;
        case TensorType::int32:
            return torch::kInt32;
        case TensorType::int16:
            return torch::kInt16;
        case TensorType::int8:
            return torch::kInt8;
        case TensorType::uint8:
            return torch::kUInt8;
        case TensorType::boolean:
            break;
    }
    return torch::kBool;
}

/// Reads the tensors of one archive, and no more bytes of them than a sound file can hold.
class TensorReader {
public:
    explicit TensorReader(const TorchArchive& archive)
        : archive_(archive), budget_(2 * archive.fileBytes()) {}

    torch::Tensor read(const TensorView& view) {
        const auto bytes = static_cast<std::size_t>(view.elements()) *
                           static_cast<std::size_t>(elementBytes(view.type));
        if (bytes > budget_) {
            throw CheckpointError(archive_.file().string() +
                                  " is refused: its tensors are larger than the file");
        }
        budget_ -= bytes;
        std::string data = archive_.read(view);
        const torch::Tensor borrowed =
            torch::from_blob(data.data(), view.shape, scalarType(view.type));
        return borrowed.to(borrowed.is_floating_point() ? torch::kFloat32 : torch::kInt64,
                           /*non_blocking=*/false, /*copy=*/true);
    }

private:
    const TorchArchive& archive_;
    std::size_t budget_;
};

/// The momentum buffers of torch.optim.SGD's state dict. Its parameters are numbered in the order
/// in which the state dict has them. Empty where a buffer is missing or of another shape: then it
/// was not all of these that the optimiser trained, or in another order.
std::map<std::string, torch::Tensor> readMomentum(const PickleValue& optimizer,
                                                  const ModelState& state, TensorReader& reader) {
    const PickleValue* buffers = optimizer.find("state");
    const PickleValue* groups = optimizer.find("param_groups");
    if (buffers == nullptr || !buffers->is(Kind::dict) || groups == nullptr) return {};
    std::unordered_map<std::int64_t, const PickleValue*> by_number;
    for (std::size_t i = 0; i + 1 < buffers->items.size(); i += 2) {
        by_number[buffers->items[i]->integer] = buffers->items[i + 1];
    }
    std::vector<std::int64_t> numbers;
    for (const PickleValue* group : groups->items) {
        const PickleValue* list = group->find("params");
        if (list == nullptr) return {};
        for (const PickleValue* number : list->items) numbers.push_back(number->integer);
    }
    std::map<std::string, torch::Tensor> momentum;
    std::size_t next = 0;
    for (const auto& [name, tensor] : state.tensors) {
        if (isBuffer(name)) continue;
        if (next == numbers.size()) return {};
        const auto found = by_number.find(numbers[next++]);
        const PickleValue* buffer =
            found == by_number.end() ? nullptr : found->second->find("momentum_buffer");
        if (buffer == nullptr || !buffer->is(Kind::tensor)) return {};
        if (torch::IntArrayRef(buffer->tensor.shape) != tensor.sizes()) return {};
        momentum[name] = reader.read(buffer->tensor);
    }
    if (next != numbers.size()) return {};
    return momentum;
}

ModelState readForeign(const fs::path& file) {
    const TorchArchive archive(file);
    const PickleValue& root = archive.root();
    ModelState state;
    state.file = file;
    StateDict weights;
    try {
        weights = findStateDict(root);
    } catch (const CheckpointError& error) {
        throw CheckpointError(file.string() + " " + error.what());
    }
    state.entry = weights.entry;
    TensorReader reader(archive);
    for (const auto& [name, value] : weights.tensors) {
        state.tensors.emplace_back(name, reader.read(value->tensor));
    }
    constexpr std::int64_t kHighestEpoch = 100'000;
    if (const PickleValue* epoch = root.find("epoch");
        epoch != nullptr && epoch->is(Kind::integer) && epoch->integer >= 0 &&
        epoch->integer <= kHighestEpoch) {
        state.epochs_done = static_cast<int>(epoch->integer);
    }
    for (const char* name : {"optimizer", "optimizer_state_dict", "optimizer_state"}) {
        const PickleValue* optimizer = root.find(name);
        if (optimizer == nullptr) continue;
        state.momentum = readMomentum(*optimizer, state, reader);
        break;
    }
    return state;
}

ModelState readSafetensors(const fs::path& file) {
    Checkpoint checkpoint = loadSafetensors(file);
    ModelState state;
    state.file = file;
    for (auto& [name, tensor] : checkpoint.tensors) {
        if (name.starts_with(kMomentumPrefix)) {
            state.momentum[name.substr(std::string_view(kMomentumPrefix).size())] = tensor;
        } else if (!name.starts_with("optimizer.") && !name.starts_with("calibration.") &&
                   !name.starts_with("chosen.")) {
            if (state.find(plainName(name)) != nullptr) {
                throw CheckpointError(file.string() + " has two tensors called " + plainName(name));
            }
            state.tensors.emplace_back(plainName(name), tensor);
        }
    }
    if (const auto found = checkpoint.metadata.find("epochs_done");
        found != checkpoint.metadata.end()) {
        int epochs = 0;
        const std::string& text = found->second;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epochs);
        if (error == std::errc() && end == text.data() + text.size()) state.epochs_done = epochs;
    }
    return state;
}

void appendState(const torch::nn::Module& module, const std::string& prefix,
                 std::vector<std::pair<std::string, torch::Tensor>>& list) {
    for (const auto& item : module.named_parameters(false)) {
        list.emplace_back(prefix + item.key(), item.value());
    }
    for (const auto& item : module.named_buffers(false)) {
        list.emplace_back(prefix + item.key(), item.value());
    }
    for (const auto& item : module.named_children()) {
        appendState(*item.value(), prefix + item.key() + ".", list);
    }
}

/// A learnt factor per class (LWS) becomes part of the linear head's weights and bias, as the same
/// function in a network without it.
void foldHeadScale(ModelState& state) {
    // A norm limit is of training alone.
    std::erase_if(state.tensors,
                  [](const auto& item) { return item.first == "linear.norm_limit"; });
    const torch::Tensor* found = state.find("linear.scale");
    if (found == nullptr || state.find("linear.bias") == nullptr) return;
    const torch::Tensor scale = *found;
    for (auto& [name, tensor] : state.tensors) {
        if (name == "linear.weight") tensor = tensor * scale.unsqueeze(1);
        if (name == "linear.bias") tensor = tensor * scale;
    }
    std::erase_if(state.tensors, [](const auto& item) { return item.first == "linear.scale"; });
    state.momentum.erase("linear.scale");
}

bool isOf(const std::string& tensor, const std::string& module_or_name) {
    return tensor == module_or_name || tensor.starts_with(module_or_name + ".");
}

std::vector<std::string> namesOf(const ModelState& state) {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : state.tensors) names.push_back(name);
    return names;
}

void leaveOut(const std::vector<std::string>& ignored, ModelState& state) {
    const std::vector<std::string> all = namesOf(state);
    for (const std::string& given : ignored) {
        std::string wanted = plainName(given);
        while (wanted.ends_with('.') || wanted.ends_with('*')) wanted.pop_back();
        const auto is_of = [&](const std::string& name) { return isOf(name, wanted); };
        if (std::ranges::none_of(all, is_of)) {
            throw ConfigError("--ignore " + given + ": " + state.file.string() +
                              " has no such tensor or module; it has " + foldedNames(all, all));
        }
        std::erase_if(state.tensors, [&](const auto& item) { return is_of(item.first); });
        std::erase_if(state.momentum, [&](const auto& item) { return is_of(item.first); });
    }
}

}  // namespace

const torch::Tensor* ModelState::find(const std::string& name) const {
    for (const auto& [own, tensor] : tensors) {
        if (own == name) return &tensor;
    }
    return nullptr;
}

ModelState readModelState(const fs::path& file, const std::vector<std::string>& ignored) {
    const bool archive = looksLikeTorchArchive(file);
    ModelState state =
        archive || file.extension() != ".safetensors" ? readForeign(file) : readSafetensors(file);
    leaveOut(ignored, state);
    foldHeadScale(state);
    return state;
}

ModelShape shapeOf(const ModelState& state) {
    const auto needed = [&](const std::string& name, std::int64_t dimensions) {
        const torch::Tensor* tensor = state.find(name);
        if (tensor == nullptr || tensor->dim() != dimensions) {
            throw CheckpointError(
                state.file.string() + " is not of a residual network for small images: " + name +
                (tensor == nullptr ? " is missing"
                                   : " has shape " + tensorShapeText(tensor->sizes())) +
                "; it has " + foldedNames(namesOf(state), namesOf(state)));
        }
        return *tensor;
    };
    ModelShape shape;
    shape.in_channels = needed("conv1.weight", 4).size(1);
    int blocks = 0;
    while (state.find("layer1." + std::to_string(blocks) + ".conv1.weight") != nullptr) ++blocks;
    if (blocks == 0) needed("layer1.0.conv1.weight", 4);
    shape.model.name = "resnet" + std::to_string(6 * blocks + 2);
    const torch::Tensor weight = needed("linear.weight", 2);
    shape.model.head = state.find("linear.bias") != nullptr           ? HeadKind::linear
                       : state.find("linear.mean_feature") != nullptr ? HeadKind::deconfound
                                                                      : HeadKind::cosine;
    shape.classes = weight.size(shape.model.head == HeadKind::cosine ? 1 : 0);
    return shape;
}

void requireFit(const ModelState& state, const ModelShape& needed) {
    const auto depth = residualDepth(needed.model.name);
    if (!depth) throw ConfigError("unknown model \"" + needed.model.name + "\"");
    ResNet model(*depth, needed.in_channels, needed.classes, needed.model.head);
    addCalibrationOf(state, model->head());
    const std::string network = needed.model.name + " with a " +
                                std::string(nameOf(needed.model.head)) + " head for " +
                                std::to_string(needed.classes) + " classes";
    std::vector<std::string> needed_names;
    std::vector<std::string> missing;
    std::string shapes;
    for (const auto& [name, tensor] : stateDict(*model)) {
        const torch::Tensor* found = state.find(name);
        if (found == nullptr && name.ends_with(kCounter)) continue;  // none before PyTorch 0.4.1
        needed_names.push_back(name);
        if (found == nullptr) {
            missing.push_back(name);
        } else if (found->sizes() != tensor.sizes()) {
            shapes += (shapes.empty() ? "" : ", ") + name + " has " +
                      tensorShapeText(found->sizes()) + " instead of " +
                      tensorShapeText(tensor.sizes());
        }
    }
    const std::set<std::string> known(needed_names.begin(), needed_names.end());
    std::vector<std::string> there = needed_names;
    std::vector<std::string> extra;
    for (const auto& [name, tensor] : state.tensors) {
        if (known.contains(name)) continue;
        extra.push_back(name);
        there.push_back(name);
    }
    std::string problems;
    const auto add = [&](const std::string& problem) {
        problems += (problems.empty() ? "" : "; ") + problem;
    };
    if (!missing.empty()) add("it lacks " + foldedNames(missing, needed_names));
    if (!shapes.empty()) add(shapes);
    if (!extra.empty()) {
        add("it also has " + foldedNames(extra, there) +
            " (--ignore NAME leaves a tensor or a "
            "module out)");
    }
    if (problems.empty()) return;
    throw CheckpointError(state.file.string() + " is not of a " + network + ": " + problems);
}

void addCalibrationOf(const ModelState& state, Head& head) {
    if (state.find("linear.logit_scale") == nullptr) return;
    head->addCalibration(state.find("linear.confidence_weight") != nullptr);
}

std::vector<std::pair<std::string, torch::Tensor>> stateDict(const torch::nn::Module& model) {
    std::vector<std::pair<std::string, torch::Tensor>> list;
    appendState(model, "", list);
    return list;
}

}  // namespace ballast
