#include "core/base/json_text.h"

#include <QtTest>

#include "core/base/error.h"
#include "core/base/text_encoding.h"
#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

namespace {

std::string brackets(int depth) {
    const auto count = static_cast<std::size_t>(depth);
    return std::string(count, '[') + std::string(count, ']');
}

}  // namespace

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

    void longValuesAreCutBetweenCharacters() {
        for (std::size_t before = 50; before < 60; ++before) {
            std::string text(before, 'a');
            for (int i = 0; i < 20; ++i) text += "ν";
            QVERIFY(!invalidUtf8At(shownJson(json(text))));
        }
    }

    void depth() {
        QCOMPARE(depthOfJson("1"), 0);
        QCOMPARE(depthOfJson("{\"a\": [[1], \"[[[\\\"[[\", \"b\\\\\": {}}"), 3);
        QCOMPARE(parseJson(brackets(kDeepestJson), "x.json").size(), std::size_t{1});
        const QString error = errorOf([] { parseJson(brackets(1'000'000), "x.json"); });
        QVERIFY2(error.startsWith("x.json has lists or objects 1000000 deep"), qPrintable(error));
        QVERIFY(!jsonOrDiscarded(brackets(kDeepestJson)).is_discarded());
        QVERIFY(jsonOrDiscarded(brackets(1'000'000)).is_discarded());
        QVERIFY(jsonOrDiscarded("{").is_discarded());
    }
};

BALLAST_TEST(TestJsonText)
#include "tst_json_text.moc"
