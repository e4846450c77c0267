#include <QtTest>

#include "core/theory/bound.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestBound : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Python, with N = [100, 10, 1], pi = N / 111, alpha = norm(pi ** -0.5), beta = (N / 100) **
    // 0.1, delta = log(pi), B = [2, -1, -3], z = beta * B + delta:
    //   beta~_y = sqrt(beta_y^2 + (sum(beta) - beta_y)^2), mu_y = alpha_y beta~_y (1 -
    //   softmax(z)_y), term_y = mu_y sqrt(pi_y) / (C pi_C)
    void golden() {
        const std::vector<std::int64_t> counts = {100, 10, 1};
        Phase phase;
        phase.alpha = {"power", {{"nu", 0.5}}, {}};
        phase.beta = {"cdt", {{"gamma", 0.1}}, {}};
        phase.delta = {"la", {{"tau", 1.0}}, {}};
        const ClassTerms terms = classTerms(phase, counts);
        const auto tilde = betaTilde(terms.beta);
        const auto mu = localLipschitz(terms, std::vector<double>{2, -1, -3});
        const auto bound = boundTerms(mu, counts);
        const double expected[3][3] = {
            {1.7411028063524092, 0.0023160970825381036, 0.08133865639871284},
            {1.8141056209587347, 1.2078232258230153, 13.41354625729627},
            {1.902030752769853, 4.028261848733925, 14.146790688029027}};
        for (std::size_t y = 0; y < 3; ++y) {
            QVERIFY(std::abs(tilde[y] / expected[y][0] - 1) < 1e-12);
            QVERIFY(std::abs(mu[y] / expected[y][1] - 1) < 1e-10);
            QVERIFY(std::abs(bound[y] / expected[y][2] - 1) < 1e-10);
        }
    }

    // LDAM: in Python, with B = [0.9, 0.5, 0.2], s = 30, d = -30 * m, m as in tst_class_loss.cpp:
    //   e = lambda y: [exp(30 * B[j] + (d[j] if j == y else 0)) for j in range(3)]
    //   mu = [sqrt(30**2 + 60**2) * (1 - e(y)[y] / sum(e(y))) for y in range(3)]
    void marginOnTheTrueClassActsOnItAlone() {
        Phase phase;
        phase.beta = {"constant", {{"scale", 30.0}}, {}};
        phase.delta = {"ldam", {{"max_margin", 0.5}}, {}};
        const ClassTerms terms = classTerms(phase, std::vector<std::int64_t>{100, 10, 1});
        const auto mu = localLipschitz(terms, std::vector<double>{0.9, 0.5, 0.2});
        const double golden[] = {0.047299804237651635, 67.08203923550947, 67.08203932499367};
        for (std::size_t y = 0; y < 3; ++y) {
            QVERIFY2(std::abs(mu[y] - golden[y]) <= 1e-9 * golden[y],
                     qPrintable(QString::number(mu[y], 'g', 17)));
        }
    }
};

BALLAST_TEST(TestBound)
#include "tst_bound.moc"
