#include "app/desktop/pages/explain_what_if.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "app/desktop/explained_figure.h"
#include "app/desktop/figure_file.h"
#include "core/analysis/figure_capsule.h"
#include "core/base/atomic_file.h"
#include "tests/core/base/error_of.h"
#include "tests/core/results/made_runs.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

/// The page's part about what-if, with a scripted learning.
class TestExplainWhatIf : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    const FakeLearning learning_;

    /// Two classes, the second taken for the first unless π is corrected; logits of epoch 2 are
    /// saved, a checkpoint is there after epoch 3.
    fs::path run(const char* name) const {
        const fs::path folder =
            madeRun(folder_.path().toStdString(), namedConfig(name), {0.5, 0.7, 0.6});
        const RunDescription description = readDescription(folder);
        SavedLogits saved;
        saved.epochs_done = 2;
        saved.dataset = description.config.data.dataset;
        saved.data_identity = dataIdentity(description);
        saved.subset_sha256 = description.subset_sha256;
        saved.class_counts = description.class_counts;
        saved.head = {HeadKind::linear, {1.0F, 0.5F}, {0.0F, 0.0F}};
        saved.test = Logits{2, {8.0F, 0.0F, 3.0F, 2.0F}, {0, 1}};
        saved.validation = saved.test;
        writeSavedLogits(savedLogitsPath(folder, 2), saved);
        fs::create_directories(folder / "checkpoints");
        replaceFile(folder / "checkpoints" / checkpointName(3), "weights");
        return folder;
    }

    template<class T>
    static T* part(ExplainWhatIf& page, const char* name) {
        return page.findChild<T*>(QString::fromUtf8(name));
    }
    static QString words(ExplainWhatIf& page, const char* name) {
        return part<QLabel>(page, name)->text();
    }
    static void choose(ExplainWhatIf& page, int row) {
        auto* combo = part<QComboBox>(page, "what_if_epoch");
        combo->setCurrentIndex(row);
        Q_EMIT combo->activated(row);
    }

