#include "core/experiment/config_settings.h"

#include <QtTest>

#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

class TestConfigSettings : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void settings() {
        json config = json::object();
        applySetting(config, "/training/epochs=20");
        applySetting(config, "/data/dataset=cifar100");
        applySetting(config, "/phases/0/alpha=inverse");
        applySetting(config, "/phases/0/alpha={\"rule\": \"power\", \"nu\": 0.3}");
        applySetting(config, "/phases/0/alpha/nu=0.7");
        const RunConfig read = configFromJson(config, "set");
        QCOMPARE(read.training.epochs, 20);
        QCOMPARE(read.data.dataset, std::string("cifar100"));
        QCOMPARE(read.phases[0].alpha.parameters.at("nu"), 0.7);
        for (const char* bad : {"/training/epoch=20", "training=1", "/training/epochs",
                                "/phases/7/from=1", "/data=3", "/training/epochs/x=1"}) {
            QVERIFY_THROWS_EXCEPTION(ConfigError, applySetting(config, bad));
        }
    }
};

BALLAST_TEST(TestConfigSettings)
#include "tst_config_settings.moc"
