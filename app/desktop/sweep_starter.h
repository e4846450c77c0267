#pragma once

#include <QObject>
#include <QPointer>
#include <QStringList>
#include <QThread>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/experiment/sweep.h"
#include "core/runs/learning.h"

namespace ballast {

/// Makes the runs of a sweep in a workspace (core/sweep_store.h) on a thread of its own: a thousand
/// folders take seconds, and planning loads the training library.
class SweepStarter : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    ~SweepStarter() override;

    bool busy() const { return !thread_.isNull(); }

    /// `slot`: what one run at a time gets. Does nothing while another sweep is being made.
    void start(const Learning& learning, const Sweep& sweep, const nlohmann::json& given,
               const std::filesystem::path& workspace, const TrainingEnvironment& slot);

Q_SIGNALS:
    /// The IDs of the sweep's runs that are not finished, and how many are; `error` is empty where
    /// all went well.
    void done(const QStringList& unfinished, int finished, const QString& error);

private:
    QPointer<QThread> thread_;
};

}  // namespace ballast
