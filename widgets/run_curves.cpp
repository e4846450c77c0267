#include "widgets/run_curves.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ballast {
namespace {

/// Takes the points away that a record of epoch x - 1 replaces.
void cut(std::vector<QPointF>& points, double x) {
    while (!points.empty() && points.back().x() >= x) points.pop_back();
}

double valueIn(const std::vector<QPointF>& points, int epochs_done) {
    const auto found = std::ranges::lower_bound(points, static_cast<double>(epochs_done), {},
                                                [](const QPointF& point) { return point.x(); });
    return found != points.end() && found->x() == epochs_done ? found->y() : kMissing;
}

}  // namespace

RunCurves::RunCurves(RunPlotInfo info) : info_(std::move(info)) {
    for (const Panel& panel : panels()) points_.emplace_back(panel.curves.size());
}

void RunCurves::append(const EpochRecord& record) {
    const double x = record.epoch + 1;
    for (auto& curves : points_) {
        for (auto& points : curves) cut(points, x);
    }
    cut(test_, x);
    cut(validation_, x);
    addPoints(record);
}

void RunCurves::setRecords(std::span<const EpochRecord> records) {
    for (auto& curves : points_) {
        for (auto& points : curves) points.clear();
    }
    test_.clear();
    validation_.clear();
    nu_.clear();
    tau_.clear();
    has_training_statistics_ = false;
    for (const EpochRecord& record : records) append(record);
}

void RunCurves::addPoints(const EpochRecord& record) {
    const double x = record.epoch + 1;
    for (std::size_t p = 0; p < points_.size(); ++p) {
        const std::vector<PanelCurve>& curves = panels()[p].curves;
        for (std::size_t c = 0; c < curves.size(); ++c) {
            if (curves[c].exact && !record.exact) continue;
            points_[p][c].emplace_back(x, curves[c].value(record, info_));
        }
    }
    const auto remember = [&](std::vector<QPointF>& chosen, double value) {
        if (std::isnan(value) || (!chosen.empty() && chosen.back().y() == value)) return;
        chosen.emplace_back(record.epoch, value);
    };
    remember(nu_, record.nu);
    remember(tau_, record.tau);
    test_.emplace_back(x, 100.0 * record.balanced_test_accuracy);
    validation_.emplace_back(x, 100.0 * record.balanced_validation_accuracy);
    has_training_statistics_ = has_training_statistics_ || !record.streaming.min_logit.empty();
}

const std::vector<QPointF>& RunCurves::points(const CurveKey& key) const {
    static const std::vector<QPointF> kNone;
    const Panel* panel = findPanel(key.panel);
    if (panel == nullptr) return kNone;
    const auto curve = std::ranges::find(panel->curves, key.curve, &PanelCurve::key);
    if (curve == panel->curves.end()) return kNone;
    return points_[static_cast<std::size_t>(panel - panels().data())]
                  [static_cast<std::size_t>(curve - panel->curves.begin())];
}

double RunCurves::valueAt(const CurveKey& key, int epochs_done) const {
    return valueIn(points(key), epochs_done);
}

int RunCurves::epochsDone() const {
    return test_.empty() ? 0 : static_cast<int>(test_.back().x());
}

bool RunCurves::hasTrainingStatistics() const {
    return has_training_statistics_;
}

std::vector<HistoryEvent> RunCurves::events() const {
    std::vector<HistoryEvent> events = info_.events;
    for (const QPointF& at : nu_) tellChosen(events, static_cast<int>(at.x()), "ν̂", at.y());
    for (const QPointF& at : tau_) tellChosen(events, static_cast<int>(at.x()), "τ̂", at.y());
    std::vector<double> rates;
    for (const QPointF& point : points({"learning-rate", "rate"})) rates.push_back(point.y());
    const std::vector<HistoryEvent> steps = learningRateSteps(rates, events);
    events.insert(events.end(), steps.begin(), steps.end());
    if (const QPointF at = best(); !std::isnan(at.y())) {
        events.push_back(bestEvent(static_cast<int>(at.x()), at.y() / 100.0));
    }
    std::ranges::stable_sort(events, {}, &HistoryEvent::epoch);
    return events;
}

QPointF RunCurves::best() const {
    QPointF best(kMissing, kMissing);
    for (const QPointF& point : info_.selection == Selection::validation ? validation_ : test_) {
        if (std::isnan(point.y())) continue;
        if (std::isnan(best.y()) || point.y() > best.y()) best = point;
    }
    if (std::isnan(best.y())) return best;
    return {best.x(), valueIn(test_, static_cast<int>(best.x()))};
}

}  // namespace ballast
