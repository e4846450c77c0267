#include "widgets/panels.h"
#include "widgets/panels/panel_words.h"

namespace ballast {

/// Figure 3(b): the training accuracy of the minority over that of the majority.
Panel accuracyRatioPanel() {
    Panel panel;
    panel.name = "accuracy-ratio";
    panel.title = PanelWords::tr("Training accuracy, minority / majority");
    panel.axis = PanelWords::tr("Accuracy, minority / majority");
    panel.curves = {
        {"ratio", CurveLook::solid,
         [](const EpochRecord& r, const RunPlotInfo&) { return r.streaming.accuracyRatio(); }},
        {"exact ratio", CurveLook::solid,
         [](const EpochRecord& r, const RunPlotInfo&) { return r.exact->accuracyRatio(); }, true}};
    panel.read_outs = {{PanelWords::tr("ratio"), "ratio", 3}};
    panel.empty = {0.0, 1.0};
    panel.always = ValueRange{0.0, 1.0};
    panel.margin = 0.02;
    panel.of_training = true;
    return panel;
}

}  // namespace ballast
