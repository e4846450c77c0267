#include <QtTest>

#include "core/theory/bound.h"

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
        const Phase phase{0,
                          {"power", {{"nu", 0.5}}, {}},
                          {"cdt", {{"gamma", 0.1}}, {}},
                          {"la", {{"tau", 1.0}}, {}},
                          1.0,
                          std::nullopt,
                          0.0};
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
};

QTEST_APPLESS_MAIN(TestBound)
#include "tst_bound.moc"
