#pragma once

#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <filesystem>

#include "app/desktop/background_job.h"

namespace ballast {

/// What Slurm does with a workspace's runs, for windows: where jobs were submitted from the
/// workspace (slurm/jobs.json), squeue is asked every half minute, beside the window's thread, and
/// at once when the file changed. Writes nothing. All members are for the window's thread.
class ClusterWatch : public QObject {
    Q_OBJECT
public:
    explicit ClusterWatch(std::filesystem::path workspace, QObject* parent = nullptr);

    /// Looks now, and from then on. Without jobs it costs a look at one file every two seconds.
    void start();

    /// "pending: Priority", "running on node7", "failed on node7: …"; empty for a run of which no
    /// job is left to be trained.
    QString words(const QString& run) const { return words_.value(run); }

Q_SIGNALS:
    /// Of these runs the words are others.
    void changed(const QStringList& runs);

private:
    void look();
    void take(QHash<QString, QString> words);

    const std::filesystem::path workspace_;
    QHash<QString, QString> words_;
    QTimer timer_;
    QElapsedTimer asked_;
    std::filesystem::file_time_type seen_;  // when the book had changed last
    bool waiting_ = false;                  // jobs are left whose states may change
    BackgroundJob job_;                     // last: it ends before what it uses dies
};

}  // namespace ballast
