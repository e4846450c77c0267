#include <QtTest>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/results/confusion_matrix.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestConfusionMatrix : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void countsImages() {
        const std::vector<std::int64_t> labels = {0, 0, 0, 0, 2, 2};
        const std::vector<std::int64_t> predictions = {0, 2, 0, -1, 2, 0};
        const ConfusionMatrix matrix = confusionMatrix(labels, predictions, 3);
        QCOMPARE(matrix.rows.size(), std::size_t{3});
        QCOMPARE(matrix.share(0, 0), 0.5);
        QCOMPARE(matrix.share(0, 1), 0.0);
        QCOMPARE(matrix.share(0, 2), 0.25);
        QCOMPARE(matrix.share(0, ConfusionMatrix::kNoClass), 0.25);
        QCOMPARE(matrix.share(2, 0), 0.5);
        QVERIFY(std::isnan(matrix.share(1, 1)));  // no images
        QVERIFY(std::isnan(matrix.share(3, 0)));
        QCOMPARE(toJson(matrix).dump(), std::string("[[-1,1,0,2,2,1],[],[0,1,2,1]]"));
    }

    void roundTrip() {
        const ConfusionMatrix matrix = confusionMatrix(std::vector<std::int64_t>{1, 0, 1},
                                                       std::vector<std::int64_t>{0, 0, 1}, 2);
        const auto value = nlohmann::json::parse(toJson(matrix).dump());
        QCOMPARE(confusionFrom(JsonPlace(value, "FILE")), matrix);
    }

    void damageIsNamed_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("place");
        QTest::newRow("no list") << QByteArray("{}") << QByteArray("list");
        QTest::newRow("half a pair") << QByteArray("[[0,1,1],[]]") << QByteArray("/0");
        QTest::newRow("no such class") << QByteArray("[[0,1],[2,1]]") << QByteArray("/1/0");
        QTest::newRow("below") << QByteArray("[[-2,1]]") << QByteArray("/0/0");
        QTest::newRow("twice") << QByteArray("[[0,1,0,1]]") << QByteArray("/0/2");
        QTest::newRow("no image") << QByteArray("[[0,0]]") << QByteArray("/0/1");
        QTest::newRow("half an image") << QByteArray("[[0,1.5]]") << QByteArray("/0/1");
    }
    void damageIsNamed() {
        QFETCH(const QByteArray, text);
        QFETCH(const QByteArray, place);
        const auto value = nlohmann::json::parse(text.toStdString());
        try {
            confusionFrom(JsonPlace(value, "FILE"));
            QFAIL("was read");
        } catch (const DamagedFileError& error) {
            QVERIFY2(QByteArray(error.what()).contains(place), error.what());
        }
    }
};

BALLAST_TEST(TestConfusionMatrix)
#include "tst_confusion_matrix.moc"
