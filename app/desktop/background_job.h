#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

#include "app/desktop/attempt.h"

namespace ballast {

/// One piece of work at a time on a thread of its own, beside the window's. Work that is no longer
/// wanted is told so, and its result is dropped. All members are for the window's thread; who owns
/// the job declares it last, so that the work ends before what it uses dies.
class BackgroundJob : public QObject {
    Q_OBJECT
public:
    /// What the work knows of the window. Any thread.
    class Task {
    public:
        /// Set once nobody wants the result; the work should then end soon, in any way.
        const std::atomic<bool>& cancelled() const { return cancelled_; }

        /// How far the work is: the window looks a few times a second, and sees the latest one.
        /// `percent` is negative where it is not known.
        void report(const QString& what, int percent);

    private:
        friend class BackgroundJob;
        std::atomic<bool> cancelled_{false};
        std::mutex mutex_;
        QString what_;
        int percent_ = -1;
        bool news_ = false;
    };

    explicit BackgroundJob(QObject* parent = nullptr);
    /// Cancels, and waits for the work to end.
    ~BackgroundJob() override;

    /// Calls `work` with a Task& on a thread of its own, then, on the window's, `done` with what it
    /// returned, or `failed` with the sentence of the exception that left it. `work` gets what it
    /// needs as copies, or as references to what outlives the job. Does nothing and returns false
    /// while other work is under way.
    template<class Work, class Done, class Failed>
    bool start(Work work, Done done, Failed failed) {
        if (busy()) return false;
        restart(std::move(work), std::move(done), std::move(failed));
        return true;
    }

    /// As start(), in place of what is under way, once that has ended. Of several only the last one
    /// is begun.
    template<class Work, class Done, class Failed>
    void restart(Work work, Done done, Failed failed) {
        replace([work = std::move(work), done = std::move(done),
                 failed = std::move(failed)](Task& task) -> Ending {
            Ending ending;
            attempt(
                [&] {
                    using Result = std::invoke_result_t<const Work&, Task&>;
                    const auto result = std::make_shared<Result>(work(task));
                    ending = [done, result] { done(std::move(*result)); };
                },
                [&](const QString& sentence) {
                    ending = [failed, sentence] { failed(sentence); };
                });
            return ending;
        });
    }

    /// Asks the work to end and forgets what waits: neither `done` nor `failed` is called, and
    /// nothing is reported any more. Does not wait.
    void cancel();

    /// Whether work is under way, also where it was cancelled and has not ended yet.
    bool busy() const { return thread_.joinable(); }

Q_SIGNALS:
    /// See Task::report().
    void progressed(const QString& what, int percent);

private:
    using Ending = std::function<void()>;  // for the window's thread
    using Beginning = std::function<Ending(Task&)>;

    void replace(Beginning next);
    void begin();
    void ended();
    void look();

    QTimer look_timer_;
    Beginning next_;
    std::unique_ptr<Task> task_;
    Ending ending_;  // the thread's until it has been joined
    std::thread thread_;
};

}  // namespace ballast
