#include "app/desktop/workspace_watch.h"

#include <QMetaObject>
#include <utility>

#include "app/desktop/attempt.h"

namespace ballast {
namespace {

constexpr int kPause = 2000;  // ms

}  // namespace

WorkspaceWatch::WorkspaceWatch(std::filesystem::path workspace, QObject* parent)
    : QObject(parent), index_(std::move(workspace)) {
    connect(&timer_, &QTimer::timeout, this, &WorkspaceWatch::begin);
}

WorkspaceWatch::~WorkspaceWatch() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    news_.notify_one();
    thread_.join();
}

void WorkspaceWatch::open(bool may_write_cache) {
    {
        std::unique_lock lock(mutex_);
        news_.wait(lock, [this] { return !wanted_; });
    }
    index_.refresh(may_write_cache);
    if (thread_.joinable()) return;
    thread_ = std::thread([this] { work(); });
    timer_.start(kPause);
}

void WorkspaceWatch::begin() {
    if (under_way_) return;  // a slow disk
    under_way_ = true;
    Q_EMIT looking();
    {
        const std::lock_guard lock(mutex_);
        wanted_ = true;
    }
    news_.notify_one();
}

void WorkspaceWatch::work() {
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            news_.wait(lock, [this] { return wanted_ || ending_; });
            if (ending_) return;
        }
        bool found = false;
        // What cannot be read now is looked at again in two seconds.
        attempt(
            [&] {
                index_.refresh(false);
                found = true;
            },
            [](const QString&) {});
        {
            const std::lock_guard lock(mutex_);
            wanted_ = false;
        }
        news_.notify_one();
        QMetaObject::invokeMethod(
            this,
            [this, found] {
                if (found) Q_EMIT looked();
                under_way_ = false;
            },
            Qt::QueuedConnection);
    }
}

}  // namespace ballast
