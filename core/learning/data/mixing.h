#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/experiment/config.h"
#include "core/learning/data/image_source.h"

namespace ballast {

/// How the images of a batch are mixed: x_i ← λ x_i + (1 − λ) x_{π(i)}.
struct Mixture {
    double share = 1.0;                  // λ, ½ … 1
    std::vector<std::int64_t> partners;  // π(i) of each of the batch's images
};

/// The mixture of an epoch's batch number `batch`, a pure function of (seed, epoch, batch): λ is
/// the larger of l and 1 − l with l ~ Beta(a, a), a = `beta`, and π a random permutation. As a set
/// the mixed batch has the distribution that l itself would give it: 1 − l with π is l with π⁻¹. So
/// the first of two labels is that of the image which has more of the mixture.
Mixture mixtureOf(double beta, std::uint64_t seed, int epoch, std::int64_t batch,
                  std::int64_t images);

/// Mixes the batch's images, and says what share of the loss its labels and the others have: λ;
/// with Remix, of classes i and j with N_i and N_j images, 1 where N_j ≥ κ N_i and 1 − λ < τ, and 0
/// where N_i ≥ κ N_j and λ < τ.
void mix(Batch& batch, const Mixture& mixture, const Phase& phase,
         std::span<const std::int64_t> class_counts);

}  // namespace ballast
