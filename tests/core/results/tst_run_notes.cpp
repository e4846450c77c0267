#include <QTemporaryDir>
#include <QtTest>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/results/run_index.h"
#include "core/results/run_query.h"
#include "tests/core/base/error_of.h"
#include "tests/core/results/made_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

class TestRunNotes : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    fs::path workspace() const {
        return folder_.filePath(QString::fromLatin1(QTest::currentTestFunction())).toStdString();
    }
    fs::path run(const std::string& name = "a") const {
        return madeRun(workspace(), namedConfig(name), {0.5});
    }
    static void tag(const fs::path& folder, const std::string& word) {
        changeNotes(folder, [&](RunNotes& notes) { addTag(notes, word); });
    }

private Q_SLOTS:
    void whatIsWrittenIsRead() {
        const fs::path folder = run();
        QVERIFY(readNotes(folder) == RunNotes{});
        QVERIFY(!fs::exists(notesFile(folder)));
        const RunNotes noted{"diverges after 160,\nas in Figure 3", {"baseline", "β"}, true, true};
        changeNotes(folder, [&](RunNotes& notes) { notes = noted; });
        QVERIFY(readNotes(folder) == noted);
        changeNotes(folder, [](RunNotes& notes) { notes.pinned = false; });
        QCOMPARE(readNotes(folder).pinned, false);
        QCOMPARE(readNotes(folder).tags.size(), noted.tags.size());
    }

    void nothingIsWrittenWhereNothingChanged() {
        const fs::path folder = run();
        changeNotes(folder, [](RunNotes&) {});
        QVERIFY(!fs::exists(notesFile(folder)));
        QVERIFY_THROWS_EXCEPTION(StorageError, tag(workspace() / "none", "x"));
    }

    void tagsAreWordsEachOnce() {
        QCOMPARE(tagsOf(" b, a b ,b,, c"), std::vector<std::string>({"b", "a b", "c"}));
        QCOMPARE(tagsOf("").size(), std::size_t{0});
        RunNotes notes;
        QVERIFY_THROWS_EXCEPTION(ConfigError, addTag(notes, "  "));
        QVERIFY_THROWS_EXCEPTION(ConfigError, addTag(notes, "a,b"));
        QVERIFY_THROWS_EXCEPTION(ConfigError, addTag(notes, "a\nb"));
        QVERIFY_THROWS_EXCEPTION(ConfigError, addTag(notes, "\xff"));
        const fs::path folder = run();
        QVERIFY_THROWS_EXCEPTION(ConfigError,
                                 changeNotes(folder, [](RunNotes& n) { n.note = "\xff"; }));
        QVERIFY(!fs::exists(notesFile(folder)));
    }

    void anotherVersionsFileIsKept() {
        const fs::path folder = run();
        const std::string later = R"({"format": 7, "stars": 5})";
        replaceFile(notesFile(folder), later);
        const QString said = errorOf([&] { tag(folder, "x"); });
        QVERIFY2(said.contains("format 7") && said.contains("notes.json"), qPrintable(said));
        QCOMPARE(readFile(notesFile(folder)), later);
        RunIndex index(workspace());
        index.refresh();
        QVERIFY(index.runs()[0].error.empty());  // the run itself can be read
        QCOMPARE(QString::fromStdString(index.runs()[0].notes_problem), said);
    }

    void damageIsNamed() {
        const fs::path folder = run();
        replaceFile(notesFile(folder),
                    R"({"format":1,"note":"","tags":[3],"pinned":false,"archived":false})");
        const QString said = errorOf([&] { readNotes(folder); });
        QVERIFY2(said.contains("/tags/0 is 3, not a text"), qPrintable(said));
        replaceFile(notesFile(folder), "{");
        QVERIFY_THROWS_EXCEPTION(DamagedFileError, readNotes(folder));
    }

    void theIndexAndItsCacheNoticeChanges() {
        const fs::path folder = run();
        run("b");
        waitForTheClock();
        RunIndex index(workspace());
        index.refresh();
        QVERIFY(index.runs()[0].notes == RunNotes{});
        tag(folder, "first");
        index.refresh();
        QCOMPARE(index.effort().runs_read, std::size_t{1});
        QCOMPARE(tagText(index.runs()[0].notes), std::string("first"));
        waitForTheClock();
        index.refresh();
        RunIndex next(workspace());  // from the cache
        next.refresh();
        QVERIFY(next.effort().cache_used);
        QCOMPARE(next.effort().runs_read, std::size_t{0});
        QCOMPARE(tagText(next.runs()[0].notes), std::string("first"));
        tag(folder, "second");
        RunIndex third(workspace());
        third.refresh();
        QCOMPARE(tagText(third.runs()[0].notes), std::string("first, second"));
        fs::remove(notesFile(folder));
        third.refresh();
        QVERIFY(third.runs()[0].notes == RunNotes{});
    }

    void anUnreadableRunKeepsItsNotes() {
        const fs::path folder = run();
        tag(folder, "broken");
        replaceFile(folder / "run.json", "{");
        RunIndex index(workspace());
        index.refresh();
        QVERIFY(!index.runs()[0].error.empty());
        QCOMPARE(runsWhere(index.runs(), {"tags~broken"}).size(), std::size_t{1});
    }

    void runsAreChosenByThem() {
        std::vector<IndexedRun> runs(3);
        runs[0].notes = {"as in Figure 3", {"baseline", "old"}, true, false};
        runs[1].notes = {"", {"base"}, false, true};
        const auto chosen = [&](const std::string& condition) {
            return runsWhere(runs, {condition}).size();
        };
        QCOMPARE(chosen("tags~base"), std::size_t{2});
        QCOMPARE(chosen("tags=base"), std::size_t{1});
        QCOMPARE(chosen("tags=null"), std::size_t{1});
        QCOMPARE(chosen("note~Figure"), std::size_t{1});
        QCOMPARE(chosen("pinned=yes"), std::size_t{1});
        QCOMPARE(chosen("archived=no"), std::size_t{2});
        const QString said = errorOf([&] { chosen("archived=true"); });
        QVERIFY2(said.contains("archived is yes or no"), qPrintable(said));
    }
};

BALLAST_TEST(TestRunNotes)
#include "tst_run_notes.moc"
