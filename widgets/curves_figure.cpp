#include "widgets/curves_figure.h"

#include "core/base/error.h"
#include "core/base/nearest_word.h"
#include "widgets/qt_text.h"

namespace ballast {

FigureDescription curvesFigure(const Panel& panel, const PlotView& view) {
    FigureDescription figure;
    figure.figure = FigureKind::curves;
    figure.curves.panel = panel.name;
    figure.curves.since_t0 = view.since_t0;
    figure.curves.smoothing = view.smoothing;
    figure.curves.means = view.means;
    figure.curves.log = view.log_panels.contains(text(panel.name));
    figure.spread = view.spread;
    figure.seeds_as_points = view.single_seeds;
    return figure;
}

const Panel& panelOf(const FigureDescription& figure, const std::string& subject) {
    if (const Panel* panel = findPanel(figure.curves.panel)) return *panel;
    std::string allowed;
    std::vector<std::string> known;
    for (const Panel& panel : panels()) {
        known.emplace_back(panel.name);
        allowed += (allowed.empty() ? "" : ", ") + known.back();
    }
    const std::string nearest = nearestWord(figure.curves.panel, known);
    throw ConfigError(subject + ": the figure is not valid",
                      {{"/panel", "\"" + figure.curves.panel + "\" is none of " + allowed +
                                      (nearest.empty() ? "" : "; did you mean " + nearest + "?")}});
}

PlotView viewOf(const FigureDescription& figure) {
    PlotView view;
    view.since_t0 = figure.curves.since_t0;
    view.smoothing = figure.curves.smoothing;
    view.means = figure.curves.means;
    view.spread = figure.spread;
    view.single_seeds = figure.seeds_as_points;
    if (figure.curves.log) view.log_panels << text(figure.curves.panel);
    return view;
}

}  // namespace ballast
