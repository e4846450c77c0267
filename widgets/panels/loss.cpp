#include "widgets/panels.h"
#include "widgets/panels/panel_words.h"

namespace ballast {

/// The mean training loss of an epoch. Losses of different methods have different scales.
Panel lossPanel() {
    Panel panel;
    panel.name = "loss";
    panel.title = PanelWords::tr("Training loss");
    panel.curves = {{"loss", CurveLook::solid,
                     [](const EpochRecord& r, const RunPlotInfo&) { return r.loss; }}};
    panel.read_outs = {{PanelWords::tr("loss"), "loss", 4}};
    panel.empty = {0.0, 1.0};
    panel.margin = 0.01;
    panel.positive = true;
    return panel;
}

}  // namespace ballast
