#include <QtTest>

#include "core/base/atomic_file.h"
#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

/// What lies in a folder: its files' contents by their paths there. Without the index's cache,
/// which commands do without where it cannot be written.
std::map<std::string, std::string> contentOf(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || entry.path().filename() == "run-index.cache") continue;
        files[entry.path().lexically_relative(folder).string()] = readFile(entry.path());
    }
    return files;
}

}  // namespace

/// Commands that write a file, on a disk that refuses one call after the other: the file is the old
/// or the new one, nothing lies beside it, and the command says why.
class TestFullDisk : public QObject, CliFolder {
    Q_OBJECT

private Q_SLOTS:
    void oldOrNew_data() {
        QTest::addColumn<QStringList>("command");
        const QString run = "DISK/runs/20261126-135722-ce-drw-tiny";
        QTest::newRow("export") << QStringList{"export", "--csv", "DISK", "--output", "DISK/out"};
        QTest::newRow("events") << QStringList{"export", "DISK", "--tensorboard", "DISK/events"};
        QTest::newRow("table") << QStringList{"table", "DISK", "--output", "DISK/out"};
        QTest::newRow("config") << QStringList{"config", run, "--output", "DISK/out"};
        QTest::newRow("note") << QStringList{"note", run, "--note", "kept", "--pin"};
    }

    void oldOrNew() {
        QFETCH(QStringList, command);
        const QString disk = path(QTest::currentDataTag());
        const fs::path folder = disk.toStdString();
        command.replaceInStrings("DISK", disk);
        const auto start = [&](int number) {
            fs::remove_all(folder);
            fs::remove(folder.string() + ".log");
            fs::copy(BALLAST_TEST_DATA "/workspaces/0.2.0", folder, fs::copy_options::recursive);
            std::ofstream(folder / "out") << "old";
            return runCli(command, {},
                          {"LD_PRELOAD=" + qEnvironmentVariable("BALLAST_FULL_DISK_LIBRARY"),
                           "BALLAST_FULL_DISK=" + disk, "BALLAST_FULL_DISK_LOG=" + disk + ".log",
                           "BALLAST_FULL_DISK_AT=" + QString::number(number)});
        };
        const CliAnswer undisturbed = start(0);
        QVERIFY2(undisturbed.code == 0, undisturbed.err.constData());
        const std::map<std::string, std::string> after = contentOf(folder);
        const std::string log = readFile(folder.string() + ".log");
        const auto calls = static_cast<int>(std::ranges::count(log, '\n'));
        QVERIFY(calls >= 5);
        int failed = 0;
        for (int number = 1; number <= calls; ++number) {
            const CliAnswer answer = start(number);
            const QByteArray said = QByteArray::number(number) + ": " + answer.err;
            QVERIFY2(readFile(folder.string() + ".log").find(" failed ") != std::string::npos,
                     said);
            if (answer.code == 0) {
                QVERIFY2(contentOf(folder) == after, said);
                continue;
            }
            ++failed;
            QVERIFY2(answer.code == 4, said);
            QVERIFY2(answer.says("No space left on device") || answer.says("Input/output error"),
                     said);
            QVERIFY2(answer.err.contains(disk.toUtf8()), said);
            for (const auto& [file, content] : contentOf(folder)) {
                QVERIFY2(after.contains(file), said + file.c_str());
                QVERIFY2(content == after.at(file) || (file == "out" && content == "old"),
                         said + file.c_str());
            }
        }
        QVERIFY(failed >= 5);
    }
};

BALLAST_TEST(TestFullDisk)
#include "tst_full_disk.moc"
