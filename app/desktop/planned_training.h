#pragma once

#include <QObject>
#include <QPointer>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "app/desktop/background_job.h"

class QMessageBox;

namespace ballast {

class RunController;
struct SweepPlan;

/// Makes configs, in any thread; may throw Error.
using MakeConfigs = std::function<std::vector<nlohmann::json>()>;

/// Runs that another page than Experiment or Sweep asks for: works out beside the window what they
/// take, asks, and queues them together, so that they share epochs as a sweep's do.
class PlannedTraining : public QObject {
    Q_OBJECT
public:
    /// Questions belong to `window`.
    PlannedTraining(RunController& controller, QWidget* window);

    /// `what` says which runs, for the question. Asks for others in place of those that are being
    /// worked out; meanwhile the pointer says busy.
    void ask(const QString& what, const MakeConfigs& configs);

    /// The open question, or nullptr.
    QMessageBox* question() const;

Q_SIGNALS:
    /// A config that is not valid, images that are not there, no room.
    void failed(const QString& sentence);
    /// There is nothing to train.
    void said(const QString& sentence);

private:
    void show(const QString& what, const SweepPlan& plan);

    RunController& controller_;
    QWidget* window_;
    QPointer<QMessageBox> question_;
    BackgroundJob job_;
};

}  // namespace ballast
