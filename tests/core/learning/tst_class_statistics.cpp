#include "core/learning/class_statistics.h"

#include <torch/torch.h>

#include <QtTest>
#include <cmath>

#include "core/base/keyed_random.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

constexpr std::size_t kClasses = 5;

struct Image {
    std::vector<float> logits;
    std::size_t label = 0;
};

/// `labels` of one batch, with random logits; class 4 is easy, so that its smallest logit and
/// margin are above zero.
std::vector<Image> batchOf(const std::vector<std::size_t>& labels, std::uint64_t seed) {
    const KeyedRandom random(seed, Purpose::initial_weights, 0);
    std::vector<Image> batch;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        Image image{{}, labels[i]};
        for (std::size_t j = 0; j < kClasses; ++j) {
            image.logits.push_back(static_cast<float>(2 * random.normal(i * kClasses + j)));
        }
        if (image.label == 4) image.logits[4] += 10.0F;
        batch.push_back(image);
    }
    return batch;
}

void add(ClassStatisticsAccumulator& statistics, const std::vector<Image>& batch,
         const ClassTerms& terms) {
    std::vector<float> logits;
    std::vector<std::int64_t> labels;
    for (const Image& image : batch) {
        logits.insert(logits.end(), image.logits.begin(), image.logits.end());
        labels.push_back(static_cast<std::int64_t>(image.label));
    }
    const torch::Tensor f = torch::tensor(logits).view({-1, static_cast<std::int64_t>(kClasses)});
    const auto vector = [](const std::vector<double>& values) {
        return torch::tensor(values, torch::kFloat64).to(torch::kFloat32);
    };
    statistics.add(f, torch::log_softmax(f * vector(terms.beta) + vector(terms.delta), 1),
                   torch::tensor(labels, torch::kInt64));
}

const ClassTerms kTerms{
    {0.5, 0.75, 1.0, 1.25, 1.5}, {1.0, 0.9, 0.8, 0.7, 0.6}, {-0.5, -1.0, -1.5, -2.0, -2.5}};
const std::vector<std::int64_t> kCounts = {500, 200, 90, 40, 20};
const std::vector<bool> kMajority = {true, true, false, false, false};

bool near(double a, double b) {
    return std::abs(a - b) <= 1e-5 * std::max(1.0, std::abs(b));
}

/// [softmax(v)]_y
double softmax(const std::vector<double>& v, std::size_t y) {
    double sum = 0.0;
    for (const double value : v) sum += std::exp(value);
    return std::exp(v[y]) / sum;
}

std::vector<double> adjusted(const std::vector<double>& logits) {
    std::vector<double> values;
    for (std::size_t j = 0; j < kClasses; ++j) {
        values.push_back(kTerms.beta[j] * logits[j] + kTerms.delta[j]);
    }
    return values;
}

/// β̃_y = sqrt(β_y² + (Σ_{j≠y} β_j)²)
double betaTildeOf(std::size_t y) {
    double others = 0.0;
    for (std::size_t j = 0; j < kClasses; ++j) others += j == y ? 0.0 : kTerms.beta[j];
    return std::sqrt(kTerms.beta[y] * kTerms.beta[y] + others * others);
}

}  // namespace

