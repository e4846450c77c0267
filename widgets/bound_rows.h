#pragma once

#include <QString>
#include <span>
#include <vector>

#include "core/theory/bound_inspection.h"

namespace ballast {

/// A factor of Eq. 16's summand, or the summand: a row of bars.
struct BoundRow {
    QString symbol;    // "× α_y"
    QString meaning;   // "class weight"
    QString equation;  // what its tip says
    std::vector<double> BoundFactors::*values;
};

/// The factors in the order in which they are multiplied, and the product.
std::vector<BoundRow> boundRows();

/// What the data really show in place of a row's value; NaN where the row has no such.
double observedValue(const BoundFactors& factors, std::size_t row, std::size_t class_index);

/// "VS+DRW seed 1, after epoch 20, exact"
QString inspectionTitle(const BoundInspection& inspection);

/// The axis of a row over all the inspections: from 0, or logarithmic where its values differ by
/// more than a factor of 30, over six decades at most.
struct BoundRange {
    double lower = 0.0;
    double upper = 1.0;
    bool log = false;
};
BoundRange boundRange(std::span<const BoundInspection> inspections, std::size_t row);

}  // namespace ballast
