#include "core/interchange/state_dict.h"

#include <QtTest>

#include "core/interchange/torch_archive.h"
#include "tests/core/base/error_of.h"
#include "tests/core/interchange/torch_file.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

QStringList namesOf(const StateDict& weights) {
    QStringList names;
    for (const auto& [name, value] : weights.tensors) names << QString::fromStdString(name);
    return names;
}

/// A dict of tensors by these names, in `file`.
void dict(TorchFile& file, const QStringList& names) {
    file.op("}(");
    for (const QString& name : names) file.text(name.toStdString()).tensor({1}, {1});
    file.op("u");
}

}  // namespace

class TestStateDict : public QObject {
    Q_OBJECT

    /// findStateDict of the pickle.
    static StateDict found(const TorchFile& file) {
        return findStateDict(Pickle(file.pickle + ".").root());
    }

private Q_SLOTS:
    void entries_data() {
        QTest::addColumn<QStringList>("there");
        QTest::addColumn<QString>("taken");
        for (const char* name : {"state_dict", "model_state_dict", "model", "net", "network",
                                 "state_dict_best", "state_dict_ema", "model_ema", "my_weights"}) {
            QTest::newRow(name) << QStringList{name} << name;
        }
        QTest::newRow("plain before averaged")
            << QStringList{"state_dict_ema", "state_dict"} << "state_dict";
    }
    void entries() {
        QFETCH(const QStringList, there);
        QFETCH(const QString, taken);
        // Beside a word called "model", and an optimiser that has tensors too.
        TorchFile file;
        file.op("}(");
        if (taken != "model") file.text("model").text("resnet32");
        for (const QString& name : there) {
            file.text(name.toStdString());
            dict(file, {name + ".weight"});
        }
        file.text("optimizer").op("}(").text("exp_avg");
        dict(file, {"a"});
        file.op("uu");
        const Pickle pickle(file.pickle + ".");
        const StateDict weights = findStateDict(pickle.root());
        QCOMPARE(QString::fromStdString(weights.entry), taken);
        QCOMPARE(namesOf(weights), QStringList{taken + ".weight"});
    }

    void theTensorsThemselves() {
        TorchFile file;
        file.op("}(").text("epoch").integer(3).text("a").tensor({1}, {1}).op("u");
        const StateDict weights = found(file);
        QCOMPARE(weights.entry, std::string());
        QCOMPARE(namesOf(weights), QStringList{"a"});
    }

    void wrappersAreLeftOut() {
        TorchFile file;
        dict(file, {"module.a", "module.module.b", "_orig_mod.module.c", "module._orig_mod.d",
                    "modules.e"});
        QCOMPARE(namesOf(found(file)), (QStringList{"a", "b", "c", "d", "modules.e"}));
        TorchFile twice;
        dict(twice, {"module.a", "a"});
        QVERIFY(errorOf([&] { found(twice); }).contains("two tensors called a"));
    }

    // As the repositories on decoupling save: made by PyTorch, see make_checkpoints.py.
    void modelsInParts() {
        const TorchArchive archive(std::filesystem::path(BALLAST_TEST_DATA) /
                                   "checkpoints/in_parts.pth");
        const StateDict weights = findStateDict(archive.root());
        QCOMPARE(weights.entry, std::string("state_dict_best"));
        QCOMPARE(namesOf(weights), (QStringList{"conv1.weight", "linear.weight", "linear.bias"}));
        QCOMPARE(archive.read(weights.tensors[2].second->tensor).size(), std::size_t{8});
        TorchFile top;  // the parts at the top
        top.op("}(").text("feat");
        dict(top, {"conv1.weight"});
        top.text("fc");
        dict(top, {"weight"});
        top.op("u");
        QCOMPARE(namesOf(found(top)), (QStringList{"conv1.weight", "linear.weight"}));
    }

    void nothingFoundIsSaid() {
        TorchFile file;
        file.op("}(").text("epoch").integer(3).text("optimizer").op("}u");
        const QString said = errorOf([&] { found(file); });
        QVERIFY2(said.contains("has no state_dict") && said.contains("\"epoch\", \"optimizer\""),
                 qPrintable(said));
    }
};

BALLAST_TEST(TestStateDict)
#include "tst_state_dict.moc"
