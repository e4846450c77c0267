#include "core/base/half_float.h"

#include <QtTest>
#include <bit>
#include <cmath>

#include "tests/support/test_program.h"

using namespace ballast;

class TestHalfFloat : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyHalfSurvives() {
        for (std::uint32_t i = 0; i < 0x10000; ++i) {
            const auto bits = static_cast<std::uint16_t>(i);
            const float value = fromHalfBits(bits);
            if (std::isnan(value)) {
                QVERIFY(std::isnan(fromHalfBits(halfBits(value))));
            } else if (std::isinf(value)) {
                QCOMPARE(fromHalfBits(halfBits(value)), value > 0 ? 65504.0F : -65504.0F);
            } else {
                QCOMPARE(halfBits(value), bits);
            }
        }
    }

    // Python: struct.unpack('<H', struct.pack('<e', x))
    void golden_data() {
        QTest::addColumn<float>("value");
        QTest::addColumn<int>("bits");
        QTest::newRow("0") << 0.0F << 0;
        QTest::newRow("-0") << -0.0F << 0x8000;
        QTest::newRow("1") << 1.0F << 0x3c00;
        QTest::newRow("-2.5") << -2.5F << 0xc100;
        QTest::newRow("0.1") << 0.1F << 0x2e66;
        QTest::newRow("pi") << 3.14159265F << 0x4248;
        QTest::newRow("1e-6") << 1e-6F << 0x0011;
        QTest::newRow("half a step") << 0x1p-25F << 0;  // to the even one
        QTest::newRow("tie to even") << 2049.0F << 0x6800;
        QTest::newRow("tie up to even") << 2051.0F << 0x6802;
        QTest::newRow("into the next power") << 4095.9F << 0x6c00;
        QTest::newRow("beyond") << 1e6F << 0x7bff;
        QTest::newRow("-infinity") << -HUGE_VALF << 0xfbff;
    }
    void golden() {
        QFETCH(float, value);
        QFETCH(int, bits);
        QCOMPARE(static_cast<int>(halfBits(value)), bits);
    }

    /// The nearest of all, between each two neighbours.
    void rounded() {
        for (std::uint16_t bits = 0; bits < 0x7bff; ++bits) {
            const float low = fromHalfBits(bits);
            const float high = fromHalfBits(static_cast<std::uint16_t>(bits + 1));
            QCOMPARE(halfBits(low + 0.49F * (high - low)), bits);
            QCOMPARE(halfBits(low + 0.51F * (high - low)), static_cast<std::uint16_t>(bits + 1));
        }
    }
};

BALLAST_TEST(TestHalfFloat)
#include "tst_half_float.moc"
