#include "core/base/json_text.h"

#include <QtTest>

#include "core/base/error.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

class TestJsonText : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void jsonErrors() {
        QVERIFY_THROWS_EXCEPTION(ConfigError, parseJson("{\"a\": 1,}", "x.json"));
        try {
            parseJson("{\"a\": 1, \"a\": 2}", "x.json");
            QFAIL("a key that stands twice was accepted");
        } catch (const ConfigError& error) {
            QCOMPARE(error.problems().front().pointer, std::string("/a"));
        }
        QCOMPARE(parseJson("[{\"a\": 1}, {\"a\": 2}]", "x.json").size(), std::size_t{2});
    }

    void longValuesAreCutShort() {
        QCOMPARE(shownJson(json(1.5)), std::string("1.5"));
        QCOMPARE(shownJson(json(std::string(100, 'a'))).size(), std::size_t{60});
    }
};

BALLAST_TEST(TestJsonText)
#include "tst_json_text.moc"
