#include "widgets/plot_values.h"

#include <algorithm>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr std::size_t kMostRows = 40;

QString words(const SeedSpread& value, Spread spread, int decimals) {
    const QString mean = readableNumber(value.mean, decimals);
    if (value.n < 2) return mean;
    // The half width; the range's edges are not symmetrical.
    if (spread == Spread::range) {
        return QStringLiteral("%1…%2").arg(readableNumber(value.lower, decimals),
                                           readableNumber(value.upper, decimals));
    }
    return QStringLiteral("%1 ±%2").arg(mean, readableNumber(value.upper - value.mean, decimals));
}

/// Those of the column, no more than it could ever show (`more` are left out); where there is no
/// room for all, the ones that stand out come first.
std::vector<const PlotSeries*> inOrder(std::span<const PlotSeries> series, int room, int& more) {
    std::vector<const PlotSeries*> list;
    for (const PlotSeries& one : series) {
        if (one.listed) list.push_back(&one);
    }
    if (std::ssize(list) <= room) return list;
    std::ranges::stable_partition(
        list, [](const PlotSeries* one) { return one->emphasis == Emphasis::strong; });
    if (list.size() <= kMostRows) return list;
    more = static_cast<int>(list.size() - kMostRows);
    list.resize(kMostRows);
    return list;
}

}  // namespace

void showValues(ValueColumn& beside, const Panel& panel, std::span<const PlotSeries> series,
                const PlotView& view, std::optional<int> epoch) {
    std::vector<ValueColumn::Row> rows;
    QStringList headings;
    const bool means = std::ranges::any_of(series, &PlotSeries::mean);
    int more = 0;
    for (const PlotSeries* listed : inOrder(series, beside.room(), more)) {
        const PlotSeries& one = *listed;
        const int at = epoch ? *epoch + one.shift : one.epochsDone();
        QStringList values;
        int n = static_cast<int>(one.runs.size());
        for (const ReadOut& column : panel.read_outs) {
            const SeedSpread value = valueOf(one, {panel.name, column.curve}, at, view.spread);
            values << words(value, view.spread, column.decimals);
            n = std::min(n, value.n);
        }
        if (panel.marks_best) {
            const SeedSpread best = bestOf(one, view.spread);
            const double x = one.runs.front()->best().x() - one.shift;
            values << (one.mean || best.n == 0 ? words(best, view.spread, 1)
                                               : tr("%1 @%2").arg(best.mean, 0, 'f', 1).arg(x));
        }
        if (panel.of_training && !one.runs.front()->hasMinority()) {
            values.back() = tr("balanced");
            n = static_cast<int>(one.runs.size());
        }
        if (means) {
            const int all = static_cast<int>(one.runs.size());
            values << (n < all ? tr("%1 of %2").arg(n).arg(all) : QString::number(n));
        }
        rows.push_back({seriesColor(one.color_index), one.name, values});
    }
    for (const ReadOut& column : panel.read_outs) headings << column.heading;
    if (panel.marks_best) headings << tr("best");
    if (means) headings << tr("n");
    QStringList when;
    when << (!epoch ? tr("latest")
             : view.since_t0
                 ? tr("T₀ %1 %2").arg(QChar(*epoch < 0 ? u'−' : u'+')).arg(std::abs(*epoch))
                 : tr("epoch %1").arg(*epoch));
    if (panel.of_training) when << tr("running");
    if (view.smoothing > 0.0) when << tr("not smoothed");
    beside.setRoom(means ? 3 : 2, means ? QStringLiteral("00.0 ±0.0") : tr("majority"));
    beside.setValues(when.join(QStringLiteral(", ")), headings, rows, more);
    beside.setToolTip(panel.of_training
                          ? tr("Running values are taken while the epoch is trained and its "
                               "weights change; exact ones, the markers, after it.")
                          : QString());
}

}  // namespace ballast
