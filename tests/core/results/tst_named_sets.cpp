#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "core/base/error.h"
#include "core/results/named_sets.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestNamedSets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void comeBack() {
        const QTemporaryDir folder;
        const std::filesystem::path workspace = folder.path().toStdString();
        QVERIFY(readNamedSets(workspace).empty());
        const NamedSets sets = {{"best", {"b", "a"}}, {"ν", {}}};
        writeNamedSets(workspace, sets);
        QCOMPARE(readNamedSets(workspace), sets);
        QCOMPARE(namedSet(workspace, "best"), sets.at("best"));
        IndexedRun a;
        a.id = "a";
        IndexedRun c;
        c.id = "c";
        std::vector<const IndexedRun*> runs = {&c, &a};
        keepSet(runs, workspace, "");
        QCOMPARE(runs.size(), std::size_t{2});
        keepSet(runs, workspace, "best");
        QCOMPARE(runs, std::vector<const IndexedRun*>{&a});
        try {
            namedSet(workspace, "bets");
            QFAIL("no such set");
        } catch (const ConfigError& error) {
            QVERIFY(std::string(error.what()).ends_with("did you mean best?"));
        }
    }

    void aFileOfAnotherVersionStays() {
        const QTemporaryDir folder;
        const std::filesystem::path workspace = folder.path().toStdString();
        const std::string newer = R"({"format": 7, "sets": []})";
        std::ofstream(namedSetsFile(workspace)) << newer;
        QVERIFY_THROWS_EXCEPTION(StorageError, writeNamedSets(workspace, {{"a", {}}}));
        std::string there;
        std::getline(std::ifstream(namedSetsFile(workspace)), there);
        QCOMPARE(there, newer);
        std::ofstream(namedSetsFile(workspace)) << R"({"format": 1, "sets": {"a": ["x", 3]}})";
        try {
            readNamedSets(workspace);
            QFAIL("3 is no run");
        } catch (const DamagedFileError& error) {
            QVERIFY2(std::string(error.what()).find("/sets/a/1") != std::string::npos,
                     error.what());
        }
    }
};

BALLAST_TEST(TestNamedSets)
#include "tst_named_sets.moc"
