#include "core/runs/process_rank.h"

#include <QtTest>
#include <map>

#include "core/base/error.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

using Variables = std::map<std::string, std::string>;

std::optional<ProcessRank> rankOf(const Variables& variables) {
    return processRank([&](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    });
}

}  // namespace

class TestProcessRank : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void oneProcess() {
        QVERIFY(!rankOf({}));
        QVERIFY(!rankOf({{"RANK", "1"}, {"WORLD_SIZE", "2"}}));
        QVERIFY(!rankOf({{"MASTER_ADDR", "node1"}, {"WORLD_SIZE", "1"}}));
        QVERIFY(!rankOf({{"MASTER_ADDR", ""}, {"WORLD_SIZE", "4"}}));
    }

    void asTorchrunSays() {
        const auto rank = rankOf({{"MASTER_ADDR", "node1"},
                                  {"MASTER_PORT", "1234"},
                                  {"RANK", "5"},
                                  {"WORLD_SIZE", "8"},
                                  {"LOCAL_RANK", "1"},
                                  {"LOCAL_WORLD_SIZE", "4"}});
        QVERIFY(rank);
        QCOMPARE(rank->rank, 5);
        QCOMPARE(rank->size, 8);
        QCOMPARE(rank->local_rank, 1);
        QCOMPARE(rank->local_size, 4);
        QCOMPARE(rank->address, std::string("node1"));
        QCOMPARE(rank->port, 1234);
    }

    void asSlurmSays() {
        const auto rank = rankOf({{"MASTER_ADDR", "node1"},
                                  {"SLURM_PROCID", "3"},
                                  {"SLURM_NTASKS", "4"},
                                  {"SLURM_LOCALID", "1"},
                                  {"BALLAST_PATIENCE", "300"}});
        QVERIFY(rank);
        QCOMPARE(rank->rank, 3);
        QCOMPARE(rank->size, 4);
        QCOMPARE(rank->local_rank, 1);
        QCOMPARE(rank->port, 29500);
        QCOMPARE(rank->patience, 300);
    }

    void badVariables_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value");
        QTest::newRow("no number") << "RANK"
                                   << "first";
        QTest::newRow("more behind it") << "RANK"
                                        << "1x";
        QTest::newRow("beyond the size") << "RANK"
                                         << "2";
        QTest::newRow("negative") << "RANK"
                                  << "-1";
        QTest::newRow("no size") << "WORLD_SIZE"
                                 << "0";
        QTest::newRow("port") << "MASTER_PORT"
                              << "65536";
        QTest::newRow("patience") << "BALLAST_PATIENCE"
                                  << "0";
    }

    void badVariables() {
        QFETCH(const QString, name);
        QFETCH(const QString, value);
        Variables variables{{"MASTER_ADDR", "node1"}, {"RANK", "1"}, {"WORLD_SIZE", "2"}};
        variables[name.toStdString()] = value.toStdString();
        try {
            rankOf(variables);
            QFAIL("nothing was said");
        } catch (const ConfigError& error) {
            const QString text = QString::fromUtf8(error.what());
            QVERIFY2(text.contains(name) && text.contains('"' + value + '"') &&
                         text.contains("allowed: whole numbers"),
                     qPrintable(text));
        }
    }

    void whatTrainsInOneProcess() {
        RunConfig config;
        requireOneProcess(config);
        config.training.processes = 4;
        QVERIFY_EXCEPTION_THROWN(requireOneProcess(config), ConfigError);
    }

    void missingVariables() {
        QVERIFY_EXCEPTION_THROWN(rankOf({{"MASTER_ADDR", "node1"}}), ConfigError);
        QVERIFY_EXCEPTION_THROWN(rankOf({{"MASTER_ADDR", "node1"}, {"WORLD_SIZE", "2"}}),
                                 ConfigError);
    }
};

BALLAST_TEST(TestProcessRank)
#include "tst_process_rank.moc"
