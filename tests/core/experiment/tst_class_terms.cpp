#include <QtTest>
#include <numeric>

#include "core/base/error.h"
#include "core/experiment/catalog.h"
#include "core/experiment/class_terms.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

const std::vector<std::int64_t> kCounts = {5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50};

// ε of the third class: concave, linear, convex.
constexpr double kThird[] = {0.25784393826317453, 0.20581818181818182, 0.14488180944203302};

/// What a rule gives as the term it is for.
std::vector<double> classTerm(const ClassRule& rule, const std::vector<std::int64_t>& counts) {
    const ClassRuleInfo* info = findClassRule(rule.rule);
    const ClassTerm term = info->terms.front();
    Phase phase;
    (term == ClassTerm::alpha  ? phase.alpha
     : term == ClassTerm::beta ? phase.beta
                               : phase.delta) = rule;
    const ClassTerms terms = classTerms(phase, counts);
    return term == ClassTerm::alpha  ? terms.alpha
           : term == ClassTerm::beta ? terms.beta
                                     : terms.delta;
}

bool close(double a, double b) {
    return std::abs(a - b) <= 1e-12 * std::max(std::abs(a), std::abs(b));
}

}  // namespace

class TestClassTerms : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Golden values by Python: with N the class counts of CIFAR-10 long-tailed 100, pi = N / sum(N)
    // and norm(w) = w * C / sum(w):
    //   inverse           norm(1 / pi)
    //   power 0.3         norm(pi ** -0.3)
    //   effective-number  norm((1-p) / (1-p**N)), p = 0.9999, with 50-digit decimals
    //   cdt 0.05          (N / N[0]) ** 0.05
    //   la 1.5            1.5 * log(pi)
    void golden_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("parameter");
        QTest::addColumn<double>("value");
        QTest::addColumn<double>("first");
        QTest::addColumn<double>("last");
        QTest::newRow("one") << "one"
                             << "" << 0.0 << 1.0 << 1.0;
        QTest::newRow("zero") << "zero"
                              << "" << 0.0 << 0.0 << 0.0;
        QTest::newRow("inverse") << "inverse"
                                 << "" << 0.0 << 0.04023649878656417 << 4.023649878656418;
        QTest::newRow("power") << "power"
                               << "nu" << 0.3 << 0.4554585724882908 << 1.8132132359764837;
        QTest::newRow("effective-number")
            << "effective-number"
            << "p" << 0.9999 << 0.05061136121639368 << 3.9927238170459143;
        QTest::newRow("cdt") << "cdt"
                             << "gamma" << 0.05 << 1.0 << 0.7943282347242815;
        QTest::newRow("la") << "la"
                            << "tau" << 1.5 << -1.3631134711752382 << -8.270868750157376;
    }
    void golden() {
        QFETCH(QString, rule);
        QFETCH(QString, parameter);
        QFETCH(double, value);
        QFETCH(double, first);
        QFETCH(double, last);
        ClassRule class_rule{rule.toStdString(), {}, {}};
        if (!parameter.isEmpty()) class_rule.parameters[parameter.toStdString()] = value;
        const auto term = classTerm(class_rule, kCounts);
        QCOMPARE(term.size(), kCounts.size());
        QVERIFY2(close(term.front(), first), qPrintable(QString::number(term.front(), 'g', 17)));
        QVERIFY2(close(term.back(), last), qPrintable(QString::number(term.back(), 'g', 17)));
    }

    void weightsSumToTheNumberOfClasses() {
        for (const ClassRule& rule :
             {ClassRule{"inverse", {}, {}}, ClassRule{"power", {{"nu", 2.0}}, {}},
              ClassRule{"effective-number", {{"p", 0.999}}, {}}}) {
            const auto weights = classTerm(rule, kCounts);
            QVERIFY(close(std::accumulate(weights.begin(), weights.end(), 0.0), 10.0));
        }
    }

    // In Python, x = [(n - 50) / 4950 for n in N]: of 0.1 + 0.3 * s(x) with s sin(pi x / 2), x and
    // 1 - cos(pi x / 2) the values of the first, third and last class.
    void smoothingFollowsTheCounts() {
        Phase phase;
        QVERIFY(classTerms(phase, kCounts).epsilon.empty());
        phase.smoothing_head = 0.4;
        phase.smoothing_tail = 0.1;
        const std::pair<Smoothing, double> shapes[] = {{Smoothing::concave, kThird[0]},
                                                       {Smoothing::linear, kThird[1]},
                                                       {Smoothing::convex, kThird[2]}};
        for (const auto& [shape, third] : shapes) {
            phase.smoothing = shape;
            const std::vector<double> epsilon = classTerms(phase, kCounts).epsilon;
            QCOMPARE(epsilon.size(), kCounts.size());
            QVERIFY(close(epsilon.front(), 0.4));
            QVERIFY2(close(epsilon[2], third), qPrintable(QString::number(epsilon[2], 'g', 17)));
            QVERIFY(close(epsilon.back(), 0.1));
            const std::vector<std::int64_t> alike(3, 7);
            QVERIFY(classTerms(phase, alike).epsilon == std::vector<double>(3, 0.4));
        }
    }

    void valuesAreTakenAsTheyAre() {
        const std::vector<double> values = {3, 2, 1};
        QCOMPARE(classTerm({"values", {}, values}, std::vector<std::int64_t>{9, 9, 9}), values);
        QVERIFY_THROWS_EXCEPTION(ConfigError, classTerm({"values", {}, values}, kCounts));
    }

    // p so close to 1 that 1 - p^N has lost most digits: the weights approach those of "inverse".
    void effectiveNumberKeepsItsDigits() {
        const auto near = classTerm({"effective-number", {{"p", 1.0 - 1e-13}}, {}}, kCounts);
        const auto inverse = classTerm({"inverse", {}, {}}, kCounts);
        for (std::size_t y = 0; y < near.size(); ++y) {
            QVERIFY(std::abs(near[y] / inverse[y] - 1.0) < 1e-8);
        }
    }

    // β_y m_y with m_y = max_m (N_min / N_y)^(1/4): the smallest class has max_m itself.
    void marginsFollowTheScale() {
        Phase phase;
        phase.beta = {"constant", {{"scale", 30.0}}, {}};
        phase.delta = {"ldam", {{"max_margin", 0.5}}, {}};
        const ClassTerms terms = classTerms(phase, std::vector<std::int64_t>{160000, 10000, 16});
        QVERIFY(terms.delta_on_true_class);
        QVERIFY(close(terms.delta[0], -30 * 0.05));
        QVERIFY(close(terms.delta[1], -30 * 0.1));
        QVERIFY(close(terms.delta[2], -30 * 0.5));
    }

    void noClassesAreRefused() { QVERIFY_THROWS_EXCEPTION(ConfigError, classTerms(Phase{}, {})); }

    // CVS: β_y = π_y^γ / κ_y, Δ_y = τ log(π_y / κ_y).
    void calibratedRulesFollowTheEstimates() {
        Phase phase;
        phase.beta = {"cvs-scale", {{"gamma", 0.5}}, {}};
        phase.delta = {"cvs-shift", {{"tau", 2.0}}, {}};
        QVERIFY(usesEstimates(phase));
        QVERIFY(!usesEstimates(Phase{}));
        const std::vector<std::int64_t> counts = {3, 1};
        const ClassTerms before = classTerms(phase, counts);
        QVERIFY(close(before.beta[1], 0.5));
        QVERIFY(close(before.delta[1], 2.0 * std::log(0.25)));
        const ClassTerms after = classTerms(phase, counts, {{1.0, 0.5}});
        QVERIFY(close(after.beta[1], 1.0));
        QVERIFY(close(after.delta[1], 2.0 * std::log(0.5)));
        QCOMPARE(after.beta[0], before.beta[0]);
    }
};

BALLAST_TEST(TestClassTerms)
#include "tst_class_terms.moc"
