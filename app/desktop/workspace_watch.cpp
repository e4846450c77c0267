#include "app/desktop/workspace_watch.h"

#include <QMetaObject>
#include <algorithm>
#include <chrono>
#include <utility>

#include "app/desktop/attempt.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kPause = 2s;
constexpr std::chrono::milliseconds kLongestPause = 60s;
constexpr int kPausePerLook = 9;

}  // namespace

WorkspaceWatch::WorkspaceWatch(std::filesystem::path workspace, QObject* parent)
    : QObject(parent), index_(std::move(workspace)) {
    timer_.setSingleShot(true);
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

std::chrono::milliseconds WorkspaceWatch::pauseAfter(std::chrono::milliseconds look) {
    return std::clamp(kPausePerLook * look, kPause, kLongestPause);
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

void WorkspaceWatch::lookSoon() {
    if (timer_.isActive()) timer_.start(0);  // else one is under way or its results are being told
}

void WorkspaceWatch::begin() {
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
        const auto start = std::chrono::steady_clock::now();
        bool found = false;
        // What cannot be read now is looked at again.
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
        const auto look = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - start);
        QMetaObject::invokeMethod(
            this,
            [this, found, look] {
                if (found) Q_EMIT looked();
                timer_.start(pauseAfter(look));
            },
            Qt::QueuedConnection);
    }
}

}  // namespace ballast
