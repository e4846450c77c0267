#include "core/learning/losses/class_loss.h"

#include <torch/torch.h>

#include <QtTest>
#include <cmath>

#include "core/base/keyed_random.h"
#include "core/experiment/catalog.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

using Matrix = std::vector<std::vector<double>>;

struct Batch {
    Matrix logits;  // f(x) [B][C]
    std::vector<std::int64_t> labels;
};

/// Logits with a spread of 3 and labels that leave classes out and take others twice.
Batch randomBatch(std::size_t size, std::size_t classes) {
    const KeyedRandom values(7, Purpose::initial_weights, static_cast<std::uint32_t>(classes));
    const KeyedRandom choices(8, Purpose::initial_weights, 0);
    Batch batch;
    for (std::size_t i = 0; i < size; ++i) {
        std::vector<double> row;
        for (std::size_t y = 0; y < classes; ++y) row.push_back(3 * values.normal(i * classes + y));
        batch.logits.push_back(row);
        batch.labels.push_back(below(choices.words(i)[0], static_cast<std::uint32_t>(classes)));
    }
    return batch;
}

/// Long-tailed with ratio 100.
std::vector<std::int64_t> countsOf(std::size_t classes) {
    std::vector<std::int64_t> counts;
    for (std::size_t y = 0; y < classes; ++y) {
        const double part = static_cast<double>(y) / static_cast<double>(classes - 1);
        counts.push_back(static_cast<std::int64_t>(500 * std::pow(0.01, part)));
    }
    return counts;
}

/// Eq. 3, term by term: ℓ = log Σ_j exp(β_j f_j + Δ_j) − (β_y f_y + Δ_y), weighted with α_y; for
/// LDAM with Δ on the true class only; for the focal loss (1 − exp(−α ℓ))^γ α ℓ. With smoothing ℓ
/// is the cross-entropy against 1 − ε_y on the true class and ε_y shared by all.
double naiveLoss(const Batch& batch, const ClassTerms& terms, const LossConfig& loss) {
    double sum = 0.0;
    double weights = 0.0;
    for (std::size_t i = 0; i < batch.labels.size(); ++i) {
        const auto y = static_cast<std::size_t>(batch.labels[i]);
        const auto adjusted = [&](std::size_t j) {
            const bool shifted = !terms.delta_on_true_class || j == y;
            return terms.beta[j] * batch.logits[i][j] + (shifted ? terms.delta[j] : 0.0);
        };
        double exponentials = 0.0;
        for (std::size_t j = 0; j < terms.beta.size(); ++j) exponentials += std::exp(adjusted(j));
        const double epsilon = terms.epsilon.empty() ? 0.0 : terms.epsilon[y];
        double of_target = 0.0;
        for (std::size_t j = 0; j < terms.beta.size(); ++j) {
            const double target =
                (j == y ? 1.0 - epsilon : 0.0) + epsilon / static_cast<double>(terms.beta.size());
            of_target += target * (std::log(exponentials) - adjusted(j));
        }
        double part = terms.alpha[y] * of_target;
        if (loss.name == "focal") part *= std::pow(1.0 - std::exp(-part), loss.focal_gamma);
        sum += part;
        weights += terms.alpha[y];
    }
    const bool weighted_mean = loss.reduction == Reduction::weighted_mean;
    return sum / (weighted_mean ? weights : static_cast<double>(batch.labels.size()));
}

torch::Tensor tensorOf(const Matrix& matrix) {
    std::vector<double> flat;
    for (const auto& row : matrix) flat.insert(flat.end(), row.begin(), row.end());
    return torch::tensor(flat, torch::kFloat64)
        .view({static_cast<std::int64_t>(matrix.size()), -1})
        .clone();
}

torch::Tensor lossOf(const torch::Tensor& logits, const std::vector<std::int64_t>& labels,
                     const ClassTerms& terms, const LossConfig& loss) {
    const ClassTermTensors tensors(terms, logits.options());
    const torch::Tensor classes = torch::tensor(labels, torch::kInt64);
    return classLoss(adjustedLogProbabilities(logits, classes, tensors), classes, tensors, loss);
}

const char* termName(ClassTerm term) {
    return term == ClassTerm::alpha ? "alpha" : term == ClassTerm::beta ? "beta" : "delta";
}

}  // namespace

Q_DECLARE_METATYPE(ballast::ClassTerms)
Q_DECLARE_METATYPE(ballast::LossConfig)

class TestClassLoss : public QObject {
    Q_OBJECT

