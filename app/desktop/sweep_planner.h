#pragma once

#include <QObject>
#include <QPointer>
#include <QStringList>
#include <QThread>
#include <atomic>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/config.h"
#include "core/experiment/trunk_plan.h"

namespace ballast {

/// What a sweep comes to.
struct SweepOutline {
    std::uint64_t runs = 0;
    bool planned = false;  // else there are problems, or too many runs (kManyRuns)
    TrunkPlan plan;
    QStringList labels;  // of each run, what tells it from the others
    std::vector<Problem> problems;
    QString error;  // where it is no list of problems: class counts that cannot be read
};

/// Works out what sweeps come to, on a thread of its own: ten thousand runs take a second. Of
/// several sweeps asked for meanwhile only the last one is looked at.
class SweepPlanner : public QObject {
    Q_OBJECT
public:
    /// Training images of each class; called on the planner's thread, may throw Error.
    using CountClasses = std::function<std::vector<std::int64_t>(const DataConfig&)>;

    explicit SweepPlanner(CountClasses count_classes, QObject* parent = nullptr);
    ~SweepPlanner() override;

    /// planned() follows, unless another sweep comes first.
    void plan(const nlohmann::json& sweep);

Q_SIGNALS:
    void planned(const ballast::SweepOutline& outline);

private:
    void begin();

    const CountClasses count_classes_;
    std::optional<nlohmann::json> next_;
    std::atomic<bool> stop_{false};
    QPointer<QThread> thread_;
};

}  // namespace ballast
