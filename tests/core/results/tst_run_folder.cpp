#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <QtTest>
#include <csignal>
#include <fstream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/results/owned_run.h"
#include "core/results/result_table.h"
#include "core/results/workspace.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

class TestRunFolder : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    fs::path workspace() const { return folder_.path().toStdString(); }

    fs::path newRun(const std::string& name = "CE+DRW") const {
        RunDescription description;
        description.config.name = name;
        description.config_as_given = {{"name", name}};
        description.class_counts = {5000, 50};
        return OwnedRun::create(workspace(), description);
    }

    static EpochRecord record(int epoch, double balanced) {
        EpochRecord made;
        made.epoch = epoch;
        made.balanced_test_accuracy = balanced;
        made.test_accuracy = {balanced, balanced};
        return made;
    }

    static void append(const fs::path& file, const std::string& text) {
        std::ofstream(file, std::ios::app | std::ios::binary) << text;
    }

private Q_SLOTS:
    void createAndRead() {
        const fs::path folder = newRun();
        QVERIFY(folder.filename().string().find("ce-drw") != std::string::npos);
        const RunSummary summary = readRun(folder);
        QCOMPARE(summary.error, std::string());
        QVERIFY(summary.status.state == RunState::queued);
        QCOMPARE(summary.description.class_counts, (std::vector<std::int64_t>{5000, 50}));
        QVERIFY(!summary.description.created.empty());
        QVERIFY(newRun() != folder);  // the same name in the same second
        for (const auto& entry : fs::directory_iterator(workspace() / "runs")) {
            QVERIFY(!entry.path().filename().string().starts_with('.'));
        }
    }

    void unwritableWorkspaceLeavesNothing() {
        QTemporaryDir blocked;
        append(fs::path(blocked.path().toStdString()) / "runs",
               "a file where the folder should be");
        RunDescription description;
        description.config_as_given = nlohmann::json::object();
        QVERIFY_THROWS_EXCEPTION(StorageError,
                                 OwnedRun::create(blocked.path().toStdString(), description));
        QCOMPARE(QDir(blocked.path()).entryList(QDir::Files | QDir::Hidden).size(), 1);
    }

    void tornRecordIsDroppedAndSaid() {
        const fs::path folder = newRun();
        {
            OwnedRun run(folder);
            run.append(record(0, 0.5));
            run.append(record(1, 0.6));
        }
        const std::string whole = readFile(folder / "epochs.jsonl");
        append(folder / "epochs.jsonl", whole.substr(0, 40));
        const RunSummary summary = readRun(folder);
        QCOMPARE(summary.records.size(), std::size_t{2});
        QCOMPARE(summary.warnings.size(), std::size_t{1});
        QVERIFY(readFile(folder / "epochs.jsonl") != whole);  // a reader repairs nothing
        OwnedRun run(folder);
        QCOMPARE(run.repairs().size(), std::size_t{1});
        QCOMPARE(readFile(folder / "epochs.jsonl"), whole);
        run.append(record(2, 0.7));
        run.truncateRecords(2);
        QCOMPARE(readFile(folder / "epochs.jsonl"), whole);
    }

    void newerFormatIsRefused() {
        const fs::path folder = newRun();
        std::string text = readFile(folder / "run.json");
        const std::string before = "\"format\": 1";
        text.replace(text.find(before), before.size(), "\"format\": 7");
        replaceFile(folder / "run.json", text);
        QVERIFY(readRun(folder).error.find("newer") != std::string::npos);
        QVERIFY_THROWS_EXCEPTION(StorageError, OwnedRun{folder});
    }

    /// The file, the key and what is needed; no library's words.
    void whatIsDamagedIsNamed_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("content");
        QTest::addColumn<QString>("said");
        QTest::newRow("record without keys")
            << "epochs.jsonl"
            << "{\"epoch\":0,\"phase\":0}\n"
            << "epochs.jsonl, line 1, is damaged: it has no /format";
        QTest::newRow("status without state") << "status.json"
                                              << R"({"format": 1})"
                                              << "status.json is damaged: it has no /state";
        QTest::newRow("unknown state") << "status.json"
                                       << R"({"format": 1, "state": "asleep"})"
                                       << "/state is \"asleep\", not a state of a run";
        QTest::newRow("text for a number") << "run.json"
                                           << R"({"format": "one"})"
                                           << "/format is \"one\", not a whole number";
        QTest::newRow("no JSON") << "run.json"
                                 << "{"
                                 << "run.json is damaged: not valid JSON";
    }
    /// Whoever finishes such a run would otherwise prune checkpoints there.
    void aRunNamesNoFoldersElsewhere() {
        for (const char* elsewhere : {"../../other/runs/a", "/etc", "..", "."}) {
            const fs::path folder = newRun();
            auto object = nlohmann::json::parse(readFile(folder / "run.json"));
            object["provenance"]["segments"] = {{{"run", elsewhere}, {"from", 0}, {"to", 1}}};
            replaceFile(folder / "run.json", object.dump());
            const QString error = QString::fromStdString(readRun(folder).error);
            QVERIFY2(error.contains("/provenance/segments/0/run is"), qPrintable(error));
        }
    }

    void editsHaveTheShapeThatViewsNeed() {
        const std::pair<const char*, const char*> edits[] = {
            {R"({"id": "1", "epoch": 1, "next_phase_now": "yes"})", "/edits/0/next_phase_now"},
            {R"({"id": "1", "epoch": 1, "plateau": "3"})", "/edits/0/plateau"},
            {R"({"id": "1", "epoch": 1, "settings": [{"value": 1}]})", "/edits/0/settings/0"},
            {R"({"id": "1", "epoch": 1, "settings": [{"pointer": "/a/~2"}]})",
             "/edits/0/settings/0/pointer"}};
        for (const auto& [edit, place] : edits) {
            const fs::path folder = newRun();
            auto object = nlohmann::json::parse(readFile(folder / "run.json"));
            object["provenance"]["edits"] = {nlohmann::json::parse(edit)};
            replaceFile(folder / "run.json", object.dump());
            const QString error = QString::fromStdString(readRun(folder).error);
            QVERIFY2(error.contains(place), qPrintable(error));
        }
    }

    void whatIsDamagedIsNamed() {
        QFETCH(QString, file);
        QFETCH(QString, content);
        QFETCH(QString, said);
        const fs::path folder = newRun();
        replaceFile(folder / file.toStdString(), content.toStdString());
        const QString error = QString::fromStdString(readRun(folder).error);
        QVERIFY2(error.contains(said), qPrintable(error));
        QVERIFY2(!error.contains("json.exception"), qPrintable(error));
        QVERIFY_THROWS_EXCEPTION(DamagedFileError, OwnedRun{folder});
    }

    void runsAreListedInTheOrderOfTheirMaking() {
        QTemporaryDir other;
        std::vector<std::string> made;
        for (const char* name : {"CE", "CE+DRW", "CB", "A", "LA"}) {
            RunDescription description;
            description.config.name = name;
            description.config_as_given = nlohmann::json::object();
            OwnedRun::create(other.path().toStdString(), description);
            made.emplace_back(name);
        }
        std::vector<std::string> listed;
        for (const RunSummary& run : readWorkspace(other.path().toStdString())) {
            listed.push_back(run.description.config.name);
        }
        QCOMPARE(listed, made);
    }

    void controlsInNamesOfEarlierVersionsAreBlanks() {
        const fs::path folder = newRun("two lines");
        std::string text = readFile(folder / "run.json");
        text.replace(text.find("two lines"), 9, "two\\nlines");
        replaceFile(folder / "run.json", text);
        QCOMPARE(readRun(folder).error, std::string());
        QCOMPARE(readRun(folder).description.config.name, std::string("two lines"));
    }

    void oneBadRunHidesNoOther() {
        QTemporaryDir other;
        RunDescription description;
        description.config_as_given = nlohmann::json::object();
        const fs::path good = OwnedRun::create(other.path().toStdString(), description);
        const fs::path bad = OwnedRun::create(other.path().toStdString(), description);
        replaceFile(bad / "run.json", "{ nonsense");
        const auto runs = readWorkspace(other.path().toStdString());
        QCOMPARE(runs.size(), std::size_t{2});
        QCOMPARE(
            std::ranges::count_if(runs, [](const RunSummary& run) { return run.error.empty(); }),
            1);
        QVERIFY(readWorkspace("/nowhere/at/all").empty());
    }

    void oneOwnerAtATime() {
        const fs::path folder = newRun();
        const auto first = std::make_unique<OwnedRun>(folder);
        first->setStatus(RunState::running, 0, "");
        // Another process, so that the lock is asked for anew.
        const pid_t child = ::fork();
        if (child == 0) {
            try {
                OwnedRun second(folder);
                ::_exit(1);
            } catch (const StorageError& error) {
                const bool names_owner =
                    std::string(error.what()).find(std::to_string(::getppid())) !=
                    std::string::npos;
                ::_exit(names_owner ? 0 : 2);
            }
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        QVERIFY(WIFEXITED(status));
        QCOMPARE(WEXITSTATUS(status), 0);
        QVERIFY(!readRun(folder).interrupted);
    }

    void killedOwnerIsRecognised() {
        const fs::path folder = newRun();
        const pid_t child = ::fork();
        if (child == 0) {
            OwnedRun run(folder);
            run.setStatus(RunState::running, 3, "");
            ::kill(::getpid(), SIGKILL);
        }
        ::waitpid(child, nullptr, 0);
        QVERIFY(readRun(folder).interrupted);
        OwnedRun run(folder);  // and the lock is free
        run.setStatus(RunState::finished, 3, "");
        QVERIFY(!readRun(folder).interrupted);
    }

    // Until a process says more, the next owner keeps what the last one measured.
    void measuredSizesStay() {
        const fs::path folder = newRun();
        QVERIFY(!readStatus(folder).peak_memory);
        {
            OwnedRun run(folder);
            run.setPeakMemory(5'000'000'000);
            run.setStatus(RunState::running, 1, "");
        }
        QCOMPARE(*readStatus(folder).peak_memory, std::int64_t{5'000'000'000});
        OwnedRun(folder).setStatus(RunState::queued, 1, "");
        QCOMPARE(*readStatus(folder).peak_memory, std::int64_t{5'000'000'000});
    }

    void keepsNewestTwoAndBestCheckpoint() {
        const fs::path folder = newRun();
        OwnedRun run(folder);
        for (int epoch = 0; epoch < 6; ++epoch) {
            run.append(record(epoch, epoch == 1 ? 0.9 : 0.5));
            replaceFile(run.checkpointPath(epoch + 1), "x");
            run.pruneCheckpoints();
        }
        std::vector<int> kept;
        for (const auto& file : run.checkpoints()) kept.push_back(file.epochs_done);
        QCOMPARE(kept, (std::vector<int>{2, 5, 6}));
    }

    // A limit on the size of files stands in for a full disk: the write fails half-way.
    void failedWriteLeavesTheOldFile() {
        const fs::path folder = workspace() / "full";
        fs::create_directories(folder);
        replaceFile(folder / "a", "old");
        appendToFile(folder / "b", "line 1\n");
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        rlimit small = before;
        small.rlim_cur = 1000;
        ::setrlimit(RLIMIT_FSIZE, &small);
        const std::string large(5000, 'x');
        int failures = 0;
        for (int i = 0; i < 2; ++i) {
            try {
                i == 0 ? replaceFile(folder / "a", large) : appendToFile(folder / "b", large);
            } catch (const StorageError& error) {
                failures +=
                    std::string(error.what()).find((folder / (i == 0 ? "a" : "b")).string()) !=
                    std::string::npos;
            }
        }
        ::setrlimit(RLIMIT_FSIZE, &before);
        QCOMPARE(failures, 2);
        QCOMPARE(readFile(folder / "a"), std::string("old"));
        QCOMPARE(readFile(folder / "b"), std::string("line 1\n"));
        QCOMPARE(std::distance(fs::directory_iterator(folder), fs::directory_iterator{}),
                 std::ptrdiff_t{2});
    }

    void tables() {
        const fs::path folder = newRun("A|B, 50% \"x\"");
        {
            OwnedRun run(folder);
            run.append(record(0, 0.5));
            run.append(record(1, 0.8125));
            run.append(record(2, 0.75));
            run.setStatus(RunState::finished, 3, "");
        }
        const RunSummary run = readRun(folder);
        const std::string markdown = resultTable({&run, 1}, TableFormat::markdown);
        QVERIFY2(markdown.find("| A\\|B, 50% \"x\" | CIFAR-10 LT 100 | finished | 3/200 | 81.2 | "
                               "test | 2 | 75.0 |") != std::string::npos,
                 markdown.c_str());
        const std::string csv = resultTable({&run, 1}, TableFormat::csv);
        QVERIFY2(csv.find("\"A|B, 50% \"\"x\"\"\",CIFAR-10 LT "
                          "100,finished,3/200,81.250000,test,2,75.000000,,") != std::string::npos,
                 csv.c_str());
        const std::string latex = resultTable({&run, 1}, TableFormat::latex);
        QVERIFY(latex.find("50\\% ") != std::string::npos &&
                latex.find("\\bottomrule") != std::string::npos);
    }
};

BALLAST_TEST(TestRunFolder)
#include "tst_run_folder.moc"
