#include "core/experiment/config_advice.h"

#include <QtTest>

#include "core/experiment/config_json.h"
#include "core/experiment/config_meaning.h"
#include "core/experiment/field_words.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

namespace {

RunConfig deferred() {
    RunConfig config;
    config.training.epochs = 200;
    config.phases.emplace_back().from = 160;
    config.lr_schedule.steps = {{160, 0.01}, {180, 0.0001}};
    return config;
}

}  // namespace

class TestConfigAdvice : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void stepsBeyondTheEndAreSaid() {
        RunConfig config = deferred();
        QVERIFY(adviceOn(config).empty());
        config.training.epochs = 170;
        QCOMPARE(adviceOn(config).size(), std::size_t{1});
        const QString said = QString::fromStdString(adviceOn(config)[0]);
        QVERIFY2(said.contains("epoch 180") && said.contains("170 epochs"), qPrintable(said));
    }

    void aStepFollowsItsPhase_data() {
        QTest::addColumn<int>("phase");  // where T0 is moved
        QTest::addColumn<int>("step");   // where the first step is then
        QTest::addColumn<QString>("moved");
        QTest::newRow("later") << 170 << 160 << "170";
        QTest::newRow("nothing moved") << 160 << 160 << "";
        QTest::newRow("both moved by hand") << 170 << 165 << "";
        QTest::newRow("onto another step") << 180 << 160 << "";
    }
    void aStepFollowsItsPhase() {
        QFETCH(int, phase);
        QFETCH(int, step);
        QFETCH(QString, moved);
        json now = json(toJson(deferred()));
        now["phases"][1]["from"] = phase;
        now["lr_schedule"]["steps"][0]["from"] = step;
        const std::vector<Setting> moves = stepsThatFollow(deferred(), now);
        QCOMPARE(moves.size(), moved.isEmpty() ? std::size_t{0} : std::size_t{1});
        if (moves.empty()) return;
        QCOMPARE(moves[0].pointer, std::string("/lr_schedule/steps/0/from"));
        QCOMPARE(moves[0].value, json(moved.toInt()));
    }

    void anUnfinishedConfigMovesNothing() {
        for (const char* text : {"{}", R"({"phases": 3})", R"({"lr_schedule": {"steps": "x"}})",
                                 R"({"phases": [{}, {"from": "x"}],
                                     "lr_schedule": {"steps": [{"from": 160}, {"from": 180}]}})"}) {
            QVERIFY(stepsThatFollow(deferred(), json::parse(text)).empty());
        }
    }

    void weightsOfZeroNeedThePlainMean() {
        RunConfig config = deferred();
        QVERIFY(checkClassWeights(config).empty());
        config.phases[1].alpha = {"values", {}, {1, 0, 1, 1, 1, 1, 1, 1, 1, 1}};
        QCOMPARE(checkClassWeights(config).size(), std::size_t{1});
        QCOMPARE(checkClassWeights(config)[0].pointer, std::string("/phases/1/alpha"));
        config.loss.reduction = Reduction::mean;
        QVERIFY(checkClassWeights(config).empty());
    }

    void fieldsHaveWords_data() {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("words");
        QTest::newRow("field") << "/training/epochs"
                               << "Epochs";
        QTest::newRow("of a phase") << "/phases/1/from"
                                    << "From epoch T₀, phase 2";
        QTest::newRow("of a step") << "/lr_schedule/steps/0/from"
                                   << "learning-rate step 1";
        QTest::newRow("of a rule") << "/phases/1/alpha/nu"
                                   << "ν of ";
        QTest::newRow("none") << "/nothing/here"
                              << "/nothing/here";
    }
    void fieldsHaveWords() {
        QFETCH(QString, pointer);
        QFETCH(QString, words);
        const QString found = QString::fromStdString(fieldInWords(pointer.toStdString()));
        QVERIFY2(found.contains(words), qPrintable(found));
    }
};

BALLAST_TEST(TestConfigAdvice)
#include "tst_config_advice.moc"
