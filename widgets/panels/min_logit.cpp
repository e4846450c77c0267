#include <algorithm>

#include "widgets/panels.h"
#include "widgets/panels/panel_words.h"
#include "widgets/run_curves.h"

namespace ballast {
namespace {

double lowest(const EpochRecord& record, const RunPlotInfo&) {
    const std::vector<double>& logits = record.streaming.min_logit;
    return logits.empty() ? kMissing : *std::ranges::min_element(logits);
}

double highest(const EpochRecord& record, const RunPlotInfo&) {
    const std::vector<double>& logits = record.streaming.min_logit;
    return logits.empty() ? kMissing : *std::ranges::max_element(logits);
}

}  // namespace

/// B_y(f), the smallest logit of class y on its own images: a mean over majority and minority
/// classes, and the band from the smallest to the largest class.
Panel minLogitPanel() {
    Panel panel;
    panel.name = "min-logit";
    panel.title = PanelWords::tr("Smallest logit of a class, B_y(f)");
    panel.axis = PanelWords::tr("Smallest logit of a class");
    panel.curves = {{"lowest", CurveLook::edge, lowest},
                    {"highest", CurveLook::edge, highest},
                    {"majority", CurveLook::solid,
                     [](const EpochRecord& r, const RunPlotInfo& run) {
                         return groupMeans(r.streaming.min_logit, run.majority).majority;
                     }},
                    {"minority", CurveLook::dashed,
                     [](const EpochRecord& r, const RunPlotInfo& run) {
                         return groupMeans(r.streaming.min_logit, run.majority).minority;
                     }},
                    {"exact majority", CurveLook::solid,
                     [](const EpochRecord& r, const RunPlotInfo& run) {
                         return groupMeans(r.exact->min_logit, run.majority).majority;
                     },
                     true},
                    {"exact minority", CurveLook::dashed,
                     [](const EpochRecord& r, const RunPlotInfo& run) {
                         return groupMeans(r.exact->min_logit, run.majority).minority;
                     },
                     true}};
    panel.read_outs = {{PanelWords::tr("majority"), "majority", 2},
                       {PanelWords::tr("minority"), "minority", 2}};
    panel.empty = {-10.0, 10.0};
    panel.margin = 0.5;
    panel.of_training = true;
    return panel;
}

}  // namespace ballast
