#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>

#include "core/base/keyed_random.h"
#include "core/experiment/config.h"

namespace ballast {

/// The last layer, features [B, F] -> logits [B, C]. "linear": weight [C, F] and bias [C].
/// "cosine": weight [F, C], both sides L2-normalised, no bias; logits are cosines in [-1, 1].
/// With addScale() each class's logit is multiplied by a parameter scale [C], 1 at first. With
/// addNormLimit() there is a buffer norm_limit, a scalar, for fixNormLimit().
class HeadImpl : public torch::nn::Module {
public:
    HeadImpl(std::int64_t features, std::int64_t classes, bool cosine);
    torch::Tensor forward(const torch::Tensor& features);
    bool cosine() const { return cosine_; }
    void addScale();

    /// New random weights, a pure function of `random`'s key, a linear head's as `init` says; the
    /// scale becomes 1.
    void initialise(const KeyedRandom& random);

    /// Class weights become w_y / ‖w_y‖^τ, the bias 0.
    void tauNormalise(double tau);

    /// Shortens every class weight that is longer than `max_norm` to it.
    void limitNorms(double max_norm);

    /// Fixes norm_limit at min ‖w_y‖ + q (max ‖w_y‖ − min ‖w_y‖) over the classes, as they are.
    void addNormLimit();
    void fixNormLimit(double q);
    /// Shortens every class weight that is longer than norm_limit to it.
    void limitNorms();

    torch::Tensor weight;
    torch::Tensor bias;
    HeadInit init = HeadInit::kaiming_normal;
    torch::Tensor scale;       // undefined without addScale()
    torch::Tensor norm_limit;  // undefined without addNormLimit()

private:
    torch::Tensor norms() const;  // of the class weights, [C, 1] or [1, C]

    bool cosine_;
};
TORCH_MODULE(Head);

/// What the trainer trains: images to logits, ending in a head.
class ImageNetworkImpl : public torch::nn::Module {
public:
    /// [B, channels, H, W] -> logits [B, C].
    virtual torch::Tensor forward(const torch::Tensor& images) = 0;
    virtual Head& head() = 0;
};
TORCH_MODULE(ImageNetwork);

/// A convolution without bias whose padding keeps the size, in the type of `x`: the weight is
/// rounded to it. [B, in, H, W] -> [B, out, H / stride, W / stride].
torch::Tensor convolved(const torch::nn::Conv2dImpl& convolution, const torch::Tensor& x);

/// Images in the type that a network of LibTorch's modules computes its features in: bfloat16 on a
/// GPU unless convolutions are exact, which the weights' own type and the normalisations' sums are
/// not.
torch::Tensor featureInput(const torch::Tensor& images, Convolution convolution);

/// Mean over the pixels in float or wider: [B, C, H, W] -> [B, C].
torch::Tensor pooled(const torch::Tensor& features);

/// The model of a config with weights that are a pure function of `seed`: convolutions
/// Kaiming-normal (the small networks' by fan-in, ResNet-50's by fan-out), the linear head
/// Kaiming-normal by fan-in or uniform in ±1/√F (config.head_init) with a bias uniform in ±1/√F,
/// the cosine head uniform(-1, 1) with unit columns; in channels_last on `device`. `fast`
/// convolutions may be rounded otherwise where that is faster: Winograd on CPUs, bfloat16 on GPUs;
/// with `bfloat16` features are, in training, or forward() throws. Throws ConfigError for an
/// unknown name.
ImageNetwork makeModel(const ModelConfig& config, std::int64_t in_channels, std::int64_t classes,
                       std::uint64_t seed, torch::Device device,
                       Convolution convolution = Convolution::exact);

/// Whether a tensor of a model or its momentum is one that makeModel() adds where a phase uses it:
/// a checkpoint of a run that had no use for it lacks it, and then it is as made.
bool isAddedState(const std::string& name);

/// Throws ConfigError where features are to be bfloat16 and a network cannot compute them so on
/// `device`.
void requireConvolution(const ModelConfig& config, Convolution convolution, torch::Device device);

/// The model of a whole config: as above, with what its phases use of the head: a learnable scale,
/// a norm limit.
ImageNetwork makeModel(const RunConfig& config, std::int64_t in_channels, std::int64_t classes,
                       torch::Device device);

}  // namespace ballast
