#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/transition_view.h"

using namespace ballast;

class TestTransitionView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aCardSaysWhatChangedAndWhatItDid() {
        Transition made;
        made.phase = 1;
        made.epoch = 160;
        made.epochs = 40;
        made.trained = 3;
        made.changes = {{"SAM <radius>", "0", "0.4"}};
        for (const int after : {0, 1, 2, 5}) made.points.push_back({after});
        made.points[0].minority = 0.25;
        made.points[0].balanced = 0.5;
        made.last = {3};
        made.last.minority = 0.55;
        made.last.minority_min_logit = -1.25;
        made.half_gain = 2;
        made.gained = {{1, 0.5}, {7, 0.25}};
        made.lost = {{0, -0.05}};
        TransitionView view;
        view.setTransitions(QStringLiteral("VS"), std::span(&made, 1),
                            {QStringLiteral("cat"), QStringLiteral("dog")});
        const QString text = view.text();
        for (const char* words :
             {"VS", "T₀ = 160", "3 of 40 epochs", "SAM <radius>", "0 → 0.4", "before", "+5", "+3",
              "25.0", "55.0", "-1.25", "gained 30.0 points, half of it in 2 epochs",
              "Gained most: dog +50.0, class 7 +25.0.", "Lost most: cat −5.0."}) {
            QVERIFY2(text.contains(QString::fromUtf8(words)),
                     qPrintable(QString::fromUtf8(words) + text));
        }
        made.trained = 0;
        made.last = made.points[0];
        made.half_gain.reset();
        view.setTransitions(QStringLiteral("VS"), std::span(&made, 1), {});
        QVERIFY(view.text().contains(QStringLiteral("not reached yet")));
        QVERIFY(!view.text().contains(QStringLiteral("half of it")));
        view.setTransitions(QStringLiteral("CE"), {}, {});
        QVERIFY(view.text().contains(QStringLiteral("one phase")));
    }
};

BALLAST_TEST(TestTransitionView)
#include "tst_transition_view.moc"
