#include "core/base/json_place.h"

#include <QtTest>

#include "core/base/error.h"
#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

class TestJsonPlace : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void valuesAreReadWhereTheyAre() {
        const json object = {{"epoch", 3},
                             {"loss", 0.5},
                             {"name", "CE"},
                             {"list", {1, 2}},
                             {"inner", {{"flag", true}}}};
        const JsonPlace place(object, "run.json");
        QCOMPARE(place.at("epoch").integer(), 3);
        QCOMPARE(place.at("epoch").number(), 3.0);
        QCOMPARE(place.at("loss").number(), 0.5);
        QCOMPARE(place.at("name").text(), std::string("CE"));
        QCOMPARE(place.at("list").integers(), (std::vector<std::int64_t>{1, 2}));
        QVERIFY(place.at("inner").at("flag").boolean());
        QVERIFY(place.has("loss") && !place.has("lost"));
    }

    void whatIsWrongIsNamed_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("said");
        QTest::newRow("missing") << "{\"a\": {}}"
                                 << "run.json is damaged: it has no /a/b";
        QTest::newRow("text") << R"({"a": {"b": "two"}})"
                              << "run.json is damaged: /a/b is \"two\", not a whole number";
        QTest::newRow("fraction") << R"({"a": {"b": 1.5}})"
                                  << "/a/b is 1.5, not a whole number";
        QTest::newRow("too large") << R"({"a": {"b": 4294967296}})"
                                   << "/a/b is 4294967296, not a whole number of 32 bits";
        QTest::newRow("beyond 64 bits") << R"({"a": {"b": 18446744073709551615}})"
                                        << "not a whole number";
        QTest::newRow("no object") << R"({"a": [1]})"
                                   << "/a is [1], not an object";
    }
    void whatIsWrongIsNamed() {
        QFETCH(QString, text);
        QFETCH(QString, said);
        const json object = json::parse(text.toStdString());
        const QString error =
            errorOf([&] { JsonPlace(object, "run.json").at("a").at("b").integer(); });
        QVERIFY2(error.contains(said), qPrintable(error));
        QVERIFY(!error.contains(QStringLiteral("json.exception")));
    }

    void elementsOfListsAreCounted() {
        const json object = {{"counts", {1, "x"}}};
        const QString error =
            errorOf([&] { JsonPlace(object, "run.json").at("counts").integers(); });
        QVERIFY2(error.contains(QStringLiteral("/counts/1 is \"x\"")), qPrintable(error));
        QVERIFY_THROWS_EXCEPTION(DamagedFileError, JsonPlace(object, "f").at("counts").text());
    }

    void noLibrarysWordsReachPeople() {
        try {
            json::parse("{").get<int>();
        } catch (const std::exception& error) {
            const std::string sentence = sentenceOf(error);
            QVERIFY2(sentence.find("json.exception") == std::string::npos, sentence.c_str());
        }
        const std::filesystem::filesystem_error refused(
            "status", "/a/b", std::make_error_code(std::errc::permission_denied));
        QCOMPARE(sentenceOf(refused), std::string("/a/b: Permission denied"));
        QCOMPARE(sentenceOf(ConfigError("plain")), std::string("plain"));
    }
};

BALLAST_TEST(TestJsonPlace)
#include "tst_json_place.moc"
