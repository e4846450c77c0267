#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/test_program.h"

namespace {

struct Result {
    int code = -1;
    QString output;
};

Result checkOf(const QString& root) {
    QProcess check;
    check.setProcessChannelMode(QProcess::MergedChannels);
    check.start(qEnvironmentVariable("BALLAST_SOURCE") + "/packaging/check_layers.sh", {root});
    check.waitForFinished();
    return {check.exitCode(), QString::fromUtf8(check.readAll())};
}

/// A tree with one file that has one line.
Result checkOfLine(const QString& file, const QString& line) {
    const QTemporaryDir root;
    QDir(root.path()).mkpath(QFileInfo(file).path());
    QFile source(root.filePath(file));
    if (!source.open(QIODevice::WriteOnly)) return {};
    source.write((line + "\n").toUtf8());
    source.close();
    return checkOf(root.path());
}

}  // namespace

class TestCheckLayers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void refusesWhatARoomMayNotKnow_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("line");
        const auto row = [](const char* file, const char* line) {
            QTest::addRow("%s: %s", file, line) << QString(file) << QString(line);
        };
        row("core/base/a.h", "#include \"core/experiment/config.h\"");
        row("core/experiment/a.h", "#include \"core/results/records.h\"");
        row("core/results/a.cpp", "#include \"core/runs/run_edits.h\"");
        row("core/results/a.cpp", "#include \"core/runs/sweep_store.h\"");
        row("core/results/a.cpp", "#include \"core/runs/learning_library.h\"");
        row("core/results/a.cpp", "#include \"core/theory/bound.h\"");
        row("core/results/a.cpp", "#include \"core/analysis/response.h\"");
        row("core/theory/a.cpp", "#include \"core/analysis/response.h\"");
        row("core/analysis/a.cpp", "#include \"core/runs/run.h\"");
        row("core/results/a.cpp", "#include <boost/math/distributions.hpp>");
        row("core/experiment/a.cpp", "#include \"core/runs/learning.h\"");
        row("core/data/a.cpp", "#include \"core/results/records.h\"");
        row("core/interchange/a.cpp", "#include \"core/runs/run.h\"");
        row("core/runs/a.cpp", "#include \"core/learning/trainer.h\"");
        row("core/runs/a.cpp", "  #  include \"core/learning/trainer.h\"");
        row("core/learning/a.cpp", "#include \"core/runs/executor.h\"");
        row("core/learning/a.cpp", "#include \"core/runs/learning_library.h\"");
        row("widgets/a.cpp", "#include \"core/runs/run_edits.h\"");
        row("widgets/a.cpp", "#include \"core/data/data_store.h\"");
        row("widgets/a.cpp", "#include \"app/desktop/settings.h\"");
        row("widgets/a.cpp", "#include <QThread>");
        row("widgets/a.cpp", "#include <QFile>");
        row("widgets/a.cpp", "#include <filesystem>");
        row("widgets/a.cpp", "std::jthread worker;");
        row("widgets/a.cpp", "#include <qcustomplot.h>");
        row("app/cli/a.cpp", "#include \"widgets/palette.h\"");
        row("app/cli/a.cpp", "#include <QString>");
        row("app/desktop/a.cpp", "#include <torch/torch.h>");
        row("core/runs/a.cpp", "#include <torch/torch.h>");
        row("core/results/a.cpp", "#include <QString>");
        row("core/results/a.cpp", "#include <curl/curl.h>");
        row("core/results/a.cpp", "#include <unheard/of.h>");
        row("core/new_room/a.cpp", "#include \"core/base/error.h\"");
        row("core/loose.h", "");
        row("tests/core/runs/tst_a.cpp", "#include <torch/torch.h>");
        row("tests/core/runs/tst_a.cpp", "#include \"core/learning/trainer.h\"");
    }

    void refusesWhatARoomMayNotKnow() {
        QFETCH(QString, file);
        QFETCH(QString, line);
        const Result result = checkOfLine(file, line);
        QVERIFY2(result.code == 1, qPrintable(result.output));
        QVERIFY2(result.output.contains(file), qPrintable(result.output));
        QVERIFY2(result.output.contains("layers broken: 1"), qPrintable(result.output));
    }

    void allowsWhatItMay_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("line");
        const auto row = [](const char* file, const char* line) {
            QTest::addRow("%s: %s", file, line) << QString(file) << QString(line);
        };
        row("core/runs/a.cpp", "#include \"core/results/records.h\"");
        row("core/runs/a.cpp", "#include <thread>");
        row("core/learning/a.cpp", "#include <torch/torch.h>");
        row("core/learning/a.cpp", "#include \"core/runs/learning.h\"");
        row("widgets/a.cpp", "#include \"core/theory/bound.h\"");
        row("widgets/a.cpp", "#include <QWidget>");
        row("widgets/qcustomplot_wrapper.h", "#include <qcustomplot.h>");
        row("app/desktop/a.cpp", "#include \"core/runs/executor.h\"");
        row("tests/core/learning/tst_a.cpp", "#include <torch/torch.h>");
        row("tests/core/runs/tst_a.cpp", "#include \"core/runs/executor.h\"");
    }

    void allowsWhatItMay() {
        QFETCH(QString, file);
        QFETCH(QString, line);
        const Result result = checkOfLine(file, line);
        QVERIFY2(result.code == 0, qPrintable(result.output));
    }
};

BALLAST_TEST(TestCheckLayers)
#include "tst_check_layers.moc"
