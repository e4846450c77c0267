#include "core/cluster/called_program.h"

#include <QtTest>

#include "tests/support/test_program.h"

using namespace ballast;

class TestCalledProgram : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answers() {
        const ProgramAnswer answer =
            answerOf({"sh", "-c", "echo out; cat; echo 'sh: error: bad' >&2; exit 3"}, 10);
        QVERIFY(answer.there && answer.in_time && !answer.good());
        QCOMPARE(answer.exit_code, 3);
        QCOMPARE(answer.out, "out\n");
        QCOMPARE(answer.complaint(), "bad");
        QVERIFY(answerOf({"true"}, 10).good());
    }

    void longAnswers() {
        const ProgramAnswer answer =
            answerOf({"sh", "-c",
                      "i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); "
                      "done"},
                     30);
        QCOMPARE(answer.out.size(), std::size_t{220'000});
    }

    void endings() {
        QVERIFY(!answerOf({"ballast-has-no-such-program"}, 10).there);
        QCOMPARE(answerOf({"sh", "-c", "kill -9 $$"}, 10).exit_code, -1);
        QElapsedTimer timer;
        timer.start();
        // The child that keeps the outputs open is ended too.
        const ProgramAnswer slow = answerOf({"sh", "-c", "sleep 30 & sleep 30"}, 1);
        QVERIFY(!slow.in_time && !slow.good());
        QVERIFY(timer.elapsed() < 5000);
    }
};

BALLAST_TEST(TestCalledProgram)
#include "tst_called_program.moc"
