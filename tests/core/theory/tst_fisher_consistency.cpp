#include "core/theory/fisher_consistency.h"
#include "tests/support/test_program.h"

#include <QtTest>
#include <cmath>

#include "core/base/keyed_random.h"

using namespace ballast;

namespace {

const std::vector<std::int64_t> kCounts = {5000, 700, 50};

Phase phaseOf(const ClassRule& alpha, const ClassRule& beta, const ClassRule& delta) {
    Phase phase;
    phase.alpha = alpha;
    phase.beta = beta;
    phase.delta = delta;
    return phase;
}

/// Whether the logits that make the expected loss least have the top class of the balanced
/// posterior P(y|x) / π_y, for many P(·|x).
bool alwaysRight(const ClassTerms& terms) {
    const KeyedRandom random(1, Purpose::initial_weights, 0);
    for (std::uint64_t i = 0; i < 2000; ++i) {
        double posterior[3];
        double same = 0.0;  // of every class
        for (std::size_t y = 0; y < 3; ++y) {
            // Near the decision, where all classes are about as good.
            posterior[y] = static_cast<double>(kCounts[y]) * (1.0 + random.uniform(3 * i + y));
            const double epsilon = terms.epsilon.empty() ? 0.0 : terms.epsilon[y];
            same += terms.alpha[y] * epsilon * posterior[y] / 3.0;
        }
        std::size_t best = 0, right = 0;
        double logits[3];
        for (std::size_t y = 0; y < 3; ++y) {
            const double epsilon = terms.epsilon.empty() ? 0.0 : terms.epsilon[y];
            const double p = terms.alpha[y] * (1.0 - epsilon) * posterior[y] + same;
            logits[y] = std::log(p) - terms.delta[y];
            if (logits[y] > logits[best]) best = y;
            if (posterior[y] / static_cast<double>(kCounts[y]) >
                posterior[right] / static_cast<double>(kCounts[right])) {
                right = y;
            }
        }
        if (best != right) return false;
    }
    return true;
}

}  // namespace

Q_DECLARE_METATYPE(ballast::ClassRule)

class TestFisherConsistency : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // The members named after Eq. 4 in the paper and its references: the balanced loss (δ = 1) and
    // logit adjustment with τ = 1 (δ = π); α ∝ π^−ν needs Δ = (1 − ν) log π.
    void members_data() {
        QTest::addColumn<ClassRule>("alpha");
        QTest::addColumn<ClassRule>("beta");
        QTest::addColumn<ClassRule>("delta");
        QTest::addColumn<bool>("consistent");
        const ClassRule one{"one", {}, {}};
        const ClassRule zero{"zero", {}, {}};
        const ClassRule adrw{"power", {{"nu", 0.15}}, {}};
        const auto la = [](double tau) { return ClassRule{"la", {{"tau", tau}}, {}}; };
        QTest::newRow("CE") << one << one << zero << false;
        QTest::newRow("balanced") << ClassRule{"inverse", {}, {}} << one << zero << true;
        QTest::newRow("LA, tau 1") << one << one << la(1.0) << true;
        QTest::newRow("LA, tau 1.25") << one << one << la(1.25) << false;
        QTest::newRow("ADRW with LA, tau 1") << adrw << one << la(1.0) << false;
        QTest::newRow("ADRW with LA, tau 1 - nu") << adrw << one << la(0.85) << true;
        QTest::newRow("CDT") << one << ClassRule{"cdt", {{"gamma", 0.1}}, {}} << la(1.0) << false;
        QTest::newRow("LDAM") << one << one << ClassRule{"ldam", {{"max_margin", 0.5}}, {}}
                              << false;
        const ClassRule power{"fisher", {{"exponent", 0.3}}, {}};
        const ClassRule listed{"fisher", {}, {0.2, 5.0, 1.0}};
        QTest::newRow("rule fisher") << power << one << power << true;
        QTest::newRow("rule fisher, one δ per class") << listed << one << listed << true;
        QTest::newRow("rule fisher, two different δ") << power << one << listed << false;
    }
    void members() {
        QFETCH(const ClassRule, alpha);
        QFETCH(const ClassRule, beta);
        QFETCH(const ClassRule, delta);
        QFETCH(const bool, consistent);
        const auto found =
            fisherConsistency(classTerms(phaseOf(alpha, beta, delta), kCounts), kCounts);
        QVERIFY2(found.consistent == consistent, found.reason.c_str());
        QVERIFY(!found.reason.empty());
    }

    // The best p is ∝ α_j (1 − ε_j) P(j|x) + the same for every class, so its top class is that of
    // the balanced loss where α_y (1 − ε_y) π_y is constant; looked for among 2000 posteriors.
    void smoothing() {
        ClassTerms terms =
            classTerms(phaseOf({"inverse", {}, {}}, {"one", {}, {}}, {"zero", {}, {}}), kCounts);
        terms.epsilon = {0.4, 0.2, 0.1};
        QVERIFY(!fisherConsistency(terms, kCounts).consistent);
        QVERIFY(!alwaysRight(terms));
        for (std::size_t y = 0; y < 3; ++y) terms.alpha[y] /= 1.0 - terms.epsilon[y];
        QVERIFY(fisherConsistency(terms, kCounts).consistent);
        QVERIFY(alwaysRight(terms));
        // Logit adjustment and smoothing, each right by itself, are not together.
        terms = classTerms(phaseOf({"one", {}, {}}, {"one", {}, {}}, {"la", {{"tau", 1.0}}, {}}),
                           kCounts);
        QVERIFY(alwaysRight(terms));
        for (std::size_t y = 0; y < 3; ++y) terms.epsilon.push_back(0.1);
        QVERIFY(!fisherConsistency(terms, kCounts).consistent);
        QVERIFY(!alwaysRight(terms));
    }

    /// What a phase trains is more than its class terms.
    void phases() {
        const auto consistent = [](const Phase& phase, const char* loss = "vs") {
            const auto found = fisherConsistency(phase, {loss, Reduction::mean, 1.0},
                                                 classTerms(phase, kCounts), kCounts);
            return !found.reason.empty() && found.consistent;
        };
        const ClassRule one{"one", {}, {}};
        Phase phase = phaseOf(one, one, {"la", {{"tau", 1.0}}, {}});
        QVERIFY(consistent(phase) && consistent(phase, "vs"));
        QVERIFY(!consistent(phase, "focal") && !consistent(phase, "softmax-bce"));
        phase.targets = Targets::labels_and_teacher;
        QVERIFY(!consistent(phase));
        phase.targets = Targets::labels;
        phase.sampling = Sampling::class_balanced;  // draws are balanced already
        QVERIFY(!consistent(phase));
        phase.delta = {"zero", {}, {}};
        QVERIFY(consistent(phase));
        phase.mixing = Mixing::mixup;
        QVERIFY(!consistent(phase));
        phase.mixing = Mixing::none;
        phase.sampling = Sampling::progressive;
        QVERIFY(!consistent(phase));
        phase.sampling = Sampling::square_root;
        QVERIFY(!consistent(phase));
        phase.alpha = {"power", {{"nu", 0.5}}, {}};  // √N_y drawn, π_y^(−½) weighed
        QVERIFY(consistent(phase));
    }
};

BALLAST_TEST(TestFisherConsistency)
#include "tst_fisher_consistency.moc"
