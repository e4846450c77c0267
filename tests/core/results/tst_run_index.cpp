#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/experiment/presets.h"
#include "core/results/config_key.h"
#include "core/results/run_index.h"
#include "core/results/workspace.h"
#include "tests/core/results/made_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

/// What differs between the index and reading everything, or "".
std::string difference(std::span<const IndexedRun> runs, const fs::path& workspace) {
    const std::vector<RunSummary> whole = readWorkspace(workspace);
    if (runs.size() != whole.size()) return "number of runs";
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const IndexedRun& run = runs[i];
        const IndexedRun expected = indexed(whole[i]);
        const std::string at = " of " + expected.id;
        if (run.id != expected.id || run.folder != expected.folder) return "id" + at;
        if (run.error != expected.error) return "error" + at + ": " + run.error;
        if (run.warnings != expected.warnings) return "warnings" + at;
        if (run.interrupted != expected.interrupted) return "interrupted" + at;
        const RunDescription& a = run.description;
        const RunDescription& b = expected.description;
        if (!(a.config == b.config) || a.class_counts != b.class_counts || a.created != b.created ||
            a.version != b.version || a.libtorch != b.libtorch || a.device != b.device ||
            a.threads != b.threads || a.data_sha256 != b.data_sha256 ||
            a.subset_sha256 != b.subset_sha256 || a.parent != b.parent) {
            return "description" + at;
        }
        if (run.status.state != expected.status.state ||
            run.status.epochs_done != expected.status.epochs_done ||
            run.status.message != expected.status.message ||
            run.status.owner != expected.status.owner ||
            run.status.heartbeat != expected.status.heartbeat) {
            return "status" + at;
        }
        if (run.epochs.size() != expected.epochs.size()) return "epochs" + at;
        for (std::size_t e = 0; e < run.epochs.size(); ++e) {
            if (!same(run.epochs[e], expected.epochs[e])) return "numbers" + at;
        }
    }
    return "";
}

void append(const fs::path& file, const std::string& text) {
    std::ofstream(file, std::ios::app | std::ios::binary) << text;
}

std::string line(int epoch, double balanced) {
    return toJson(madeRecord(epoch, balanced)).dump() + "\n";
}

}  // namespace

#define VERIFY_RIGHT(index, workspace)                                   \
    do {                                                                 \
        const std::string wrong = difference((index).runs(), workspace); \
        QVERIFY2(wrong.empty(), wrong.c_str());                          \
    } while (false)

class TestRunIndex : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    int number_ = 0;

    /// A workspace of three runs, old enough to be trusted.
    fs::path threeRuns() {
        const fs::path workspace =
            fs::path(folder_.path().toStdString()) / std::to_string(number_++);
        madeRun(workspace, namedConfig("a"), {0.1, 1.0 / 3.0, 0.2});
        madeRun(workspace, namedConfig("b"), {0.5, 0.4});
        PresetRequest request;
        request.method = "VS+TLA+ADRW";
        RunConfig chosen = presetConfig(request);
        chosen.data.validation_per_class = 10;
        chosen.training.selection = Selection::validation;
        madeRun(workspace, chosen, {});
        waitForTheClock();
        return workspace;
    }

