#include "core/theory/bound_advice.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <utility>
#include <vector>

#include "core/results/table_text.h"
#include "core/theory/bound_factors.h"

namespace ballast {
namespace {

constexpr double kEqual = 1e-12;  // relative: what rounding alone makes of equal terms

/// Of log `values` on log N.
double logSlope(std::span<const double> values, std::span<const std::int64_t> class_counts) {
    double sum_x = 0.0;
    double sum_y = 0.0;
    for (std::size_t y = 0; y < values.size(); ++y) {
        sum_x += std::log(static_cast<double>(class_counts[y]));
        sum_y += std::log(values[y]);
    }
    const auto n = static_cast<double>(values.size());
    double squares = 0.0;
    double products = 0.0;
    for (std::size_t y = 0; y < values.size(); ++y) {
        const double x = std::log(static_cast<double>(class_counts[y])) - sum_x / n;
        squares += x * x;
        products += x * (std::log(values[y]) - sum_y / n);
    }
    return squares > 0.0 ? products / squares : 0.0;
}

/// Whether the values fall along that order of the classes, and rise nowhere.
bool falls(std::span<const double> values, std::span<const std::size_t> order) {
    for (std::size_t i = 1; i < order.size(); ++i) {
        if (values[order[i]] > values[order[i - 1]] * (1.0 + kEqual)) return false;
    }
    return values[order.back()] < values[order.front()] * (1.0 - kEqual);
}

std::string signedPower(double slope) {
    return (slope < 0.0 ? "−" : "+") + fixedText(std::abs(slope), 2);
}

std::string ends(std::span<const double> values, std::size_t from, std::size_t to) {
    std::ostringstream text;
    text << std::setprecision(3) << values[from] << " to " << values[to];
    return text.str();
}

/// "VS+DRW seed 1" → "VS+TLA+DRW seed 1"
std::string nameWithTla(std::string name) {
    if (name.empty() || name.find("TLA") != std::string::npos) return name;
    for (const char* weighting : {"+DRW", "+ADRW", "+RW"}) {
        if (const std::size_t at = name.find(weighting); at != std::string::npos) {
            return name.insert(at, "+TLA");
        }
    }
    return name + " + TLA";
}

}  // namespace

TermSlopes termSlopes(const ClassTerms& terms, std::span<const std::int64_t> class_counts) {
    const std::vector<std::size_t> order = classesByFrequency(class_counts);
    const std::vector<std::size_t> rarest_first(order.rbegin(), order.rend());
    if (class_counts[order.front()] == class_counts[order.back()]) return {};
    return {logSlope(terms.alpha, class_counts), logSlope(terms.beta, class_counts),
            falls(terms.alpha, rarest_first) && falls(terms.beta, order)};
}

std::optional<BoundAdvice> adviceOnTerms(const RunConfig& config, std::size_t phase,
                                         const ClassTerms& terms,
                                         std::span<const std::int64_t> class_counts) {
    const TermSlopes slopes = termSlopes(terms, class_counts);
    if (!slopes.against) return {};
    const std::vector<std::size_t> order = classesByFrequency(class_counts);
    const std::size_t most = order.front();
    const std::size_t least = order.back();
    BoundAdvice advice;
    advice.sentence = "From the rarest to the most frequent class α falls from " +
                      ends(terms.alpha, least, most) + " (α ∝ N^" + signedPower(slopes.alpha) +
                      ") while β rises from " + ends(terms.beta, least, most) + " (β ∝ N^" +
                      signedPower(slopes.beta) +
                      "): re-weighting and logit scale work against each other here; TLA sets "
                      "β = 1 from T0 on (In4-a)";
    advice.config = config;
    for (std::size_t p = phase; p < config.phases.size(); ++p) {
        Phase& changed = advice.config.phases[p];
        // A later phase's rule of estimates is judged by what its κ_y of 1 gives.
        const ClassTerms later = p == phase ? terms : classTerms(changed, class_counts);
        if (termSlopes(later, class_counts).against) changed.beta = ClassRule{"one", {}, {}};
    }
    advice.config.name = nameWithTla(config.name);
    const int from = config.phases[phase].from;
    advice.action = from == 0 ? "Set β = 1 from the first epoch on"
                              : "Set β = 1 from T0 = " + std::to_string(from) + " on";
    return advice;
}

}  // namespace ballast
