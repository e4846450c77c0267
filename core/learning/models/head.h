#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>

#include "core/base/keyed_random.h"
#include "core/experiment/config.h"

namespace ballast {

class Ranks;

/// The last layer, features z [B, F] -> logits [B, C]. What it owns is in checkpoints.
///
/// "linear": weight [C, F] and bias [C].
/// "cosine": weight [F, C], both sides L2-normalised, no bias; logits are cosines in [-1, 1].
/// "deconfound" (De-confound): weight [C, F], no bias; features and class weights are cut into K
/// equal parts, each of which is normalised: f_y = τ/K Σ_k ⟨w_y^k, z^k⟩ / ((‖w_y^k‖ + γ) ‖z^k‖). In
/// training it follows the features' mean, m ← μ m + mean z, before the logits. In evaluation what
/// lies along m is taken off (the total direct effect): with d^k = m^k / ‖m^k‖,
/// f_y −= α τ/K Σ_k cos(z^k, d^k) ⟨w_y^k, d^k⟩ / (‖w_y^k‖ + γ).
///
/// Some phases add to it what is nothing at first: a scale [C] = 1 on the logits; a calibration
/// f' = (1 + σ a_y) f_y + σ b_y of vectors a and b = 0 [1, C] and a gate σ = sigmoid(⟨v, z⟩ + c),
/// one number an image, or 1 without a gate; a norm limit, a number.
class HeadImpl : public torch::nn::Module {
public:
    HeadImpl(std::int64_t features, std::int64_t classes, HeadKind kind);
    torch::Tensor forward(const torch::Tensor& features);

    HeadKind kind() const { return kind_; }
    std::int64_t features() const { return weight.size(kind_ == HeadKind::cosine ? 0 : 1); }
    std::int64_t classes() const { return weight.size(kind_ == HeadKind::cosine ? 1 : 0); }

    /// Takes over a config's first weights and constants. α_TDE may be set at any time.
    void configure(const ModelConfig& config);
    void setTdeAlpha(double alpha);
    /// α of evaluation's logits where these are others than training's; else NaN.
    double tdeAlpha() const;
    /// Of De-confound: α times Σ_k of the product of both is taken off. Those of evaluation's last
    /// batch, cos(z^k, d^k) [B, K], undefined before and for another head; and the classes',
    /// τ/K ⟨w_y^k, d^k⟩ / (‖w_y^k‖ + γ) [C, K], times its scale.
    const torch::Tensor& imageEffects() const { return image_effects_; }
    torch::Tensor classEffects() const;
    /// K of De-confound, or 0.
    std::int64_t effects() const { return kind_ == HeadKind::deconfound ? parts_ : 0; }

    /// The mean features are of the batches that `ranks` divide, not of this process's parts of
    /// them; the ranks must outlive it.
    void averageOver(const Ranks& ranks) { ranks_ = &ranks; }

    void addScale();
    void addCalibration(bool gated);
    void addNormLimit();

    /// New random weights, a pure function of `random`'s key, a linear head's as `init` says; scale
    /// and calibration become nothing again.
    void initialise(const KeyedRandom& random);

    /// a = 1, b = 0, v = 0.1, c uniform in ±1/√F by `random`.
    void startCalibration(const KeyedRandom& random);

    /// Class weights become w_y / ‖w_y‖^τ, the bias 0.
    void tauNormalise(double tau);

    /// Class weights become the directions of `means` [C, F], the bias 0: the top class is the one
    /// whose mean is nearest to the features by cosine. Scale and calibration become nothing again.
    void setClassMeans(const torch::Tensor& means);

    /// Shortens every class weight that is longer than `max_norm` to it.
    void limitNorms(double max_norm);
    /// Fixes norm_limit at min ‖w_y‖ + q (max ‖w_y‖ − min ‖w_y‖) over the classes, as they are.
    void fixNormLimit(double q);
    /// Shortens every class weight that is longer than norm_limit to it.
    void limitNorms();

    torch::Tensor weight;
    torch::Tensor bias;  // undefined without one, as all below
    HeadInit init = HeadInit::kaiming_normal;
    torch::Tensor mean_feature;       // m [F]
    torch::Tensor scale;              // [C]
    torch::Tensor logit_scale;        // a [1, C]
    torch::Tensor logit_bias;         // b [1, C]
    torch::Tensor confidence_weight;  // v [1, F]
    torch::Tensor confidence_bias;    // c [1]
    torch::Tensor norm_limit;         // scalar

private:
    void clearAdded();            // scale and calibration
    torch::Tensor norms() const;  // of the class weights, [C, 1] or [1, C]
    torch::Tensor ofKind(const torch::Tensor& features);
    torch::Tensor deconfounded(const torch::Tensor& features);
    torch::Tensor meanOfBatch(const torch::Tensor& features) const;
    torch::Tensor calibrated(const torch::Tensor& logits, const torch::Tensor& features) const;
    torch::Tensor made(torch::IntArrayRef shape, double value) const;

    const HeadKind kind_;
    std::int64_t parts_ = 2;        // K
    double temperature_ = 16.0;     // τ
    double norm_offset_ = 0.03125;  // γ
    double mean_momentum_ = 0.9;    // μ
    double tde_alpha_ = 1.0;
    const Ranks* ranks_ = nullptr;
    torch::Tensor image_effects_;
    torch::Tensor alpha_;  // tde_alpha_ where a recorded evaluation can read it
};
TORCH_MODULE(Head);

/// Which part of a network a head's parameter is, by its own name.
enum class HeadPart { weights, scale, calibration };
HeadPart headPart(const std::string& name);

/// Whether a tensor of a model or its momentum is one that a phase adds to the head: a checkpoint
/// of a run that had no use for it lacks it, and then it is as made.
bool isAddedState(const std::string& name);

}  // namespace ballast
