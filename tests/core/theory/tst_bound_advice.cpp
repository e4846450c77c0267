#include <QtTest>

#include "core/experiment/config_json.h"
#include "core/theory/bound_advice.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

const std::vector<std::int64_t> kAdviceImages = {1000, 100, 10};

/// VS from the first epoch, weights from epoch 160 on.
RunConfig vsWithDrw() {
    RunConfig config;
    config.name = "VS+ADRW seed 2";
    config.phases.resize(2);
    for (Phase& phase : config.phases) {
        phase.beta = {"cdt", {{"gamma", 0.25}}, {}};
        phase.delta = {"la", {{"tau", 1.0}}, {}};
    }
    config.phases[1].from = 160;
    config.phases[1].alpha = {"power", {{"nu", 0.5}}, {}};
    return config;
}

std::optional<BoundAdvice> adviceFor(const RunConfig& config, std::size_t phase) {
    return adviceOnTerms(config, phase, classTerms(config.phases[phase], kAdviceImages),
                         kAdviceImages);
}

}  // namespace

class TestBoundAdvice : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void slopesAreThoseOfTheRules() {
        const TermSlopes slopes =
            termSlopes(classTerms(vsWithDrw().phases[1], kAdviceImages), kAdviceImages);
        QVERIFY(std::abs(slopes.alpha + 0.5) < 1e-12);
        QVERIFY(std::abs(slopes.beta - 0.25) < 1e-12);
        QVERIFY(slopes.against);
    }

    void saysItWithItsNumbers() {
        const auto advice = adviceFor(vsWithDrw(), 1);
        QVERIFY(advice);
        // α = 3 π^−0.5 / Σ: 2.12, 0.670, 0.212; β = (N/1000)^0.25: 1, 0.562, 0.316
        for (const char* part : {"α ∝ N^−0.50", "β ∝ N^+0.25", "2.12 to 0.212", "0.316 to 1",
                                 "work against each other here; TLA sets β = 1 from T0 on"}) {
            QVERIFY2(advice->sentence.find(part) != std::string::npos, advice->sentence.c_str());
        }
        QCOMPARE(advice->action, std::string("Set β = 1 from T0 = 160 on"));
    }

    void oneClickMakesItSo() {
        const RunConfig before = vsWithDrw();
        const RunConfig after = adviceFor(before, 1)->config;
        QCOMPARE(after.name, std::string("VS+TLA+ADRW seed 2"));
        RunConfig expected = before;
        expected.name = after.name;
        expected.phases[1].beta = ClassRule{"one", {}, {}};
        QVERIFY(after == expected);
        QVERIFY(configFromJson(nlohmann::json(toJson(after)), "the advice") == after);
        QVERIFY(!adviceFor(after, 1));  // nothing is left to say
    }

    void nothingWithoutTheNumbers() {
        const RunConfig config = vsWithDrw();
        QVERIFY(!adviceFor(config, 0));  // α is 1 for all classes
        RunConfig only_weights = config;
        only_weights.phases[1].beta = ClassRule{"one", {}, {}};
        QVERIFY(!adviceFor(only_weights, 1));
        RunConfig scaled = config;
        scaled.phases[1].beta = ClassRule{"constant", {{"scale", 30.0}}, {}};
        QVERIFY(!adviceFor(scaled, 1));
        RunConfig none = config;
        none.phases[1].alpha.parameters["nu"] = 0.0;
        QVERIFY(!adviceFor(none, 1));
        RunConfig falling = config;  // β falls too: nothing works against α
        falling.phases[1].beta = ClassRule{"values", {}, {1, 2, 3}};
        QVERIFY(!adviceFor(falling, 1));
        const std::vector<std::int64_t> balanced = {50, 50, 50};
        QVERIFY(!adviceOnTerms(config, 1, classTerms(config.phases[1], balanced), balanced));
    }

    void laterPhasesFollow() {
        RunConfig config = vsWithDrw();
        config.phases.push_back(config.phases[1]);
        config.phases[2].from = 180;
        const RunConfig after = adviceFor(config, 1)->config;
        QCOMPARE(after.phases[0].beta.rule, std::string("cdt"));
        QCOMPARE(after.phases[2].beta.rule, std::string("one"));
    }
};

BALLAST_TEST(TestBoundAdvice)
#include "tst_bound_advice.moc"