class TestClassStatistics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// argmax takes NaN for the largest: class 0 would be right in all that a broken network sees.
    void nanIsWrong() {
        const torch::Tensor logits =
            torch::tensor({NAN, NAN, NAN, 3.0F, 2.0F, 1.0F, 1.0F, NAN, 0.0F, INFINITY, 0.0F, 1.0F})
                .view({4, 3});
        const torch::Tensor labels = torch::tensor({0, 0, 1, 0}, torch::kInt64);
        torch::Tensor seen = torch::zeros({3}, torch::kInt64);
        torch::Tensor right = torch::zeros({3}, torch::kInt64);
        countRight(logits, labels, seen, right);
        QVERIFY(seen.equal(torch::tensor({3, 1, 0}, torch::kInt64)));
        QVERIFY(right.equal(torch::tensor({2, 0, 0}, torch::kInt64)));
        QVERIFY(predictedClasses(logits).equal(torch::tensor({-1, 0, -1, 0}, torch::kInt64)));
    }

    // Batches that leave classes out; one has a single class, one a single image.
    void isWhatLoopsOverTheImagesFind() {
        const std::vector<std::vector<Image>> batches = {batchOf({0, 1, 2, 3, 4, 0, 0, 1, 2, 3}, 1),
                                                         batchOf({0, 0, 0, 1, 1, 0, 2, 2}, 2),
                                                         batchOf({4, 4, 4, 4}, 3), batchOf({3}, 4)};
        ClassStatisticsAccumulator accumulator(static_cast<int>(kClasses), torch::kCPU);
        for (const auto& batch : batches) add(accumulator, batch, kTerms);
        const ClassStatistics statistics = accumulator.finish(kTerms, kCounts, kMajority);

        std::vector<double> min_logit(kClasses, INFINITY);
        std::vector<double> accuracy(kClasses);
        for (std::size_t y = 0; y < kClasses; ++y) {
            double seen = 0;
            double right = 0;
            double margin = INFINITY;
            double observed = 0;
            for (const auto& batch : batches) {
                for (const Image& image : batch) {
                    if (image.label != y) continue;
                    ++seen;
                    const std::vector<double> f(image.logits.begin(), image.logits.end());
                    double other = -INFINITY;
                    for (std::size_t j = 0; j < kClasses; ++j) {
                        if (j != y) other = std::max(other, f[j]);
                    }
                    right += f[y] > other ? 1 : 0;
                    min_logit[y] = std::min(min_logit[y], f[y]);
                    margin = std::min(margin, f[y] - other);
                    observed = std::max(
                        observed, kTerms.alpha[y] * betaTildeOf(y) * (1 - softmax(adjusted(f), y)));
                }
            }
            accuracy[y] = right / seen;
            QCOMPARE(statistics.accuracy[y], accuracy[y]);
            QCOMPARE(statistics.min_logit[y], min_logit[y]);
            QVERIFY(near(statistics.min_margin[y], margin));
            QVERIFY(near(statistics.observed_lipschitz[y], observed));
        }

        // Eq. 15 and 16 at B_y(f), for the class counts of the training set.
        for (std::size_t y = 0; y < kClasses; ++y) {
            const double mu =
                kTerms.alpha[y] * betaTildeOf(y) * (1 - softmax(adjusted(min_logit), y));
            QVERIFY(near(statistics.lipschitz[y], mu));
            const double share = static_cast<double>(kCounts[y]) / 850.0;
            QVERIFY(near(statistics.bound_terms[y], mu * std::sqrt(share) / (5 * 20.0 / 850.0)));
        }
        QVERIFY(statistics.min_logit[4] > 1 && statistics.min_margin[4] > 1);
        QVERIFY(statistics.min_logit[0] < -1 && statistics.min_margin[0] < -1);
        QVERIFY(near(statistics.majority_accuracy, (accuracy[0] + accuracy[1]) / 2));
        QVERIFY(near(statistics.minority_accuracy, (accuracy[2] + accuracy[3] + accuracy[4]) / 3));
    }

    void batchesDoNotMatterButImagesDo() {
        const std::vector<Image> images = batchOf({0, 1, 2, 3, 4, 0, 1, 2, 3, 4}, 5);
        ClassStatisticsAccumulator whole(static_cast<int>(kClasses), torch::kCPU);
        add(whole, images, kTerms);
        ClassStatisticsAccumulator pieces(static_cast<int>(kClasses), torch::kCPU);
        for (const Image& image : images) add(pieces, {image}, kTerms);
        const ClassStatistics expected = whole.finish(kTerms, kCounts, kMajority);
        const ClassStatistics found = pieces.finish(kTerms, kCounts, kMajority);
        QCOMPARE(found.min_logit, expected.min_logit);
        QCOMPARE(found.min_margin, expected.min_margin);
        QCOMPARE(found.accuracy, expected.accuracy);
        for (std::size_t y = 0; y < kClasses; ++y) {
            QVERIFY(near(found.observed_lipschitz[y], expected.observed_lipschitz[y]));
        }
        // finish() may be called again after more images.
        std::vector<Image> worse = batchOf({2}, 6);
        worse[0].logits = {0, 0, -50, 0, 0};
        add(whole, worse, kTerms);
        const ClassStatistics later = whole.finish(kTerms, kCounts, kMajority);
        QCOMPARE(later.min_logit[2], -50.0);
        QCOMPARE(later.min_margin[2], -50.0);
        QCOMPARE(later.min_logit[1], expected.min_logit[1]);
        QVERIFY(later.observed_lipschitz[2] > expected.observed_lipschitz[2]);
    }

    void countRightAddsUp() {
        const auto counts = torch::TensorOptions().dtype(torch::kInt64);
        torch::Tensor seen = torch::zeros({3}, counts);
        torch::Tensor right = torch::zeros({3}, counts);
        const torch::Tensor logits =
            torch::tensor({5.0F, 1.0F, 0.0F, 5.0F, 1.0F, 0.0F, 0.0F, 1.0F, 9.0F}).view({3, 3});
        for (int pass = 0; pass < 2; ++pass) {
            countRight(logits, torch::tensor({0, 1, 2}, counts), seen, right);
        }
        QVERIFY(torch::equal(seen, torch::tensor({2, 2, 2}, counts)));
        QVERIFY(torch::equal(right, torch::tensor({2, 0, 2}, counts)));
    }
};

BALLAST_TEST(TestClassStatistics)
#include "tst_class_statistics.moc"
