#include <QComboBox>
#include <QPushButton>
#include <QSlider>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "app/desktop/explained_figure.h"
#include "app/desktop/export_requests.h"
#include "app/desktop/figure_file.h"
#include "app/desktop/main_window.h"
#include "app/desktop/pages/experiment_page.h"
#include "app/desktop/pages/explain_page.h"
#include "app/desktop/pages/explain_what_if.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/working_set.h"
#include "core/analysis/capsule_file.h"
#include "core/base/atomic_file.h"
#include "core/experiment/config_json.h"
#include "core/runs/learning_library.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/support/made_bound_run.h"
#include "tests/support/test_program.h"
#include "widgets/banner.h"
#include "widgets/bound_answer.h"
#include "widgets/bound_bars.h"
#include "widgets/epoch_scrubber.h"
#include "widgets/view_menu.h"

using namespace ballast;

class TestExplainPage : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<RunController> controller_;
    std::unique_ptr<MainWindow> window_;

    std::filesystem::path workspace() const {
        return folder_.filePath(QString::fromLatin1(QTest::currentTestFunction())).toStdString();
    }
    QString made(const std::string& name, int epochs = 8, bool measured = true) {
        const auto folder = madeBoundRun(workspace(), name, epochs, 3, measured);
        return QString::fromStdString(folder.filename().string());
    }
    void open() {
        controller_ =
            std::make_unique<RunController>(learningLibrary(), TrainingEnvironment{}, workspace());
        window_ = std::make_unique<MainWindow>(*controller_);
        window_->resize(1200, 800);
        window_->show();
        controller_->open();
    }
    ExplainPage& page() { return window_->explainPage(); }
    ExplainBound& bound() { return page().bound(); }
    template<class T>
    T* part(const char* name) {
        return page().findChild<T*>(QLatin1String(name));
    }

