#include <QComboBox>
#include <QContextMenuEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QTemporaryDir>
#include <QToolButton>
#include <QTreeWidget>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "app/desktop/export_requests.h"
#include "app/desktop/pages/compare_classes.h"
#include "app/desktop/pages/compare_page.h"
#include "app/desktop/pages/compare_paper.h"
#include "app/desktop/working_set.h"
#include "core/analysis/figure_capsule.h"
#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/experiment/presets.h"
#include "core/results/owned_run.h"
#include "tests/support/test_program.h"
#include "widgets/class_difference_plot.h"
#include "widgets/paper_diff_table.h"
#include "widgets/parallel_plot.h"
#include "widgets/ranking_table.h"
#include "widgets/response_plot.h"
#include "widgets/surface_plot.h"

using namespace ballast;

namespace {

/// A finished run of a sweep over ν.
QString makeRun(const std::filesystem::path& workspace, const std::string& method, double nu,
                std::uint64_t seed, double best, int batch_size = 128) {
    RunDescription description;
    RunConfig& config = description.config;
    config.name = method + " · ν = " + std::to_string(nu);
    config.training.epochs = 2;
    config.training.seed = seed;
    config.training.batch_size = batch_size;
    config.phases.resize(2);
    config.phases[1].from = 1;
    config.phases[1].alpha = {"power", {{"nu", nu}}, {}};
    config.lr_schedule.warmup_epochs = 0;
    description.config_as_given = nlohmann::json::object();
    description.class_counts = {5000, 500, 50};
    const auto folder = OwnedRun::create(workspace, description);
    EpochRecord record;
    record.balanced_test_accuracy = best;
    record.test_accuracy = {best + 0.2, best, best - 0.2};
    const int right = static_cast<int>(std::lround(1000 * (best - 0.2)));
    record.test_confusion.rows = {{{0, 1}}, {{1, 1}}, {{0, 1000 - right}, {2, right}}};
    OwnedRun owned(folder);
    owned.append(record);
    record.epoch = 1;
    record.phase = 1;
    owned.append(record);
    owned.setStatus(RunState::finished, 2, "");
    return QString::fromStdString(folder.filename().string());
}

}  // namespace

/// A sweep's question is answered in one look: which setting, by how much, for which classes.
class TestComparePage : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;
    WorkingSet set_;
    std::unique_ptr<ComparePage> page_;
    std::map<std::pair<std::string, double>, QStringList> runs_;

    std::filesystem::path workspace() const { return folder_->path().toStdString(); }
    void open() {
        page_ = std::make_unique<ComparePage>(workspace(), set_);
        page_->resize(1100, 700);
        page_->show();
    }

