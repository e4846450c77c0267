#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/support/made_bound_run.h"
#include "tests/support/test_program.h"
#include "widgets/bound_answer.h"

using namespace ballast;

class TestBoundAnswer : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    RunSummary run_;

    BoundInspection after(int epoch, const BoundConstants& constants = {}) const {
        return inspectBound(run_, epoch, StatisticsSource::streaming, constants);
    }

private Q_SLOTS:
    void initTestCase() { run_ = readRun(madeBoundRun(folder_.path().toStdString(), "VS+ADRW")); }

    void saysWhatTheNumbersSay() {
        BoundAnswer answer;
        answer.setInspections({after(8)});
        const QString said = answer.sentences();
        QVERIFY(said.contains(QString::number(after(8).factors.sum(), 'g', 3)));
        QVERIFY(said.contains(QStringLiteral("κ = ")));
        QVERIFY(said.contains(QStringLiteral("work against each other")));
        QStringList cells;
        for (const QLabel* label : answer.findChildren<QLabel*>()) cells << label->text();
        QVERIFY(cells.contains(QString::number(after(8).union_bound.confidence, 'g', 3)));
        QVERIFY(cells.contains(QString::number(after(8).data_dependent.complexity, 'g', 3)));
    }

    void adviceIsTakenByAClick() {
        BoundAnswer answer;
        answer.setInspections({after(4)});  // before the weights
        QVERIFY(!answer.findChild<QPushButton*>(QStringLiteral("bound_take_advice")));
        answer.setInspections({after(5)});
        std::optional<RunConfig> taken;
        connect(&answer, &BoundAnswer::adviceTaken,
                [&](const RunConfig& config) { taken = config; });
        auto* button = answer.findChild<QPushButton*>(QStringLiteral("bound_take_advice"));
        QCOMPARE(button->text(), QStringLiteral("Set β = 1 from T0 = 4 on"));
        button->click();
        QVERIFY(taken);
        QCOMPARE(taken->phases[1].beta.rule, std::string("one"));
        QCOMPARE(taken->phases[0].beta.rule, std::string("cdt"));
    }

    void constantsAreChosenWithinTheirRange() {
        BoundAnswer answer;
        answer.setInspections({after(8)});
        QSignalSpy changed(&answer, &BoundAnswer::constantsChanged);
        auto* delta = answer.findChild<QDoubleSpinBox*>(QStringLiteral("bound_delta"));
        delta->setValue(0.01);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(answer.constants().delta, 0.01);
        delta->setValue(7.0);
        QVERIFY(answer.constants().delta < 1.0);
        answer.findChild<QDoubleSpinBox*>(QStringLiteral("bound_loss_bound"))->setValue(10.0);
        QCOMPARE(answer.constants().loss_bound, 10.0);
        checkBoundConstants(answer.constants());
    }

    void twoAreNamed() {
        BoundAnswer answer;
        answer.setInspections({after(4), after(8)});
        QVERIFY(answer.sentences().contains(QStringLiteral("Epoch 4: ")));
        BoundInspection other = after(4);
        other.run = "another";
        other.name = "CE";
        answer.setInspections({after(4), other});
        QVERIFY(answer.sentences().contains(QStringLiteral("CE: ")));
        answer.setInspections({});
        QVERIFY(answer.sentences().isEmpty());
    }
};

BALLAST_TEST(TestBoundAnswer)
#include "tst_bound_answer.moc"
