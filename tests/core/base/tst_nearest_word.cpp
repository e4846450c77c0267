#include "core/base/nearest_word.h"

#include <QtTest>

#include "tests/support/test_program.h"

using namespace ballast;

class TestNearestWord : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nearestWords() {
        QCOMPARE(nearestWord("epcohs", {"epochs", "seed"}), std::string("epochs"));
        QCOMPARE(nearestWord("zzzzzz", {"epochs", "seed"}), std::string());
    }

    void unknownKeysNameTheNearestOrAll() {
        QCOMPARE(unknownKey("epcohs", {"epochs", "seed"}),
                 std::string("unknown key \"epcohs\"; did you mean \"epochs\"?"));
        QCOMPARE(unknownKey("zzzzzz", {"epochs", "seed"}),
                 std::string("unknown key \"zzzzzz\"; known here: epochs, seed"));
    }
};

BALLAST_TEST(TestNearestWord)
#include "tst_nearest_word.moc"
