#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/run_words.h"

using namespace ballast;

class TestRunWords : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aRunInTraining() {
        StepProgress progress;
        progress.epoch = 6;
        progress.epochs = 14;
        progress.images_per_second = 4100.4;
        progress.seconds_left = 48.2;
        QCOMPARE(runningText(progress),
                 QStringLiteral("epoch 7/14 · 4,100 images/s · about 48 s left"));
        progress.seconds_left = -1;
        QCOMPARE(runningText(progress), QStringLiteral("epoch 7/14 · 4,100 images/s"));
    }
};

BALLAST_TEST(TestRunWords)
#include "tst_run_words.moc"
