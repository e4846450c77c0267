#include "core/learning/kernels/batch_norm.h"

#include <torch/torch.h>

#include <QtTest>
#include <cmath>
#include <limits>

#include "tests/support/test_program.h"

using namespace ballast;

namespace {

constexpr std::int64_t kChannels = 32;
constexpr std::int64_t kPixels = 67;
const ChannelGrid kGrid{1, kChannels, kPixels, kChannels};

/// Numbers of bfloat16, [pixels, channels], with all that is special among them.
torch::Tensor features(std::uint64_t seed) {
    torch::manual_seed(seed);
    torch::Tensor values = torch::randn({kPixels, kChannels}).to(torch::kBFloat16);
    const float infinity = std::numeric_limits<float>::infinity();
    values[0][0] = NAN;
    values[1][1] = infinity;
    values[2][2] = -infinity;
    values[3][3] = std::numeric_limits<c10::BFloat16>::max();
    values[4][4] = std::numeric_limits<c10::BFloat16>::lowest();
    values[5][5] = -0.0f;
    return values;
}

BFloat16* data(const torch::Tensor& tensor) {
    return static_cast<BFloat16*>(tensor.data_ptr());
}

torch::Tensor perChannel(std::uint64_t seed) {
    torch::manual_seed(seed);
    return torch::randn({kChannels});
}

/// As numbers: 0 and -0 are the same, and so is whatever is not a number.
bool same(const torch::Tensor& a, const torch::Tensor& b) {
    const torch::Tensor x = a.to(torch::kFloat32);
    const torch::Tensor y = b.to(torch::kFloat32);
    return torch::logical_or(x.eq(y), torch::logical_and(x.isnan(), y.isnan())).all().item<bool>();
}

}  // namespace

/// Features in bfloat16 against LibTorch's own conversions of what float would give.
class TestBatchNorm : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (!hasBFloat16()) QSKIP("this processor has neither AVX512_BF16 nor AMX");
    }

    void normalisationRoundsToNearest() {
        const torch::Tensor y = features(1);
        const torch::Tensor added = features(2);
        // Powers of two: a multiplication and addition in one is rounded as if they were two.
        const torch::Tensor scale = torch::pow(2.0f, perChannel(3).round());
        const torch::Tensor shift = perChannel(4);
        for (const bool adds : {false, true}) {
            torch::Tensor z = torch::empty_like(y);
            normalise(data(y), kGrid, scale.data_ptr<float>(), shift.data_ptr<float>(),
                      adds ? data(added) : nullptr, data(z));
            torch::Tensor expected = y.to(torch::kFloat32) * scale + shift;
            if (adds) expected += added.to(torch::kFloat32);
            expected = torch::where(expected < 0.0, torch::zeros_like(expected), expected);
            QVERIFY(same(z, expected.to(torch::kBFloat16)));
            QVERIFY(z[0][0].isnan().item<bool>());
            QVERIFY(z[1][1].isinf().item<bool>());
        }
    }

    void sumsAreOfSinglePrecision() {
        const torch::Tensor y = torch::randn({kPixels, kChannels}).to(torch::kBFloat16);
        const torch::Tensor centre = perChannel(5);
        torch::Tensor kept = torch::empty_like(y);
        torch::Tensor sums = torch::empty({2, kChannels});
        centredSums(data(y), kGrid, centre.data_ptr<float>(), data(kept), sums.data_ptr<float>());
        const torch::Tensor distance = y.to(torch::kFloat64) - centre.to(torch::kFloat64);
        QVERIFY(torch::equal(kept, y));
        QVERIFY(torch::allclose(sums[0].to(torch::kFloat64), distance.sum(0), 1e-5, 1e-4));
        QVERIFY(torch::allclose(sums[1].to(torch::kFloat64), distance.square().sum(0), 1e-5, 1e-4));
    }

    void gradientsRoundToNearest() {
        const torch::Tensor gradient = features(6);
        const torch::Tensor more = features(7);
        const torch::Tensor z = torch::randn({kPixels, kChannels}).relu().to(torch::kBFloat16);
        const torch::Tensor y = features(8);
        const torch::Tensor mean = perChannel(9);
        torch::Tensor kept = torch::empty_like(y);
        std::vector<float> sums(2 * kChannels);
        reluGradient(data(gradient), data(kept), data(more), data(z), data(y),
                     mean.data_ptr<float>(), kGrid, sums.data());
        const torch::Tensor sum = gradient.to(torch::kFloat32) + more.to(torch::kFloat32);
        const torch::Tensor expected = torch::where(z <= 0.0, torch::zeros_like(sum), sum);
        QVERIFY(same(kept, expected.to(torch::kBFloat16)));
        QCOMPARE(std::isnan(sums[0]), z[0][0].item<float>() > 0.0f);
        const torch::Tensor one_channel = expected.select(1, kChannels - 1);
        QVERIFY(std::abs(sums[kChannels - 1] - one_channel.sum().item<float>()) < 1e-4f);
    }

    void gradientsOfSampledShortcutsAreAdded() {
        const ChannelGrid large{1, 16, 4, 16};
        const ChannelGrid small{1, 32, 1, 32};
        torch::Tensor to = features(10).flatten().narrow(0, 0, large.size()).clone();
        const torch::Tensor from = features(11).flatten().narrow(0, 0, small.size()).clone();
        const torch::Tensor before = to.clone();
        addSampledShortcutGradient(data(from), small, 2, 2, data(to), large);
        const torch::Tensor expected = (before.narrow(0, 0, 16).to(torch::kFloat32) +
                                        from.narrow(0, 8, 16).to(torch::kFloat32))
                                           .to(torch::kBFloat16);
        QVERIFY(same(to.narrow(0, 0, 16), expected));
        QVERIFY(same(to.narrow(0, 16, 48), before.narrow(0, 16, 48)));
    }
};

BALLAST_TEST(TestBatchNorm)
#include "tst_batch_norm.moc"
