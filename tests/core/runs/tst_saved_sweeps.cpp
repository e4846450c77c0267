#include "core/runs/saved_sweeps.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "core/base/error.h"
#include "core/runs/sweep_store.h"
#include "tests/core/base/error_of.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;
namespace fs = std::filesystem;

class TestSavedSweeps : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;

    fs::path workspace() const { return folder_->path().toStdString(); }
    void write(const char* name, const std::string& content) const {
        fs::create_directories(workspace() / "sweeps");
        std::ofstream(workspace() / "sweeps" / name) << content;
    }

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void withoutSweepsThereAreNone() { QVERIFY(savedSweepNames(workspace()).empty()); }

    /// As prepareSweep() leaves it.
    void aPreparedSweepIsReadAsItWasGiven() {
        const json given = {{"base", {{"name", "CE"}, {"training", {{"epochs", 2}}}}},
                            {"axes", {{"/optimizer/lr", {0.1, 0.2}}}}};
        Sweep sweep = sweepFromJson(given, "test");
        sweep.name = "rates";
        SweepPlan nothing;
        nothing.bytes_free = std::int64_t{1} << 40;
        prepareSweep(nothing, sweep, given, workspace());
        QCOMPARE(savedSweepNames(workspace()), std::vector<std::string>{"rates"});
        json expected = given;
        expected["name"] = "rates";
        QCOMPARE(savedSweep(workspace(), "rates"), expected);
    }

    void namesAreInOrder() {
        for (const char* name : {"b.json", "a.json", "notes.txt"}) write(name, "{}");
        QCOMPARE(savedSweepNames(workspace()), (std::vector<std::string>{"a", "b"}));
    }

    void whatIsNoSweepIsSaid_data() {
        QTest::addColumn<QString>("content");
        QTest::addColumn<QString>("said");
        QTest::newRow("torn") << "{"
                              << "line 1";
        QTest::newRow("list") << "[]"
                              << "holds no sweep";
        QTest::newRow("config") << R"({"name": "CE"})"
                                << "holds no sweep";
        QTest::newRow("newer") << R"({"format": 9, "sweep": {}})"
                               << "format 9";
        QTest::newRow("wrong")
            << R"({"format": 1, "sweep": {"base": {}, "axes": {"/nonsense": [1]}}})"
            << "nonsense";
    }

    void whatIsNoSweepIsSaid() {
        QFETCH(QString, content);
        QFETCH(QString, said);
        write("x.json", content.toStdString());
        const QString sentence = errorOf([&] { savedSweep(workspace(), "x"); });
        QVERIFY2(sentence.contains(said), qPrintable(sentence));
        QVERIFY2(sentence.contains(QStringLiteral("x.json")), qPrintable(sentence));
    }

    void aMissingOneIsSaid() {
        QVERIFY(errorOf([&] {
                    savedSweep(workspace(), "gone");
                }).contains(QStringLiteral("gone.json")));
    }
};

BALLAST_TEST(TestSavedSweeps)
#include "tst_saved_sweeps.moc"