private Q_SLOTS:
    void initTestCase() { keepSettingsIn(folder_); }
    void cleanup() {
        window_.reset();
        controller_.reset();
    }

    void followsTheSelection() {
        const QString one = made("a");
        const QString two = made("b");
        open();
        QTRY_COMPARE(controller_->runs().size(), std::size_t{2});
        window_->runsPage().select(two);
        window_->showExplain();
        QTRY_COMPARE(bound().inspections().size(), std::size_t{1});
        QCOMPARE(QString::fromStdString(bound().inspections()[0].run), two);
        QCOMPARE(bound().inspections()[0].epochs_done, 8);
        QVERIFY(bound().inspections()[0].source == StatisticsSource::exact);
        QTRY_COMPARE(bound().series().size(), std::size_t{2});
        window_->runsPage().select(one);
        QTRY_COMPARE(QString::fromStdString(bound().inspections()[0].run), one);
        // The box chooses among the ticked.
        auto* runs = part<QComboBox>("explain_run");
        QCOMPARE(runs->count(), 2);
        bound().setBeside(two);
        QTRY_COMPARE(bound().inspections().size(), std::size_t{2});
        QCOMPARE(QString::fromStdString(bound().inspections()[1].run), two);
    }

    void scrubsOverMeasuredEpochs() {
        made("a");
        open();
        window_->showExplain();
        QTRY_COMPARE(bound().inspections().size(), std::size_t{1});
        auto* slider = part<QSlider>("epoch_slider");
        QTest::keyClick(slider, Qt::Key_Left);
        QCOMPARE(bound().inspections()[0].epochs_done, 5);  // exact: after 4, 5 and 8
        QTest::keyClick(slider, Qt::Key_PageUp);
        QCOMPARE(bound().inspections()[0].epochs_done, 4);
        QCOMPARE(bound().inspections()[0].phase, 0);
        bound().setSource(StatisticsSource::streaming);
        QCOMPARE(bound().inspections()[0].epochs_done, 4);
        QTest::keyClick(slider, Qt::Key_Left);
        QCOMPARE(bound().inspections()[0].epochs_done, 3);
        QVERIFY(bound().inspections()[0].source == StatisticsSource::streaming);
        bound().setEpoch(100);
        QCOMPARE(bound().inspections()[0].epochs_done, 8);
    }

    void showsTheRunAcrossItsPhaseChange() {
        made("a");
        open();
        window_->showExplain();
        QTRY_COMPARE(bound().inspections().size(), std::size_t{1});
        auto* beside = part<QComboBox>("explain_beside");
        QCOMPARE(beside->itemText(1), QStringLiteral("this run across T₀ = 4"));
        beside->setCurrentIndex(1);
        Q_EMIT beside->activated(1);
        QTRY_COMPARE(bound().inspections().size(), std::size_t{2});
        QCOMPARE(bound().inspections()[0].epochs_done, 4);  // before stands left
        QCOMPARE(bound().inspections()[1].epochs_done, 8);
        bound().setEpoch(4);  // on the other side
        QCOMPARE(bound().inspections()[0].epochs_done, 4);
        QCOMPARE(bound().inspections()[1].epochs_done, 5);
    }

    /// What the page exports opens there again, and is drawn from its description alone.
    void anExportedFigureOpensAgain() {
        made("a");
        open();
        window_->showExplain();
        QTRY_COMPARE(bound().inspections().size(), std::size_t{1});
        auto* beside = part<QComboBox>("explain_beside");
        beside->setCurrentIndex(1);
        Q_EMIT beside->activated(1);
        bound().setSource(StatisticsSource::streaming);
        bound().setEpoch(6);
        QTRY_COMPARE(bound().inspections().size(), std::size_t{2});
        const auto epochs = [&] {
            std::vector<int> shown;
            for (const BoundInspection& one : bound().inspections()) {
                shown.push_back(one.epochs_done);
            }
            return shown;
        };
        const std::vector<int> exported = epochs();
        QCOMPARE(exported, (std::vector<int>{4, 6}));
        RunFolders folders;
        for (const IndexedRun* run : controller_->runs()) folders[run->id] = run->folder;
        const ExportRequest request =
            exportOf(bound().inspections(), bound().series(), folders, workspace());
        QCOMPARE(request.figures.size(), std::size_t{2});
        const std::string capsule = request.figures[0].capsule(FigureStyle());
        const std::filesystem::path svg = workspace() / "bound.svg";
        replaceFile(svg, svgWithCapsule("<svg></svg>", capsule));

        // Its description, drawn without the window, has the same numbers.
        const FigureCapsule read = capsuleFromText(capsule, "a capsule");
        QCOMPARE(read.runs.size(), std::size_t{1});  // one run twice
        FigureRequest drawing{workspace() / "bound.json", workspace(), "", "",
                              workspace() / "bound.csv"};
        replaceFile(drawing.description, toJson(read.figure).dump());
        QVERIFY(drawFigureFile(drawing).empty());
        QCOMPARE(QByteArray::fromStdString(readFile(drawing.output)),
                 request.figures[0].paper.csv());
        drawing.output = workspace() / "sums.csv";
        replaceFile(drawing.description, toJson(boundSumsFigure(bound().series())).dump());
        QVERIFY(drawFigureFile(drawing).empty());
        QCOMPARE(QByteArray::fromStdString(readFile(drawing.output)),
                 request.figures[1].paper.csv());

        bound().setBeside({});
        bound().setSource(StatisticsSource::exact);
        QCOMPARE(epochs(), std::vector<int>{5});
        window_->showRuns();
        window_->openConfig(svg);
        QVERIFY(page().isVisible());
        QTRY_COMPARE(epochs(), exported);
        QVERIFY(bound().inspections()[0].source == StatisticsSource::streaming);
        QVERIFY(window_->banner().message().contains(QStringLiteral("bound.svg was drawn by")));
    }

    void oneClickOpensTheChangedConfig() {
        made("VS+ADRW");
        open();
        window_->showExplain();
        QTRY_VERIFY(part<QPushButton>("bound_take_advice"));
        part<QPushButton>("bound_take_advice")->click();
        QVERIFY(window_->experimentPage().isVisible());
        const auto& checked = window_->experimentPage().checked();
        QVERIFY(checked.config);
        QCOMPARE(checked.config->name, std::string("VS+TLA+ADRW"));
        QCOMPARE(checked.config->phases[1].beta.rule, std::string("one"));
        QCOMPARE(checked.config->phases[1].alpha.rule, std::string("power"));
    }

    void constantsReachTheBounds() {
        made("a");
        open();
        window_->showExplain();
        QTRY_COMPARE(bound().inspections().size(), std::size_t{1});
        const double before = bound().inspections()[0].union_bound.confidence;
        bound().answer().setConstants({0.001, 2.0, 1.0});
        Q_EMIT bound().answer().constantsChanged();
        QVERIFY(bound().inspections()[0].union_bound.confidence > 2.0 * before);
    }

    void saysWhyThereIsNothing() {
        open();
        window_->showExplain();
        QTRY_VERIFY(bound().bars().sentence().contains(QStringLiteral("Tick runs")));
        QVERIFY_THROWS_EXCEPTION(ConfigError, exportOf(bound().inspections(), bound().series(), {},
                                                       controller_->workspace()));
        cleanup();
        const QString imported = made("imported", 8, false);
        open();
        window_->showExplain();
        QTRY_VERIFY(bound().bars().sentence().contains(
            QStringLiteral("has no statistics of its training images")));
        cleanup();
        made("new", 0);
        std::filesystem::remove_all(workspace() / "runs" / imported.toStdString());
        open();
        window_->showExplain();
        QTRY_VERIFY(bound().bars().sentence().contains(QStringLiteral("new has no epoch yet")));
    }

    void whatIfFollowsTheRun() {
        made("a");
        open();
        window_->showExplain();
        ExplainPage& page = window_->explainPage();
        QTRY_VERIFY(!page.run().isEmpty());
        QVERIFY(!page.showsWhatIf());
        page.showView("view_what_if");
        QVERIFY(page.showsWhatIf() && page.whatIf().isVisible());
        QTRY_VERIFY(part<QComboBox>("what_if_epoch")->count() > 0);
        QVERIFY(!page.whatIf().hasResults());  // no logits, no checkpoint
        // An adjustment is kept by name, also for the next window.
        WhatIf made;
        made.tau = 1.25;
        page.whatIf().view().setAdjustment(made);
        QVERIFY(page.adjustments().save(QStringLiteral("strong")));
        page.whatIf().view().setAdjustment({});
        cleanup();
        open();
        ExplainPage& next = window_->explainPage();
        const ViewMenu::Views saved = next.adjustments().views();
        QCOMPARE(saved.keys(), QStringList{QStringLiteral("strong")});
        Q_EMIT next.adjustments().chosen(saved.first());
        QCOMPARE(next.whatIf().view().adjustment().tau, 1.25);
        window_->showExplain();
        next.showView("view_what_if");
        QVERIFY(part<QToolButton>("adjustments")->isVisible());
        next.showView("view_bound");
        QVERIFY(!part<QToolButton>("adjustments")->isVisible());
        QVERIFY_THROWS_EXCEPTION(ConfigError,
                                 next.whatIf().exportRequest(controller_->workspace()));
    }

    void exportsWhatIsShown() {
        made("a");
        open();
        window_->showExplain();
        QTRY_COMPARE(bound().inspections().size(), std::size_t{1});
        const ExportRequest request =
            exportOf(bound().inspections(), bound().series(), {}, controller_->workspace());
        QCOMPARE(request.figures.size(), std::size_t{2});
        QVERIFY(request.figures[0].paper.csv().contains("one_minus_softmax"));
        QVERIFY(request.figures[1].paper.csv().contains(",exact,8,"));
    }
};

BALLAST_TEST(TestExplainPage)
#include "tst_explain_page.moc"
