#include "widgets/run_curves.h"

#include <algorithm>
#include <cmath>

namespace ballast {
namespace {

std::size_t at(Series series) {
    return static_cast<std::size_t>(series);
}

double classValue(const std::vector<double>& per_class, int index) {
    if (index < 0 || static_cast<std::size_t>(index) >= per_class.size()) return kMissing;
    return per_class[static_cast<std::size_t>(index)];
}

}  // namespace

RunCurves::RunCurves(RunPlotInfo info) : info_(std::move(info)) {
    const auto& counts = info_.class_counts;
    if (counts.empty() || info_.majority.empty()) return;
    largest_class_ = static_cast<int>(std::ranges::max_element(counts) - counts.begin());
    // The last of equals, so that a step profile's band runs from its first to its last class.
    const auto smallest = std::min_element(counts.rbegin(), counts.rend());
    smallest_class_ = static_cast<int>(counts.rend() - smallest) - 1;
}

void RunCurves::append(const EpochRecord& record) {
    const double x = record.epoch + 1;
    for (auto& points : points_) {
        std::erase_if(points, [x](const QPointF& point) { return point.x() >= x; });
    }
    addPoints(record);
}

void RunCurves::setRecords(std::span<const EpochRecord> records) {
    for (auto& points : points_) points.clear();
    for (const EpochRecord& record : records) append(record);
}

void RunCurves::addPoints(const EpochRecord& record) {
    const double x = record.epoch + 1;
    const auto add = [&](Series series, double y) { points_[at(series)].emplace_back(x, y); };
    const ClassStatistics& streaming = record.streaming;
    add(Series::majority_accuracy, 100.0 * streaming.majority_accuracy);
    add(Series::minority_accuracy, 100.0 * streaming.minority_accuracy);
    add(Series::min_logit_largest_class, classValue(streaming.min_logit, largest_class_));
    add(Series::min_logit_smallest_class, classValue(streaming.min_logit, smallest_class_));
    const GroupMeans logits = groupMeans(streaming.min_logit, info_.majority);
    add(Series::min_logit_majority, logits.majority);
    add(Series::min_logit_minority, logits.minority);
    add(Series::accuracy_ratio, streaming.accuracyRatio());
    add(Series::balanced_test_accuracy, 100.0 * record.balanced_test_accuracy);
    if (!record.exact) return;
    const GroupMeans exact = groupMeans(record.exact->min_logit, info_.majority);
    add(Series::exact_majority_accuracy, 100.0 * record.exact->majority_accuracy);
    add(Series::exact_minority_accuracy, 100.0 * record.exact->minority_accuracy);
    add(Series::exact_min_logit_majority, exact.majority);
    add(Series::exact_min_logit_minority, exact.minority);
    add(Series::exact_accuracy_ratio, record.exact->accuracyRatio());
}

const std::vector<QPointF>& RunCurves::points(Series series) const {
    return points_[at(series)];
}

double RunCurves::valueAt(Series series, int epochs_done) const {
    const auto& points = points_[at(series)];
    const auto found = std::ranges::lower_bound(points, static_cast<double>(epochs_done), {},
                                                [](const QPointF& point) { return point.x(); });
    return found != points.end() && found->x() == epochs_done ? found->y() : kMissing;
}

int RunCurves::epochsDone() const {
    const auto& points = points_[at(Series::balanced_test_accuracy)];
    return points.empty() ? 0 : static_cast<int>(points.back().x());
}

QPointF RunCurves::best() const {
    QPointF best(kMissing, kMissing);
    for (const QPointF& point : points_[at(Series::balanced_test_accuracy)]) {
        if (std::isnan(point.y())) continue;
        if (std::isnan(best.y()) || point.y() > best.y()) best = point;
    }
    return best;
}

}  // namespace ballast
