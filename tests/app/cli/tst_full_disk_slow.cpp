#include <QtTest>
#include <regex>
#include <set>
#include <sstream>
#include <utility>

#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/app/cli/sweep_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;
namespace fs = std::filesystem;

/// A run and a sweep on a disk that refuses one call (open, write, fsync, close, rename, mkdir,
/// link), or all calls from one on, whichever it is: the command ends with a sentence about the
/// file and the reason, leaves nothing half-written, and the same command, given again with room,
/// ends with the numbers of the one that ran undisturbed. $BALLAST_TEST_ALL=1 tries every single
/// call, 100 those from the hundredth on; otherwise a sixth of the kinds of calls and files is
/// tried in each slot.
class TestTrainingOnFullDisk : public QObject, CliFolder {
    Q_OBJECT

    const JpegFolder images_{{.train_counts = {6, 12, 4}, .test_per_class = 2, .pixels = 32}};

    json base() const {
        json config = json::parse(R"({"model": {"name": "resnet8"},
            "phases": [{"from": 0}, {"from": 1, "alpha": {"rule": "power", "nu": 0.1}}],
            "lr_schedule": {"warmup_epochs": 0},
            "training": {"epochs": 2, "batch_size": 16, "exact_every": 1, "device": "cpu"}})");
        RunConfig data;
        data.data = images_.config(8);
        config["data"] = toJson(data)["data"];
        return config;
    }

    /// What is tried: a command, on whatever workspace and folder for TensorBoard.
    struct Tried {
        QStringList words;
        std::map<std::string, std::string> results;  // of each run, undisturbed
        std::vector<std::string> calls;              // the shim's log, undisturbed
    };

    QStringList commandOn(const Tried& tried, const QString& disk) const {
        return tried.words + QStringList{"--workspace", disk + "/workspace", "--save-logits",
                                         "--tensorboard", disk + "/tensorboard"};
    }

    static std::map<std::string, std::string> resultsIn(const QString& disk) {
        std::map<std::string, std::string> results;
        for (const auto& [name, run] : runsByName((disk + "/workspace").toStdString())) {
            if (run.status.state == RunState::finished) results[name] = resultsOf(run);
        }
        return results;
    }

    CliAnswer onFullDisk(const Tried& tried, const QString& disk, const QString& at) const {
        return runCli(commandOn(tried, disk), {},
                      {"LD_PRELOAD=" + qEnvironmentVariable("BALLAST_FULL_DISK_LIBRARY"),
                       "BALLAST_FULL_DISK=" + disk, "BALLAST_FULL_DISK_AT=" + at,
                       "BALLAST_FULL_DISK_LOG=" + disk + ".log"});
    }

    static std::vector<std::string> linesOf(const QString& file) {
        std::istringstream text(readFile(file.toStdString()));
        std::vector<std::string> lines;
        for (std::string line; std::getline(text, line);) lines.push_back(line);
        return lines;
    }

    /// Numbers of the calls to refuse: all, or the first of every sixth kind on a kind of file; of
    /// one kind are those that agree up to digits and the names of runs.
    static std::vector<int> chosen(const std::vector<std::string>& calls, std::size_t offset) {
        constexpr std::size_t kEvery = 6;
        const int all_from = qEnvironmentVariableIntValue("BALLAST_TEST_ALL");
        static const std::regex kRun("/runs/\\.?[0-9]+-[0-9]+-[a-z0-9-]+");
        static const std::regex kDigits("[0-9]+");
        std::set<std::string> seen;
        std::vector<int> numbers;
        for (std::size_t i = 0; i < calls.size(); ++i) {
            const std::string call = calls[i].substr(calls[i].find(" done "));
            const std::string kind =
                std::regex_replace(std::regex_replace(call, kRun, "/runs/RUN"), kDigits, "N");
            const bool is_new = seen.insert(kind).second;
            // The last flush of a take-over: the records are there, and it has failed.
            const bool taken_over = i > 0 && call.starts_with(" done fsync") &&
                                    calls[i - 1].find(" rename ") != std::string::npos &&
                                    calls[i - 1].ends_with("/epochs.jsonl");
            const bool all = all_from > 0 && std::cmp_greater_equal(i + 1, all_from);
            if (all || taken_over || (is_new && seen.size() % kEvery == offset)) {
                numbers.push_back(static_cast<int>(i) + 1);
            }
        }
        return numbers;
    }

    void prepare(Tried& tried) {
        const QString disk =
            path("undisturbed" + QString::number(tried.words.size()) + tried.words.first());
        const CliAnswer answer = onFullDisk(tried, disk, "0");
        QVERIFY2(answer.code == 0, answer.err.constData());
        tried.results = resultsIn(disk);
        QVERIFY(!tried.results.empty());
        tried.calls = linesOf(disk + ".log");
        QVERIFY(tried.calls.size() > 100);
    }

    static void verifyNothingHalfWritten(const QString& disk, const QByteArray& where) {
        std::error_code none;
        for (const auto& entry : fs::recursive_directory_iterator(disk.toStdString(), none)) {
            QVERIFY2(entry.path().extension() != ".tmp", where + entry.path().c_str());
        }
        for (const RunSummary& run : readWorkspace((disk + "/workspace").toStdString())) {
            QVERIFY2(run.error.empty(), where + run.error.c_str());
        }
    }

    /// One start on the disk that refuses call `number` and one with room.
    void tryOne(const Tried& tried, int number, bool stays, int& failed) const {
        const QString disk = path("disk");
        fs::remove_all(disk.toStdString());
        fs::remove((disk + ".log").toStdString());
        const QString at = QString::number(number) + (stays ? "+" : "");
        const CliAnswer answer = onFullDisk(tried, disk, at);
        const QByteArray said = answer.out + answer.err;
        std::string refused;
        for (const std::string& line : linesOf(disk + ".log")) {
            if (refused.empty() && line.find(" failed ") != std::string::npos) refused = line;
        }
        const QByteArray where = tried.words.first().toUtf8() + ", refused " + at.toUtf8() + " (" +
                                 refused.c_str() + "): " + said;
        QVERIFY2(!refused.empty(), where);
        QVERIFY2(answer.code == 0 || answer.code == 4, where);
        const bool names = said.contains(disk.toUtf8() + "/");
        const bool why =
            said.contains("No space left on device") || said.contains("Input/output error");
        if (answer.code != 0) {
            ++failed;
            QVERIFY2(names && why, where);
        } else {
            QVERIFY2(resultsIn(disk) == tried.results, where);
        }
        for (const char* words :
             {"std::", "exception", "rror:", "should not happen", "terminate"}) {
            QVERIFY2(!said.contains(words), where);
        }
        verifyNothingHalfWritten(disk, where);

        const CliAnswer again = runCli(commandOn(tried, disk));
        QVERIFY2(again.code == 0, where + "\nthen: " + again.err);
        QVERIFY2(resultsIn(disk) == tried.results, where + "\nthen: " + again.out);
        QCOMPARE(readWorkspace((disk + "/workspace").toStdString()).size(), tried.results.size());
        verifyNothingHalfWritten(disk, where);
    }

    void tryAll(const Tried& tried, bool stays, std::size_t offset) const {
        const std::vector<int> numbers = chosen(tried.calls, offset);
        int failed = 0;
        for (const int number : numbers) {
            tryOne(tried, number, stays, failed);
            if (QTest::currentTestFailed()) return;
        }
        qInfo("%zu of %zu calls refused, %d commands failed by it", numbers.size(),
              tried.calls.size(), failed);
        QVERIFY(failed > 0);
    }

    Tried run_;
    Tried sweep_;

private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(QFileInfo::exists(qEnvironmentVariable("BALLAST_FULL_DISK_LIBRARY")),
                 "BALLAST_FULL_DISK_LIBRARY names no library");
        run_.words = {"run", file("run.json", base().dump()), "--continue", "--threads", "2"};
        json sweep = {{"name", "full"}, {"base", base()}};
        sweep["axes"] = json::array({{{"/phases/1/alpha/nu", {0.1, 0.4}}}});
        sweep_.words = {"sweep", file("sweep.json", sweep.dump()), "--jobs", "1", "--threads", "2"};
        prepare(run_);
        prepare(sweep_);
        QCOMPARE(run_.results.size(), std::size_t{1});
        QCOMPARE(sweep_.results.size(), std::size_t{2});
    }

    void runRefusedOnce() { tryAll(run_, false, 0); }
    void runOnDiskThatStaysFull() { tryAll(run_, true, 1); }
    void sweepRefusedOnce() { tryAll(sweep_, false, 2); }
    void sweepOnDiskThatStaysFull() { tryAll(sweep_, true, 3); }
};

BALLAST_TEST(TestTrainingOnFullDisk)
#include "tst_full_disk_slow.moc"
