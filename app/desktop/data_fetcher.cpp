#include "app/desktop/data_fetcher.h"

namespace ballast {

DataFetcher::DataFetcher(DataStore store, QObject* parent)
    : QObject(parent), store_(std::move(store)) {
    timer_.setInterval(100);
    connect(&timer_, &QTimer::timeout, this, &DataFetcher::poll);
}

DataFetcher::~DataFetcher() {
    cancelled_.store(true);
    if (thread_.joinable()) thread_.join();
}

void DataFetcher::fetch(const DatasetInfo& dataset) {
    if (busy()) return;
    dataset_ =
        QString::fromUtf8(dataset.label.data(), static_cast<qsizetype>(dataset.label.size()));
    cancelled_.store(false);
    progress_ = {};
    outcome_.reset();
    thread_ = std::thread([this, &dataset] {
        std::string error;
        try {
            getDataset(
                store_, dataset,
                [this](const FetchProgress& progress) {
                    const std::lock_guard lock(mutex_);
                    progress_ = progress;
                },
                cancelled_);
        } catch (const std::exception& problem) {
            error = problem.what();
        }
        const std::lock_guard lock(mutex_);
        outcome_ = error;
    });
    timer_.start();
}

void DataFetcher::poll() {
    std::optional<std::string> outcome;
    FetchProgress progress;
    {
        const std::lock_guard lock(mutex_);
        outcome = outcome_;
        progress = progress_;
    }
    if (!outcome) {
        const int percent = progress.total_bytes > 0
                                ? static_cast<int>(100 * progress.bytes / progress.total_bytes)
                                : -1;
        if (!progress.what.empty())
            Q_EMIT progressed(QString::fromStdString(progress.what), percent);
        return;
    }
    timer_.stop();
    thread_.join();
    Q_EMIT done(dataset_, QString::fromStdString(*outcome));
}

}  // namespace ballast