private Q_SLOTS:
    // What makes runs repetitions is worked out once, and kept for the next process.
    void keysOfConfigsAreKept() {
        const fs::path workspace = threeRuns();
        RunConfig config = namedConfig("one");
        madeRun(workspace, config, {0.5});
        config.name = "another";
        config.training.seed = 7;
        madeRun(workspace, config, {0.5});
        config.optimizer.lr = 0.5;
        madeRun(workspace, config, {0.5});
        waitForTheClock();
        RunIndex(workspace).refresh();
        RunIndex warm(workspace);
        warm.refresh();
        QVERIFY(warm.effort().cache_used);
        for (const IndexedRun& run : warm.runs()) {
            QCOMPARE(run.config_key, configKey(run.description));
        }
        const std::span<const IndexedRun> runs = warm.runs();
        QCOMPARE(runs[3].config_key, runs[4].config_key);  // of another name and seed
        QVERIFY(runs[4].config_key != runs[5].config_key);
        IndexedRun by_hand = runs[5];
        by_hand.config_key.clear();
        QCOMPARE(configKey(by_hand), runs[5].config_key);
    }

    void saysWhatReadingEverythingSays() {
        const fs::path workspace = threeRuns();
        const fs::path owned = madeRun(workspace, namedConfig("c"), {0.5}, RunState::queued);
        {
            OwnedRun run(owned);
            EpochRecord record = madeRecord(1, 0.6);
            record.exact = record.streaming;
            record.exact->majority_accuracy = 0.75;
            record.validation_accuracy = {0.5, 0.25};
            record.balanced_validation_accuracy = 0.375;
            record.kappa = {1.0, 1.5};
            run.append(record);
            run.setStatus(RunState::running, 2, "under way");
        }
        const pid_t child = ::fork();  // an owner that is gone
        if (child == 0) {
            OwnedRun(madeRun(workspace, namedConfig("d"), {0.5}))
                .setStatus(RunState::running, 1, "");
            ::_exit(0);
        }
        ::waitpid(child, nullptr, 0);
        waitForTheClock();
        RunIndex cold(workspace);
        cold.refresh();
        QCOMPARE(cold.runs().size(), std::size_t{5});
        QVERIFY(!cold.effort().cache_used && cold.effort().cache_written);
        VERIFY_RIGHT(cold, workspace);
        RunIndex warm(workspace);
        warm.refresh();
        QVERIFY(warm.effort().cache_used);
        QCOMPARE(warm.effort().runs_read, std::size_t{0});
        VERIFY_RIGHT(warm, workspace);
        QCOMPARE(std::ranges::count_if(warm.runs(),
                                       [](const IndexedRun& run) { return run.interrupted; }),
                 1);
        std::int64_t bytes = 0;
        for (const auto& entry : fs::recursive_directory_iterator(owned)) {
            if (entry.is_regular_file()) bytes += static_cast<std::int64_t>(entry.file_size());
        }
        const auto found =
            std::ranges::find(warm.runs(), owned.filename().string(), &IndexedRun::id);
        QCOMPARE(found->disk_bytes, bytes);
        QCOMPARE(found->epochs[1].exact_majority_accuracy, 0.75);
    }

    void bestLastAndAfter() {
        const fs::path workspace = threeRuns();
        RunIndex index(workspace);
        index.refresh();
        const auto run = std::ranges::find_if(index.runs(), [](const IndexedRun& candidate) {
            return candidate.description.config.name == "a";
        });
        QCOMPARE(run->best(), 1.0 / 3.0);
        QCOMPARE(run->bestEpoch().value(), std::size_t{1});
        QCOMPARE(run->last(), 0.2);
        QCOMPARE(run->after(1), 0.1);
        QVERIFY(std::isnan(run->after(0)) && std::isnan(run->after(4)));
        QVERIFY(run->complete());
        IndexedRun other = *run;
        other.description.config.training.selection = Selection::validation;
        QVERIFY(!other.bestEpoch() && std::isnan(other.best()));
        other.epochs[2].balanced_validation_accuracy = 0.9;
        QCOMPARE(other.best(), 0.2);
    }

    void onlyWhatChangedIsRead() {
        const fs::path workspace = threeRuns();
        RunIndex index(workspace);
        index.refresh();
        index.refresh();
        QCOMPARE(index.effort().runs_read, std::size_t{0});

        // A run that grew is read from where it ended.
        const fs::path grown = index.runs()[0].folder;
        const std::string added = line(static_cast<int>(index.runs()[0].epochs.size()), 0.7);
        append(grown / "epochs.jsonl", added);
        index.refresh();
        QCOMPARE(index.effort().runs_read, std::size_t{1});
        QCOMPARE(index.effort().bytes_read, static_cast<std::int64_t>(added.size()));
        VERIFY_RIGHT(index, workspace);
        waitForTheClock();
        index.refresh();

        // Half a record is torn until the rest comes.
        const std::string next = line(static_cast<int>(index.runs()[0].epochs.size()), 0.8);
        append(grown / "epochs.jsonl", next.substr(0, 50));
        index.refresh();
        QCOMPARE(index.runs()[0].warnings.size(), std::size_t{1});
        VERIFY_RIGHT(index, workspace);
        append(grown / "epochs.jsonl", next.substr(50));
        index.refresh();
        QCOMPARE(index.runs()[0].warnings.size(), std::size_t{0});
        QCOMPARE(index.runs()[0].last(), 0.8);
        VERIFY_RIGHT(index, workspace);

        // The same over the cache of a process before.
        waitForTheClock();
        RunIndex later(workspace);
        later.refresh();
        const std::string last = line(static_cast<int>(index.runs()[0].epochs.size()), 0.9);
        append(grown / "epochs.jsonl", last);
        RunIndex latest(workspace);
        latest.refresh();
        QCOMPARE(latest.effort().runs_read, std::size_t{1});
        QVERIFY(latest.effort().bytes_read <=
                static_cast<std::int64_t>(last.size() + next.size() + added.size()));
        VERIFY_RIGHT(latest, workspace);
    }

    // Same length, same inode; and longer, but not by appending.
    void runEditedByHand_data() {
        QTest::addColumn<int>("how");
        QTest::newRow("number of the same length") << 0;
        QTest::newRow("number of another length") << 1;
        QTest::newRow("record removed") << 2;
        QTest::newRow("file removed") << 3;
        QTest::newRow("config") << 4;
        QTest::newRow("status") << 5;
    }
    void runEditedByHand() {
        QFETCH(const int, how);
        const fs::path workspace = threeRuns();
        RunIndex index(workspace);
        index.refresh();
        const fs::path folder = index.runs()[0].folder;
        const fs::path file = folder / (how == 4   ? "run.json"
                                        : how == 5 ? "status.json"
                                                   : "epochs.jsonl");
        std::string text = readFile(file);
        const auto replace = [&](const std::string& from, const std::string& to) {
            QVERIFY(text.find(from) != std::string::npos);
            text.replace(text.find(from), from.size(), to);
        };
        const std::string number = "\"balanced_test_accuracy\":0.1";  // of the run "a"
        if (how == 0) replace(number, "\"balanced_test_accuracy\":0.9");
        if (how == 1) replace(number, "\"balanced_test_accuracy\":0.98765");
        if (how == 2) text.erase(text.rfind('\n', text.size() - 2) + 1);
        if (how == 4) replace("\"batch_size\": 128", "\"batch_size\": 256");
        if (how == 5) replace("finished", "diverged");
        if (how == 3) {
            fs::remove(file);
        } else {
            std::ofstream(file, std::ios::binary) << text;
        }
        index.refresh();
        QCOMPARE(index.effort().runs_read, std::size_t(how == 3 ? 0 : 1));
        VERIFY_RIGHT(index, workspace);
        RunIndex anew(workspace);
        anew.refresh();
        VERIFY_RIGHT(anew, workspace);
    }

    // A time that is not surely past may stay the same over a change. Here it lies in the future,
    // so that no pause of this process lets it pass.
    void unsettledTimesAreNotTrusted() {
        const fs::path workspace = threeRuns();
        RunIndex index(workspace);
        index.refresh();
        const fs::path file = index.runs()[0].folder / "epochs.jsonl";
        const auto time = fs::file_time_type::clock::now() + std::chrono::hours(1);
        fs::last_write_time(file, time);
        index.refresh();
        std::string text = readFile(file);
        const std::string number = "\"balanced_test_accuracy\":0.1";
        text.replace(text.find(number), number.size(), "\"balanced_test_accuracy\":0.9");
        std::ofstream(file, std::ios::binary) << text;
        fs::last_write_time(file, time);
        index.refresh();
        QCOMPARE(index.runs()[0].best(), 0.9);
    }

    void runsComeAndGo() {
        const fs::path workspace = threeRuns();
        RunIndex index(workspace);
        index.refresh();
        fs::remove_all(index.runs()[1].folder);
        madeRun(workspace, namedConfig("new"), {0.3});
        RunIndex other(workspace);
        for (RunIndex* each : {&index, &other}) {
            each->refresh();
            QCOMPARE(each->runs().size(), std::size_t{3});
            VERIFY_RIGHT(*each, workspace);
        }
        QVERIFY(RunIndex("/nowhere/at/all").runs().empty());
        RunIndex nowhere("/nowhere/at/all");
        nowhere.refresh();
        QVERIFY(nowhere.runs().empty());
    }

    void damagedCacheIsBuiltAnew_data() {
        QTest::addColumn<int>("how");
        QTest::newRow("deleted") << 0;
        QTest::newRow("empty") << 1;
        QTest::newRow("cut") << 2;
        QTest::newRow("of another format") << 3;
        QTest::newRow("no cache at all") << 4;
        QTest::newRow("a huge length") << 5;
        QTest::newRow("a folder in its place") << 6;
    }
    void damagedCacheIsBuiltAnew() {
        QFETCH(const int, how);
        const fs::path workspace = threeRuns();
        const fs::path cache = RunIndex::cacheFile(workspace);
        { RunIndex(workspace).refresh(); }
        std::string text = readFile(cache);
        fs::remove(cache);
        if (how == 1) text.clear();
        if (how == 2) text.resize(text.size() - 100);
        if (how == 3) text[12] = static_cast<char>(text[12] + 1);
        if (how == 4)
            text = "not a cache of ours, but quite long enough to be looked at in earnest";
        if (how == 5) {  // after magic, byte order, format and version, the first length
            std::uint64_t version = 0;
            std::memcpy(&version, text.data() + 16, sizeof version);
            std::memset(text.data() + 24 + version, 0x7f, 8);
        }
        if (how == 6) fs::create_directory(cache);
        if (how > 0 && how < 6) std::ofstream(cache, std::ios::binary) << text;
        RunIndex index(workspace);
        index.refresh();
        QVERIFY(!index.effort().cache_used);
        VERIFY_RIGHT(index, workspace);
        RunIndex next(workspace);
        next.refresh();
        QCOMPARE(next.effort().cache_used, how != 6);
        VERIFY_RIGHT(next, workspace);
    }

    // Every byte counts: whichever is changed, nothing wrong is shown.
    void changedBytesAreNoticed() {
        const fs::path workspace = threeRuns();
        const fs::path cache = RunIndex::cacheFile(workspace);
        { RunIndex(workspace).refresh(); }
        const std::string good = readFile(cache);
        std::mt19937 random(1);
        for (int i = 0; i < 60; ++i) {
            std::string text = good;
            text[random() % text.size()] ^= static_cast<char>(1 + random() % 255);
            std::ofstream(cache, std::ios::binary) << text;
            RunIndex index(workspace);
            index.refresh();
            VERIFY_RIGHT(index, workspace);
        }
    }

    void oneBadRunHidesNoOther() {
        const fs::path workspace = threeRuns();
        const auto runs = readWorkspace(workspace);
        replaceFile(runs[0].folder / "run.json", "{ nonsense");
        RunIndex index(workspace);
        index.refresh();
        VERIFY_RIGHT(index, workspace);
        QCOMPARE(std::ranges::count_if(index.runs(),
                                       [](const IndexedRun& run) { return run.error.empty(); }),
                 2);
        // Good runs that turn bad, one way each, and back.
        const fs::path turned = runs[1].folder;
        for (const char* name : {"run.json", "status.json", "epochs.jsonl"}) {
            if (!fs::exists(turned / name)) continue;
            const std::string before = readFile(turned / name);
            replaceFile(turned / name, "{\"format\": 99}\n");
            index.refresh();
            VERIFY_RIGHT(index, workspace);
            RunIndex anew(workspace);
            anew.refresh();
            VERIFY_RIGHT(anew, workspace);
            replaceFile(turned / name, before);
            index.refresh();
            VERIFY_RIGHT(index, workspace);
        }
        fs::remove(turned / "status.json");
        index.refresh();
        VERIFY_RIGHT(index, workspace);
    }

    void readOnlyWorkspace() {
        const fs::path workspace = threeRuns();
        ::chmod(workspace.c_str(), 0555);
        // The superuser writes everywhere: a folder in the temporary file's place stops it too.
        const bool anyone = ::access(workspace.c_str(), W_OK) != 0;
        if (!anyone) {
            ::chmod(workspace.c_str(), 0755);
            fs::create_directory(workspace / ".run-index.cache.tmp");
        }
        RunIndex index(workspace);
        index.refresh();
        QVERIFY(!index.effort().cache_written);
        QVERIFY(!fs::exists(RunIndex::cacheFile(workspace)));
        VERIFY_RIGHT(index, workspace);
        index.refresh();
        QCOMPARE(index.effort().runs_read, std::size_t{0});
        ::chmod(workspace.c_str(), 0755);
    }

    // Torn, out of order, of a newer format, of another writer: judged as readRun judges.
    void lines_data() {
        QTest::addColumn<QByteArray>("content");
        const std::string first = line(0, 0.5);
        const auto row = [](const char* name, const std::string& content) {
            QTest::newRow(name) << QByteArray::fromStdString(content);
        };
        row("good", first + line(1, 0.6));
        row("torn at the end", first + line(1, 0.6).substr(0, 70));
        row("without the last line's end", first + line(1, 0.6).substr(0, line(1, 0.6).size() - 1));
        row("torn in the middle", first + "{\"format\": 1,\n" + line(1, 0.6));
        row("jump", first + line(2, 0.6) + line(1, 0.6));
        row("twice", first + first);
        row("empty line", first + "\n" + line(1, 0.6));
        std::string other = nlohmann::json::parse(first).dump();  // keys in another order
        row("of another writer", other + "\n" + line(1, 0.6));
        row("with a space", " " + first);
        other = first;
        other.replace(other.find("\"format\":1"), 10, "\"format\":9");
        row("newer", other);
        row("not a record", "[1, 2]\n");
        row("a number too large", [&] {
            std::string text = first;
            return text.replace(text.find(":0.1,"), 5, ":1e999,");
        }());
        row("empty file", "");
    }
    void lines() {
        QFETCH(const QByteArray, content);
        const fs::path workspace = threeRuns();
        const fs::path folder = madeRun(workspace, namedConfig("lines"), {});
        std::ofstream(folder / "epochs.jsonl", std::ios::binary) << content.toStdString();
        RunIndex index(workspace);
        index.refresh();
        VERIFY_RIGHT(index, workspace);
    }
};

BALLAST_TEST(TestRunIndex)
#include "tst_run_index.moc"
