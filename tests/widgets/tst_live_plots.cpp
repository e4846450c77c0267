#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QtTest>

#include "sample_records.h"
#include "tests/support/test_program.h"
#include "tests/widgets/curve_keys.h"
#include "widgets/live_plots.h"
#include "widgets/palette.h"
#include "widgets/plot_panel.h"
#include "widgets/plot_style.h"

using namespace ballast;

namespace {

bool samePoints(const std::vector<QPointF>& a, const std::vector<QPointF>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const bool gap = std::isnan(a[i].y()) && std::isnan(b[i].y());
        if (a[i].x() != b[i].x() || (!gap && a[i].y() != b[i].y())) return false;
    }
    return true;
}

const QString kA = QStringLiteral("a");
const QString kB = QStringLiteral("b");

}  // namespace

class TestLivePlots : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { plots_.reset(); }
    void plotsHoldAndDrawExactlyTheRecordsNumbers();
    void panelsAreChosenAddedAndRemoved();
    void chipsToggleRuns();
    void hiddenPlotsDoNothing();
    void manyRecordsAreFewRepaints();
    void crosshairSnapsAndShowsTheValuesOfItsEpoch();
    void wheelZoomsTheEpochsOfAllPlotsAndDoubleClickFits();
    void dragPansWithoutLosingTheSpan();
    void removedRunsLeaveNothing();
    void setRunsKeepsVisibility();
    void aBrokenRunHidesNoSaneOne();
    void seedsAreDrawnAsOneMean();
    void missingEpochsShrinkN();
    void theHighlightedRunStandsOut();
    void epochsCountFromT0();
    void smoothingIsSaid();
    void lossesHaveALogarithmicAxis();
    void theViewComesBack();
    void eventsAreMarkedToldAndClicked();

private:
    void show() {
        plots_->resize(900, 700);
        plots_->show();
        QVERIFY(QTest::qWaitForWindowExposed(plots_.get()));
        QTRY_VERIFY(!plots_->drawnCurve(kA, kMajorityAccuracy).empty());
        // The screen's pointer may be on the legend by chance.
        for (QToolButton* button : plots_->findChildren<QToolButton*>()) {
            QEvent leave(QEvent::Leave);
            QCoreApplication::sendEvent(button, &leave);
        }
    }
    QWidget* plotOf(int index) const {
        const auto panels = plots_->findChildren<PlotPanel*>();
        for (QWidget* child : panels[index]->findChildren<QWidget*>()) {
            if (QString::fromLatin1(child->metaObject()->className()) ==
                QStringLiteral("QCustomPlot")) {
                return child;
            }
        }
        return nullptr;
    }

    const PlotPanel& panel(int index) const { return *plots_->findChildren<PlotPanel*>()[index]; }

    std::unique_ptr<LivePlots> plots_;
};

void TestLivePlots::init() {
    plots_ = std::make_unique<LivePlots>();
    plots_->addRun(sample::run(kA, 0));
    plots_->addRun(sample::run(kB, 1));
    for (int epoch = 0; epoch < 6; ++epoch) {
        plots_->appendRecord(kA, sample::record(epoch, epoch == 4));
        plots_->appendRecord(kB, sample::record(epoch, epoch == 4, 0.02));
    }
}

void TestLivePlots::plotsHoldAndDrawExactlyTheRecordsNumbers() {
    show();
    plots_->setHighlighted({kB});  // so that it has its band
    QTRY_VERIFY(!plots_->drawnCurve(kB, kMinLogitLowest).empty());
    RunCurves expected(sample::run(kB, 1));
    for (int epoch = 0; epoch < 6; ++epoch) {
        expected.append(sample::record(epoch, epoch == 4, 0.02));
    }
    for (const Panel& panel : panels()) {
        for (const PanelCurve& curve : panel.curves) {
            const CurveKey key{panel.name, curve.key};
            const std::string name = std::string(panel.name) + " " + std::string(curve.key);
            QVERIFY2(samePoints(plots_->curve(kB, key), expected.points(key)), name.c_str());
            const bool shown =
                plots_->panelNames().contains(QString::fromStdString(std::string(panel.name)));
            QVERIFY2(shown ? samePoints(plots_->drawnCurve(kB, key), expected.points(key))
                           : plots_->drawnCurve(kB, key).empty(),
                     name.c_str());
        }
    }
    QVERIFY(!samePoints(plots_->curve(kA, kMajorityAccuracy), expected.points(kMajorityAccuracy)));
    plots_->appendRecord(kB, sample::record(6, false, 0.02));
    QTRY_COMPARE(plots_->drawnCurve(kB, kBalancedTestAccuracy).size(), std::size_t{7});
}

