#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include "core/results/seed_spread.h"

namespace ballast {

/// How live plots show what they hold; remembered with the panels.
struct PlotView {
    bool since_t0 = false;   // epochs relative to T0, not epochs done
    double smoothing = 0.0;  // weight of the past in an exponential mean; 0: none
    bool means = false;      // groups of seeds as mean and band
    Spread spread = Spread::standard_deviation;
    bool single_seeds = false;  // … with the single seeds, faint
    QStringList log_panels;     // names of those with a logarithmic value axis
    bool operator==(const PlotView&) const = default;
};

/// "standard deviation"
QString spreadName(Spread spread);

/// As bytes for the settings, and back. Bytes that are not of this version give the default view.
QByteArray viewBytes(const PlotView& view);
PlotView viewFromBytes(const QByteArray& bytes);

}  // namespace ballast
