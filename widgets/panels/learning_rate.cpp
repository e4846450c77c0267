#include "widgets/panels.h"
#include "widgets/panels/panel_words.h"

namespace ballast {

/// The learning rate in force, phases' factors included.
Panel learningRatePanel() {
    Panel panel;
    panel.name = "learning-rate";
    panel.title = PanelWords::tr("Learning rate");
    panel.curves = {{"rate", CurveLook::solid,
                     [](const EpochRecord& r, const RunPlotInfo&) { return r.learning_rate; }}};
    panel.read_outs = {{PanelWords::tr("rate"), "rate", 5}};
    panel.empty = {0.0, 0.1};
    panel.always = ValueRange{0.0, 0.0};
    panel.margin = 1e-4;
    panel.positive = true;
    return panel;
}

}  // namespace ballast
