#include "core/experiment/preset_values.h"

#include <algorithm>
#include <cmath>

namespace ballast {
namespace {

constexpr Profile kLongTailed = Profile::long_tailed;
constexpr Profile kStep = Profile::step;

// One row a kind of data: CE and LDAM (radius, weight decay), VS (γ, τ, radius, weight decay),
// Algorithm 1 (ν, τ, radius, weight decay, radius of the VS run that is resumed).
constexpr AuthorsRow kRows[] = {
    {"cifar10",
     kLongTailed,
     100,
     {0.1, 1e-4},
     {0.4, 5e-5},
     {0.05, 1.0, 0.1, 2e-4},
     {0.15, 1.0, 0.2, 2e-4, 0.1}},
    {"cifar10",
     kLongTailed,
     10,
     {0.1, 1e-4},
     {0.4, 1e-5},
     {0.0, 1.0, 0.1, 1e-4},
     {0.1, 1.0, 0.1, 1e-4, 0.1}},
    {"cifar10",
     kStep,
     100,
     {0.1, 5e-5},
     {0.2, 5e-5},
     {0.0, 1.25, 0.1, 1e-4},
     {0.1, 1.0, 0.2, 5e-5, 0.1}},
    {"cifar10",
     kStep,
     10,
     {0.1, 5e-5},
     {0.2, 5e-5},
     {0.0, 1.0, 0.1, 1e-4},
     {0.1, 1.0, 0.1, 1e-4, 0.1}},
    {"cifar100",
     kLongTailed,
     100,
     {0.2, 1e-4},
     {0.5, 1e-4},
     {0.05, 1.0, 0.3, 2e-4},
     {0.25, 0.75, 0.4, 5e-4, 0.2}},
    {"cifar100",
     kLongTailed,
     10,
     {0.1, 1e-4},
     {0.3, 5e-5},
     {0.05, 0.5, 0.1, 1e-4},
     {0.1, 0.75, 0.5, 1e-4, 0.1}},
    {"cifar100",
     kStep,
     100,
     {0.3, 1e-5},
     {0.3, 5e-5},
     {0.0, 1.0, 0.2, 1e-4},
     {0.1, 1.0, 0.2, 4e-4, 0.2}},
    {"cifar100",
     kStep,
     10,
     {0.1, 1e-5},
     {0.4, 5e-5},
     {0.0, 1.0, 0.1, 1e-4},
     {0.05, 1.0, 0.3, 3e-4, 0.1}},
};

constexpr double kWeightDecay = 2e-4;    // of the papers' protocols
constexpr double kNuWithoutShift = 0.5;  // the paper tunes ν and prints no value for CE and LDAM

/// SAM's radius in 200 epochs of Saddle-LongTail, which publishes CE, CE+DRW and LDAM+DRW on
/// long-tailed data of ratio 100.
double saddleRadius(const PresetMethod& method, bool cifar100) {
    if (method.base == "LDAM") return 0.8;
    if (method.weighting.empty()) return cifar100 ? 0.2 : 0.1;
    return cifar100 ? 0.8 : 0.5;
}

}  // namespace

const AuthorsRow& authorsRowFor(const DataConfig& data) {
    const auto distance = [&](const AuthorsRow& row) {
        return (row.dataset == data.dataset ? 0.0
                : row.dataset == "cifar10"  ? 100.0
                                            : 1000.0) +
               (row.profile == data.imbalance.profile ? 0.0 : 10.0) +
               std::abs(std::log(row.ratio / data.imbalance.ratio));
    };
    return *std::ranges::min_element(kRows, {}, distance);
}

bool isOf(const AuthorsRow& row, const DataConfig& data) {
    return row.dataset == data.dataset && row.profile == data.imbalance.profile &&
           row.ratio == data.imbalance.ratio;
}

bool adjustsLogits(const PresetMethod& method) {
    return method.base == "VS" || method.base == "LA" || method.base == "CDT" ||
           method.base == "CVS" || method.base == "DiVE";
}

PresetValues presetValues(const PresetMethod& method, std::string_view protocol,
                          const DataConfig& data) {
    const AuthorsRow& row = authorsRowFor(data);
    const bool has_shift = adjustsLogits(method) && method.base != "CDT";
    const double nu = has_shift ? row.algorithm1.nu : kNuWithoutShift;
    const bool authors = protocol == "authors-400";
    PresetValues values;
    if (adjustsLogits(method)) {
        const AuthorsRow::Adjusted& vs = row.vs;
        values = {vs.gamma, {vs.tau, vs.tau}, nu, {vs.sam_radius, vs.sam_radius}, vs.weight_decay};
        if (method.base == "VS" && method.tla) {
            values.tau[1] = row.algorithm1.tau;
            values.sam_radius[0] = row.algorithm1.resumed_sam_radius;
            values.sam_radius[1] = row.algorithm1.sam_radius;
        }
    } else {
        const AuthorsRow::Plain& plain = method.base == "LDAM" ? row.ldam : row.ce;
        const double radius =
            authors ? plain.sam_radius : saddleRadius(method, row.dataset == "cifar100");
        values = {0.0, {0.0, 0.0}, nu, {radius, radius}, plain.weight_decay};
    }
    if (!authors) values.weight_decay = kWeightDecay;
    if (protocol == "inaturalist" && method.base == "LDAM") values.weight_decay = 1e-4;
    return values;
}

PhotographRadii photographRadii(const PresetMethod& method, std::string_view protocol) {
    const bool flatter = protocol == "inaturalist" && method.base != "LDAM";
    if (flatter) return {{0.05, 0.1, 0.1, 0.2}};
    return {{0.05, 0.1, 0.5, 0.5}};
}

}  // namespace ballast
