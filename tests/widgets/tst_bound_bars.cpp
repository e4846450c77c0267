#include <QLabel>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/support/made_bound_run.h"
#include "tests/support/test_program.h"
#include "widgets/bound_bars.h"
#include "widgets/bound_picture.h"

using namespace ballast;

class TestBoundBars : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    RunSummary run_;

    BoundInspection after(int epoch) const {
        return inspectBound(run_, epoch, StatisticsSource::streaming);
    }

private Q_SLOTS:
    void initTestCase() { run_ = readRun(madeBoundRun(folder_.path().toStdString(), "VS+ADRW")); }

    void saysWhatABarIs() {
        BoundBars bars;
        bars.setInspections({after(5)});
        QCOMPARE(bars.title(), QStringLiteral("VS+ADRW, after epoch 5, streaming"));
        const BoundFactors& factors = bars.inspections()[0].factors;
        const auto number = [](double value) { return QString::number(value, 'g', 4); };
        const QString alpha = bars.wordsFor(0, 1, 2);  // the rarest class
        QVERIFY(alpha.startsWith(QStringLiteral("bird, 10 training images\nα_y = ")));
        QVERIFY(alpha.contains(number(factors.alpha[2])));
        QVERIFY(alpha.contains(QStringLiteral("Eq. 3")));
        const QString rest = bars.wordsFor(0, 3, 0);
        QVERIFY(rest.contains(QStringLiteral("B_y(f) = 4")));
        QVERIFY(rest.contains(QStringLiteral("Eq. 15")));
        const QString product = bars.wordsFor(0, 4, 1);
        QVERIFY(product.contains(number(factors.product[1])));
        QVERIFY(product.contains(QStringLiteral("as the data show, 2")));
        QVERIFY(product.contains(QStringLiteral("Eq. 16")));
    }

    void observedValuesAreOfTheSameKind() {
        const BoundInspection one = after(5);
        for (std::size_t y = 0; y < 3; ++y) {
            const double rest = observedValue(one.factors, 3, y);
            QVERIFY(std::abs(rest * one.factors.alpha[y] * one.factors.beta_tilde[y] -
                             one.factors.observed_lipschitz[y]) < 1e-12);
            QVERIFY(std::isnan(observedValue(one.factors, 0, y)));
        }
    }

    void axesAreSharedAndLogarithmicWhereValuesLieFarApart() {
        BoundInspection one = after(5);
        BoundInspection other = one;
        for (double& value : other.factors.alpha) value *= 1.5;
        const BoundInspection both[] = {one, other};
        const BoundRange shared = boundRange(both, 1);
        QVERIFY(!shared.log);
        QCOMPARE(shared.lower, 0.0);
        QVERIFY(shared.upper > other.factors.alpha[2]);
        one.factors.one_minus_softmax = {1e-20, 1e-3, 1.0};
        const BoundRange far = boundRange(std::span(&one, 1), 3);
        QVERIFY(far.log);
        QVERIFY(far.lower > 1e-8 && far.lower < 1e-5);  // six decades, not twenty
    }

    void drawsOneTwoManyAndNone() {
        BoundBars bars;
        bars.resize(700, 500);
        bars.show();
        bars.setInspections({after(4), after(8)});
        QVERIFY(bars.title().contains(QStringLiteral("epoch 4")));
        const QImage two = bars.grab().toImage();
        bars.setInspections({after(8)});
        QVERIFY(bars.grab().toImage() != two);
        BoundInspection missing = after(8);
        missing.factors.min_logit[1] = missing.factors.product[1] = kMissing;
        bars.setInspections({missing});
        QVERIFY(bars.wordsFor(0, 4, 1).contains(QStringLiteral("–")));
        QTemporaryDir folder;
        const RunSummary many = readRun(madeBoundRun(folder.path().toStdString(), "many", 8, 500));
        bars.setInspections({inspectBound(many, 8, StatisticsSource::exact)});
        QVERIFY(!bars.grab().isNull());
        bars.clear(QStringLiteral("nothing"));
        QCOMPARE(bars.sentence(), QStringLiteral("nothing"));
        QVERIFY(bars.inspections().empty());
    }

    void goesOnPaper() {
        const PaperFigure figure = paperFigure(std::vector{after(4), after(8)});
        const FigureStyle style;
        QVERIFY(paperPng(style, figure.compose).size() > 1000);
        QVERIFY(paperPdf(figure.title, style, figure.compose).startsWith("%PDF"));
        QCOMPARE(figure.csv().count('\n'), 7);
        const PgfFigure pgf = figure.pgf(style, "bound.dat");
        QVERIFY(pgf.tex.find("tikzpicture") != std::string::npos);
    }
};

BALLAST_TEST(TestBoundBars)
#include "tst_bound_bars.moc"
