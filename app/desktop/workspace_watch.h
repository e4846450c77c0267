#pragma once

#include <QObject>
#include <QTimer>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <span>
#include <thread>

#include "core/results/run_index.h"

namespace ballast {

/// Looks through a workspace's folders every two seconds, or where that is slow, as on a disk
/// behind a network, so seldom that it takes a tenth of the time; but at least once a minute. It
/// does so beside the window's thread. All members are for the window's thread.
class WorkspaceWatch : public QObject {
    Q_OBJECT
public:
    explicit WorkspaceWatch(std::filesystem::path workspace, QObject* parent = nullptr);
    /// Waits for a look that is under way.
    ~WorkspaceWatch() override;

    /// Reads the workspace at once, on the calling thread, and from then on looks again and
    /// again. Where it may not, it writes no cache there.
    void open(bool may_write_cache = true);

    /// Looks next as soon as the window is idle: something has changed that this process knows of.
    void lookSoon();

    /// What the last look found, oldest first; only after open() and while a slot of looked() runs.
    std::span<const IndexedRun> runs() const { return index_.runs(); }

    /// How long nothing is looked at after a look of that length.
    static std::chrono::milliseconds pauseAfter(std::chrono::milliseconds look);

Q_SIGNALS:
    /// A look begins: what it finds may be older than what happens from here on.
    void looking();
    void looked();

private:
    void begin();
    void work();

    RunIndex index_;  // the thread's while `wanted_`, else the window's
    QTimer timer_;
    std::mutex mutex_;
    std::condition_variable news_;
    bool wanted_ = false;
    bool ending_ = false;
    // Started once: no thread can be started while the loader links Torch.
    std::thread thread_;
};

}  // namespace ballast