    /// Every rule of the catalogue for each term that it can give, every method under each class
    /// weight, for each number of classes, loss and reduction.
    static void everyRule() {
        QTest::addColumn<ClassTerms>("terms");
        QTest::addColumn<LossConfig>("loss");
        for (const std::size_t classes : {std::size_t{4}, std::size_t{10}, std::size_t{100}}) {
            const std::vector<std::int64_t> counts = countsOf(classes);
            std::vector<std::pair<std::string, Phase>> phases;
            Phase together;
            together.alpha = {"power", {{"nu", 0.5}}, {}};
            together.beta = {"cdt", {{"gamma", 0.3}}, {}};
            together.delta = {"la", {{"tau", 1.5}}, {}};
            phases.emplace_back("all three", together);
            const std::pair<const char*, ClassRule> weights[] = {
                {"none", {"one", {}, {}}},
                {"CB", {"effective-number", {{"p", 0.9999}}, {}}},
                {"ADRW", {"power", {{"nu", 0.15}}, {}}},
                {"balanced", {"inverse", {}, {}}}};
            for (const auto& [weight_name, weight] : weights) {
                for (const char* method : {"CE", "LDAM", "VS", "LA", "CDT"}) {
                    const std::string is = method;
                    Phase phase;
                    phase.alpha = weight;
                    if (is == "VS" || is == "CDT") phase.beta = {"cdt", {{"gamma", 0.15}}, {}};
                    if (is == "VS" || is == "LA") phase.delta = {"la", {{"tau", 1.25}}, {}};
                    if (is == "LDAM") {
                        phase.beta = {"constant", {{"scale", 30.0}}, {}};
                        phase.delta = {"ldam", {{"max_margin", 0.5}}, {}};
                    }
                    phases.emplace_back(is + " " + weight_name, phase);
                }
            }
            for (const ClassRuleInfo& info : classRules()) {
                ClassRule rule{std::string(info.name), {}, {}};
                if (info.parameter) {
                    rule.parameters[std::string(info.parameter->name)] =
                        info.parameter->default_value;
                }
                for (std::size_t y = 0; info.name == "values" && y < classes; ++y) {
                    rule.values.push_back(0.3 + 0.1 * static_cast<double>(y % 7));
                }
                for (const ClassTerm term : info.terms) {
                    Phase phase;
                    (term == ClassTerm::alpha  ? phase.alpha
                     : term == ClassTerm::beta ? phase.beta
                                               : phase.delta) = rule;
                    phases.emplace_back(std::string(termName(term)) + " " + rule.rule, phase);
                }
            }
            for (std::string_view loss : {"CE", "LDAM ADRW", "VS CB"}) {
                const auto plain = std::ranges::find_if(
                    phases, [&](const auto& each) { return each.first.starts_with(loss); });
                Phase phase = plain->second;
                phase.smoothing = Smoothing::concave;
                phases.emplace_back(plain->first + ", smoothed", phase);
            }
            for (const auto& [name, phase] : phases) {
                for (const Reduction reduction : {Reduction::weighted_mean, Reduction::mean}) {
                    for (const std::string loss : {"vs", "focal"}) {
                        if (loss == "focal" && phase.smoothing != Smoothing::none) continue;
                        const std::string row = name + ", " + std::to_string(classes) +
                                                " classes, " + std::string(nameOf(reduction)) +
                                                ", " + loss;
                        QTest::newRow(row.c_str())
                            << classTerms(phase, counts) << LossConfig{loss, reduction, 1.5};
                    }
                }
            }
        }
    }

private Q_SLOTS:
    void valueIsEq3_data() { everyRule(); }
    void valueIsEq3() {
        QFETCH(const ClassTerms, terms);
        QFETCH(const LossConfig, loss);
        const Batch batch = randomBatch(32, terms.alpha.size());
        const double expected = naiveLoss(batch, terms, loss);
        const auto value = lossOf(tensorOf(batch.logits), batch.labels, terms, loss);
        QCOMPARE(value.dim(), std::int64_t{0});
        QVERIFY2(std::abs(value.item<double>() - expected) < 1e-12 * std::max(1.0, expected),
                 qPrintable(QString("%1 is not %2").arg(value.item<double>()).arg(expected)));
    }

