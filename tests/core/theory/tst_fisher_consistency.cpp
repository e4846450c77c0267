#include "core/theory/fisher_consistency.h"
#include "tests/support/test_program.h"

#include <QtTest>

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
};

BALLAST_TEST(TestFisherConsistency)
#include "tst_fisher_consistency.moc"
