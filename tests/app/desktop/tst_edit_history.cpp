#include "app/desktop/edit_history.h"

#include <QtTest>

#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

class TestEditHistory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void typingInOneFieldIsOneStep() {
        EditHistory history(json{{"epochs", 5}});
        for (const int typed : {1, 12, 120}) {
            history.record({{"epochs", typed}}, "/epochs", "Epochs");
        }
        QCOMPARE(history.undoWords(), std::string("Epochs"));
        QCOMPARE(history.undo(), std::string("/epochs"));
        QCOMPARE(history.current(), json({{"epochs", 5}}));
        QVERIFY(!history.canUndo());
        QCOMPARE(history.redo(), std::string("/epochs"));
        QCOMPARE(history.current(), json({{"epochs", 120}}));
        QVERIFY(!history.canRedo());
    }

    void settledTypingIsAnotherStep() {
        EditHistory history(1);
        history.record(2, "/a", "a");
        history.settle();
        history.record(3, "/a", "a");
        history.undo();
        QCOMPARE(history.current(), json(2));
        // Neither is what follows an undo part of what is there.
        history.record(4, "/a", "a");
        history.undo();
        QCOMPARE(history.current(), json(2));
    }

    void otherFieldsAndWholeConfigsAreStepsOfTheirOwn() {
        EditHistory history(0);
        history.record(1, "/a", "a");
        history.record(2, "/b", "b");
        history.record(3, "", "preset");
        history.record(4, "", "preset");
        for (const int expected : {3, 2, 1, 0}) {
            history.undo();
            QCOMPARE(history.current(), json(expected));
        }
        QVERIFY(!history.canUndo());
    }

    void anEditForgetsWhatWasUndone() {
        EditHistory history(0);
        history.record(1, "", "one");
        history.record(2, "", "two");
        history.undo();
        QCOMPARE(history.redoWords(), std::string("two"));
        history.record(5, "", "five");
        QVERIFY(!history.canRedo());
        QCOMPARE(history.redo(), std::string());
        QCOMPARE(history.current(), json(5));
    }

    void theSameIsNoStep() {
        EditHistory history(json{{"a", 1}});
        history.record({{"a", 1}}, "", "nothing");
        QVERIFY(!history.canUndo());
    }

    void thePresetIsThatOfTheState() {
        EditHistory history(0);
        history.setPreset({"CE", ""});
        history.record(1, "/a", "a");
        QCOMPARE(history.preset().method, std::string("CE"));
        history.record(2, "", "Method VS");
        history.setPreset({"VS", "paper-200"});
        history.undo();
        QCOMPARE(history.preset().method, std::string("CE"));
        history.redo();
        QCOMPARE(history.preset().protocol, std::string("paper-200"));
    }

    void theFirstStatesAreForgotten() {
        EditHistory history(0);
        for (int i = 1; i <= 1000; ++i) history.record(i, "", "edit");
        int steps = 0;
        for (; history.canUndo(); ++steps) history.undo();
        QCOMPARE(steps, 499);
        QCOMPARE(history.current(), json(501));
        while (history.canRedo()) history.redo();
        QCOMPARE(history.current(), json(1000));
    }
};

BALLAST_TEST(TestEditHistory)
#include "tst_edit_history.moc"
