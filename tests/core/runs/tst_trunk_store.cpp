#include "core/runs/trunk_store.h"

#include <QtTest>
#include <fstream>
#include <functional>

#include "core/base/error.h"
#include "tests/core/base/error_of.h"
#include "tests/core/runs/trunk_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct Change {
    std::function<void(RunConfig&, Surroundings&, RunDescription&)> make;
};

std::string idOf(const fs::path& run) {
    return run.filename().string();
}

TrunkSource sourceAt(const fs::path& run, int epochs) {
    return {idOf(run), run, epochs, kHere.threads};
}

json segment(const fs::path& run, int from, int to) {
    return {{"run", idOf(run)}, {"from", from}, {"to", to}};
}

/// What must stay as it was: everything but the log.
std::string contentOf(const fs::path& run) {
    std::string text = readFile(run / "run.json") + readFile(run / "status.json");
    if (fs::exists(run / "epochs.jsonl")) text += readFile(run / "epochs.jsonl");
    for (const CheckpointFile& file : checkpointFiles(run)) {
        text += file.path.filename().string() + readFile(file.path);
    }
    return text;
}

}  // namespace

Q_DECLARE_METATYPE(Change)

class TestTrunkStore : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;

    fs::path workspace() const { return folder_->path().toStdString(); }
    fs::path newRun(double nu, int epochs = 0, int t0 = 5) const {
        return trunkRun(workspace(), deferredConfig(t0, nu), epochs);
    }

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    /// A trunk trained with 2 threads on the CPU, and whether a run may start from it.
    void whatFits_data() {
        QTest::addColumn<Change>("change");
        QTest::addColumn<bool>("fits");
        const auto row = [](const char* name, bool fits, auto make) {
            QTest::newRow(name) << Change{make} << fits;
        };
        using C = RunConfig;
        using S = Surroundings;
        using D = RunDescription;
        row("the same", true, [](C&, S&, D&) {});
        row("slot with more threads", true, [](C&, S& s, D&) { s.threads = 8; });
        row("slot with fewer threads", false, [](C&, S& s, D&) { s.threads = 1; });
        row("config with its threads", true, [](C& c, S& s, D&) {
            c.training.threads = 2;
            s.threads = 1;
        });
        row("config with more threads", false, [](C& c, S&, D&) { c.training.threads = 4; });
        row("config with fewer threads", false, [](C& c, S&, D&) { c.training.threads = 1; });
        row("trunk without threads", false, [](C&, S&, D& d) { d.threads = 0; });
        row("other version", false, [](C&, S& s, D&) { s.version = "1.3"; });
        row("other LibTorch", false, [](C&, S& s, D&) { s.libtorch = "3.5"; });
        row("instructions for bfloat16 do not matter", true, [](C&, S& s, D& d) {
            s.libtorch = "2.0, oneDNN 2.6 avx512_bf16";
            d.libtorch = "2.0, oneDNN 2.6 avx512";
        });
        row("but the others do", false, [](C&, S& s, D& d) {
            s.libtorch = "2.0, oneDNN 2.6 avx512_bf16";
            d.libtorch = "2.0, oneDNN 2.6 avx2";
        });
        row("and so does another oneDNN", false, [](C&, S& s, D& d) {
            s.libtorch = "2.0, oneDNN 2.6 amx";
            d.libtorch = "2.0, oneDNN 2.7 amx";
        });
        row("to bfloat16 they matter", false, [](C& c, S& s, D& d) {
            c.training.convolution = Convolution::bfloat16;
            s.libtorch = "2.0, oneDNN 2.6 amx";
            d.libtorch = "2.0, oneDNN 2.6 avx512_bf16";
        });
        row("LibTorch not compared", true, [](C&, S& s, D&) { s.libtorch = ""; });
        row("other device", false, [](C&, S& s, D&) { s.device = "cuda:0"; });
        row("config with its device", true, [](C& c, S& s, D&) {
            c.training.device = "cpu";
            s.device = "cuda:0";
        });
        row("config with another device", false,
            [](C& c, S&, D&) { c.training.device = "cuda:0"; });
        row("other subset", false, [](C&, S&, D& d) { d.subset_sha256 = "another"; });
    }

    void whatFits() {
        QFETCH(Change, change);
        QFETCH(bool, fits);
        RunConfig config = deferredConfig(5, 0.2);
        Surroundings surroundings = kHere;
        const fs::path trunk = newRun(0.1, 6);
        RunDescription description = readDescription(trunk);
        change.make(config, surroundings, description);
        OwnedRun(trunk).describe(description);
        TrunkStore store(workspace());
        store.refresh();
        const EpochPath path = store.tree().add(config, description.class_counts);
        const auto source = store.sourceFor(config, path, "subset", surroundings);
        QCOMPARE(source.has_value(), fits);
        if (!fits) return;
        QCOMPARE(source->run, idOf(trunk));
        QCOMPARE(source->folder, trunk);
        QCOMPARE(source->epochs, 5);
        QCOMPARE(source->threads, 2);
    }

    void theLongestPartIsTaken() {
        const fs::path early = newRun(0.1, 10, 3);  // its learning rate falls earlier
        const fs::path late = newRun(0.1, 7, 8);
        const fs::path child = newRun(0.2, 0, 8);
        TrunkStore store(workspace());
        store.refresh();
        auto source = store.sourceFor(*store.find(idOf(child)), kHere);
        QVERIFY(source.has_value());
        QCOMPARE(source->run, idOf(late));
        QCOMPARE(source->epochs, 7);
        fs::remove_all(late);
        store.refresh();
        source = store.sourceFor(*store.find(idOf(child)), kHere);
        QCOMPARE(source->run, idOf(early));
        QCOMPARE(source->epochs, 3);
        // What it has begun, it continues with.
        pretendTraining(child, 2);
        pretendTraining(trunkRun(workspace(), deferredConfig(8, 0.3), 0), 6);
        store.refresh();
        source = store.sourceFor(*store.find(idOf(child)), kHere);
        QCOMPARE(source->run, idOf(child));
        QCOMPARE(source->epochs, 2);
    }

    void refreshSeesWhatChanged() {
        TrunkStore store(workspace());
        store.refresh();  // no such folder yet
        QVERIFY(store.runs().empty());
        const fs::path run = newRun(0.1);
        fs::create_directories(workspace() / "runs" / ".half-made.tmp");
        store.refresh();
        QCOMPARE(store.runs().size(), std::size_t{1});
        QVERIFY(store.find(idOf(run))->checkpoints.empty());
        QVERIFY(store.find("nobody") == nullptr);
        for (int epochs = 1; epochs <= 3; ++epochs) {  // faster than the clock of the disk ticks
            pretendTraining(run, epochs, RunState::running);
            store.refresh();
            QCOMPARE(store.find(idOf(run))->checkpoints.back(), epochs);
            QCOMPARE(store.find(idOf(run))->status.epochs_done, epochs);
        }
        QVERIFY(!store.find(idOf(run))->inTrainingElsewhere());  // it is this process
        fs::remove(run / "checkpoints" / checkpointName(3));
        store.refresh();
        QCOMPARE(store.find(idOf(run))->checkpoints, (std::vector<int>{2}));

        const std::string whole = readFile(run / "run.json");
        replaceFile(run / "run.json", "{ nonsense");
        store.refresh();
        QVERIFY(!store.find(idOf(run))->error.empty());
        QVERIFY(store.find(idOf(run))->path.empty());
        QVERIFY(!store.sourceFor(*store.find(idOf(run)), kHere));
        replaceFile(run / "run.json", whole);
        store.refresh();
        QVERIFY(store.find(idOf(run))->error.empty());
        QCOMPARE(store.find(idOf(run))->path.size(), std::size_t{11});
        fs::remove_all(run);
        store.refresh();
        QVERIFY(store.runs().empty());
    }

    void weightsFromElsewhereAreNoTrunk() {
        const fs::path forked = newRun(0.1, 10);
        RunDescription description = readDescription(forked);
        description.parent = {{"checkpoint", "theirs.pth"}, {"epoch", 5}};
        OwnedRun(forked).describe(description);
        const fs::path child = newRun(0.2);
        TrunkStore store(workspace());
        store.refresh();
        QVERIFY(store.find(idOf(forked))->path.empty());
        QVERIFY(!store.sourceFor(*store.find(idOf(forked)), kHere));
        QVERIFY(!store.sourceFor(*store.find(idOf(child)), kHere));
    }

    /// The phase's number, and exact statistics only where they are due.
    void recordsAreThoseTheRunWouldHaveWritten() {
        RunConfig wordy = deferredConfig(5, 0.1);  // its second phase says nothing new
        wordy.phases.insert(wordy.phases.begin() + 1, wordy.phases.front());
        wordy.phases[1].from = 3;
        const fs::path said_twice = trunkRun(workspace(), wordy, 10);
        const RunSummary parent = readRun(said_twice);
        QCOMPARE(parent.records[3].phase, 1);
        QVERIFY(parent.records[3].exact.has_value());
        const RunConfig plain = deferredConfig(5, 0.2);
        const Trunk trunk = trunkFrom(sourceAt(said_twice, 5), plain);
        QCOMPARE(trunk.records.size(), std::size_t{5});
        for (const EpochRecord& record : trunk.records) {
            QCOMPARE(toJson(record).dump(), toJson(trainedRecord(plain, record.epoch)).dump());
        }

        // The other way round they are missing; only the last can be made from the checkpoint.
        const fs::path said_once = newRun(0.1, 10);
        const QString error = errorOf([&] { trunkFrom(sourceAt(said_once, 5), wordy); });
        QVERIFY2(error.contains("no exact statistics of epoch 2"), qPrintable(error));
        const Trunk shorter = trunkFrom(sourceAt(said_once, 3), wordy);
        QVERIFY(!shorter.records[2].exact.has_value());
    }

    void takenOverWhole() {
        const fs::path trunk = newRun(0.1, 10);
        const fs::path child = newRun(0.2);
        {
            OwnedRun run(child);
            takeTrunk(run, sourceAt(trunk, 5));
            QCOMPARE(run.records().size(), std::size_t{5});
        }
        const RunSummary summary = readRun(child);
        QCOMPARE(summary.error, std::string());
        QCOMPARE(summary.records.size(), std::size_t{5});
        QCOMPARE(summary.description.segments,
                 json::array({segment(trunk, 0, 5), segment(child, 5, 10)}));
        // The last, and the best before it; a second name takes no room.
        QCOMPARE(keptCheckpoints(child), (std::vector<int>{2, 5}));
        for (const int epochs : {2, 5}) {
            const fs::path file = fs::path("checkpoints") / checkpointName(epochs);
            QVERIFY(fs::equivalent(trunk / file, child / file));
        }
        QVERIFY(readFile(child / "log.txt").find("those of the run " + idOf(trunk)) !=
                std::string::npos);
        fs::remove_all(trunk);  // the child has all it needs
        QVERIFY(readFile(child / "checkpoints" / checkpointName(5)).starts_with("after 5 epochs"));

        OwnedRun run(child);
        dropTrunk(run);
        QVERIFY(run.records().empty());
        QVERIFY(keptCheckpoints(child).empty());
        QVERIFY(readDescription(child).segments.empty());
    }

    void provenanceOverGenerations() {
        const fs::path first = newRun(0.1, 10, 4);
        const fs::path second = newRun(0.1, 0, 7);
        {
            OwnedRun run(second);
            takeTrunk(run, sourceAt(first, 4));
        }
        pretendTraining(second, 10);
        const fs::path third = newRun(0.2, 0, 7);
        {
            OwnedRun run(third);
            takeTrunk(run, sourceAt(second, 7));
        }
        QCOMPARE(readDescription(third).segments,
                 json::array({segment(first, 0, 4), segment(second, 4, 7), segment(third, 7, 10)}));
        pretendTraining(third, 10);
        // All of it, or no more than the grandparent's.
        const RunConfig config = deferredConfig(7, 0.2);
        QCOMPARE(trunkFrom(sourceAt(third, 10), config).segments,
                 json::array({segment(first, 0, 4), segment(second, 4, 7), segment(third, 7, 10)}));
        QCOMPARE(trunkFrom(sourceAt(third, 3), config).segments,
                 json::array({segment(first, 0, 3)}));
    }

    void vanishedTrunkLeavesTheRunAsItWas_data() {
        QTest::addColumn<int>("epochs");
        QTest::addColumn<QString>("removed");
        QTest::addColumn<QString>("said");
        QTest::newRow("checkpoint") << 5 << "checkpoints/epoch-000005.safetensors"
                                    << "epoch-000005.safetensors";
        QTest::newRow("records") << 5 << "epochs.jsonl"
                                 << "no records of its first 5 epochs";
        QTest::newRow("beyond its records") << 11 << ""
                                            << "no records of its first 11 epochs";
        QTest::newRow("description") << 5 << "run.json"
                                     << "run.json";
    }

    void vanishedTrunkLeavesTheRunAsItWas() {
        QFETCH(int, epochs);
        QFETCH(QString, removed);
        QFETCH(QString, said);
        const fs::path trunk = newRun(0.1, 10);
        const fs::path child = newRun(0.2);
        const std::string before = contentOf(child);
        if (!removed.isEmpty()) fs::remove(trunk / removed.toStdString());
        OwnedRun run(child);
        const QString error = errorOf([&] { takeTrunk(run, sourceAt(trunk, epochs)); });
        QVERIFY2(error.contains(said), qPrintable(error));
        QCOMPARE(contentOf(child), before);
        QVERIFY(run.records().empty());
        QVERIFY(run.description().segments.empty());
    }

    /// What cannot be written half-way through is taken back.
    void failedTakeOverLeavesTheRunAsItWas() {
        const fs::path trunk = newRun(0.1, 10);
        const fs::path child = newRun(0.2);
        const std::string before = contentOf(child);
        OwnedRun run(child);
        fs::create_directories(child / ".epochs.jsonl.tmp");  // where the records would be written
        const QString error = errorOf([&] { takeTrunk(run, sourceAt(trunk, 5)); });
        QVERIFY2(error.contains("epochs.jsonl"), qPrintable(error));
        fs::remove(child / ".epochs.jsonl.tmp");
        QCOMPARE(contentOf(child), before);
        QVERIFY(run.description().segments.empty());
        takeTrunk(run, sourceAt(trunk, 5));
        QCOMPARE(run.records().size(), std::size_t{5});
    }

    /// A crash in between: checkpoints without records. The run has not begun, nobody starts from
    /// it, and the trunk is there to be taken again.
    void checkpointsWithoutRecordsCountForNothing() {
        const fs::path trunk = newRun(0.1, 10);
        const fs::path child = newRun(0.2);
        const fs::path other = trunkRun(workspace(), deferredConfig(5, 0.2), 0);
        linkCheckpoints(trunkFrom(sourceAt(trunk, 5), deferredConfig(5, 0.2)),
                        child / "checkpoints");
        TrunkStore store(workspace());
        for (int i = 0; i < 2; ++i) {
            store.refresh();
            QVERIFY(store.find(idOf(child))->checkpoints.empty());
            for (const fs::path& run : {child, other}) {
                const auto source = store.sourceFor(*store.find(idOf(run)), kHere);
                QVERIFY(source.has_value());
                QCOMPARE(source->run, idOf(trunk));
                QCOMPARE(source->epochs, 5);
            }
            QTest::qWait(i == 0 ? 1200 : 0);  // also once the folder's time is settled
        }
        {
            OwnedRun run(child);
            takeTrunk(run, sourceAt(trunk, 5));
        }
        store.refresh();  // status and checkpoints are as before: only the records have come
        QCOMPARE(store.find(idOf(child))->checkpoints, (std::vector<int>{2, 5}));
    }
};

BALLAST_TEST(TestTrunkStore)
#include "tst_trunk_store.moc"