    // Central differences (L(f + h) − L(f − h)) / 2h of the naive loss, h = 1e-5.
    void gradientIsThatOfEq3_data() { everyRule(); }
    void gradientIsThatOfEq3() {
        QFETCH(const ClassTerms, terms);
        QFETCH(const LossConfig, loss);
        Batch batch = randomBatch(5, terms.alpha.size());
        torch::Tensor logits = tensorOf(batch.logits).set_requires_grad(true);
        lossOf(logits, batch.labels, terms, loss).backward();
        const auto gradient = logits.grad();
        double largest_error = 0.0;
        double largest = 0.0;
        for (std::size_t i = 0; i < batch.labels.size(); ++i) {
            for (std::size_t j = 0; j < terms.alpha.size(); ++j) {
                constexpr double kStep = 1e-5;
                const double at = batch.logits[i][j];
                batch.logits[i][j] = at + kStep;
                const double above = naiveLoss(batch, terms, loss);
                batch.logits[i][j] = at - kStep;
                const double under = naiveLoss(batch, terms, loss);
                batch.logits[i][j] = at;
                const double numeric = (above - under) / (2 * kStep);
                const auto ours =
                    gradient[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(j)]
                        .item<double>();
                largest_error = std::max(largest_error, std::abs(ours - numeric));
                largest = std::max(largest, std::abs(ours));
            }
        }
        QVERIFY2(largest_error < 1e-6, qPrintable(QString::number(largest_error)));
        QVERIFY(largest > 1e-3);
    }

    // In Python, with N = [100, 10, 1], f = [[1, 2, 3], [0.5, -1, 2]], y = [0, 2]:
    //   z = [[beta[j] * f[i][j] + delta[j] for j in range(3)] for i in range(2)]
    //   l = [log(sum(exp(v) for v in z[i])) - z[i][y[i]] for i in range(2)]
    //   s = sum(alpha[y[i]] * l[i] for i in range(2))
    //   mean = s / 2; weighted_mean = s / sum(alpha[y[i]] for i in range(2))
    // where pi = [n / 111 for n in N]; inverse 1/pi, power pi**-nu, effective-number
    // (1-p)/(1-p**n), each times 3 / its sum; cdt (n/100)**gamma; la tau*log(pi).
    void goldenValues_data() {
        QTest::addColumn<double>("mean");
        QTest::addColumn<double>("weighted_mean");
        QTest::newRow("one") << 1.3244586305507688 << 1.3244586305507688;
        QTest::newRow("inverse") << 0.35863156256973094 << 0.26275975871445634;
        QTest::newRow("power 0.5") << 0.5105872494550396 << 0.43824717554690473;
        QTest::newRow("effective-number 0.99") << 0.3739275029798941 << 0.27495110198636175;
        QTest::newRow("cdt 0.1") << 1.0618582223026285 << 1.0618582223026285;
        QTest::newRow("la 1") << 1.733535576377319 << 1.733535576377319;
        QTest::newRow("power 0.5, cdt 0.1, la 1") << 4.140801663353614 << 3.5541322964909674;
    }
    void goldenValues() {
        const std::string row = QTest::currentDataTag();
        const auto has = [&](const char* word) { return row.find(word) != std::string::npos; };
        Phase phase;
        if (has("inverse")) phase.alpha = {"inverse", {}, {}};
        if (has("power")) phase.alpha = {"power", {{"nu", 0.5}}, {}};
        if (has("effective")) phase.alpha = {"effective-number", {{"p", 0.99}}, {}};
        if (has("cdt")) phase.beta = {"cdt", {{"gamma", 0.1}}, {}};
        if (has("la")) phase.delta = {"la", {{"tau", 1.0}}, {}};
        const ClassTerms terms = classTerms(phase, std::vector<std::int64_t>{100, 10, 1});
        const torch::Tensor logits = tensorOf({{1, 2, 3}, {0.5, -1, 2}});
        for (const Reduction reduction : {Reduction::mean, Reduction::weighted_mean}) {
            QFETCH(const double, mean);
            QFETCH(const double, weighted_mean);
            const double value =
                lossOf(logits, {0, 2}, terms, {"vs", reduction, 1.0}).item<double>();
            const double expected = reduction == Reduction::mean ? mean : weighted_mean;
            QVERIFY2(std::abs(value - expected) < 1e-13,
                     qPrintable(QString("%1: %2")
                                    .arg(QString::fromStdString(std::string(nameOf(reduction))))
                                    .arg(value, 0, 'g', 17)));
        }
    }

