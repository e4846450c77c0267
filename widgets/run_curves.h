#pragma once

#include <QPointF>
#include <QString>
#include <cstdint>
#include <span>
#include <vector>

#include "core/results/records.h"

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
};

/// The curves of one run. Accuracies are in %, logits as they are.
enum class Series {
    majority_accuracy,
    minority_accuracy,
    exact_majority_accuracy,
    exact_minority_accuracy,
    min_logit_highest,   // largest B_y(f) of all classes: the upper edge of the band
    min_logit_lowest,    // smallest B_y(f) of all classes: the lower edge
    min_logit_majority,  // mean of B_y(f) over the majority classes
    min_logit_minority,
    exact_min_logit_majority,
    exact_min_logit_minority,
    accuracy_ratio,  // minority over majority training accuracy, Figure 3(b)
    exact_accuracy_ratio,
    balanced_test_accuracy,
};
inline constexpr int kSeriesCount = static_cast<int>(Series::balanced_test_accuracy) + 1;

/// Which figure, and which of the live plots, a series belongs to.
enum class Figure { training_accuracy, min_logit, accuracy_ratio, balanced_test_accuracy };

/// One run's records as curves over epochs done: what epoch e (0-based) left stands at x = e + 1.
/// Every record gives every streaming curve one point; a missing value is NaN, a gap. Exact curves
/// have points only for records that carry exact statistics.
class RunCurves {
public:
    explicit RunCurves(RunPlotInfo info);

    /// Takes a record; one of the same or a later epoch than `record` is replaced (a resumed run).
    void append(const EpochRecord& record);
    void setRecords(std::span<const EpochRecord> records);

    const RunPlotInfo& info() const { return info_; }
    void setName(const QString& name) { info_.name = name; }
    const std::vector<QPointF>& points(Series series) const;

    /// The value of `series` after `epochs_done` epochs; NaN where there is none.
    double valueAt(Series series, int epochs_done) const;

    /// Epochs done so far: the last record's epoch + 1, or 0.
    int epochsDone() const;

    /// The balanced test accuracy of the best epoch, chosen on the data the run's config says, the
    /// earliest of equals; NaN where there is none.
    QPointF best() const;

    /// Whether the classes fall into a majority and a minority.
    bool hasMinority() const { return !info_.majority.empty(); }

    /// Whether any epoch so far has training statistics; imported epochs have none.
    bool hasTrainingStatistics() const;

private:
    void addPoints(const EpochRecord& record);

    RunPlotInfo info_;
    std::vector<QPointF> points_[kSeriesCount];
    std::vector<QPointF> validation_;  // balanced validation accuracy in %; NaN without a split
};

}  // namespace ballast
