#pragma once

#include <QString>

#include "core/results/records.h"

namespace ballast {

/// "epoch 7/14 · 4,100 images/s · about 48 s left".
QString runningText(const StepProgress& progress);

}  // namespace ballast