private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        runs_.clear();
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
            for (const double nu : {0.0, 0.5, 1.0}) {
                const double noise = 0.01 * static_cast<double>(seed);
                runs_[{"CE+ADRW", nu}] << makeRun(workspace(), "CE+ADRW", nu, seed,
                                                  0.7 - 0.1 * std::abs(nu - 0.5) + noise);
                runs_[{"VS", nu}] << makeRun(workspace(), "VS", nu, seed,
                                             0.6 + 0.05 * nu + noise * noise);
            }
        }
        open();
        QTRY_VERIFY(!page_->verdict().isEmpty());
    }
    void cleanup() {
        page_.reset();
        set_.setOnly({});
    }

    void theAnswerStandsThere() {
        const Comparison& shown = page_->shown();
        QCOMPARE(shown.figure.x, std::string("/phases/1/alpha/nu"));
        QCOMPARE(shown.picture.curves.lines.size(), std::size_t{2});
        QVERIFY2(page_->verdict().startsWith(
                     QStringLiteral("CE+ADRW at 0.5 is best: 71.0 ± 1.0 % (n = 3)")),
                 qPrintable(page_->verdict()));
        RankingTable& table = page_->ranking();
        QCOMPARE(table.topLevelItemCount(), 6);
        QCOMPARE(table.topLevelItem(0)->text(1), QStringLiteral("CE+ADRW"));
        QCOMPARE(table.topLevelItem(1)->text(5), QStringLiteral("5.00"));
        // For which classes: against the second, over three seeds.
        QTRY_COMPARE(page_->classes().bars().size(), std::size_t{3});
        QVERIFY(std::abs(page_->classes().bars().front() - 5.0) < 1e-9);
    }

    void aClassCanBeTheResult() {
        auto* result = page_->findChild<QComboBox*>(QStringLiteral("compare_y"));
        const int bird = result->findText(QStringLiteral("bird"), Qt::MatchContains);
        QVERIFY(bird >= 0);
        result->setCurrentIndex(bird);
        Q_EMIT result->activated(bird);
        QTRY_COMPARE(page_->shown().figure.y, std::string("class:2"));
        const ResponsePoint& best = page_->shown().picture.curves.lines[0].points[1];
        QVERIFY(std::abs(best.spread.mean - (0.71 - 0.2)) < 1e-9);
    }

    void confusionsOfTwoSettings() {
        page_->findChild<QToolButton*>(QStringLiteral("view_classes"))->click();
        SurfacePlot& plot = page_->classView().plot();
        QTRY_COMPARE(plot.picture().surface.xs.size(), std::size_t{3});
        // The best minus the second, which is 5 points behind: class 2 is taken for class 0 less.
        QVERIFY(plot.picture().difference);
        QVERIFY(std::abs(plot.picture().surface.at(0, 0).spread.mean + 0.05) < 2e-3);
        QVERIFY2(page_->verdict().contains(QStringLiteral("bird for airplane (−5.0)")),
                 qPrintable(page_->verdict()));
        QCOMPARE(page_->classView().bars().bars().size(), std::size_t{3});
        QVERIFY(std::abs(page_->classView().bars().bars().front() - 5.0) < 1e-9);
        // Of one setting: its accuracies.
        auto* minus = page_->findChild<QComboBox*>(QStringLiteral("classes_minus"));
        minus->setCurrentIndex(0);
        Q_EMIT minus->activated(0);
        QTRY_VERIFY(!plot.picture().difference);
        QVERIFY(plot.picture().surface.at(0, 0).spread.mean > 0.4);
        QVERIFY(std::abs(page_->classView().bars().bars().front() - 91.0) < 1e-9);
        // What is shown is exported, and opens again.
        const ExportRequest request =
            exportOf(page_->shown(), page_->ranking().asTsv(), workspace());
        QCOMPARE(request.figures.size(), std::size_t{2});
        for (const ExportRequest::Figure& figure : request.figures) {
            QVERIFY(figure.paper.csv().contains("bird"));
            QVERIFY(figure.paper.pgf(FigureStyle(), "f.dat").tex.find("bird") != std::string::npos);
        }
        const auto capsule = capsuleFromText(request.figures.front().capsule(FigureStyle()), "f");
        QVERIFY(capsule.figure.figure == FigureKind::classes);
        QCOMPARE(capsule.runs.size(), std::size_t{3});
        page_->setFigure(capsule.figure);
        auto* of = page_->findChild<QComboBox*>(QStringLiteral("classes_of"));
        QTRY_VERIFY(of->currentText().contains(QStringLiteral("method=CE+ADRW")));
        QCOMPARE(page_->shown().confusion.runs.size(), std::size_t{3});
        // A second setting beside a file's conditions: the best takes their place.
        minus->setCurrentIndex(minus->count() - 1);
        Q_EMIT minus->activated(minus->currentIndex());
        QTRY_COMPARE(page_->shown().confusion.runs.size(), std::size_t{6});
        QVERIFY(page_->shown().class_of.has_value());
    }

    void aPointIsChosenInPlotTableAndClassesAlike() {
        const ResponseAt vs(1, 2);
        auto& plot = page_->plot();
        auto* canvas = plot.findChild<QWidget*>(QStringLiteral("response_plot"));
        QTRY_VERIFY(plot.placeOf(vs).x() > 0);
        QTest::mouseClick(canvas, Qt::LeftButton, {}, plot.placeOf(vs).toPoint());
        QCOMPARE(plot.marked(), std::optional(vs));
        QCOMPARE(page_->ranking().currentItem()->text(1), QStringLiteral("VS"));
        QCOMPARE(page_->ranking().currentItem()->text(2), QStringLiteral("1"));
        QTRY_VERIFY(page_->classes().title().endsWith(QStringLiteral("− VS at 1")));
        QSignalSpy watched(page_.get(), &ComparePage::watchRequested);
        page_->findChild<QToolButton*>(QStringLiteral("compare_watch"))->click();
        QCOMPARE(watched.at(0).at(0).toStringList(), (runs_[{"VS", 1.0}]));
        page_->ranking().setCurrentItem(page_->ranking().topLevelItem(0));
        QCOMPARE(plot.marked(), std::optional(ResponseAt(0, 1)));
        QTest::keyClick(&plot, Qt::Key_Right);
        QCOMPARE(plot.marked(), std::optional(ResponseAt(0, 2)));
    }

    // Any setting can be the baseline: its table says who is ahead, its bars are the chosen one's.
    void anyPairIsCompared() {
        auto* baseline = page_->findChild<QComboBox*>(QStringLiteral("compare_baseline"));
        QCOMPARE(baseline->currentText(), QStringLiteral("The best: CE+ADRW at 0.5"));
        const int vs = baseline->findText(QStringLiteral("VS at 0"));
        QVERIFY(vs > 0);
        baseline->setCurrentIndex(vs);
        Q_EMIT baseline->activated(vs);
        QTRY_COMPARE(page_->shown().baseline, std::optional(ResponseAt(1, 0)));
        RankingTable& table = page_->ranking();
        QCOMPARE(table.headerItem()->text(5), QStringLiteral("Ahead of baseline"));
        QCOMPARE(table.topLevelItem(5)->text(5), QStringLiteral("baseline"));
        QTRY_COMPARE(page_->classes().title(), QStringLiteral("CE+ADRW at 0.5 − VS at 0"));
        table.setCurrentItem(table.topLevelItem(3));
        QTRY_COMPARE(page_->classes().title(), QStringLiteral("VS at 1 − VS at 0"));
        // VS gains 0.05 in every seed.
        QCOMPARE(table.topLevelItem(3)->text(5), QStringLiteral("5.00"));
        QVERIFY(std::abs(page_->classes().bars().front() - 5.0) < 1e-9);

        // By the keyboard, from the table: back to the best.
        QContextMenuEvent wanted(QContextMenuEvent::Keyboard, QPoint(), QPoint());
        QApplication::sendEvent(&table, &wanted);
        auto* menu = page_->findChild<QMenu*>(QStringLiteral("compare_menu"));
        QVERIFY(menu != nullptr);
        QVERIFY(menu->actions()[2]->text().contains(QStringLiteral("best")));
        menu->actions()[2]->trigger();
        QTRY_VERIFY(!page_->shown().baseline);
        QCOMPARE(table.headerItem()->text(5), QStringLiteral("Behind the best"));
    }

    // VS lacks 0.25, and CE+ADRW a seed of it that no other point has.
    void holesAreFilledFromTheNearestRuns() {
        auto* fill = page_->findChild<QToolButton*>(QStringLiteral("compare_fill"));
        QVERIFY(!fill->isVisible());
        makeRun(workspace(), "CE+ADRW", 0.25, 0, 0.68);
        page_->refreshSoon();
        QTRY_VERIFY(fill->isVisible());
        QCOMPARE(fill->text(), QStringLiteral("Fill 5 holes…"));
        QSignalSpy wanted(page_.get(), &ComparePage::trainRequested);
        fill->click();
        QCOMPARE(wanted.at(0).at(0).toString(),
                 QStringLiteral("CE+ADRW at 0.25: seeds 1, 2\nVS at 0.25: seeds 0, 1, 2"));
        const auto configs = wanted.at(0).at(1).value<MakeConfigs>()();
        QCOMPARE(configs.size(), std::size_t{5});
        QCOMPARE(configs[4].at("name"), nlohmann::json("VS · ν = 0.25 · seed 2"));
        QCOMPARE(configFromJson(configs[4], "it").phases[1].alpha.parameters.at("nu"), 0.25);
        QCOMPARE(configFromJson(configs[4], "it").training.seed, std::uint64_t{2});

        // Between the lines, what is missing there; at a whole point, one seed more.
        const auto menuAt = [&](std::optional<ResponseAt> at, double position) {
            auto* canvas = page_->plot().findChild<QWidget*>(QStringLiteral("response_plot"));
            const QPointF first = page_->plot().placeOf({0, 0});
            const QPointF last = page_->plot().placeOf({0, 3});
            const double x = first.x() + position * (last.x() - first.x());
            const QPoint place =
                at ? page_->plot().placeOf(*at).toPoint() : QPointF(x, last.y() + 60.0).toPoint();
            QContextMenuEvent wanted_there(QContextMenuEvent::Mouse, place, QPoint(10, 10));
            QApplication::sendEvent(canvas, &wanted_there);
            auto* menu = page_->findChildren<QMenu*>(QStringLiteral("compare_menu")).last();
            QStringList words;
            for (const QAction* action : menu->actions()) words << action->text();
            menu->close();
            return words;
        };
        const QStringList there = menuAt({}, 0.26);
        QCOMPARE(there.size(), 2);
        QVERIFY(there[1].contains(QStringLiteral("VS at 0.25: seeds 0, 1, 2")));
        QVERIFY(menuAt(ResponseAt(1, 0), 0.0).contains(QStringLiteral("&Train another seed, 3…")));
    }

    void theFilterAndTheTicksChoose() {
        auto* filter = page_->findChild<QLineEdit*>(QStringLiteral("compare_filter"));
        filter->setText(QStringLiteral("method = VS"));
        QTRY_COMPARE(page_->shown().picture.curves.lines.size(), std::size_t{1});
        QVERIFY(page_->verdict().startsWith(QStringLiteral("1 is best")));
        filter->setText(QStringLiteral("methd = VS"));
        QTRY_VERIFY(page_->shown().problem.contains(QStringLiteral("did you mean method?")));
        filter->clear();
        set_.setOnly(runs_[{"VS", 0.0}] + runs_[{"VS", 1.0}]);
        page_->findChild<QToolButton*>(QStringLiteral("compare_ticked"))->click();
        QTRY_COMPARE(page_->ranking().topLevelItemCount(), 2);
        set_.setTicked(runs_[{"VS", 0.5}], true);
        QTRY_COMPARE(page_->ranking().topLevelItemCount(), 3);
    }

    void anotherResult() {
        auto* y = page_->findChild<QComboBox*>(QStringLiteral("compare_y"));
        y->setCurrentIndex(y->findData(QStringLiteral("last")));
        Q_EMIT y->activated(y->currentIndex());
        QTRY_COMPARE(page_->shown().figure.y, std::string("last"));
        const QByteArray layout = page_->layoutState();
        ComparePage other(workspace(), set_);
        other.restoreLayout(layout);
        other.show();
        QTRY_COMPARE(other.shown().figure.y, std::string("last"));
    }

    // Two fields: a grid whose cells are the points of the ranking.
    void aGridOfTwoSettings() {
        auto* second = page_->findChild<QComboBox*>(QStringLiteral("compare_second"));
        second->setCurrentIndex(second->findData(QStringLiteral("method")));
        QVERIFY(second->currentIndex() > 0);
        Q_EMIT second->activated(second->currentIndex());
        QTRY_VERIFY2(page_->surface().isVisible(), qPrintable(page_->shown().problem));
        const Surface& surface = page_->surface().picture().surface;
        QCOMPARE(surface.xs.size(), std::size_t{3});
        QCOMPARE(surface.ys.size(), std::size_t{2});
        QCOMPARE(page_->ranking().topLevelItemCount(), 6);
        QVERIFY(page_->surface().wordsFor(1, 0).contains(QStringLiteral("71.0")));
        QCOMPARE(surface.missing, std::size_t{0});
        Q_EMIT page_->surface().cellChosen(2, 1);
        QCOMPARE(page_->surface().marked(), std::optional(SurfaceAt(2, 1)));
        QCOMPARE(page_->ranking().currentItem()->text(1), QStringLiteral("VS"));
        QCOMPARE(page_->ranking().currentItem()->text(2), QStringLiteral("1"));
        const ExportRequest exported = exportOf(page_->shown(), {}, workspace());
        QVERIFY(exported.figures.at(0).paper.csv().startsWith("x,y,series"));
        second->setCurrentIndex(0);
        Q_EMIT second->activated(0);
        QTRY_VERIFY(page_->plot().isVisible());
        QCOMPARE(page_->shown().figure.y, std::string("best"));
    }

    void contoursAreSwitchedOff() {
        FigureDescription figure = page_->shown().figure;
        figure.figure = FigureKind::surface;
        figure.y = "/training/batch_size";
        figure.value = "best";
        for (const double nu : {0.0, 0.5, 1.0}) {
            makeRun(workspace(), "CE+ADRW", nu, 0, 0.8 - 0.1 * std::abs(nu - 0.5), 64);
        }
        page_->setFigure(figure);
        QTRY_VERIFY(!page_->surface().picture().surface.xs.empty());
        QVERIFY(!page_->surface().picture().contours.empty());
        auto* choices = page_->findChild<CompareChoices*>();
        Q_EMIT choices->contoursChosen(false);
        QTRY_VERIFY(page_->surface().picture().contours.empty());
        ComparePage other(workspace(), set_);
        other.restoreLayout(page_->layoutState());
        other.show();
        QTRY_VERIFY(!other.surface().picture().surface.xs.empty());
        QVERIFY(other.surface().picture().contours.empty());
    }

    // Lines through all that varies; the brushed runs are counted and watched.
    void allFieldsAtOnce() {
        page_->findChild<QToolButton*>(QStringLiteral("view_parallel"))->click();
        QTRY_COMPARE(page_->shown().figure.figure, FigureKind::parallel);
        ParallelPlot& plot = page_->parallel();
        QVERIFY(plot.isVisible() && !page_->plot().isVisible());
        QCOMPARE(plot.picture().drawn.axes.size(), std::size_t{2});  // method and ν
        auto* count = page_->findChild<QLabel*>(QStringLiteral("brushed"));
        QVERIFY(count->text().startsWith(QStringLiteral("6 settings, 18 runs")));
        plot.setBrushes({{1, 0.4, 0.6}});
        QCOMPARE(count->text(), QStringLiteral("2 of 6 settings, 6 runs"));
        QSignalSpy watched(page_.get(), &ComparePage::watchRequested);
        page_->findChild<QToolButton*>(QStringLiteral("watch_brushed"))->click();
        QStringList runs = watched.at(0).at(0).toStringList();
        QStringList expected = runs_[{"CE+ADRW", 0.5}] + runs_[{"VS", 0.5}];
        runs.sort();
        expected.sort();
        QCOMPARE(runs, expected);
        auto* importance = page_->findChild<QTreeWidget*>(QStringLiteral("importance"));
        QVERIFY(importance->topLevelItemCount() >= 1);
        QVERIFY(importance->topLevelItem(0)->text(2).toDouble() > 0.0);

        const ExportRequest exported = exportOf(page_->shown(), {}, workspace());
        QCOMPARE(exported.figures.size(), std::size_t{1});
        QCOMPARE(exported.beside.size(), std::size_t{1});  // the description, no ranking
        const FigureCapsule capsule =
            capsuleFromText(exported.figures[0].capsule(FigureStyle()), "the figure");
        QCOMPARE(capsule.figure.figure, FigureKind::parallel);
        QCOMPARE(capsule.runs.size(), std::size_t{18});
        ComparePage other(workspace(), set_);
        other.restoreLayout(page_->layoutState());
        other.show();
        QTRY_COMPARE(other.parallel().picture().drawn.lines.size(), std::size_t{6});
        page_->findChild<QToolButton*>(QStringLiteral("view_settings"))->click();
        QTRY_VERIFY(page_->plot().isVisible());
    }

    // A cell with runs shows them, one without offers the preset's.
    void besideThePaper() {
        PresetRequest request;
        request.method = "CE";
        request.profile = "long-tailed";
        request.ratio = 100.0;
        RunDescription description;
        description.config = presetConfig(request);
        description.config.training.epochs = 1;
        description.config.lr_schedule = {};
        description.config.lr_schedule.warmup_epochs = 0;
        description.config_as_given = nlohmann::json::object();
        description.class_counts = {5000, 50};
        OwnedRun owned(OwnedRun::create(workspace(), description));
        EpochRecord record;
        record.balanced_test_accuracy = 0.7;
        owned.append(record);
        owned.setStatus(RunState::finished, 1, "");
        page_->findChild<QToolButton*>(QStringLiteral("view_paper"))->click();
        PaperDiffTable& table = page_->paper().table();
        QTRY_COMPARE(table.rowCount(), 16);
        QTRY_VERIFY(table.item(0, 0)->text().startsWith(QStringLiteral("70.0 (n = 1) *")));
        QVERIFY(table.item(0, 0)->text().contains(QStringLiteral("? Δ −1.5")));
        QSignalSpy watched(page_.get(), &ComparePage::watchRequested);
        table.setCurrentCell(0, 0);
        QTest::keyClick(&table, Qt::Key_Return);
        QCOMPARE(watched.count(), 1);
        QCOMPARE(watched.at(0).at(0).toStringList().size(), 1);

        QSignalSpy wanted(page_.get(), &ComparePage::trainRequested);
        table.setCurrentCell(3, 1);
        QTest::keyClick(&table, Qt::Key_Return);
        auto* menu = page_->findChild<QMenu*>(QStringLiteral("paper_menu"));
        QVERIFY(menu != nullptr);
        menu->actions()[1]->trigger();
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted.at(0).at(0).toString(), QStringLiteral("CE+DRW on CIFAR-10 LT 10"));
        const auto configs = wanted.at(0).at(1).value<MakeConfigs>()();
        QCOMPARE(configs.size(), std::size_t{5});
        QCOMPARE(configs[4].at("name"), nlohmann::json("CE+DRW · seed 4"));
        page_->paper().setTable(2);
        QCOMPARE(table.rowCount(), 15);
    }

    void settingsOnDifferentDataAreNotRanked() {
        RunDescription description;
        description.config.name = "VS · ν = 0";
        description.config.training.epochs = 1;
        description.config.data.imbalance.ratio = 10;
        description.config_as_given = nlohmann::json::object();
        description.class_counts = {5000, 500};
        OwnedRun owned(OwnedRun::create(workspace(), description));
        owned.append({});
        owned.setStatus(RunState::finished, 1, "");
        page_->refreshSoon();
        QTRY_VERIFY(
            page_->verdict().startsWith(QStringLiteral("The runs are on 2 different data")));
        QCOMPARE(page_->ranking().topLevelItemCount(), 0);
    }

    void exportsWhatItShows() {
        const ExportRequest exported =
            exportOf(page_->shown(), page_->ranking().asTsv(), workspace());
        QCOMPARE(exported.figures.size(), std::size_t{1});
        QCOMPARE(exported.figures[0].paper.csv().trimmed().split('\n').size(), 1 + 6 + 18);
        const FigureCapsule capsule = capsuleFromText(exported.figures[0].capsule({}), "it");
        QCOMPARE(capsule.figure, page_->shown().figure);
        QCOMPARE(capsule.runs.size(), std::size_t{18});
        QCOMPARE(QByteArray::fromStdString(exported.beside[1].content({})).count('\n'), 7);
    }

    /// A figure that was exported shows its own runs alone.
    void showsTheRunsOfAFigure() {
        set_.setOnly(runs_[{"VS", 0.0}] + runs_[{"VS", 1.0}]);
        page_->setTickedOnly(true);
        QTRY_COMPARE(page_->ranking().topLevelItemCount(), 2);
    }

    void nothingToCompare() {
        const QTemporaryDir none;
        ComparePage page(none.path().toStdString(), set_);
        page.show();
        QSignalSpy shown(&page, &ComparePage::shownChanged);
        QVERIFY(shown.wait());
        QVERIFY(page.verdict().isEmpty());
        QCOMPARE(page.ranking().topLevelItemCount(), 0);
    }
};

BALLAST_TEST(TestComparePage)
#include "tst_compare_page.moc"
