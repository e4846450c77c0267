#include "widgets/panels.h"
#include "widgets/panels/panel_words.h"

namespace ballast {

/// Figure 3(a): the training accuracy of majority and minority classes.
Panel trainingAccuracyPanel() {
    Panel panel;
    panel.name = "training-accuracy";
    panel.title = PanelWords::tr("Training accuracy");
    panel.unit = QStringLiteral("%");
    panel.curves = {{"majority", CurveLook::solid,
                     [](const EpochRecord& r, const RunPlotInfo&) {
                         return 100.0 * r.streaming.majority_accuracy;
                     }},
                    {"minority", CurveLook::dashed,
                     [](const EpochRecord& r, const RunPlotInfo&) {
                         return 100.0 * r.streaming.minority_accuracy;
                     }},
                    {"exact majority", CurveLook::solid,
                     [](const EpochRecord& r, const RunPlotInfo&) {
                         return 100.0 * r.exact->majority_accuracy;
                     },
                     true},
                    {"exact minority", CurveLook::dashed,
                     [](const EpochRecord& r, const RunPlotInfo&) {
                         return 100.0 * r.exact->minority_accuracy;
                     },
                     true}};
    panel.read_outs = {{PanelWords::tr("majority"), "majority"},
                       {PanelWords::tr("minority"), "minority"}};
    panel.always = ValueRange{0.0, 100.0};
    panel.within = ValueRange{-2.0, 102.0};
    panel.margin = 2.0;
    panel.of_training = true;
    return panel;
}

}  // namespace ballast
