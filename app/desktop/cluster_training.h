#pragma once

#include <QObject>
#include <QPointer>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "app/desktop/background_job.h"
#include "core/cluster/slurm.h"

namespace ballast {

class ClusterDialog;
class RunController;

/// Submits a sweep to Slurm from the window: asks what its jobs shall ask for, then makes its runs
/// and submits them beside the window's thread. What becomes of the jobs, ClusterWatch says.
class ClusterTraining : public QObject {
    Q_OBJECT
public:
    /// Whether Slurm's programs are on this machine.
    static bool isHere();

    /// The dialogue belongs to `window`. `program` trains on the nodes: empty, the ballast-cli
    /// beside this program.
    ClusterTraining(RunController& controller, QWidget* window,
                    std::unique_ptr<Scheduler> scheduler = std::make_unique<Slurm>(),
                    std::filesystem::path program = {});

    /// Opens the dialogue for a sweep as SweepPage gives it, in place of an open one.
    void ask(const nlohmann::json& sweep);

    /// The open dialogue, or nullptr.
    ClusterDialog* dialog() const;

Q_SIGNALS:
    /// A sweep that is not valid, a cluster that refuses.
    void failed(const QString& sentence);
    /// What was submitted.
    void said(const QString& sentence);

private:
    void submit(const nlohmann::json& sweep);

    RunController& controller_;
    QWidget* window_;
    const std::unique_ptr<Scheduler> scheduler_;
    const std::filesystem::path program_;
    QPointer<ClusterDialog> dialog_;
    BackgroundJob job_;
};

}  // namespace ballast
