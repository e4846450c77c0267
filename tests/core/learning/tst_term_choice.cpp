#include <torch/torch.h>

#include <QtTest>
#include <cmath>

#include "core/learning/term_choice.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

constexpr double kBig = 4000.0;
constexpr double kSmall = 200.0;

/// Images of two classes, normal around −1 and 1, whose logits are the logs of their densities.
struct Images {
    torch::Tensor logits;  // [N, 2]
    torch::Tensor labels;
};

Images images() {
    torch::manual_seed(3);
    const torch::Tensor labels =
        torch::cat({torch::zeros({int(kBig)}), torch::ones({int(kSmall)})}).to(torch::kInt64);
    const torch::Tensor x = torch::randn({labels.size(0)}) + 2.0 * labels - 1.0;
    const auto density = [&](double mean) { return -0.5 * (x - mean).square(); };
    return {torch::stack({density(-1.0), density(1.0)}, 1), labels};
}

torch::Tensor logPrior() {
    return torch::tensor({std::log(kBig / (kBig + kSmall)), std::log(kSmall / (kBig + kSmall))});
}

ClassTerms plain() {
    return {{1.0, 1.0}, {1.0, 1.0}, {0.0, 0.0}, false};
}

ClassTerms adjusted() {
    const torch::Tensor prior = logPrior();
    ClassTerms terms = plain();
    terms.delta = {prior[0].item<double>(), prior[1].item<double>()};
    return terms;
}

double chosen(const torch::Tensor& logits, const ClassTerms& before, const ClassTerms& after) {
    TermChoice choice(before, after, std::vector<std::int64_t>{int(kBig), int(kSmall)},
                      torch::kCPU);
    const Images all = images();
    for (std::int64_t at = 0; at < all.labels.size(0); at += 250) {
        choice.add(logits.slice(0, at, at + 250), all.labels.slice(0, at, at + 250));
    }
    return choice.exponent();
}

}  // namespace

/// Models that know the true probabilities: what their weights shall be is known by Bayes' rule.
class TestTermChoice : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aPlainModelNeedsBalancedWeights() {
        const double nu = chosen(images().logits + logPrior(), plain(), plain());
        QVERIFY2(std::abs(nu - 1.0) <= 0.2, qPrintable(QString::number(nu)));
    }

    void anAdjustedModelNeedsNone() {
        // β f + Δ is the log of the probability, so f is that of the density.
        const double nu = chosen(images().logits, adjusted(), adjusted());
        QVERIFY2(nu <= 0.2, qPrintable(QString::number(nu)));
    }

    void aComingShiftDoesWhatWeightsWould() {
        QVERIFY(chosen(images().logits + logPrior(), plain(), adjusted()) <= 0.2);
        QVERIFY(std::abs(chosen(images().logits, adjusted(), plain()) - 1.0) <= 0.2);
    }

    /// Shifts are chosen as weights are: what the phase's own weights do is left to do no more.
    void comingWeightsLeaveLessToShift() {
        ClassTerms half = plain();
        const torch::Tensor weights = (-0.5 * logPrior()).exp();
        half.alpha = {weights[0].item<double>(), weights[1].item<double>()};
        const torch::Tensor logits = images().logits + logPrior();
        const double all = chosen(logits, plain(), plain());
        const double rest = chosen(logits, plain(), half);
        QVERIFY2(std::abs(all - 0.5 - rest) <= 0.051, qPrintable(QString::number(rest)));
    }

    void scalesAndWeightsOfThePhaseBeforeAreTakenBack() {
        ClassTerms before = plain();
        before.beta = {0.5, 2.0};
        before.alpha = {3.0, 0.5};
        const torch::Tensor log_alpha = torch::tensor({std::log(3.0), std::log(0.5)});
        const torch::Tensor beta = torch::tensor({0.5, 2.0});
        const torch::Tensor logits = (images().logits + logPrior() + log_alpha) / beta;
        QCOMPARE(chosen(logits, before, plain()),
                 chosen(images().logits + logPrior(), plain(), plain()));
    }

    void accuraciesAreThoseOfTheAdjustedLogits() {
        const Images all = images();
        TermChoice choice(plain(), plain(), std::vector<std::int64_t>{int(kBig), int(kSmall)},
                          torch::kCPU);
        choice.add(all.logits + logPrior(), all.labels);
        const std::vector<double> accuracies = choice.accuracies();
        QCOMPARE(accuracies.size(), std::size_t{TermChoice::kCandidates});
        for (const int k : {0, 7, 20}) {
            const double nu = k / TermChoice::kPerOne;
            const torch::Tensor right =
                (all.logits + (1.0 - nu) * logPrior()).argmax(1).eq(all.labels).to(torch::kFloat64);
            const double balanced =
                (right.slice(0, 0, int(kBig)).mean() + right.slice(0, int(kBig)).mean())
                    .item<double>() /
                2.0;
            QVERIFY(std::abs(accuracies[static_cast<std::size_t>(k)] - balanced) < 2e-3);
        }
    }
};

BALLAST_TEST(TestTermChoice)
#include "tst_term_choice.moc"
