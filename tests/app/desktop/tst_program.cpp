#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/results/owned_run.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

struct Answer {
    int code = -1;
    QString out;
    QString err;
};

/// Runs the window's program, which lies beside ballast-cli, in an environment without a screen.
Answer runProgram(const QStringList& arguments, const QProcessEnvironment& more = {}) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
        environment.remove(QString::fromLatin1(name));
    }
    environment.insert(more);
    QProcess process;
    process.setProcessEnvironment(environment);
    const QString bin = QFileInfo(qEnvironmentVariable("BALLAST_CLI")).path();
    process.start(bin + QStringLiteral("/ballast"), arguments);
    if (!process.waitForFinished(60'000) || process.exitStatus() != QProcess::NormalExit) {
        return {};
    }
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

/// A finished run with numbers that have decimals.
void makeRun(const std::filesystem::path& workspace) {
    RunDescription description;
    description.config.name = "finished";
    description.config.training.epochs = 2;
    description.config_as_given = nlohmann::json::object();
    description.class_counts = {5000, 50};
    RunStart start;
    for (int epoch = 0; epoch < 2; ++epoch) {
        EpochRecord record;
        record.epoch = epoch;
        record.learning_rate = 0.1;
        record.loss = 1.25;
        record.test_accuracy = {0.9125, 0.3375};
        record.balanced_test_accuracy = 0.625;
        record.streaming.accuracy = {0.9, 0.3};
        record.streaming.majority_accuracy = 0.9;
        record.streaming.minority_accuracy = 0.3;
        start.records.push_back(record);
    }
    start.state = RunState::finished;
    OwnedRun::create(workspace, description, start);
}

}  // namespace

/// The window's program from outside, where there is no screen.
class TestProgram : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    QString path(const char* name) const { return folder_.filePath(QString::fromLatin1(name)); }

private Q_SLOTS:
    void argumentsComeBeforeTheScreen() {
        const Answer help = runProgram({QStringLiteral("--help")});
        QCOMPARE(help.code, 0);
        QVERIFY2(help.out.contains(QStringLiteral("--workspace")), qPrintable(help.out));
        QCOMPARE(runProgram({QStringLiteral("--version")}).code, 0);
        const Answer unknown = runProgram({QStringLiteral("--wrokspace"), QStringLiteral("x")});
        QCOMPARE(unknown.code, 1);
        QVERIFY2(unknown.err.contains(QStringLiteral("wrokspace")), qPrintable(unknown.err));
    }

    void aWindowWithoutAScreenIsRefused() {
        const Answer answer = runProgram({QStringLiteral("--workspace"), path("none")});
        QCOMPARE(answer.code, 2);
        QVERIFY2(answer.err.contains(QStringLiteral("there is no screen")), qPrintable(answer.err));
        QVERIFY2(answer.err.contains(QStringLiteral("ballast-cli")), qPrintable(answer.err));
        QVERIFY(!QFileInfo::exists(path("none")));
    }

    /// Under a locale with decimal commas numbers in files look as everywhere.
    void figuresAndTablesInAnyLocale() {
        const QString source = QStringLiteral("/usr/share/i18n/locales/de_DE");
        QProcessEnvironment german;
        german.insert(QStringLiteral("LC_ALL"), QStringLiteral("de_DE.UTF-8"));
        german.insert(QStringLiteral("LOCPATH"), folder_.path());
        if (!QFileInfo::exists(source) ||
            QProcess::execute(QStringLiteral("localedef"),
                              {QStringLiteral("-i"), QStringLiteral("de_DE"), QStringLiteral("-f"),
                               QStringLiteral("UTF-8"), path("de_DE.UTF-8")}) != 0) {
            QSKIP("no locale with decimal commas can be made: Debian's package locales is missing");
        }
        makeRun(path("workspace").toStdString());
        const auto table = [&](const char* out, const QProcessEnvironment& locale) {
            const Answer answer = runProgram({QStringLiteral("--workspace"), path("workspace"),
                                              QStringLiteral("--export-figures"), path(out)},
                                             locale);
            if (answer.code != 0) qWarning("%s", qPrintable(answer.err));
            std::string tables;
            for (const QFileInfo& file : QDir(path(out)).entryInfoList(QDir::Files, QDir::Name)) {
                if (file.suffix() == QStringLiteral("csv") || file.suffix() == QStringLiteral("md"))
                    tables += readFile(file.filePath().toStdString());
            }
            return QString::fromStdString(tables);
        };
        const QString here = table("plain", {});
        QVERIFY2(here.contains(QStringLiteral("62.5")), qPrintable(here));
        QCOMPARE(table("german", german), here);
    }
};

BALLAST_TEST(TestProgram)
#include "tst_program.moc"