    /// A mixed image counts as two, with its labels' shares for weights; with LDAM, whose shift is
    /// of the label, too.
    void mixedImagesAreTwo() {
        for (const char* method : {"LDAM", "CE"}) {
            Phase phase;
            phase.alpha = {"inverse", {}, {}};
            phase.smoothing = Smoothing::linear;
            if (method == std::string("LDAM")) {
                phase.beta = {"constant", {{"scale", 30.0}}, {}};
                phase.delta = {"ldam", {{"max_margin", 0.5}}, {}};
            }
            const ClassTerms terms = classTerms(phase, countsOf(10));
            const ClassTermTensors tensors(terms, torch::kFloat64);
            const Batch batch = randomBatch(8, 10);
            const torch::Tensor logits = tensorOf(batch.logits);
            const torch::Tensor labels = torch::tensor(batch.labels, torch::kInt64);
            const torch::Tensor others = labels.flip(0);
            const torch::Tensor share = torch::linspace(0.0, 1.0, 8, torch::kFloat64);
            const MixedLabels mixed{adjustedLogProbabilities(logits, others, tensors), others,
                                    share};
            for (const Reduction reduction : {Reduction::mean, Reduction::weighted_mean}) {
                const LossConfig loss{"vs", reduction, 1.0};
                const double value = mixedLoss(adjustedLogProbabilities(logits, labels, tensors),
                                               labels, mixed, tensors, loss)
                                         .item<double>();
                double sum = 0.0, weights = 0.0;
                for (std::size_t i = 0; i < 8; ++i) {
                    const double own = static_cast<double>(i) / 7.0;
                    const std::int64_t both[] = {batch.labels[i], batch.labels[7 - i]};
                    for (int k = 0; k < 2; ++k) {
                        const double part = k == 0 ? own : 1.0 - own;
                        sum += part * naiveLoss({{batch.logits[i]}, {both[k]}}, terms,
                                                {"vs", Reduction::mean, 1.0});
                        weights += part * terms.alpha[static_cast<std::size_t>(both[k])];
                    }
                }
                const double expected = sum / (reduction == Reduction::mean ? 8.0 : weights);
                QVERIFY(std::abs(value / expected - 1.0) < 1e-12);
            }
        }
    }

    // Weight balancing's notebooks: F.binary_cross_entropy(softmax, one-hot, weight=α_y of the
    // image), which PyTorch computes otherwise; and its gradient.
    void binaryCrossEntropyOfSoftmaxIsPyTorchs() {
        Phase phase;
        phase.alpha = {"effective-number", {{"p", 0.99}}, {}};
        phase.beta = {"cdt", {{"gamma", 0.1}}, {}};
        phase.delta = {"la", {{"tau", 0.5}}, {}};
        const ClassTerms terms = classTerms(phase, countsOf(10));
        const Batch batch = randomBatch(32, 10);
        const torch::Tensor labels = torch::tensor(batch.labels, torch::kInt64);
        const torch::Tensor logits = tensorOf(batch.logits).set_requires_grad(true);
        const torch::Tensor ours =
            lossOf(logits, batch.labels, terms, {"softmax-bce", Reduction::mean, 1.0});
        ours.backward();
        const torch::Tensor gradient = logits.grad().clone();
        logits.mutable_grad().reset();
        const ClassTermTensors tensors(terms, torch::kFloat64);
        const torch::Tensor p = torch::softmax(logits * tensors.beta + tensors.delta, 1);
        const torch::Tensor own = torch::one_hot(labels, 10).to(torch::kFloat64);
        const torch::Tensor weights = tensors.alpha.index_select(0, labels).unsqueeze(1);
        const torch::Tensor theirs =
            torch::binary_cross_entropy(p, own, weights.expand({32, 10}).contiguous());
        theirs.backward();
        QVERIFY(std::abs(ours.item<double>() / theirs.item<double>() - 1.0) < 1e-12);
        QVERIFY(torch::allclose(gradient, logits.grad(), 1e-9, 1e-12));
        QVERIFY(gradient.abs().max().item<double>() > 1e-3);
    }

    // Where float knows p as 0 and 1, logarithms end at −100, and gradients are numbers.
    void binaryCrossEntropyIsFiniteWhereSure() {
        const ClassTerms terms = classTerms(Phase{}, std::vector<std::int64_t>{2, 1, 1});
        const torch::Tensor logits =
            torch::tensor({200.0F, 0.0F, -200.0F}).view({1, 3}).set_requires_grad(true);
        const torch::Tensor wrong =
            lossOf(logits, {1}, terms, {"softmax-bce", Reduction::mean, 1.0});
        wrong.backward();
        QVERIFY(std::abs(wrong.item<double>() - (100.0 + 100.0) / 3) < 0.1);
        QVERIFY(logits.grad().isfinite().all().item<bool>());
    }

