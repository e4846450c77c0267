#include "widgets/panels.h"
#include "widgets/panels/panel_words.h"

namespace ballast {

/// Test accuracy of classes with many (over 100) and few (under 20) training images.
Panel shotAccuracyPanel() {
    Panel panel;
    panel.name = "shot-accuracy";
    panel.title = PanelWords::tr("Test accuracy, many and few shots");
    panel.unit = QStringLiteral("%");
    panel.curves = {{"many", CurveLook::solid,
                     [](const EpochRecord& r, const RunPlotInfo&) { return 100.0 * r.shots.many; }},
                    {"few", CurveLook::dashed,
                     [](const EpochRecord& r, const RunPlotInfo&) { return 100.0 * r.shots.few; }}};
    panel.read_outs = {{PanelWords::tr("many"), "many"}, {PanelWords::tr("few"), "few"}};
    panel.within = ValueRange{-2.0, 102.0};
    panel.margin = 2.0;
    return panel;
}

}  // namespace ballast
