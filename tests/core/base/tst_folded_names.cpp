#include "core/base/folded_names.h"

#include <QtTest>

#include "tests/support/test_program.h"

using namespace ballast;

class TestFoldedNames : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void wholeModulesAreOneName() {
        const std::vector<std::string> all = {"conv1.weight", "bn1.weight",      "bn1.bias",
                                              "layer1.0.a.w", "layer1.0.b.w",    "layer1.1.a.w",
                                              "layer1.1.b.w", "layer1.0.c.only", "scale"};
        QCOMPARE(foldedNames({}, all), std::string());
        QCOMPARE(foldedNames({"scale", "bn1.bias"}, all), std::string("scale, bn1.bias"));
        QCOMPARE(foldedNames({"bn1.weight", "bn1.bias"}, all), std::string("bn1.*"));
        QCOMPARE(foldedNames({"layer1.1.a.w", "layer1.1.b.w"}, all), std::string("layer1.1.*"));
        QCOMPARE(foldedNames(all, all), std::string("conv1.weight, bn1.*, layer1.*, scale"));
    }

    void thereIsAnEnd() {
        std::vector<std::string> names;
        for (int i = 0; i < 42; ++i) names.push_back("t" + std::to_string(i));
        QVERIFY(foldedNames(names, names).ends_with("t29 and 12 more"));
    }
};

BALLAST_TEST(TestFoldedNames)
#include "tst_folded_names.moc"
