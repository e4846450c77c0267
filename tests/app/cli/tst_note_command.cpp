#include <QtTest>

#include "core/base/atomic_file.h"
#include "core/results/run_notes.h"
#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/core/results/made_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

class TestNoteCommand : public QObject, CliFolder {
    Q_OBJECT

    fs::path run(const char* name) const {
        return madeRun(path("workspace").toStdString(), namedConfig(name), {0.5});
    }
    static QString shown(const fs::path& folder) { return QString::fromStdString(folder.string()); }

private Q_SLOTS:
    void notesAreAddedAndTakenAway() {
        const fs::path folder = run("a");
        const QString id = QString::fromStdString(folder.filename().string());
        CliAnswer answer = runCli({"note", id, "--workspace", path("workspace"), "--note", "look",
                                   "--tag", "x", "--tag", "y", "--pin", "--archive"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QVERIFY(readNotes(folder) == (RunNotes{"look", {"x", "y"}, true, true}));
        answer = runCli({"note", shown(folder), "--untag", "x", "--unpin", "--json"});
        QCOMPARE(answer.code, 0);
        QVERIFY(readNotes(folder) == (RunNotes{"look", {"y"}, false, true}));
        QCOMPARE(parsed(answer.out)["tags"].dump(), std::string("[\"y\"]"));
        answer = runCli({"runs", path("workspace"), "--where", "tags~y", "--columns", "tags,note"});
        QVERIFY(answer.out.contains("y     look"));
    }

    void badInputIsSaid() {
        const fs::path folder = run("b");
        CliAnswer answer = runCli({"note", "nowhere", "--workspace", path("workspace")});
        QCOMPARE(answer.code, 2);
        QVERIFY(answer.says("there is no run nowhere"));
        answer = runCli({"note", shown(folder), "--tag", "a,b"});
        QCOMPARE(answer.code, 2);
        QVERIFY(answer.says("one line without commas"));
        QCOMPARE(runCli({"note", shown(folder), "--pin", "--unpin"}).code, 2);
        replaceFile(notesFile(folder), R"({"format": 2})");
        answer = runCli({"note", shown(folder), "--pin"});
        QCOMPARE(answer.code, 4);
        QVERIFY(answer.says("leaves the file as it is"));
        QCOMPARE(readFile(notesFile(folder)), std::string(R"({"format": 2})"));
    }
};

BALLAST_TEST(TestNoteCommand)
#include "tst_note_command.moc"
