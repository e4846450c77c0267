#include "widgets/panels.h"

#include <algorithm>

// Every panel: a function of this name in widgets/panels/.
#define BALLAST_PANELS(X)    \
    X(trainingAccuracyPanel) \
    X(minLogitPanel)         \
    X(accuracyRatioPanel)    \
    X(testAccuracyPanel)     \
    X(shotAccuracyPanel)     \
    X(lossPanel)             \
    X(learningRatePanel)

namespace ballast {

#define BALLAST_DECLARE(panel) Panel panel();
BALLAST_PANELS(BALLAST_DECLARE)
#undef BALLAST_DECLARE

std::span<const Panel> panels() {
#define BALLAST_CALL(panel) panel(),
    static const std::vector<Panel> kPanels{BALLAST_PANELS(BALLAST_CALL)};
#undef BALLAST_CALL
    return kPanels;
}

const Panel* findPanel(std::string_view name) {
    const auto found = std::ranges::find(panels(), name, &Panel::name);
    return found == panels().end() ? nullptr : &*found;
}

}  // namespace ballast
