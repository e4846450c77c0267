#include <QtTest>
#include <fstream>

#include "core/base/checksum.h"
#include "core/base/error.h"
#include "core/experiment/imbalance.h"

#include "core/experiment/catalog.h"
#include "tests/support/test_program.h"

using namespace ballast;
using Counts = std::vector<std::int64_t>;

class TestImbalance : public QObject {
    Q_OBJECT

    /// Labels of CIFAR-10's 50,000 training images in batch order, one digit each.
    static std::vector<std::int32_t> cifarLabels() {
        std::ifstream in(BALLAST_TEST_DATA "/cifar10_train_labels.txt");
        std::vector<std::int32_t> labels;
        for (char c = 0; in.get(c) && c != '\n';)
            labels.push_back(static_cast<std::int32_t>(c - '0'));
        return labels;
    }

private Q_SLOTS:
    // Indices as NumPy's RandomState(0).shuffle draws them, class by class; SHA-256 over
    // little-endian int64, as published with the data set's protocol.
    void cifarSubsets_data() {
        QTest::addColumn<QString>("profile");
        QTest::addColumn<double>("ratio");
        QTest::addColumn<Counts>("expected");
        QTest::addColumn<QString>("sha256");
        QTest::newRow("long-tailed 100")
            << "long-tailed" << 100.0 << Counts{5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50}
            << "4bf45bff8878d278";
        QTest::newRow("long-tailed 10")
            << "long-tailed" << 10.0
            << Counts{5000, 3871, 2997, 2320, 1796, 1391, 1077, 834, 645, 500}
            << "a17d69f192b1cf6d";
        QTest::newRow("step 100") << "step" << 100.0
                                  << Counts{5000, 5000, 5000, 5000, 5000, 50, 50, 50, 50, 50}
                                  << "7dde7b6c248f7ba6";
        QTest::newRow("step 10") << "step" << 10.0
                                 << Counts{5000, 5000, 5000, 5000, 5000, 500, 500, 500, 500, 500}
                                 << "b642343bd45cef70";
    }
    void cifarSubsets() {
        QFETCH(QString, profile);
        QFETCH(double, ratio);
        QFETCH(Counts, expected);
        QFETCH(QString, sha256);
        const auto labels = cifarLabels();
        QCOMPARE(labels.size(), std::size_t{50000});
        const Counts counts =
            classCounts({*choiceNamed<Profile>(profile.toStdString()), ratio, 0}, 10, 5000);
        QCOMPARE(counts, expected);
        const Counts subset = subsetIndices(labels, counts, 0);
        QCOMPARE(QString::fromStdString(sha256Hex(std::as_bytes(std::span(subset)))).left(16),
                 sha256);
        const Counts first = {4030, 38518, 48266, 45556, 6312, 25460};
        QCOMPARE(Counts(subset.begin(), subset.begin() + 6), first);
    }

    void cifar100Totals_data() {
        QTest::addColumn<double>("ratio");
        QTest::addColumn<std::int64_t>("images");
        QTest::newRow("100") << 100.0 << std::int64_t{10847};
        QTest::newRow("50") << 50.0 << std::int64_t{12608};
        QTest::newRow("10") << 10.0 << std::int64_t{19573};
    }
    void cifar100Totals() {
        QFETCH(double, ratio);
        QFETCH(std::int64_t, images);
        std::int64_t total = 0;
        for (const auto count : classCounts({Profile::long_tailed, ratio, 0}, 100, 500))
            total += count;
        QCOMPARE(total, images);
    }

    void seedChangesTheSubset() {
        const auto labels = cifarLabels();
        const Counts counts = classCounts({Profile::long_tailed, 100, 0}, 10, 5000);
        QVERIFY(subsetIndices(labels, counts, 0) != subsetIndices(labels, counts, 1));
    }

    void emptyClassIsRefused() {
        try {
            classCounts({Profile::long_tailed, 5001, 0}, 10, 5000);
            QFAIL("a ratio that empties a class was accepted");
        } catch (const ConfigError& error) {
            QCOMPARE(error.problems().at(0).pointer, std::string("/data/imbalance/ratio"));
            QVERIFY(error.problems().at(0).message.find("5000") != std::string::npos);
        }
    }

    void tooFewImagesAreRefused() {
        const std::vector<std::int32_t> labels = {0, 0, 1};
        QVERIFY_THROWS_EXCEPTION(DataError, subsetIndices(labels, Counts{2, 2}, 0));
        QVERIFY_THROWS_EXCEPTION(DataError, subsetIndices(labels, Counts{2}, 0));
    }

    void majorityIsTheLargerHalf() {
        using Mask = std::vector<bool>;
        QCOMPARE(majorityClasses(Counts{5, 9, 1, 7}), (Mask{false, true, false, true}));
        QCOMPARE(majorityClasses(Counts{3, 2, 1}), (Mask{true, false, false}));
        QCOMPARE(majorityClasses(Counts{4, 4, 2, 2}), (Mask{true, true, false, false}));
        QVERIFY(majorityClasses(Counts{4, 4, 4}).empty());
    }

    // The held-out images are the same number of every class, and none of them is trained on;
    // without them the subset is the papers'.
    void validationIsHeldOutBeforeTheImbalance() {
        std::vector<std::int32_t> labels;
        for (int i = 0; i < 60; ++i) labels.push_back(i % 3);
        DataConfig data;
        data.validation_per_class = 4;
        const Counts counts = {16, 8, 2};
        const DataSplit split = splitIndices(labels, counts, data);
        QCOMPARE(split.validation.size(), std::size_t{12});
        QCOMPARE(split.train.size(), std::size_t{26});
        Counts held_out(3, 0);
        for (const std::int64_t index : split.validation) {
            ++held_out[labels[static_cast<std::size_t>(index)]];
            QVERIFY(std::ranges::find(split.train, index) == split.train.end());
        }
        QCOMPARE(held_out, (Counts{4, 4, 4}));
        data.imbalance.seed = 1;
        QVERIFY(splitIndices(labels, counts, data).validation != split.validation);
        QVERIFY_THROWS_EXCEPTION(DataError, splitIndices(labels, Counts{17, 8, 2}, data));
        data.validation_per_class = 0;
        QCOMPARE(splitIndices(labels, counts, data).train, subsetIndices(labels, counts, 1));
    }
};

BALLAST_TEST(TestImbalance)
#include "tst_imbalance.moc"