void TestLivePlots::panelsAreChosenAddedAndRemoved() {
    show();
    const QStringList first = plots_->panelNames();
    QCOMPARE(first.size(), 3);
    QVERIFY(plots_->drawnCurve(kA, kAccuracyRatio).empty());
    QSignalSpy changed(plots_.get(), &LivePlots::panelsChanged);
    auto panels = plots_->findChildren<PlotPanel*>();
    const auto choose = [](const PlotPanel* panel, const char* title) {
        for (QAction* action :
             panel->findChild<QToolButton*>(QStringLiteral("panel"))->menu()->actions()) {
            if (action->text().contains(QLatin1String(title))) return action->trigger();
        }
        QFAIL(title);
    };
    choose(panels[1], "minority / majority");
    QCOMPARE(changed.count(), 1);
    QCOMPARE(plots_->panelNames()[1], QStringLiteral("accuracy-ratio"));
    QTRY_VERIFY(
        samePoints(plots_->drawnCurve(kA, kAccuracyRatio), plots_->curve(kA, kAccuracyRatio)));
    QVERIFY(plots_->drawnCurve(kA, kMinLogitMajority).empty());
    choose(panels[0], "Balanced test");  // shown below: they change places
    QCOMPARE(plots_->panelNames(),
             (QStringList{QStringLiteral("balanced-test-accuracy"),
                          QStringLiteral("accuracy-ratio"), QStringLiteral("training-accuracy")}));
    plots_->setPanels(plots_->panelNames() << QStringLiteral("loss") << QStringLiteral("nonsense"));
    QCOMPARE(plots_->panelNames().size(), 4);
    QTRY_VERIFY(!plots_->drawnCurve(kA, {"loss", "loss"}).empty());
    plots_->findChildren<PlotPanel*>()[3]
        ->findChild<QToolButton*>(QStringLiteral("remove_panel"))
        ->click();
    QTRY_COMPARE(plots_->panelNames().size(), 3);
    plots_->setPanels({});
    QCOMPARE(plots_->panelNames().size(), 1);  // there is always one
}

void TestLivePlots::chipsToggleRuns() {
    show();
    QSignalSpy spy(plots_.get(), &LivePlots::runVisibilityChanged);
    auto* chip = plots_->findChild<QToolButton*>(QStringLiteral("chip/a"));
    QVERIFY(chip);
    QTest::mouseClick(chip, Qt::LeftButton);
    QCOMPARE(spy.count(), 1);
    QCOMPARE(spy[0][0].toString(), kA);
    QCOMPARE(spy[0][1].toBool(), false);
    QVERIFY(!plots_->isRunVisible(kA));
    QTRY_VERIFY(plots_->drawnCurve(kA, kMajorityAccuracy).empty());
    QVERIFY(!plots_->drawnCurve(kB, kMajorityAccuracy).empty());
    QCOMPARE(plots_->visibleCurves().size(), std::size_t{1});
    QVERIFY(!plots_->curve(kA, kMajorityAccuracy).empty());
    chip->setFocus();
    QTest::keyClick(chip, Qt::Key_Space);
    QVERIFY(plots_->isRunVisible(kA));
    // A change from outside is no user's change.
    plots_->setRunVisible(kA, false);
    QCOMPARE(spy.count(), 2);
    QTRY_VERIFY(!chip->isChecked());
}

