#include "core/learning/checkpoint_tensors.h"

#include <charconv>
#include <set>
#include <unordered_map>

#include "core/base/error.h"
#include "core/experiment/catalog.h"
#include "core/interchange/torch_archive.h"
#include "core/learning/checkpoint.h"
#include "core/learning/models/resnet.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using Kind = PickleValue::Kind;

constexpr std::string_view kParallelPrefix = "module.";  // of torch.nn.DataParallel
constexpr const char* kCounter = ".num_batches_tracked";

constexpr std::size_t kMostTensors = 20'000;  // ResNet-1202 has 7,212

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
/// in which the state dict has them. Empty where a buffer is missing.
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
        if (torch::IntArrayRef(buffer->tensor.shape) != tensor.sizes()) {
            throw CheckpointError(state.file.string() + ": the momentum of " + name +
                                  " has shape " + shapeText(buffer->tensor.shape) +
                                  ", the parameter " + shapeText(tensor.sizes()));
        }
        momentum[name] = reader.read(buffer->tensor);
    }
    if (next != numbers.size()) return {};
    return momentum;
}

ModelState readForeign(const fs::path& file) {
    const TorchArchive archive(file);
    const PickleValue& root = archive.root();
    const PickleValue* weights = root.find("state_dict");
    if (weights == nullptr) weights = &root;  // torch.save(model.state_dict())
    ModelState state;
    state.file = file;
    if (!weights->is(Kind::dict) || weights->items.empty()) {
        throw CheckpointError(file.string() + " has no state_dict");
    }
    if (weights->items.size() > 2 * kMostTensors) {
        throw CheckpointError(file.string() + " has more than " + std::to_string(kMostTensors) +
                              " tensors");
    }
    TensorReader reader(archive);
    for (std::size_t i = 0; i + 1 < weights->items.size(); i += 2) {
        const PickleValue& key = *weights->items[i];
        const PickleValue& value = *weights->items[i + 1];
        if (!key.is(Kind::text) || !value.is(Kind::tensor)) {
            throw CheckpointError(file.string() + " is no model's checkpoint: its entry " +
                                  (key.is(Kind::text) ? "\"" + key.text + "\"" : "") +
                                  " is not a named tensor");
        }
        std::string name = key.text;
        if (name.starts_with(kParallelPrefix)) name.erase(0, kParallelPrefix.size());
        if (state.find(name) != nullptr) {
            throw CheckpointError(file.string() + " has two tensors called " + name);
        }
        state.tensors.emplace_back(name, reader.read(value.tensor));
    }
    constexpr std::int64_t kHighestEpoch = 100'000;
    if (const PickleValue* epoch = root.find("epoch");
        epoch != nullptr && epoch->is(Kind::integer) && epoch->integer >= 0 &&
        epoch->integer <= kHighestEpoch) {
        state.epochs_done = static_cast<int>(epoch->integer);
    }
    if (const PickleValue* optimizer = root.find("optimizer")) {
        state.momentum = readMomentum(*optimizer, state, reader);
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
        } else if (!name.starts_with("optimizer.") && !name.starts_with("calibration.")) {
            state.tensors.emplace_back(
                name.starts_with(kParallelPrefix) ? name.substr(kParallelPrefix.size()) : name,
                tensor);
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

}  // namespace

const torch::Tensor* ModelState::find(const std::string& name) const {
    for (const auto& [own, tensor] : tensors) {
        if (own == name) return &tensor;
    }
    return nullptr;
}

ModelState readModelState(const fs::path& file) {
    const bool archive = looksLikeTorchArchive(file);
    ModelState state =
        archive || file.extension() != ".safetensors" ? readForeign(file) : readSafetensors(file);
    foldHeadScale(state);
    return state;
}

ModelShape shapeOf(const ModelState& state) {
    const auto needed = [&](const std::string& name, std::int64_t dimensions) {
        const torch::Tensor* tensor = state.find(name);
        if (tensor == nullptr || tensor->dim() != dimensions) {
            throw CheckpointError(
                state.file.string() + " is not of a residual network for small images: " + name +
                (tensor == nullptr ? " is missing" : " has shape " + shapeText(tensor->sizes())));
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
    const bool cosine = state.find("linear.bias") == nullptr;
    shape.model.head = cosine ? HeadKind::cosine : HeadKind::linear;
    shape.classes = weight.size(cosine ? 1 : 0);
    return shape;
}

void requireFit(const ModelState& state, const ModelShape& needed) {
    const auto depth = residualDepth(needed.model.name);
    if (!depth) throw ConfigError("unknown model \"" + needed.model.name + "\"");
    const ResNet model(*depth, needed.in_channels, needed.classes,
                       needed.model.head == HeadKind::cosine);
    const std::string network = needed.model.name + " with a " +
                                std::string(nameOf(needed.model.head)) + " head for " +
                                std::to_string(needed.classes) + " classes";
    const auto differs = [&](const std::string& name, const std::string& how) {
        throw CheckpointError(state.file.string() + " does not fit: " + name + ": the checkpoint " +
                              how);
    };
    std::set<std::string> names;
    for (const auto& [name, tensor] : stateDict(*model)) {
        names.insert(name);
        const torch::Tensor* found = state.find(name);
        const std::string wanted = ", " + network + " needs " + shapeText(tensor.sizes());
        if (found == nullptr) {
            if (name.ends_with(kCounter)) continue;  // PyTorch had none before 0.4.1
            differs(name, "has no such tensor" + wanted);
        } else if (found->sizes() != tensor.sizes()) {
            differs(name, "has " + shapeText(found->sizes()) + wanted);
        }
    }
    for (const auto& [name, tensor] : state.tensors) {
        if (!names.contains(name)) {
            differs(name,
                    "has " + shapeText(tensor.sizes()) + ", " + network + " has no such tensor");
        }
    }
}

std::vector<std::pair<std::string, torch::Tensor>> stateDict(const torch::nn::Module& model) {
    std::vector<std::pair<std::string, torch::Tensor>> list;
    appendState(model, "", list);
    return list;
}

}  // namespace ballast
