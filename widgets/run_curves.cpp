#include "widgets/run_curves.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ballast {
namespace {

std::size_t at(Series series) {
    return static_cast<std::size_t>(series);
}

/// The smallest and largest of a class's values; NaN where there are none.
std::pair<double, double> rangeOf(const std::vector<double>& per_class) {
    if (per_class.empty()) return {kMissing, kMissing};
    const auto [lowest, highest] = std::ranges::minmax(per_class);
    return {lowest, highest};
}

}  // namespace

RunCurves::RunCurves(RunPlotInfo info) : info_(std::move(info)) {}

void RunCurves::append(const EpochRecord& record) {
    const double x = record.epoch + 1;
    for (auto& points : points_) {
        std::erase_if(points, [x](const QPointF& point) { return point.x() >= x; });
    }
    std::erase_if(validation_, [x](const QPointF& point) { return point.x() >= x; });
    addPoints(record);
}

void RunCurves::setRecords(std::span<const EpochRecord> records) {
    for (auto& points : points_) points.clear();
    validation_.clear();
    for (const EpochRecord& record : records) append(record);
}

void RunCurves::addPoints(const EpochRecord& record) {
    const double x = record.epoch + 1;
    const auto add = [&](Series series, double y) { points_[at(series)].emplace_back(x, y); };
    const ClassStatistics& streaming = record.streaming;
    add(Series::majority_accuracy, 100.0 * streaming.majority_accuracy);
    add(Series::minority_accuracy, 100.0 * streaming.minority_accuracy);
    const auto [lowest, highest] = rangeOf(streaming.min_logit);
    add(Series::min_logit_highest, highest);
    add(Series::min_logit_lowest, lowest);
    const GroupMeans logits = groupMeans(streaming.min_logit, info_.majority);
    add(Series::min_logit_majority, logits.majority);
    add(Series::min_logit_minority, logits.minority);
    add(Series::accuracy_ratio, streaming.accuracyRatio());
    add(Series::balanced_test_accuracy, 100.0 * record.balanced_test_accuracy);
    validation_.emplace_back(x, 100.0 * record.balanced_validation_accuracy);
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

bool RunCurves::hasTrainingStatistics() const {
    return std::ranges::any_of(points_[at(Series::min_logit_highest)],
                               [](const QPointF& point) { return std::isfinite(point.y()); });
}

QPointF RunCurves::best() const {
    const auto& test = points_[at(Series::balanced_test_accuracy)];
    QPointF best(kMissing, kMissing);
    for (const QPointF& point : info_.selection == Selection::validation ? validation_ : test) {
        if (std::isnan(point.y())) continue;
        if (std::isnan(best.y()) || point.y() > best.y()) best = point;
    }
    if (std::isnan(best.y())) return best;
    return {best.x(), valueAt(Series::balanced_test_accuracy, static_cast<int>(best.x()))};
}

}  // namespace ballast
