#pragma once

#include <QObject>
#include <QTimer>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/data/download.h"

namespace ballast {

/// Fetches one data set at a time on a thread of its own; a timer pulls how far it has come.
class DataFetcher : public QObject {
    Q_OBJECT
public:
    explicit DataFetcher(DataStore store, QObject* parent = nullptr);
    ~DataFetcher() override;

    /// Does nothing while another fetch is under way.
    void fetch(const DatasetInfo& dataset);
    void cancel() { cancelled_.store(true); }
    bool busy() const { return thread_.joinable(); }

Q_SIGNALS:
    /// `percent` is negative where the total is not known.
    void progressed(const QString& what, int percent);
    /// `error` is empty where all went well.
    void done(const QString& dataset, const QString& error);

private:
    void poll();

    const DataStore store_;
    QTimer timer_;
    QString dataset_;
    std::atomic<bool> cancelled_{false};
    std::mutex mutex_;
    FetchProgress progress_;
    std::optional<std::string> outcome_;  // the error, or "": set when the thread is done
    std::thread thread_;
};

}  // namespace ballast
