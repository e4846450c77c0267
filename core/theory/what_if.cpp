#include "core/theory/what_if.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>

#include "core/base/error.h"

namespace ballast {
namespace {

constexpr std::size_t kLanes = 16;  // images side by side, for vector instructions

/// e^x of x ≤ 0 to within 2e-7 of it, by 2^k e^r with |r| ≤ log(2)/2; std::exp is not inlined.
inline float expOf(float x) {
    constexpr float kRound = 12582912.0F;  // 1.5 · 2^23: adding it rounds to a whole number
    x = x < -87.0F ? -87.0F : x;
    const float shifted = x * 1.44269504F + kRound;
    const float k = shifted - kRound;
    const float r = (x - k * 0.693359375F) + k * 2.12194440e-4F;
    float e = 1.0F / 720.0F;
    e = e * r + 1.0F / 120.0F;
    e = e * r + 1.0F / 24.0F;
    e = e * r + 1.0F / 6.0F;
    e = e * r + 0.5F;
    e = e * r + 1.0F;
    e = e * r + 1.0F;
    return e * std::bit_cast<float>((std::bit_cast<std::uint32_t>(shifted) + 127U) << 23);
}

/// The images of one block: whose class each is taken for, and how surely.
struct Block {
    std::array<float, kLanes> top;
    std::array<std::int32_t, kLanes> predicted;
    std::array<std::int32_t, kLanes> missing;  // not 0: NaN among the logits
    std::array<float, kLanes> confidence;      // only where asked for
};

/// How much more of De-confound's effect is taken off the logits.
struct EffectOff {
    float much = 0.0F;
    std::size_t parts = 0;
    std::span<const float> of_class;  // [classes, parts]
};

/// Works through images, `kLanes` at a time, class by class.
class BlockPass {
public:
    BlockPass(const Logits& logits, const LogitMap& map, const EffectOff& effect)
        : logits_(logits), map_(map), effect_(effect), adjusted_(kLanes * map.scale.size()) {}

    /// Calls answer(image, predicted class or kNoClass, confidence).
    template<bool kConfidence, class Answer>
    void run(Answer answer) {
        Block block;
        for (std::size_t first = 0; first < logits_.images(); first += kLanes) {
            const std::size_t images = std::min(kLanes, logits_.images() - first);
            load(first, images);
            decide(block);
            if constexpr (kConfidence) measure(block);
            for (std::size_t i = 0; i < images; ++i) {
                const int predicted =
                    block.missing[i] != 0 ? ConfusionMatrix::kNoClass : block.predicted[i];
                answer(first + i, predicted, kConfidence ? block.confidence[i] : 0.0F);
            }
        }
    }

private:
    /// adjusted_[class, image] = scale · logit + shift, the logit without the effect.
    void load(std::size_t first, std::size_t images) {
        const std::size_t classes = map_.scale.size();
        const float* row = &logits_.values[first * classes];
        for (std::size_t i = 0; i < images; ++i, row += classes) {
            for (std::size_t j = 0; j < classes; ++j) {
                adjusted_[j * kLanes + i] = map_.scale[j] * row[j] + map_.shift[j];
            }
        }
        if (effect_.much == 0.0F) return;
        const float* of_image = &logits_.effects[first * effect_.parts];
        for (std::size_t i = 0; i < images; ++i, of_image += effect_.parts) {
            const float* of_class = effect_.of_class.data();
            for (std::size_t j = 0; j < classes; ++j, of_class += effect_.parts) {
                const float off =
                    std::inner_product(of_image, of_image + effect_.parts, of_class, 0.0F);
                adjusted_[j * kLanes + i] -= map_.scale[j] * effect_.much * off;
            }
        }
    }

    void decide(Block& block) const {
        block.top.fill(-std::numeric_limits<float>::infinity());
        block.predicted.fill(0);
        block.missing.fill(0);
        const float* values = adjusted_.data();
        for (std::int32_t j = 0; j < logits_.classes; ++j, values += kLanes) {
            for (std::size_t i = 0; i < kLanes; ++i) {
                const float value = values[i];
                const bool larger = value > block.top[i];
                block.top[i] = larger ? value : block.top[i];
                block.predicted[i] = larger ? j : block.predicted[i];
                block.missing[i] |= value != value ? 1 : 0;
            }
        }
    }

    void measure(Block& block) const {
        std::array<float, kLanes> sum{};
        const float* values = adjusted_.data();
        for (int j = 0; j < logits_.classes; ++j, values += kLanes) {
            for (std::size_t i = 0; i < kLanes; ++i) sum[i] += expOf(values[i] - block.top[i]);
        }
        for (std::size_t i = 0; i < kLanes; ++i) block.confidence[i] = 1.0F / sum[i];
    }

    const Logits& logits_;
    const LogitMap& map_;
    const EffectOff& effect_;
    std::vector<float> adjusted_;  // [classes, kLanes]
};

/// Images of each class, and how many of them are right.
struct Hits {
    explicit Hits(std::size_t classes) : seen(classes), right(classes) {}

    void add(std::int64_t label, bool is_right) {
        ++seen[static_cast<std::size_t>(label)];
        right[static_cast<std::size_t>(label)] += is_right ? 1 : 0;
    }

