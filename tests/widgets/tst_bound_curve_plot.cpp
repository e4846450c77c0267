#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/support/made_bound_run.h"
#include "tests/support/test_program.h"
#include "widgets/bound_curve_plot.h"

using namespace ballast;

class TestBoundCurvePlot : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    RunSummary run_;

private Q_SLOTS:
    void initTestCase() { run_ = readRun(madeBoundRun(folder_.path().toStdString(), "VS")); }

    void exactAndStreamingAreToldApart() {
        const BoundCurve curve = boundCurve(run_);
        QCOMPARE(curve.streaming.size(), std::size_t{8});
        QCOMPARE(curve.exact.size(), std::size_t{3});  // on both sides of T0 = 4, and at the end
    }

    void aClickChoosesAnEpoch() {
        BoundCurvePlot plot;
        plot.resize(600, 200);
        plot.setSeries({{boundCurve(run_), 0, {4}, false}});
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        auto* picture = plot.findChild<QWidget*>(QStringLiteral("bound_curves"));
        picture->grab();
        QSignalSpy spy(&plot, &BoundCurvePlot::epochChosen);
        QTest::mouseClick(picture, Qt::LeftButton, {}, {picture->width() / 2, 40});
        QCOMPARE(spy.size(), 1);
        const int epoch = spy[0][0].toInt();
        QVERIFY(epoch >= 3 && epoch <= 5);
        const QImage before = plot.grab().toImage();
        plot.setEpochs({2, 6});
        QTRY_VERIFY(plot.grab().toImage() != before);
    }

    void paperLeavesOutWhatStandsBehind() {
        const BoundCurve curve = boundCurve(run_);
        const PaperFigure figure =
            paperFigure(std::vector<BoundSeries>{{curve, 0, {4}, false}, {curve, 1, {4}, true}});
        QCOMPARE(figure.csv().count('\n'), 1 + 8 + static_cast<int>(curve.exact.size()));
        QVERIFY(paperPng(FigureStyle(), figure.compose).size() > 1000);
        QVERIFY(figure.pgf(FigureStyle(), "x.dat").tex.find("tikzpicture") != std::string::npos);
    }
};

BALLAST_TEST(TestBoundCurvePlot)
#include "tst_bound_curve_plot.moc"
