#include "app/desktop/explained_figure.h"

namespace ballast {

FigureDescription boundFigure(const std::vector<BoundInspection>& inspections) {
    FigureDescription figure;
    figure.figure = FigureKind::bound;
    for (const BoundInspection& one : inspections) {
        figure.explain.runs.push_back(one.run);
        figure.explain.epochs.push_back(one.epochs_done);
        figure.explain.streaming = one.source == StatisticsSource::streaming;
    }
    return figure;
}

FigureDescription boundSumsFigure(const std::vector<BoundSeries>& series) {
    FigureDescription figure;
    figure.figure = FigureKind::bound_sums;
    for (const BoundSeries& one : series) {
        if (!one.faint) figure.explain.runs.push_back(one.curve.run);
    }
    return figure;
}

FigureDescription whatIfFigure(const std::string& run, int epochs_done, LogitSplit split,
                               const WhatIf& adjustment) {
    FigureDescription figure;
    figure.figure = FigureKind::what_if;
    figure.explain.runs = {run};
    figure.explain.epochs = {epochs_done};
    figure.explain.split = nameOf(split);
    figure.explain.tde = adjustment.tde;
    figure.explain.tau_norm = adjustment.tau_norm;
    figure.explain.gamma = adjustment.gamma;
    figure.explain.tau = adjustment.tau;
    figure.explain.weights = adjustment.weights;
    return figure;
}

std::vector<int> laterPhaseStarts(const RunConfig& config) {
    std::vector<int> starts;
    for (std::size_t p = 1; p < config.phases.size(); ++p) starts.push_back(config.phases[p].from);
    return starts;
}

WhatIf adjustmentOf(const FigureDescription& figure) {
    WhatIf made;
    made.tde = figure.explain.tde;
    made.tau_norm = figure.explain.tau_norm;
    made.gamma = figure.explain.gamma;
    made.tau = figure.explain.tau;
    made.weights = figure.explain.weights;
    return made;
}

LogitSplit splitOf(const FigureDescription& figure) {
    return logitSplitFrom(figure.explain.split).value_or(LogitSplit::test);
}

}  // namespace ballast