    std::vector<double> accuracy() const {
        std::vector<double> shares(seen.size(), kMissing);
        for (std::size_t y = 0; y < seen.size(); ++y) {
            if (seen[y] > 0) shares[y] = static_cast<double>(right[y]) / seen[y];
        }
        return shares;
    }

    std::vector<int> seen;
    std::vector<int> right;
};

const Logits& logitsFor(const SavedLogits& saved, LogitSplit split) {
    const std::optional<Logits>& logits = saved.of(split);
    if (!logits) {
        throw ConfigError("there are no logits of the " + std::string(nameOf(split)) +
                          " images: the run has no such split, or they were not saved");
    }
    return *logits;
}

double balancedWith(const Logits& logits, const LogitMap& map, const EffectOff& effect) {
    Hits hits(map.scale.size());
    BlockPass(logits, map, effect).run<false>([&](std::size_t image, int predicted, float) {
        hits.add(logits.labels[image], predicted == logits.labels[image]);
    });
    return balancedAccuracy(hits.accuracy());
}

void requireFinite(double value, const char* name) {
    if (std::isfinite(value)) return;
    throw ConfigError(std::string(name) + " is " + std::to_string(value) +
                      "; allowed: finite numbers");
}

/// Throws ConfigError where there is none to take off.
EffectOff effectOff(const WhatIf& adjustment, const SavedLogits& saved) {
    requireFinite(adjustment.tde, "change of α_TDE");
    if (adjustment.tde == 0.0) return {};
    if (const std::string obstacle = tdeObstacle(saved); !obstacle.empty()) {
        throw ConfigError("change of α_TDE: " + obstacle);
    }
    return {static_cast<float>(adjustment.tde),
            saved.head.class_effects.size() / saved.class_counts.size(), saved.head.class_effects};
}

std::string rangeNumber(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

void clampTo(WhatIfRange range, const char* name, double& value, std::vector<std::string>* said) {
    const double within = std::clamp(value, range.least, range.most);
    if (within == value) return;
    if (said != nullptr) {
        said->push_back(std::string(name) + " " + rangeNumber(value) +
                        " is beyond what is useful, " + rangeNumber(range.least) + " to " +
                        rangeNumber(range.most) + "; it is taken as " + rangeNumber(within));
    }
    value = within;
}

/// Adds the logarithms of the decision weights.
void addWeights(const std::vector<double>& weights, LogitMap& map) {
    if (weights.empty()) return;
    if (weights.size() != map.shift.size()) {
        throw ConfigError("there are " + std::to_string(weights.size()) + " decision weights for " +
                          std::to_string(map.shift.size()) + " classes; allowed: one for each");
    }
    for (const double weight : weights) {
        if (!std::isfinite(weight) || weight < 0.0) {
            throw ConfigError("a decision weight is " + rangeNumber(weight) +
                              "; allowed: finite numbers from 0 on");
        }
    }
    if (std::ranges::max(weights) == 0.0) {
        throw ConfigError("all decision weights are 0; at least one must be above");
    }
    for (std::size_t y = 0; y < weights.size(); ++y) {
        map.shift[y] += static_cast<float>(std::log(weights[y]));
    }
}

}  // namespace

WhatIf clamped(WhatIf adjustment, std::vector<std::string>* said) {
    clampTo(kTauRange, "τ", adjustment.tau, said);
    clampTo(kGammaRange, "γ", adjustment.gamma, said);
    clampTo(kTauNormRange, "τ-norm", adjustment.tau_norm, said);
    clampTo(kTdeRange, "change of α_TDE", adjustment.tde, said);
    return adjustment;
}

std::string tauNormObstacle(const LogitHead& head) {
    if (head.kind == HeadKind::cosine) {
        return "the run has a cosine head, which normalises its weights already: their norms do "
               "not "
               "count";
    }
    if (head.other) {
        return "the run's logits are more than its head's weights and bias make: their norms do "
               "not "
               "tell what other weights would give";
    }
    if (head.norms.empty()) return "the norms of the head's weights were not saved";
    return "";
}

std::string tdeObstacle(const SavedLogits& saved) {
    if (saved.head.class_effects.empty()) {
        return saved.head.other ? "the effect was not saved with the logits, or there is none"
                                : "only De-confound's head takes an effect off its logits";
    }
    for (const LogitSplit split : {LogitSplit::test, LogitSplit::validation, LogitSplit::train}) {
        const std::optional<Logits>& logits = saved.of(split);
        if (logits && logits->effects.empty() && logits->images() > 0) {
            return "the effect was not saved with the logits";
        }
    }
    return "";
}

LogitMap logitMap(const WhatIf& adjustment, std::span<const std::int64_t> class_counts,
                  const LogitHead& head) {
    requireFinite(adjustment.tau, "τ");
    requireFinite(adjustment.gamma, "γ");
    requireFinite(adjustment.tau_norm, "τ-norm");
    const std::size_t classes = class_counts.size();
    LogitMap map{std::vector<float>(classes, 1.0F), std::vector<float>(classes, 0.0F)};
    if (adjustment.tau_norm != 0.0) {
        if (const std::string obstacle = tauNormObstacle(head); !obstacle.empty()) {
            throw ConfigError("τ-norm: " + obstacle);
        }
        for (std::size_t y = 0; y < classes; ++y) {
            const double norm = std::max(static_cast<double>(head.norms[y]), 1e-12);
            map.scale[y] = static_cast<float>(std::pow(norm, -adjustment.tau_norm));
            map.shift[y] = -map.scale[y] * head.bias[y];
        }
    }
    const auto total = static_cast<double>(
        std::accumulate(class_counts.begin(), class_counts.end(), std::int64_t{0}));
    const auto largest = static_cast<double>(std::ranges::max(class_counts));
    for (std::size_t y = 0; y < classes; ++y) {
        const auto count = static_cast<double>(class_counts[y]);
        const auto temperature = static_cast<float>(std::pow(count / largest, adjustment.gamma));
        map.scale[y] /= temperature;
        map.shift[y] /= temperature;
        map.shift[y] -= static_cast<float>(adjustment.tau * std::log(count / total));
    }
    addWeights(adjustment.weights, map);
    return map;
}

WhatIfResult whatIf(const SavedLogits& saved, LogitSplit split, const WhatIf& adjustment) {
    const Logits& logits = logitsFor(saved, split);
    const LogitMap map = logitMap(adjustment, saved.class_counts, saved.head);
    Hits hits(map.scale.size());
    std::vector<std::int64_t> predictions(logits.images());
    std::array<double, kReliabilityBins> confidence{};
    std::array<int, kReliabilityBins> right{};
    WhatIfResult result;
    const EffectOff effect = effectOff(adjustment, saved);
    BlockPass(logits, map, effect).run<true>([&](std::size_t image, int predicted, float sure) {
        const bool is_right = predicted == logits.labels[image];
        hits.add(logits.labels[image], is_right);
        predictions[image] = predicted;
        if (predicted == ConfusionMatrix::kNoClass) return;
        const double place = std::ceil(static_cast<double>(sure) * kReliabilityBins) - 1.0;
        const auto bin = static_cast<std::size_t>(
            std::clamp(place, 0.0, static_cast<double>(kReliabilityBins - 1)));
        ++result.bins[bin].images;
        confidence[bin] += sure;
        right[bin] += is_right ? 1 : 0;
    });
    result.accuracy = hits.accuracy();
    result.balanced = balancedAccuracy(result.accuracy);
    result.shots = shotAccuracy(result.accuracy, saved.class_counts);
    result.confusion = confusionMatrix(logits.labels, predictions, saved.classes());
    int counted = 0;
    double error = 0.0;
    for (std::size_t m = 0; m < kReliabilityBins; ++m) {
        ReliabilityBin& bin = result.bins[m];
        if (bin.images == 0) continue;
        bin.confidence = confidence[m] / bin.images;
        bin.accuracy = static_cast<double>(right[m]) / bin.images;
        counted += bin.images;
        error += bin.images * std::abs(bin.accuracy - bin.confidence);
    }
    if (counted > 0) result.calibration_error = error / counted;
    return result;
}

BestTau bestTau(const SavedLogits& saved, LogitSplit split, const WhatIf& adjustment,
                const std::atomic<bool>& cancelled) {
    const Logits& logits = logitsFor(saved, split);
    const EffectOff effect = effectOff(adjustment, saved);
    const auto balancedAt = [&](int hundredths) {
        stopIfCancelled(cancelled, "the search for τ");
        WhatIf tried = adjustment;
        tried.tau = hundredths / 100.0;
        return balancedWith(logits, logitMap(tried, saved.class_counts, saved.head), effect);
    };
    BestTau best;
    best.split = split;
    best.balanced_before = best.balanced = balancedAt(0);
    int best_hundredths = 0;
    const int least = static_cast<int>(std::lround(100.0 * kTauRange.least));
    const int most = static_cast<int>(std::lround(100.0 * kTauRange.most));
    const auto search = [&](int from, int to, int step) {
        for (int tau = std::max(from, least); tau <= std::min(to, most); tau += step) {
            const double balanced = balancedAt(tau);
            const bool nearer = std::abs(tau) < std::abs(best_hundredths);
            if (balanced > best.balanced || (balanced == best.balanced && nearer)) {
                best.balanced = balanced;
                best_hundredths = tau;
            }
        }
    };
    search(least, most, 10);
    search(best_hundredths - 9, best_hundredths + 9, 1);
    best.tau = best_hundredths / 100.0;
    return best;
}

std::string sentenceOf(const BestTau& best) {
    char text[200];
    std::snprintf(text, sizeof text,
                  "τ = %.2f, tuned on the %s images: balanced accuracy %.2f %% there, %.2f %% with "
                  "τ = 0",
                  best.tau, std::string(nameOf(best.split)).c_str(), 100.0 * best.balanced,
                  100.0 * best.balanced_before);
    std::string sentence = text;
    if (best.split == LogitSplit::test) {
        sentence += "; tuned on test, so this accuracy says too much";
    }
    return sentence;
}

}  // namespace ballast