private Q_SLOTS:
    void savedLogitsAreShownAndAdjusted() {
        ExplainWhatIf page(learning_, DataStore());
        page.resize(1000, 640);
        page.show();
        QVERIFY(!page.hasResults());
        QVERIFY(errorOf([&] {
                    page.exportRequest(folder_.path().toStdString());
                }).contains(QStringLiteral("no what-if")));
        page.setRun(run("a"));
        QTRY_VERIFY(page.hasResults());
        QCOMPARE(part<QComboBox>(page, "what_if_epoch")->currentText(),
                 QStringLiteral("after 2 (best)"));
        QCOMPARE(words(page, "what_if_balanced"), QStringLiteral("50.0 %"));
        part<QSlider>(page, "τ_slider")->setValue(100);
        QTRY_COMPARE(words(page, "what_if_balanced"), QStringLiteral("100.0 %"));
        const ExportRequest request = page.exportRequest(folder_.path().toStdString());
        QCOMPARE(request.figures.at(0).paper.title,
                 QStringLiteral("a after 2 epochs, test images, τ = 1"));
        QVERIFY(request.figures.at(0).paper.csv().contains("balanced_accuracy,,,,0.5,1\n"));

        part<QPushButton>(page, "what_if_reset")->click();
        QTRY_COMPARE(words(page, "what_if_balanced"), QStringLiteral("50.0 %"));
        part<QPushButton>(page, "best_tau_on_validation")->click();
        QTRY_COMPARE(words(page, "what_if_balanced"), QStringLiteral("100.0 %"));
        QVERIFY(words(page, "tuned_sentence").contains(QStringLiteral("the validation images")));
    }

    /// An exported figure carries what is done, which is drawn from it alone and shown again.
    void anExportedFigureIsShownAgain() {
        ExplainWhatIf page(learning_, DataStore());
        const fs::path folder = run("again");
        page.setRun(folder);
        QTRY_VERIFY(page.hasResults());
        WhatIf adjustment;
        adjustment.tau = 1.0;
        adjustment.weights = {1.0, 0.0};  // the second class is never chosen
        page.showEpoch(2, LogitSplit::validation, adjustment);
        QTRY_VERIFY(page.hasResults() && page.view().split() == LogitSplit::validation);
        QTRY_COMPARE(words(page, "what_if_balanced"), QStringLiteral("50.0 %"));
        const ExportRequest request = page.exportRequest(folder_.path().toStdString());
        const FigureCapsule capsule =
            capsuleFromText(request.figures[0].capsule(FigureStyle()), "a capsule");
        QVERIFY(adjustmentOf(capsule.figure) == adjustment);
        QVERIFY(splitOf(capsule.figure) == LogitSplit::validation);
        QCOMPARE(capsule.runs.size(), std::size_t{1});

        const fs::path workspace = folder.parent_path().parent_path();
        FigureRequest drawing{workspace / "what-if.json", workspace, "", "",
                              workspace / "what-if.csv"};
        replaceFile(drawing.description, toJson(capsule.figure).dump());
        QVERIFY(drawFigureFile(drawing).empty());
        QCOMPARE(QByteArray::fromStdString(readFile(drawing.output)),
                 request.figures[0].paper.csv());
        FigureDescription unsaved = capsule.figure;
        unsaved.explain.epochs = {3};
        replaceFile(drawing.description, toJson(unsaved).dump());
        QVERIFY(errorOf([&] { drawFigureFile(drawing); }).contains(QStringLiteral("epoch-000003")));
        unsaved.explain.runs = {"gone"};
        replaceFile(drawing.description, toJson(unsaved).dump());
        QVERIFY(errorOf([&] {
                    drawFigureFile(drawing);
                }).contains(QStringLiteral("/runs: there is no run gone in")));
    }

    // Of many moves of a slider the last one is what stays.
    void theLastOfManyMovesIsShown() {
        ExplainWhatIf page(learning_, DataStore());
        page.setRun(run("b"));
        QTRY_VERIFY(page.hasResults());
        QSignalSpy shown(&page, &ExplainWhatIf::resultsShown);
        for (int i = 1; i <= 200; ++i) part<QSlider>(page, "τ_slider")->setValue(i % 100 + 1);
        QTRY_COMPARE(words(page, "what_if_balanced"), QStringLiteral("50.0 %"));
        QTRY_VERIFY(shown.count() >= 2);
        QVERIFY(shown.count() < 200);  // computed as fast as shown, not once a move
        QCOMPARE(page.view().adjustment().tau, 0.01);
    }

    void missingLogitsAreMade() {
        ExplainWhatIf page(learning_, DataStore());
        page.resize(1000, 640);
        page.show();
        QSignalSpy said(&page, &ExplainWhatIf::said);
        page.setRun(run("c"));
        QTRY_VERIFY(page.hasResults());
        choose(page, 1);
        QVERIFY(!page.hasResults());
        QVERIFY(words(page, "what_if_missing").contains(QStringLiteral("about")));
        part<QPushButton>(page, "make_logits")->click();
        QTRY_VERIFY(page.hasResults());
        QCOMPARE(said.count(), 1);
        QCOMPARE(said[0][0].toString(), QStringLiteral("made by a script"));
        choose(page, 0);
        QTRY_VERIFY(page.hasResults());
    }

    void whatCannotBeHadIsSaid() {
        const fs::path folder = run("d");
        fs::remove_all(folder / "checkpoints");
        ExplainWhatIf page(learning_, DataStore());
        page.resize(1000, 640);
        page.show();
        page.setRun(folder);
        QTRY_VERIFY(page.hasResults());
        choose(page, 1);
        QVERIFY(words(page, "what_if_missing").contains(QStringLiteral("checkpoint is gone")));
        QVERIFY(!part<QPushButton>(page, "make_logits")->isVisible());

        SavedLogits other = readSavedLogits(savedLogitsPath(folder, 2));
        other.dataset = "cifar100";
        writeSavedLogits(savedLogitsPath(folder, 2), other);
        choose(page, 0);
        QTRY_VERIFY(words(page, "what_if_missing").contains(QStringLiteral("cifar100")));
        page.setRun({});
        QVERIFY(words(page, "what_if_missing").contains(QStringLiteral("Choose a run")));
        page.setRun("/nowhere");
        QTRY_VERIFY(words(page, "what_if_missing").contains(QStringLiteral("/nowhere")));
    }

    void viewsAreKeptByName() {
        ExplainWhatIf page(learning_, DataStore());
        page.setRun(run("e"));
        QTRY_VERIFY(page.hasResults());
        page.view().setAdjustment({.tau = 1.5, .gamma = 0.1, .tau_norm = 0.0, .weights = {1, 2}});
        page.view().setSplit(LogitSplit::validation);
        const QByteArray state = page.state();
        page.view().setAdjustment({});
        page.view().setSplit(LogitSplit::test);
        page.restoreState(state);
        QCOMPARE(page.view().adjustment().tau, 1.5);
        QCOMPARE(page.view().adjustment().weights, (std::vector<double>{1, 2}));
        QVERIFY(page.view().split() == LogitSplit::validation);
        for (const char* wrong : {"", "{}", "[]", "{\"format\": 2}", "{\"format\": 1}"}) {
            page.restoreState(wrong);
            QCOMPARE(page.view().adjustment().tau, 1.5);
        }
    }
};

BALLAST_TEST(TestExplainWhatIf)
#include "tst_explain_what_if.moc"
