#include "app/desktop/config_text.h"

#include <QtTest>

#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/experiment/presets.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

class TestConfigText : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatIsCopiedIsPasted() {
        const json config = toJson(presetConfig({"VS+TLA+ADRW", "cifar100", "step", 10, "", 0}));
        QCOMPARE(configFromText(configText(config), "the text"), config);
        // People read the name first.
        QVERIFY(configText(config).find("\"name\"") < configText(config).find("\"data\""));
    }

    void aConfigWithMistakesIsHandedOn() {
        const json wrong = {{"training", {{"epochs", "ten"}}}, {"modle", 1}};
        QCOMPARE(configFromText(configText(wrong), "the text"), wrong);
    }

    void whatIsNoConfigIsSaid_data() {
        QTest::addColumn<QString>("held");
        QTest::addColumn<QString>("said");
        QTest::newRow("nothing") << ""
                                 << "is empty";
        QTest::newRow("spaces") << " \n\t"
                                << "is empty";
        QTest::newRow("words") << "CE+DRW"
                               << "line 1";
        QTest::newRow("torn") << R"({"name": "CE", )"
                              << "line 1";
        QTest::newRow("list") << "[1, 2]"
                              << "not a JSON object";
        QTest::newRow("number") << "3"
                                << "not a JSON object";
        QTest::newRow("sweep") << R"({"base": {}, "axes": []})"
                               << "holds a sweep";
        QTest::newRow("figure") << R"({"figure": "curves"})"
                                << "holds a figure";
        QTest::newRow("other") << R"({"a": 1, "format": 1})"
                               << "none of its keys";
        QTest::newRow("empty") << "{}"
                               << "none of its keys";
    }

    void whatIsNoConfigIsSaid() {
        QFETCH(QString, held);
        QFETCH(QString, said);
        try {
            configFromText(held.toStdString(), "The clipboard");
            QFAIL("it was taken for a config");
        } catch (const ConfigError& error) {
            const QString sentence = QString::fromUtf8(error.what());
            QVERIFY2(sentence.contains(QStringLiteral("The clipboard")), error.what());
            QVERIFY2(sentence.contains(said), error.what());
        }
    }
};

BALLAST_TEST(TestConfigText)
#include "tst_config_text.moc"
