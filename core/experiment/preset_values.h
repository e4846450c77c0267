#pragma once

#include <string>
#include <string_view>

#include "core/experiment/config.h"
#include "core/experiment/preset_method.h"

namespace ballast {

/// What the authors' script (400 epochs, AutoAugment, SAM) sets on one kind of data.
struct AuthorsRow {
    struct Plain {
        double sam_radius;
        double weight_decay;
    };
    struct Adjusted {
        double gamma;  // β_y = (N_y/N_1)^γ
        double tau;    // Δ_y = τ log π_y
        double sam_radius;
        double weight_decay;
    };
    /// From T₀ on; until then it is the run of VS that its command resumes.
    struct Deferred {
        double nu;  // α_y ∝ π_y^−ν
        double tau;
        double sam_radius;
        double weight_decay;  // of the command line; it never acts
        double resumed_sam_radius;
    };
    std::string_view dataset;
    Profile profile;
    double ratio;
    Plain ce;
    Plain ldam;  // of LDAM+DRW
    Adjusted vs;
    Deferred algorithm1;
};

/// The row for this data; of another ratio or profile the nearest, of another data set CIFAR-10's.
const AuthorsRow& authorsRowFor(const DataConfig& data);
/// Whether the row is of that very data.
bool isOf(const AuthorsRow& row, const DataConfig& data);

/// The hyper-parameters of a method, before and from T₀ on.
struct PresetValues {
    double gamma;
    double tau[2];
    double nu;
    double sam_radius[2];
    double weight_decay;
};
PresetValues presetValues(const PresetMethod& method, std::string_view protocol,
                          const DataConfig& data);

/// Whether Δ_y and, in VS and CDT, β_y are part of the method, whose values are then VS's.
bool adjustsLogits(const PresetMethod& method);

/// SAM's radius on photographs, by epochs of 90: until 5, until 60, until 75, after.
struct PhotographRadii {
    double radius[4];
};
PhotographRadii photographRadii(const PresetMethod& method, std::string_view protocol);

}  // namespace ballast
