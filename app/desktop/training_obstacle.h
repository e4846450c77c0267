#pragma once

#include <QString>

#include "app/desktop/checked_config.h"
#include "core/data/data_store.h"

namespace ballast {

/// Why a config cannot be trained on this machine, as a sentence, or empty: the first of its
/// problems, or that its data set is not here.
QString trainingObstacle(const CheckedConfig& checked, const DataStore& store);

/// Why these data cannot be trained on: they are not here. Empty: they are.
QString dataObstacle(const DataConfig& data, const DataStore& store);

}  // namespace ballast