    // In Python, with N = [100, 10, 1], m = [0.5 * (1 / n) ** 0.25 for n in N] and
    // f = [[0.1, 0.2, 0.3], [0.5, -0.1, 0.2]], y = [0, 2]:
    //   z = [[30 * (f[i][j] - (m[j] if j == y[i] else 0)) for j in range(3)] for i in range(2)]
    //   l = [log(sum(exp(v) for v in z[i])) - z[i][y[i]] for i in range(2)]; (l[0] + l[1]) / 2
    void ldamIsTheAuthors() {
        Phase phase;
        phase.beta = {"constant", {{"scale", 30.0}}, {}};
        phase.delta = {"ldam", {{"max_margin", 0.5}}, {}};
        const ClassTerms terms = classTerms(phase, std::vector<std::int64_t>{100, 10, 1});
        const torch::Tensor logits = tensorOf({{0.1, 0.2, 0.3}, {0.5, -0.1, 0.2}});
        const double value = lossOf(logits, {0, 2}, terms, {}).item<double>();
        QVERIFY2(std::abs(value - 17.396012210078794) < 1e-12,
                 qPrintable(QString::number(value, 'g', 17)));
    }

    void scaleOfAlphaCountsInTheMeanOnly() {
        ClassTerms terms = classTerms(Phase{}, countsOf(10));
        for (std::size_t y = 0; y < 10; ++y) terms.alpha[y] = 0.1 + static_cast<double>(y);
        ClassTerms scaled = terms;
        for (double& weight : scaled.alpha) weight *= 7;
        const Batch batch = randomBatch(32, 10);
        const torch::Tensor logits = tensorOf(batch.logits);
        const auto value = [&](const ClassTerms& of, Reduction reduction) {
            return lossOf(logits, batch.labels, of, {"vs", reduction, 1.0}).item<double>();
        };
        const double weighted_mean = value(terms, Reduction::weighted_mean);
        QVERIFY(std::abs(value(scaled, Reduction::weighted_mean) - weighted_mean) < 1e-12);
        QVERIFY(std::abs(value(scaled, Reduction::mean) / value(terms, Reduction::mean) - 7) <
                1e-12);
    }

    void specialCasesAreTorchsCrossEntropy() {
        namespace F = torch::nn::functional;
        const std::vector<std::int64_t> counts = countsOf(10);
        const Batch batch = randomBatch(64, 10);
        const torch::Tensor logits = tensorOf(batch.logits);
        const torch::Tensor labels = torch::tensor(batch.labels, torch::kInt64);
        const auto differ = [](const torch::Tensor& a, const torch::Tensor& b) {
            return std::abs(a.item<double>() - b.item<double>());
        };
        const ClassTerms ce = classTerms(Phase{}, counts);
        const torch::Tensor theirs = F::cross_entropy(logits, labels);
        QVERIFY(differ(lossOf(logits, batch.labels, ce, {"vs", Reduction::mean, 1.0}), theirs) <
                1e-12);
        QVERIFY(differ(lossOf(logits, batch.labels, ce, {"vs", Reduction::weighted_mean, 1.0}),
                       theirs) < 1e-12);

        Phase phase;
        phase.alpha = {"inverse", {}, {}};
        const ClassTerms balanced = classTerms(phase, counts);
        const torch::Tensor weighted = F::cross_entropy(
            logits, labels,
            F::CrossEntropyFuncOptions().weight(torch::tensor(balanced.alpha, torch::kFloat64)));
        QVERIFY(
            differ(lossOf(logits, batch.labels, balanced, {"vs", Reduction::weighted_mean, 1.0}),
                   weighted) < 1e-12);
        QVERIFY(differ(lossOf(logits, batch.labels, balanced, {"vs", Reduction::mean, 1.0}),
                       weighted) > 1e-3);
    }

    // A sure and right image: p = 1, where a power below 1 has an infinite slope.
    void focalGradientStaysFinite() {
        const ClassTerms terms = classTerms(Phase{}, std::vector<std::int64_t>{2, 1});
        for (const double gamma : {0.5, 1.0, 2.0}) {
            torch::Tensor logits =
                torch::tensor({200.0F, -200.0F}).view({1, 2}).clone().set_requires_grad(true);
            lossOf(logits, {0}, terms, {"focal", Reduction::mean, gamma}).backward();
            QVERIFY(logits.grad().isfinite().all().item<bool>());
        }
    }

    // exp(1000) is infinite in any type.
    void largeLogitsStayFinite() {
        const ClassTerms terms = classTerms(Phase{}, std::vector<std::int64_t>{2, 1});
        torch::Tensor logits =
            torch::tensor({1000.0F, -1000.0F}).view({1, 2}).clone().set_requires_grad(true);
        const torch::Tensor value = lossOf(logits, {1}, terms, {"vs", Reduction::mean, 1.0});
        value.backward();
        QCOMPARE(value.item<double>(), 2000.0);
        QVERIFY(logits.grad().isfinite().all().item<bool>());
    }
};

BALLAST_TEST(TestClassLoss)
#include "tst_class_loss.moc"
