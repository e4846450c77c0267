#include "widgets/bound_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr double kLogFrom = 30.0;    // ratio of values from which an axis is logarithmic
constexpr double kDecades = 1e-6;    // of a logarithmic axis: bars below its end are none
constexpr std::size_t kRestRow = 3;  // [1 − softmax_y]
constexpr std::size_t kSummandRow = 4;

}  // namespace

std::vector<BoundRow> boundRows() {
    return {
        {QStringLiteral("√π_y"), tr("square root of the class's share"),
         tr("√π_y, with π_y = N_y / N: how much the class weighs in the bound by its size alone "
            "(Lemma 3, Eq. 13)"),
         &BoundFactors::root_share},
        {QStringLiteral("× α_y"), tr("class weight"),
         tr("α_y: the class weight of the loss (Eq. 3), as the phase of this epoch has it; it "
            "rebalances √π_y (In1)"),
         &BoundFactors::alpha},
        {QStringLiteral("× β̃_y"), tr("from the logit scales"),
         tr("β̃_y = √(β_y² + (Σ_{j≠y} β_j)²), from the logit scales β of the loss (Lemma 4)"),
         &BoundFactors::beta_tilde},
        {QStringLiteral("× [1 − softmax_y]"), tr("at B_y(f), and ◇ as the data show"),
         tr("1 − softmax_y of β_j B_j(f) + Δ_j, with B_j(f) the smallest logit of the true class "
            "over the training images of class j (Eq. 15); ◇: the largest 1 − softmax_y of any "
            "image of the class"),
         &BoundFactors::one_minus_softmax},
        {QStringLiteral("= product"), tr("Eq. 16's summand, and ◇ with μ̂_y"),
         tr("√π_y α_y β̃_y [1 − softmax_y] = √π_y μ_y, what the class adds to Eq. 16's sum; ◇: the "
            "same with the largest α_y β̃_y [1 − softmax_y] of any image of the class in place of "
            "μ_y, which is what the data really show"),
         &BoundFactors::product},
    };
}

double observedValue(const BoundFactors& factors, std::size_t row, std::size_t y) {
    if (row == kSummandRow) return factors.observed_product[y];
    if (row != kRestRow) return kMissing;
    return factors.observed_lipschitz[y] / (factors.alpha[y] * factors.beta_tilde[y]);
}

QString inspectionTitle(const BoundInspection& one) {
    return tr("%1, after epoch %2, %3")
        .arg(text(one.name))
        .arg(one.epochs_done)
        .arg(one.source == StatisticsSource::exact ? tr("exact") : tr("streaming"));
}

BoundRange boundRange(std::span<const BoundInspection> inspections, std::size_t row) {
    double smallest = std::numeric_limits<double>::infinity();
    double largest = 0.0;
    const BoundRow words = boundRows()[row];
    for (const BoundInspection& one : inspections) {
        for (std::size_t y = 0; y < one.class_counts.size(); ++y) {
            for (const double value :
                 {(one.factors.*words.values)[y], observedValue(one.factors, row, y)}) {
                if (!std::isfinite(value) || value <= 0.0) continue;
                smallest = std::min(smallest, value);
                largest = std::max(largest, value);
            }
        }
    }
    if (largest <= 0.0) return {};
    if (largest < kLogFrom * smallest) return {0.0, 1.12 * largest, false};
    const double lower = std::max(smallest, kDecades * largest);
    return {std::pow(10.0, std::floor(std::log10(lower) - 0.05)), 1.6 * largest, true};
}

}  // namespace ballast