void TestLivePlots::hiddenPlotsDoNothing() {
    QTest::qWait(60);
    const int made = plots_->replotCount();
    plots_->appendRecord(kA, sample::record(5, true));
    QTest::qWait(120);
    QCOMPARE(plots_->replotCount(), made);
    show();
    plots_->hide();
    QTest::qWait(80);
    const int before = plots_->replotCount();
    plots_->appendRecord(kA, sample::record(6));
    QTest::qWait(120);
    QCOMPARE(plots_->replotCount(), before);
    plots_->show();
    QTRY_COMPARE(plots_->drawnCurve(kA, kMajorityAccuracy).size(), std::size_t{7});
}

void TestLivePlots::manyRecordsAreFewRepaints() {
    show();
    QTest::qWait(100);
    const int before = plots_->replotCount();
    for (int epoch = 6; epoch < 206; ++epoch) {
        plots_->appendRecord(kA, sample::record(epoch));
        if (epoch % 10 == 0) QCoreApplication::processEvents();
    }
    QTRY_COMPARE(plots_->drawnCurve(kA, kMajorityAccuracy).size(), std::size_t{206});
    QVERIFY2(plots_->replotCount() - before <= 60,
             qPrintable(QString::number(plots_->replotCount() - before)));
}

void TestLivePlots::crosshairSnapsAndShowsTheValuesOfItsEpoch() {
    show();
    QTest::qWait(100);
    const int before = plots_->replotCount();
    QSignalSpy spy(plots_.get(), &LivePlots::crosshairMoved);
    plots_->setCrosshair(3);
    QCOMPARE(spy.count(), 1);
    const auto panels = plots_->findChildren<PlotPanel*>();
    QCOMPARE(panels.size(), 3);
    for (const PlotPanel* panel : panels) {
        QVERIFY(panel->values().when().contains(QStringLiteral("3")));
        QCOMPARE(panel->values().rows().size(), std::size_t{2});
    }
    const EpochRecord record = sample::record(2);
    QCOMPARE(panels[0]->values().rows()[0].values,
             QStringList({QString::number(100 * record.streaming.majority_accuracy, 'f', 1),
                          QString::number(100 * record.streaming.minority_accuracy, 'f', 1)}));
    // The curves are not drawn again for it.
    QCOMPARE(plots_->replotCount(), before);

    QWidget* plot = plotOf(2);
    QVERIFY(plot);
    QTest::mouseMove(plot, QPoint(plot->width() / 2, 60));
    QTest::qWait(20);
    QTest::mouseMove(plot, QPoint(plot->width() / 2 + 3, 60));
    QTRY_VERIFY(plots_->crosshair() >= 2 && plots_->crosshair() <= 4);
    plots_->setFocus();
    plots_->setCrosshair(3);
    QTest::keyClick(plots_.get(), Qt::Key_Right);
    QCOMPARE(plots_->crosshair().value_or(0), 4);
    QTest::keyClick(plots_.get(), Qt::Key_End);
    QCOMPARE(plots_->crosshair().value_or(0), 6);
    QTest::keyClick(plots_.get(), Qt::Key_Right);
    QCOMPARE(plots_->crosshair().value_or(0), 6);
    QTest::keyClick(plots_.get(), Qt::Key_Escape);
    QVERIFY(!plots_->crosshair());
}

