#include <QDir>
#include <QtTest>
#include <filesystem>

#include "core/base/atomic_file.h"
#include "core/experiment/config_json.h"
#include "core/results/run_folder.h"
#include "core/results/run_index.h"
#include "core/results/workspace.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

/// Workspaces that released versions wrote, in tests/data/workspaces/VERSION: a deferred run of two
/// epochs on Fashion-MNIST with a logit scale and shift, class-balanced draws, a frozen backbone
/// and a τ-normalised head, without its checkpoints.
class TestEarlierWorkspaces : public QObject {
    Q_OBJECT

    static fs::path folderOf(const QString& version) {
        return fs::path(BALLAST_TEST_DATA) / "workspaces" / version.toStdString();
    }

private Q_SLOTS:
    void open_data() {
        QTest::addColumn<QString>("version");
        QTest::newRow("0.2.0") << "0.2.0";
    }

    void open() {
        QFETCH(const QString, version);
        const std::vector<RunSummary> runs = readWorkspace(folderOf(version));
        QCOMPARE(runs.size(), std::size_t{1});
        const RunSummary& run = runs.front();
        QCOMPARE(run.error, std::string());
        QVERIFY(run.status.state == RunState::finished);
        QCOMPARE(run.records.size(), std::size_t{2});
        QCOMPARE(run.description.class_counts.size(), std::size_t{10});
        QVERIFY(run.records.back().exact.has_value());

        const RunConfig& config = run.description.config;
        QVERIFY(config.data.imbalance.profile == Profile::long_tailed);
        QCOMPARE(config.data.imbalance.ratio, 6000.0);
        QCOMPARE(config.phases.size(), std::size_t{2});
        QCOMPARE(config.phases[0].beta.parameters.at("gamma"), 0.1);
        QVERIFY(config.phases[1].sampling == Sampling::class_balanced);
        QVERIFY(config.phases[1].trainable == Trainable::head);
        QVERIFY(config.phases[1].head_start == HeadStart::tau_normalise);
        QCOMPARE(config.phases[1].head_tau, 0.5);
        QCOMPARE(config.phases[1].head_max_norm.value(), 2.0);
        QCOMPARE(config.phases[1].weight_decay.value(), 0.001);
        QVERIFY(config.training.selection == Selection::test);

        // What is written back is what was there, key by key in the same order; fields added since
        // have their defaults.
        const auto file = nlohmann::ordered_json::parse(readFile(run.folder / "run.json"));
        auto written = nlohmann::ordered_json::parse(identityText(config));
        const nlohmann::ordered_json defaults = toJson(RunConfig{});
        for (const char* newer : {"/model/head_init", "/lr_schedule/warmup_peak"}) {
            const nlohmann::ordered_json::json_pointer at(newer);
            QCOMPARE(written.at(at), defaults.at(at));
            written.at(at.parent_pointer()).erase(at.back());
        }
        QCOMPARE(written.dump(2), file.at("config").dump(2));
        std::string lines;
        for (const EpochRecord& record : run.records) lines += toJson(record).dump() + "\n";
        QCOMPARE(lines, readFile(run.folder / "epochs.jsonl"));
    }

    void theIndexReadsTheSame() {
        QTemporaryDir copy;
        const fs::path workspace = copy.filePath(QStringLiteral("workspace")).toStdString();
        fs::copy(folderOf(QStringLiteral("0.2.0")), workspace, fs::copy_options::recursive);
        RunIndex index(workspace);
        index.refresh();
        QCOMPARE(index.runs().size(), std::size_t{1});
        const RunSummary run = readWorkspace(workspace).front();
        const IndexedRun& indexed = index.runs().front();
        QCOMPARE(indexed.error, std::string());
        QVERIFY(indexed.description.config == run.description.config);
        QCOMPARE(indexed.epochs.size(), run.records.size());
        QCOMPARE(indexed.best(), 0.118);
    }
};

BALLAST_TEST(TestEarlierWorkspaces)
#include "tst_earlier_workspaces.moc"
