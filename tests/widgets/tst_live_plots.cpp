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

private:
    void show() {
        plots_->resize(900, 700);
        plots_->show();
        QVERIFY(QTest::qWaitForWindowExposed(plots_.get()));
        QTRY_VERIFY(!plots_->drawnCurve(kA, kMajorityAccuracy).empty());
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
    QVERIFY(!chip->isChecked());
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
    QCOMPARE(plots_->crosshair(), 4);
    QTest::keyClick(plots_.get(), Qt::Key_End);
    QCOMPARE(plots_->crosshair(), 6);
    QTest::keyClick(plots_.get(), Qt::Key_Right);
    QCOMPARE(plots_->crosshair(), 6);
    QTest::keyClick(plots_.get(), Qt::Key_Escape);
    QCOMPARE(plots_->crosshair(), 0);
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

BALLAST_TEST(TestLivePlots)
#include "tst_live_plots.moc"
