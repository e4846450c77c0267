#include "core/learning/data/mixing.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/base/keyed_random.h"

namespace ballast {
namespace {

/// The random numbers of one batch among an epoch's: a stretch of indices for each use.
std::uint64_t stretch(std::int64_t batch, std::uint64_t use) {
    return static_cast<std::uint64_t>(batch) << 32 | use << 24;
}

/// A draw from Gamma(shape, 1), by Marsaglia and Tsang (2000), of the indices from `at` on.
double gammaDraw(const KeyedRandom& random, std::uint64_t at, double shape) {
    const double raised = shape < 1.0 ? shape + 1.0 : shape;
    const double d = raised - 1.0 / 3.0;
    const double c = 1.0 / std::sqrt(9.0 * d);
    const double power = shape < 1.0 ? std::pow(1.0 - random.uniform(at++), 1.0 / shape) : 1.0;
    for (;; at += 2) {
        const double x = random.normal(at);
        const double root = 1.0 + c * x;
        if (root <= 0.0) continue;
        const double v = root * root * root;
        const double u = 1.0 - random.uniform(at + 1);  // above 0
        if (std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v * power;
    }
}

double betaDraw(const KeyedRandom& random, std::int64_t batch, double a) {
    const double x = gammaDraw(random, stretch(batch, 0), a);
    const double y = gammaDraw(random, stretch(batch, 1), a);
    return x + y > 0.0 ? x / (x + y) : 1.0;  // both are 0 only for an a near 0, whose λ is 0 or 1
}

/// λ of each image's labels.
torch::Tensor labelShares(const Batch& batch, double share, const Phase& phase,
                          std::span<const std::int64_t> class_counts) {
    torch::Tensor shares = torch::full(batch.labels.sizes(), share, batch.images.options());
    if (phase.mixing != Mixing::remix) return shares;
    const std::vector<double> counts(class_counts.begin(), class_counts.end());
    const torch::Tensor images = torch::tensor(counts, torch::kFloat64).to(batch.labels.device());
    const torch::Tensor own = images.index_select(0, batch.labels);
    const torch::Tensor other = images.index_select(0, batch.other_labels);
    if (share < phase.remix_share) shares.masked_fill_(own.ge(phase.remix_ratio * other), 0.0);
    if (1.0 - share < phase.remix_share) {
        shares.masked_fill_(other.ge(phase.remix_ratio * own), 1.0);
    }
    return shares;
}

}  // namespace

Mixture mixtureOf(double beta, std::uint64_t seed, int epoch, std::int64_t batch,
                  std::int64_t images) {
    const auto of_epoch = static_cast<std::uint32_t>(epoch);
    const double drawn = betaDraw(KeyedRandom(seed, Purpose::mixing_share, of_epoch), batch, beta);
    Mixture mixture{std::max(drawn, 1.0 - drawn), {}};
    mixture.partners.resize(static_cast<std::size_t>(images));
    std::iota(mixture.partners.begin(), mixture.partners.end(), 0);
    const KeyedRandom random(seed, Purpose::mixing_partners, of_epoch);
    for (std::size_t i = mixture.partners.size(); i-- > 1;) {
        const auto words = random.words(stretch(batch, 0) + i);
        std::swap(mixture.partners[i],
                  mixture.partners[below(words[0], static_cast<std::uint32_t>(i + 1))]);
    }
    return mixture;
}

void mix(Batch& batch, const Mixture& mixture, const Phase& phase,
         std::span<const std::int64_t> class_counts) {
    const torch::Tensor partners =
        torch::tensor(mixture.partners, torch::kInt64).to(batch.labels.device());
    batch.other_labels = batch.labels.index_select(0, partners);
    batch.label_share = labelShares(batch, mixture.share, phase, class_counts);
    // As they lie in memory, colour last, which the network asks for.
    const bool pictures = batch.images.dim() == 4;
    const torch::Tensor rows = pictures ? batch.images.permute({0, 2, 3, 1}) : batch.images;
    const torch::Tensor mixed = rows.lerp(rows.index_select(0, partners), 1.0 - mixture.share);
    batch.images = pictures ? mixed.permute({0, 3, 1, 2}) : mixed;
}

}  // namespace ballast
