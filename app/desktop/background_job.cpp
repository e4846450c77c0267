#include "app/desktop/background_job.h"

namespace ballast {
namespace {

constexpr int kLook = 100;  // ms

}  // namespace

void BackgroundJob::Task::report(const QString& what, int percent) {
    const std::lock_guard lock(mutex_);
    what_ = what;
    percent_ = percent;
    news_ = true;
}

BackgroundJob::BackgroundJob(QObject* parent) : QObject(parent) {
    look_timer_.setInterval(kLook);
    connect(&look_timer_, &QTimer::timeout, this, &BackgroundJob::look);
}

BackgroundJob::~BackgroundJob() {
    cancel();
    if (thread_.joinable()) thread_.join();
}

void BackgroundJob::cancel() {
    next_ = nullptr;
    look_timer_.stop();
    if (task_) task_->cancelled_ = true;
}

void BackgroundJob::replace(Beginning next) {
    cancel();
    next_ = std::move(next);
    if (!busy()) begin();
}

void BackgroundJob::begin() {
    task_ = std::make_unique<Task>();
    thread_ = std::thread([this, work = std::exchange(next_, nullptr)] {
        ending_ = work(*task_);
        QMetaObject::invokeMethod(this, &BackgroundJob::ended, Qt::QueuedConnection);
    });
    look_timer_.start();
}

void BackgroundJob::ended() {
    thread_.join();
    look_timer_.stop();
    const Ending ending = std::exchange(ending_, nullptr);
    const bool wanted = !task_->cancelled_;
    task_.reset();
    if (next_) begin();
    if (wanted) ending();  // last: it may begin other work
}

void BackgroundJob::look() {
    QString what;
    int percent = -1;
    {
        const std::lock_guard lock(task_->mutex_);
        if (!std::exchange(task_->news_, false)) return;
        what = task_->what_;
        percent = task_->percent_;
    }
    Q_EMIT progressed(what, percent);
}

}  // namespace ballast