void TestLivePlots::wheelZoomsTheEpochsOfAllPlotsAndDoubleClickFits() {
    show();
    const double last = plots_->lastEpoch();
    QVERIFY(last >= 6.0);
    QCOMPARE(plots_->firstEpoch(), 0.0);
    QWidget* plot = plotOf(0);
    const QPointF at(plot->rect().center());
    QWheelEvent wheel(at, plot->mapToGlobal(at), {}, QPoint(0, 240), Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(plot, &wheel);
    QVERIFY(plots_->lastEpoch() - plots_->firstEpoch() < last);
    // New records do not undo the user's zoom.
    const double zoomed = plots_->lastEpoch();
    plots_->appendRecord(kA, sample::record(6));
    QTRY_COMPARE(plots_->drawnCurve(kA, kMajorityAccuracy).size(), std::size_t{7});
    QCOMPARE(plots_->lastEpoch(), zoomed);
    QTest::mouseDClick(plotOf(1), Qt::LeftButton, {}, plotOf(1)->rect().center());
    QTRY_VERIFY(plots_->lastEpoch() > last);
    QCOMPARE(plots_->firstEpoch(), 0.0);
}

void TestLivePlots::dragPansWithoutLosingTheSpan() {
    show();
    const double span = plots_->lastEpoch() - plots_->firstEpoch();
    QWidget* plot = plotOf(1);
    const QPoint from = plot->rect().center();
    QTest::mousePress(plot, Qt::LeftButton, {}, from);
    const QPoint to = from + QPoint(-60, 0);
    QMouseEvent move(QEvent::MouseMove, to, plot->mapToGlobal(to), Qt::NoButton, Qt::LeftButton,
                     Qt::NoModifier);
    QCoreApplication::sendEvent(plot, &move);
    QTest::mouseRelease(plot, Qt::LeftButton, {}, to);
    QVERIFY(plots_->firstEpoch() > 0.1);
    QVERIFY(std::abs(plots_->lastEpoch() - plots_->firstEpoch() - span) < 1e-9);
}

void TestLivePlots::removedRunsLeaveNothing() {
    show();
    plots_->removeRun(kA);
    QVERIFY(plots_->curve(kA, kMajorityAccuracy).empty());
    QTRY_VERIFY(plots_->drawnCurve(kA, kMajorityAccuracy).empty());
    QTRY_VERIFY(!plots_->findChild<QToolButton*>(QStringLiteral("chip/a")));
    plots_->appendRecord(kA, sample::record(0));
    QCOMPARE(plots_->runIds(), QStringList{kB});
}

void TestLivePlots::setRunsKeepsVisibility() {
    plots_->setRunVisible(kB, false);
    plots_->setRuns({sample::run(kB, 1), sample::run(QStringLiteral("c"), 2)});
    QVERIFY(!plots_->isRunVisible(kB));
    QVERIFY(plots_->isRunVisible(QStringLiteral("c")));
    QVERIFY(plots_->curve(kB, kMajorityAccuracy).empty());
}

/// One epoch of 1e17 would flatten all other curves; it is said that it is left out.
void TestLivePlots::aBrokenRunHidesNoSaneOne() {
    std::vector<double> values;
    for (int i = 0; i < 100; ++i) values.push_back(-5.0 + 0.1 * i);
    QCOMPARE(robustRange(values), std::pair(-5.0, values.back()));
    values.push_back(3e17);
    values.push_back(-2e17);
    const auto [low, high] = robustRange(values);
    QCOMPARE(low, -5.0);
    QVERIFY(high < 5.0);
    QCOMPARE(robustRange({0.5}), std::pair(0.5, 0.5));
    QCOMPARE(robustRange({44.0, 54.0}), std::pair(44.0, 54.0));  // the first epochs of a run
    QCOMPARE(robustRange({44.0, 54.0, 69.0}), std::pair(44.0, 69.0));
    QCOMPARE(readableNumber(123456.789, 1), QStringLiteral("123456.8"));
    QCOMPARE(readableNumber(-123456789012345678.0, 2), QStringLiteral("-1.2e+17"));
    QCOMPARE(readableNumber(std::nan(""), 2), QStringLiteral("–"));

    RunPlotInfo info;
    info.id = kA;
    info.majority = {true, false};
    RunCurves curves(info);
    for (int epoch = 0; epoch < 20; ++epoch) {
        EpochRecord record;
        record.epoch = epoch;
        record.streaming.min_logit = {epoch == 19 ? -4e17 : -1.0, 1.0};
        curves.append(record);
    }
    const RunCurves* runs[] = {&curves};
    const ValueRange range = fittingRange(*findPanel("min-logit"), runs);
    QVERIFY(range.lower > -10.0 && range.upper < 10.0);
    QVERIFY(outsideText(*findPanel("min-logit"), runs, range).contains(QStringLiteral("outside")));
}

void TestLivePlots::seedsAreDrawnAsOneMean() {
    show();
    plots_->setGroups({{QStringLiteral("CE"), 3, {kA, kB, QStringLiteral("elsewhere")}}});
    QVERIFY(!plots_->drawnCurve(kA, kMajorityAccuracy).empty());  // not asked for yet
    QSignalSpy changed(plots_.get(), &LivePlots::viewChanged);
    plots_->findChild<QToolButton*>(QStringLiteral("means"))->click();
    QCOMPARE(changed.count(), 1);
    QVERIFY(plots_->view().means);
    const QString mean = QStringLiteral("mean/a");
    QTRY_COMPARE(plots_->drawnCurve(mean, kBalancedTestAccuracy).size(), std::size_t{6});
    // Of 50 and 52 %, in the best epoch.
    QCOMPARE(plots_->drawnCurve(mean, kBalancedTestAccuracy)[3].y(), 51.0);
    QVERIFY(plots_->drawnCurve(kA, kBalancedTestAccuracy).empty());
    plots_->setCrosshair(4);
    const auto rows = panel(2).values().rows();
    QCOMPARE(rows.size(), std::size_t{1});
    QCOMPARE(rows[0].name, QStringLiteral("CE"));
    QCOMPARE(rows[0].color, seriesColor(3));
    QCOMPARE(rows[0].values, (QStringList{QStringLiteral("51.0 ±1.4"), QStringLiteral("51.0 ±1.4"),
                                          QStringLiteral("2")}));
    // One chip for the group, which says that a seed is not here.
    auto* chip = plots_->findChild<QToolButton*>(QStringLiteral("group/a"));
    QVERIFY(chip->isVisible() && chip->text().contains(QStringLiteral("2 of 3 seeds")));
    QTRY_VERIFY(!plots_->findChild<QToolButton*>(QStringLiteral("chip/a")));
    QSignalSpy toggled(plots_.get(), &LivePlots::runVisibilityChanged);
    chip->click();
    QCOMPARE(toggled.count(), 3);
    QVERIFY(!plots_->isRunVisible(kA) && !plots_->isRunVisible(kB));

    chip->click();
    PlotView view = plots_->view();
    view.single_seeds = true;
    plots_->setView(view);
    QTRY_COMPARE(plots_->drawnCurve(kA, kBalancedTestAccuracy).size(), std::size_t{6});
    QVERIFY(panel(2).drawnWidth(kA, kBalancedTestAccuracy) <
            panel(2).drawnWidth(mean, kBalancedTestAccuracy));
    QCOMPARE(panel(2).values().rows().size(), std::size_t{1});
}

void TestLivePlots::missingEpochsShrinkN() {
    show();
    plots_->appendRecord(kA, sample::record(6));
    plots_->appendRecord(kA, sample::record(7));
    plots_->setGroups({{QStringLiteral("CE"), 0, {kA, kB}}});
    PlotView view;
    view.means = true;
    plots_->setView(view);
    const QString mean = QStringLiteral("mean/a");
    QTRY_COMPARE(plots_->drawnCurve(mean, kBalancedTestAccuracy).size(), std::size_t{8});
    QVERIFY(!std::isnan(plots_->drawnCurve(mean, kBalancedTestAccuracy)[5].y()));
    QVERIFY(std::isnan(plots_->drawnCurve(mean, kBalancedTestAccuracy)[6].y()));
    // The latest values are those that all seeds have.
    QCOMPARE(panel(2).values().rows()[0].values.back(), QStringLiteral("2"));
    plots_->setCrosshair(8);
    QCOMPARE(panel(2).values().rows()[0].values.back(), QStringLiteral("1 of 2"));
    QCOMPARE(panel(2).values().rows()[0].values.front(), QStringLiteral("42.0"));
}

void TestLivePlots::theHighlightedRunStandsOut() {
    show();
    const double plain = panel(0).drawnWidth(kA, kMajorityAccuracy);
    QVERIFY(plots_->drawnCurve(kA, kMinLogitLowest).empty());  // two bands are a grey soup
    plots_->setHighlighted({kA});
    QTRY_VERIFY(panel(0).drawnWidth(kA, kMajorityAccuracy) > plain);
    QCOMPARE(panel(0).drawnWidth(kB, kMajorityAccuracy), plain);
    QVERIFY(!plots_->drawnCurve(kA, kMinLogitLowest).empty());
    QVERIFY(plots_->drawnCurve(kB, kMinLogitLowest).empty());
    QVERIFY(!plots_->drawnCurve(kB, kMinLogitMajority).empty());
    // What the pointer is on comes before the selection.
    QEnterEvent enter({1, 1}, {1, 1}, {1, 1});
    QCoreApplication::sendEvent(plots_->findChild<QToolButton*>(QStringLiteral("chip/b")), &enter);
    QTRY_VERIFY(!plots_->drawnCurve(kB, kMinLogitLowest).empty());
    QVERIFY(plots_->drawnCurve(kA, kMinLogitLowest).empty());
    plots_->setRunVisible(kB, false);  // alone, a run has its band
    plots_->setHighlighted({});
    QTRY_VERIFY(!plots_->drawnCurve(kA, kMinLogitLowest).empty());
}

void TestLivePlots::epochsCountFromT0() {
    RunPlotInfo late = sample::run(kB, 1);
    late.phase_starts = {0, 2};
    plots_->addRun(late);
    for (int epoch = 0; epoch < 6; ++epoch) plots_->appendRecord(kB, sample::record(epoch));
    RunPlotInfo plain = sample::run(QStringLiteral("c"), 2);
    plain.phase_starts = {0};
    plots_->addRun(plain);
    plots_->appendRecord(plain.id, sample::record(0));
    show();
    PlotView view;
    view.since_t0 = true;
    plots_->setView(view);
    QTRY_COMPARE(plots_->drawnCurve(kA, kMajorityAccuracy).front().x(), -3.0);  // T0 = 4
    QCOMPARE(plots_->drawnCurve(kB, kMajorityAccuracy).front().x(), -1.0);
    QVERIFY(plots_->drawnCurve(plain.id, kMajorityAccuracy).empty());  // has no T0
    QCOMPARE(plots_->firstEpoch(), -4.0);
    plots_->setCrosshair(0);  // T0 itself
    QCOMPARE(plots_->crosshair(), std::optional(0));
    const auto rows = panel(0).values().rows();
    QCOMPARE(rows.size(), std::size_t{2});
    QCOMPARE(rows[0].values[0],
             QString::number(100 * sample::record(3).streaming.majority_accuracy, 'f', 1));
    QCOMPARE(rows[1].values[0],
             QString::number(100 * sample::record(1).streaming.majority_accuracy, 'f', 1));
    plots_->setCrosshair(-9);
    QCOMPARE(plots_->crosshair(), std::optional(-3));
    plots_->setView({});
    QVERIFY(!plots_->crosshair());
    QTRY_COMPARE(plots_->firstEpoch(), 0.0);
}

void TestLivePlots::smoothingIsSaid() {
    show();
    PlotView view;
    view.smoothing = 0.9;
    plots_->setView(view);
    QTRY_VERIFY(panel(2).title().contains(QStringLiteral("smoothed, 0.9")));
    const auto drawn = plots_->drawnCurve(kA, kBalancedTestAccuracy);
    QVERIFY(drawn[5].y() != plots_->curve(kA, kBalancedTestAccuracy)[5].y());
    // Exact values and the column are as measured.
    QVERIFY(samePoints(plots_->drawnCurve(kA, kExactMajorityAccuracy),
                       plots_->curve(kA, kExactMajorityAccuracy)));
    QCOMPARE(panel(2).values().rows()[0].values[0], QStringLiteral("46.0"));
}

void TestLivePlots::lossesHaveALogarithmicAxis() {
    plots_->setPanels({QStringLiteral("loss"), QStringLiteral("training-accuracy")});
    show();
    auto* log = panel(0).findChild<QAction*>(QStringLiteral("log"));
    QVERIFY(log->isVisible());
    QVERIFY(!panel(1).findChild<QAction*>(QStringLiteral("log"))->isVisible());
    log->trigger();
    QCOMPARE(plots_->view().log_panels, QStringList(QStringLiteral("loss")));
    QTRY_VERIFY(panel(0).title().contains(QStringLiteral("log")));
    // Three decades with their margin; what is not positive lies outside.
    const ValueRange range = fittingRange(*findPanel("loss"), {0.01, 0.1, 1.0, 10.0, 0.0}, true);
    QVERIFY(range.lower > 0.005 && range.lower < 0.01);
    QVERIFY(range.upper > 10.0 && range.upper < 20.0);
    QVERIFY(outsideText(std::vector{0.01, 0.0}, range).contains(QStringLiteral("1 point")));
}

void TestLivePlots::theViewComesBack() {
    PlotView view;
    view.since_t0 = true;
    view.smoothing = 0.6;
    view.means = true;
    view.spread = Spread::t_interval;
    view.single_seeds = true;
    view.log_panels = QStringList(QStringLiteral("loss"));
    QCOMPARE(viewFromBytes(viewBytes(view)), view);
    QCOMPARE(viewFromBytes({}), PlotView());
    QCOMPARE(viewFromBytes(QByteArray(200, 'x')), PlotView());
}

void TestLivePlots::eventsAreMarkedToldAndClicked() {
    RunPlotInfo info = sample::run(kA, 0);
    info.events = {{HistoryEvent::Kind::fork, 2, "forked from CE at epoch 2"},
                   {HistoryEvent::Kind::phase, 4, "T₀ = 4: ν 0 → 1"},
                   {HistoryEvent::Kind::edit, 4, "edit: ν = 1"}};
    plots_->addRun(info);
    for (int epoch = 0; epoch < 6; ++epoch) plots_->appendRecord(kA, sample::record(epoch));
    show();
    QVERIFY(panel(2).eventPlaces().empty());  // two runs, and none stands out
    plots_->setHighlighted({kA});
    // And the best epoch, which is the fourth.
    QTRY_COMPARE(panel(2).eventPlaces().size(), std::size_t{4});
    QVERIFY(panel(0).eventPlaces().empty());
    QTRY_VERIFY(panel(2).eventPlaces()[0].x() > 0.0);
    const std::vector<QPointF> places = panel(2).eventPlaces();
    QCOMPARE(panel(2).eventTip(places[0]), QStringLiteral("A: forked from CE at epoch 2"));
    QCOMPARE(panel(2).eventTip(places[1]), QStringLiteral("A: T₀ = 4: ν 0 → 1"));
    QCOMPARE(panel(2).eventTip(places[3]), QStringLiteral("A: best 50.0 %"));
    QVERIFY(places[1].x() == places[2].x() && places[1].y() > places[2].y() + 8.0);

    QSignalSpy activated(plots_.get(), &LivePlots::eventActivated);
    QTest::mouseClick(plotOf(2), Qt::LeftButton, {}, places[0].toPoint());
    QCOMPARE(activated.count(), 1);
    QCOMPARE(activated[0][0].toString(), kA);
    QCOMPARE(activated[0][1].value<HistoryEvent::Kind>(), HistoryEvent::Kind::fork);
    QCOMPARE(activated[0][2].toInt(), 2);
    // The line of a phase in any plot; a drag is no click.
    const QPoint line(static_cast<int>(places[1].x()), plotOf(0)->height() / 2);
    QTest::mouseClick(plotOf(0), Qt::LeftButton, {}, line);
    QCOMPARE(activated.count(), 2);
    QCOMPARE(activated[1][1].value<HistoryEvent::Kind>(), HistoryEvent::Kind::phase);
    QTest::mousePress(plotOf(0), Qt::LeftButton, {}, line);
    QTest::mouseRelease(plotOf(0), Qt::LeftButton, {}, line + QPoint(30, 0));
    QCOMPARE(activated.count(), 2);
    plots_->setRunVisible(kB, false);  // alone, it needs no selection
    plots_->setHighlighted({});
    QTRY_COMPARE(panel(2).eventPlaces().size(), std::size_t{4});
}

BALLAST_TEST(TestLivePlots)
#include "tst_live_plots.moc"
