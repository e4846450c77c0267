#include "widgets/plot_notes.h"

#include <QStringList>
#include <algorithm>

#include "widgets/qt_text.h"

namespace ballast {
QString drawnNote(std::span<const RunCurves* const> visible, std::span<const PlotSeries> series,
                  const PlotView& view) {
    QStringList lines;
    const auto left_out = std::ranges::count_if(
        visible, [](const RunCurves* run) { return !transitionEpoch(run->info()).has_value(); });
    if (view.since_t0 && left_out > 0) {
        lines << (left_out == 1 ? tr("1 run without a T₀ is not drawn")
                                : tr("%1 runs without a T₀ are not drawn").arg(left_out));
    }
    const auto crowd = std::ranges::count_if(series, &PlotSeries::crowd);
    if (crowd > 0) {
        lines << (view.means ? tr("%L1 curves are thin and without bands").arg(crowd)
                             : tr("%L1 runs are drawn thin").arg(crowd));
    }
    const bool fewer = std::ranges::any_of(series, [](const PlotSeries& one) {
        return one.mean && std::ranges::any_of(one.runs, [&](const RunCurves* run) {
                   return run->epochsDone() != one.mostEpochs();
               });
    });
    if (fewer) lines << tr("thin lines: means of fewer seeds");
    return lines.join(QStringLiteral(" · "));
}

QString emptyText(std::span<const RunCurves* const> visible, bool runs, bool first) {
    const bool any =
        std::ranges::any_of(visible, [](const RunCurves* run) { return run->epochsDone() > 0; });
    if (any) return {};
    if (runs && visible.empty()) return tr("All runs are hidden");
    if (!first) return {};
    return runs ? tr("The first values appear here after the first epoch")
                : tr("Start a run: its accuracy on majority and minority classes\n"
                     "appears here, epoch by epoch");
}

}  // namespace ballast
