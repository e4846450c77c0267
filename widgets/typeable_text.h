#pragma once

#include <QString>

namespace ballast {

/// A label in letters that keyboards have, in lower case: "Start T₀" is "start t0", "α_y" is
/// "alpha_y". For searching.
QString typeable(const QString& label);

/// Whether `label` has every word of `typed`, in either spelling.
bool hasWords(const QString& label, const QString& typed);

}  // namespace ballast
