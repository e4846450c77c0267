#include "core/interchange/scalar_table.h"

#include <QTemporaryDir>
#include <QtTest>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/interchange/mlflow_store.h"
#include "core/interchange/scalar_files.h"
#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

class TestScalarTable : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;

    fs::path file(const char* name, const std::string& content) const {
        const fs::path path = fs::path(folder_.path().toStdString()) / name;
        makeFolders(path.parent_path());
        replaceFile(path, content);
        return path;
    }
    std::vector<LoggedScalars> read(const std::string& text) const {
        return readScalarTable(file("table.csv", text));
    }

private Q_SLOTS:
    void aColumnForEachNumber() {
        const auto runs = read(
            "Epoch;\"test acc\";note;lr\r\n1;41.5;warm, up;0.1\r\n\r\n"
            "2;\"42.5 %\";;1e-2\r\n3;;x;nan");
        QCOMPARE(runs.size(), std::size_t{1});
        QCOMPARE(runs[0].name, std::string("table"));
        QVERIFY((runs[0].series.at("test acc") ==
                 std::map<std::int64_t, double>{{1, 41.5}, {2, 42.5}}));
        QCOMPARE(runs[0].series.at("lr").size(), std::size_t{2});
        QVERIFY(!runs[0].series.contains("note"));
        QVERIFY(runs[0].notes.at(0).find("\"note\"") != std::string::npos);
    }

    void rowsAreStepsWhereNothingElseIs() {
        const auto runs = read("\"a \"\"quoted\"\" name\",b\n1,2\n3,4");
        QVERIFY((runs[0].series.at("a \"quoted\" name") ==
                 std::map<std::int64_t, double>{{0, 1.0}, {1, 3.0}}));
    }

    void runsOfWeightsAndBiases() {
        const auto runs = read(
            "\"Step\",\"CE - val/acc\",\"CE - val/acc__MIN\","
            "\"VS - seed 1 - val/acc\",\"VS - seed 1 - val/acc__MAX\"\n"
            "\"0\",\"0.4\",\"0.4\",\"\",\"\"\n\"1\",\"0.5\",\"0.5\",\"0.6\",\"0.6\"\n");
        QCOMPARE(runs.size(), std::size_t{2});
        QCOMPARE(runs[0].name, std::string("CE"));
        QCOMPARE(runs[0].series.size(), std::size_t{1});
        QCOMPARE(runs[0].series.at("val/acc").at(1), 0.5);
        QCOMPARE(runs[1].name, std::string("VS - seed 1"));
        QCOMPARE(runs[1].series.at("val/acc").size(), std::size_t{1});
    }

    void aLongTable() {
        const auto runs = read(
            "run_id\tkey\tvalue\ttimestamp\tstep\na1\tacc\t0.5\t17\t0\n"
            "a1\tloss\t2\t17\t0\nb2\tacc\t0.6\t17\t3\n");
        QCOMPARE(runs.size(), std::size_t{2});
        QCOMPARE(runs[0].series.size(), std::size_t{2});
        QCOMPARE(runs[1].name, std::string("b2"));
        QCOMPARE(runs[1].series.at("acc").at(3), 0.6);
    }

    void badTablesAreNamed() {
        const auto error = [&](const char* text) { return errorOf([&] { read(text); }); };
        QVERIFY(error("").contains("empty"));
        QVERIFY(error("a,b\n1,2\n1,2,3\n").contains("line 3: 3 cells"));
        QVERIFY(error("epoch,b\n1.5,2\n").contains("line 2: epoch is \"1.5\""));
        QVERIFY(error("a\n\"1\n").contains("line 2: a quote is not closed"));
        QVERIFY(error("name\nx\ny\n").contains("no column of numbers"));
        QVERIFY(error("key,value,step\nacc,good,1\n").contains("\"good\""));
    }

    void aStoreOfMlflow() {
        file("mlruns/0/abc/meta.yaml", "artifact_uri: x\n");
        file("mlruns/0/abc/tags/mlflow.runName", "clever-crab-7");
        file("mlruns/0/abc/metrics/test/acc", "1700000000000 0.5 0\n1700000000001 0.6 1\n");
        file("mlruns/0/abc/metrics/lr", "1700000000000 0.1 0\n");
        const fs::path experiment = file("mlruns/0/meta.yaml", "name: Default\n").parent_path();
        const auto runs = readScalarFiles(experiment);
        QCOMPARE(runs.size(), std::size_t{1});
        QCOMPARE(runs[0].name, std::string("clever-crab-7"));
        QCOMPARE(runs[0].series.at("test/acc").at(1), 0.6);
        QCOMPARE(runs[0].series.at("lr").at(0), 0.1);
        file("mlruns/0/abc/metrics/loss", "1700000000000 high 0\n");
        QVERIFY(errorOf([&] {
                    readMlflowRun(experiment / "abc");
                }).contains("line 1: \"1700000000000 high 0\" is not"));
    }

    void whatHoldsNoScalars() {
        const fs::path wandb = file("offline/run-1.wandb", ":W&B").parent_path();
        QVERIFY(errorOf([&] { readScalarFiles(wandb); }).contains("as CSV"));
        const fs::path empty = file("empty/readme.md", "x").parent_path();
        QVERIFY(errorOf([&] { readScalarFiles(empty); }).contains("no scalars"));
        QVERIFY(errorOf([&] { readScalarFiles(empty / "x"); }).contains("there is no"));
    }
};

BALLAST_TEST(TestScalarTable)
#include "tst_scalar_table.moc"
