#include "app/desktop/records_reader.h"

#include <algorithm>
#include <utility>

#include "core/results/workspace.h"

namespace ballast {
namespace {

constexpr std::size_t kAtATime = 16;  // runs: the plots fill while a thousand are read

}  // namespace

RecordsReader::RecordsReader(QObject* parent) : QObject(parent) {}

void RecordsReader::want(const QString& run, const std::filesystem::path& folder) {
    if (std::ranges::find(wanted_, run, &Wanted::run) != wanted_.end()) return;
    wanted_.push_back({run, folder});
    next();
}

void RecordsReader::forget(const QString& run) {
    std::erase_if(wanted_, [&](const Wanted& wanted) { return wanted.run == run; });
    std::erase(reading_, run);
}

std::vector<QString> RecordsReader::takeWaiting() {
    std::vector<QString> runs = std::exchange(reading_, {});
    for (const Wanted& wanted : std::exchange(wanted_, {})) runs.push_back(wanted.run);
    return runs;
}

void RecordsReader::next() {
    if (job_.busy() || wanted_.empty()) return;
    std::vector<Wanted> batch;
    while (!wanted_.empty() && batch.size() < kAtATime) {
        batch.push_back(std::move(wanted_.front()));
        reading_.push_back(batch.back().run);
        wanted_.pop_front();
    }
    using Records = std::vector<std::pair<QString, std::vector<EpochRecord>>>;
    job_.start(
        [batch](BackgroundJob::Task& task) {
            Records all;
            for (const Wanted& wanted : batch) {
                if (task.cancelled()) break;
                all.emplace_back(wanted.run, readRun(wanted.folder).records);
            }
            return all;
        },
        [this](const Records& all) {
            const std::vector<QString> wanted = std::exchange(reading_, {});
            next();  // reads while the window draws
            for (const auto& [run, records] : all) {
                const bool forgotten = std::ranges::find(wanted, run) == wanted.end();
                if (!forgotten) Q_EMIT read(run, records);
            }
        },
        [this](const QString&) {
            reading_.clear();
            next();
        });
}

}  // namespace ballast
