#include "app/desktop/cluster_watch.h"

#include <utility>

#include "core/cluster/job_report.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr int kLookAtBook = 2'000;    // ms
constexpr qint64 kAskSlurm = 30'000;  // ms

QHash<QString, QString> wordsFromSlurm(const fs::path& workspace) {
    QHash<QString, QString> words;
    JobBook book = readJobBook(workspace);
    const Slurm slurm;
    const std::vector<JobState> queue = slurm.queue();
    book.resolve(queue);
    for (const auto& [run, said] : wordsByRun(reportJobs(workspace, book, queue, slurm))) {
        words[text(run)] = text(said);
    }
    return words;
}

}  // namespace

ClusterWatch::ClusterWatch(fs::path workspace, QObject* parent)
    : QObject(parent), workspace_(std::move(workspace)) {
    connect(&timer_, &QTimer::timeout, this, &ClusterWatch::look);
}

void ClusterWatch::start() {
    timer_.start(kLookAtBook);
    look();
}

void ClusterWatch::look() {
    std::error_code error;
    const auto changed_at = fs::last_write_time(jobBookFile(workspace_), error);
    if (error) return;
    const bool due = waiting_ && asked_.hasExpired(kAskSlurm);
    if ((changed_at == seen_ && !due) || job_.busy()) return;
    seen_ = changed_at;
    asked_.start();
    job_.start(
        [workspace = workspace_](BackgroundJob::Task&) { return wordsFromSlurm(workspace); },
        [this](QHash<QString, QString> words) { take(std::move(words)); },
        // It is no news for the window that Slurm does not answer, or is not on this machine.
        [this](const QString&) { waiting_ = true; });
}

void ClusterWatch::take(QHash<QString, QString> words) {
    QStringList others;
    for (auto word = words.cbegin(); word != words.cend(); ++word) {
        if (words_.value(word.key()) != word.value()) others << word.key();
    }
    for (auto word = words_.cbegin(); word != words_.cend(); ++word) {
        if (!words.contains(word.key())) others << word.key();
    }
    words_ = std::move(words);
    waiting_ = !words_.isEmpty();
    if (!others.isEmpty()) Q_EMIT changed(others);
}

}  // namespace ballast
