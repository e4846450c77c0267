#include "app/desktop/sweep_forecast.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/human_text.h"
#include "core/experiment/sweep.h"
#include "widgets/qt_text.h"

namespace ballast {

SweepForecast forecastOf(const nlohmann::json& sweep, const PlanRuns& plan,
                         const std::atomic<bool>& cancelled) {
    const SweepPlan made = plan(sweepRuns(sweepFromJson(sweep, "the sweep")), cancelled);
    SweepForecast forecast;
    forecast.runs = made.runs.size();
    forecast.finished = static_cast<std::size_t>(
        std::ranges::count(made.runs, RunState::finished, &PlannedRun::state));
    forecast.epochs_whole = made.whole.epochs_shared;
    forecast.epochs_left = made.left.epochs_shared;
    forecast.seconds = made.seconds;
    forecast.bytes_needed = made.bytes_needed;
    forecast.bytes_free = made.bytes_free;
    return forecast;
}

QString forecastInWords(const SweepForecast& forecast) {
    if (forecast.finished == forecast.runs) return tr("All of them are finished already.");
    QStringList parts;
    if (forecast.finished > 0) {
        parts << (forecast.finished == 1
                      ? tr("1 of %L1 runs is finished already").arg(forecast.runs)
                      : tr("%L1 of %L2 runs are finished already")
                            .arg(forecast.finished)
                            .arg(forecast.runs));
    }
    if (forecast.epochs_left != forecast.epochs_whole) {
        parts << tr("%L1 epochs are left to train").arg(forecast.epochs_left);
    }
    if (forecast.seconds) {
        parts << tr("about %1, from measured epochs").arg(text(estimateInWords(*forecast.seconds)));
    }
    parts << (forecast.fits() ? tr("disk: up to %1, free are %2")
                              : tr("the disk is too small: up to %1 are needed, free are %2"))
                 .arg(text(sizeText(forecast.bytes_needed)), text(sizeText(forecast.bytes_free)));
    QString words = parts.join(QStringLiteral(" · "));
    words[0] = words[0].toUpper();
    return words;
}

}  // namespace ballast
