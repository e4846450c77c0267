#pragma once

#include <QObject>
#include <QString>
#include <deque>
#include <filesystem>
#include <vector>

#include "app/desktop/background_job.h"
#include "core/results/records.h"

namespace ballast {

/// Reads the records of runs from their folders, beside the window's thread and some at a time, in
/// the order in which they are wanted. A run that cannot be read has none.
class RecordsReader : public QObject {
    Q_OBJECT
public:
    explicit RecordsReader(QObject* parent = nullptr);

    /// Nothing where the run waits already.
    void want(const QString& run, const std::filesystem::path& folder);
    /// What is under way is still read, but not said.
    void forget(const QString& run);
    /// The runs whose records are still to be said, which are not wanted any more.
    std::vector<QString> takeWaiting();

Q_SIGNALS:
    void read(const QString& run, const std::vector<EpochRecord>& records);

private:
    struct Wanted {
        QString run;
        std::filesystem::path folder;
    };

    void next();

    std::deque<Wanted> wanted_;
    std::vector<QString> reading_;
    BackgroundJob job_;
};

}  // namespace ballast
