#include "widgets/panels.h"
#include "widgets/panels/panel_words.h"

namespace ballast {

/// The mean over classes of the test accuracy, with the best epoch ringed.
Panel testAccuracyPanel() {
    Panel panel;
    panel.name = "balanced-test-accuracy";
    panel.title = PanelWords::tr("Balanced test accuracy");
    panel.unit = QStringLiteral("%");
    panel.curves = {{"test", CurveLook::solid, [](const EpochRecord& r, const RunPlotInfo&) {
                         return 100.0 * r.balanced_test_accuracy;
                     }}};
    panel.read_outs = {{PanelWords::tr("test"), "test"}};
    panel.within = ValueRange{-2.0, 102.0};
    panel.margin = 2.0;
    panel.marks_best = true;
    return panel;
}

}  // namespace ballast
