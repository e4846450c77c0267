#pragma once

#include <QPointF>
#include <QString>
#include <cstdint>
#include <span>
#include <vector>

#include "core/results/records.h"
#include "core/results/run_events.h"
#include "widgets/panels.h"

namespace ballast {

/// What a plot needs to know about a run beside its records.
struct RunPlotInfo {
    QString id;
    QString name;
    int color_index = 0;            // see seriesColor()
    int epochs = 0;                 // of the whole run
    std::vector<int> phase_starts;  // `from` of every phase, the first (0) included
    std::vector<bool> majority;     // majorityClasses(class_counts); empty: no minority
    std::vector<std::int64_t> class_counts;
    Selection selection = Selection::test;
    std::vector<HistoryEvent> events;  // describedEvents()
};

/// One run's records as curves over epochs done: what epoch e (0-based) left stands at x = e + 1.
/// Every record gives each panel's curves one point; a missing value is NaN, a gap. Exact curves
/// have points only for records that carry exact statistics.
class RunCurves {
public:
    explicit RunCurves(RunPlotInfo info);

    /// Takes a record; one of the same or a later epoch than `record` is replaced (a resumed run).
    void append(const EpochRecord& record);
    void setRecords(std::span<const EpochRecord> records);

    const RunPlotInfo& info() const { return info_; }
    void setName(const QString& name) { info_.name = name; }
    /// None of an unknown curve.
    const std::vector<QPointF>& points(const CurveKey& key) const;

    /// The value of a curve after `epochs_done` epochs; NaN where there is none.
    double valueAt(const CurveKey& key, int epochs_done) const;

    /// Epochs done so far: the last record's epoch + 1, or 0.
    int epochsDone() const;

    /// The balanced test accuracy of the best epoch, chosen on the data the run's config says, the
    /// earliest of equals; NaN where there is none.
    QPointF best() const;

    /// What happened to it, by epoch: what its description says, steps of the learning rate, and
    /// the best epoch.
    std::vector<HistoryEvent> events() const;

    /// Whether the classes fall into a majority and a minority.
    bool hasMinority() const { return !info_.majority.empty(); }

    /// Whether any epoch so far has training statistics; imported epochs have none.
    bool hasTrainingStatistics() const;

private:
    void addPoints(const EpochRecord& record);

    RunPlotInfo info_;
    std::vector<std::vector<std::vector<QPointF>>> points_;  // of each panel's curves
    std::vector<QPointF> test_;                              // balanced test accuracy in %
    std::vector<QPointF> validation_;  // balanced validation accuracy in %; NaN without a split
    std::vector<QPointF> nu_;          // where ν̂ was chosen: epochs done before, value
    std::vector<QPointF> tau_;         // where τ̂ was chosen
    bool has_training_statistics_ = false;
};

}  // namespace ballast
