#include "app/desktop/sweep_planner.h"

#include <memory>

#include "core/experiment/sweep.h"

namespace ballast {
namespace {

/// Class counts of the data sets a sweep has, each read once.
class Counts {
public:
    explicit Counts(const SweepPlanner::CountClasses& count) : count_(count) {}
    const std::vector<std::int64_t>& of(const DataConfig& data) {
        for (const auto& [known, counts] : known_) {
            if (known == data) return counts;
        }
        return known_.emplace_back(data, count_(data)).second;
    }

private:
    const SweepPlanner::CountClasses& count_;
    std::vector<std::pair<DataConfig, std::vector<std::int64_t>>> known_;
};

SweepOutline outlineOf(const nlohmann::json& json, const SweepPlanner::CountClasses& count,
                       const std::atomic<bool>& stop) {
    SweepOutline outline;
    try {
        const Sweep sweep = sweepFromJson(json, "the sweep");
        outline.runs = sweep.size();
        if (outline.runs > kManyRuns) return outline;
        const std::vector<SweepRun> runs = sweepRuns(sweep);
        outline.runs = runs.size();
        Counts counts(count);
        EpochTree tree;
        std::vector<EpochPath> paths;
        for (const SweepRun& run : runs) {
            if (stop) return outline;
            paths.push_back(tree.add(run.config, counts.of(run.config.data)));
            const std::string& label = run.label.empty() ? run.config.name : run.label;
            outline.labels << QString::fromStdString(label);
        }
        outline.plan = planTrunks(paths);
        outline.planned = true;
    } catch (const ConfigError& error) {
        outline.problems = error.problems();
        if (outline.problems.empty()) outline.error = QString::fromUtf8(error.what());
    } catch (const std::exception& error) {
        outline.error = QString::fromUtf8(error.what());
    }
    return outline;
}

}  // namespace

SweepPlanner::SweepPlanner(CountClasses count_classes, QObject* parent)
    : QObject(parent), count_classes_(std::move(count_classes)) {}

SweepPlanner::~SweepPlanner() {
    stop_ = true;
    if (thread_) thread_->wait();
}

void SweepPlanner::plan(const nlohmann::json& sweep) {
    next_ = sweep;
    stop_ = true;  // nobody wants what is being worked out
    if (!thread_) begin();
}

void SweepPlanner::begin() {
    stop_ = false;
    const auto outline = std::make_shared<SweepOutline>();
    thread_ = QThread::create(
        [this, outline, sweep = *next_] { *outline = outlineOf(sweep, count_classes_, stop_); });
    next_.reset();
    connect(thread_, &QThread::finished, this, [this, outline, thread = thread_.data()] {
        thread_.clear();
        thread->deleteLater();
        if (next_) return begin();
        Q_EMIT planned(*outline);
    });
    thread_->start(QThread::LowPriority);
}

}  // namespace ballast
