#include <QProcess>
#include <QtTest>

#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/support/test_program.h"

using namespace ballast;

/// What packages ship: completions and the man page.
class TestPagesCommands : public QObject, CliFolder {
    Q_OBJECT

    /// What bash offers after `words`, the last of which is being typed.
    QStringList offered(const QStringList& words) const {
        QString line;
        for (const QString& word : words) line += " '" + word + "'";
        const QString script = QStringLiteral(
                                   "source %1; COMP_WORDS=(ballast-cli%2); COMP_CWORD=%3; "
                                   "_ballast_cli; echo \"${COMPREPLY[*]}\"")
                                   .arg(path("completion"), line)
                                   .arg(words.size());
        QProcess bash;
        bash.start("bash", {"--norc", "-c", script});
        bash.waitForFinished();
        return QString::fromUtf8(bash.readAllStandardOutput()).simplified().split(' ');
    }

private Q_SLOTS:
    void bashCompletesCommandsAndOptions() {
        const CliAnswer script = runCli({"completion", "bash"});
        QCOMPARE(script.code, 0);
        file("completion", script.out.toStdString());
        QCOMPARE(offered({"swe"}), QStringList("sweep"));
        QVERIFY(offered({""}).contains("import"));
        QVERIFY(!offered({""}).contains("man-page"));
        QCOMPARE(offered({"data", "g"}), QStringList("get"));
        QCOMPARE(offered({"run", "--pre"}), QStringList("--preset"));
        QVERIFY(offered({"--data", "x", "resume", "--"}).contains("--save-logits"));
        QCOMPARE(offered({"run", "confi"}), QStringList(""));  // bash then offers files
    }

    void otherShells() {
        const CliAnswer zsh = runCli({"completion", "zsh"});
        QVERIFY(zsh.out.startsWith("#compdef ballast-cli\n"));
        const CliAnswer fish = runCli({"completion", "fish"});
        QVERIFY(fish.out.contains("-a sweep -d 'Train many configs"));
        const CliAnswer unknown = runCli({"completion", "tcsh"});
        QCOMPARE(unknown.code, 2);
        QVERIFY(unknown.says("known: bash zsh fish"));
    }

    void everyCommandHasItsPlaceOnTheManPage() {
        const QByteArray page = runCli({"man-page"}).out;
        QVERIFY(page.startsWith(".TH BALLAST\\-CLI 1 "));
        const QByteArray help = runCli({"--help"}).out;
        const QByteArray commands = help.mid(help.indexOf("Subcommands:"));
        int count = 0;
        for (const QByteArray& line : commands.split('\n')) {
            if (!line.startsWith("  ") || line.startsWith("   ")) continue;
            QByteArray name = line.simplified().split(' ').front();
            QVERIFY2(page.contains(".SS \"" + name.replace("-", "\\-") + "\"\n"), name.constData());
            ++count;
        }
        QVERIFY(count > 20);
        QVERIFY(page.contains(".SS \"data get\"\n"));
        for (const QByteArray& line : page.split('\n')) {  // no text is taken for a request
            QVERIFY2(!line.startsWith('\'') && (!line.startsWith('.') || line.size() > 2),
                     line.constData());
        }
    }
};

BALLAST_TEST(TestPagesCommands)
#include "tst_pages_commands.moc"
