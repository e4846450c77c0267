#include "core/learning/checkpoint_tensors.h"

#include <torch/torch.h>

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <fstream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/experiment/catalog.h"
#include "core/learning/checkpoint.h"
#include "core/learning/foreign_checkpoints.h"
#include "core/learning/models/resnet.h"
#include "tests/core/interchange/torch_file.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

RunConfig fashionConfig() {
    RunConfig config;
    config.data.dataset = "fashion-mnist";
    config.model.name = "resnet8";
    return config;
}

}  // namespace

class TestCheckpointTensors : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    fs::path path(const std::string& name) const {
        return fs::path(folder_.path().toStdString()) / name;
    }
    fs::path written(const std::string& content, const std::string& name = "2_ckpt.pth.tar") const {
        std::ofstream(path(name), std::ios::binary) << content;
        return path(name);
    }
    fs::path written(const ForeignNetwork& network) const {
        return written(foreignCheckpoint(network).file());
    }

    template<class Call>
    static QString problemOf(Call call) {
        try {
            call();
        } catch (const CheckpointError& error) {
            return QString::fromUtf8(error.what());
        }
        return "no error";
    }

private Q_SLOTS:
    void namesAreOurs_data() {
        QTest::addColumn<bool>("cosine");
        QTest::addColumn<QString>("prefix");
        QTest::addColumn<QString>("device");
        QTest::newRow("linear") << false << ""
                                << "cpu";
        QTest::newRow("cosine, from a GPU") << true << ""
                                            << "cuda:0";
        QTest::newRow("DataParallel") << false << "module."
                                      << "cuda:3";
    }
    void namesAreOurs() {
        QFETCH(const bool, cosine);
        QFETCH(const QString, prefix);
        QFETCH(const QString, device);
        ForeignNetwork network{2, 3, 12, cosine, true, 7, prefix.toStdString()};
        std::string content = foreignCheckpoint(network).file();
        if (device != "cpu") {
            TorchFile file = foreignCheckpoint(network);
            std::string pickle;  // every device, which follows its length, 3
            const std::string cpu("X\x03\0\0\0cpu", 8);
            const std::string gpu = std::string("X\x06\0\0\0", 5) + device.toStdString();
            std::size_t at = 0;
            for (std::size_t next; (next = file.pickle.find(cpu, at)) != std::string::npos;) {
                pickle += file.pickle.substr(at, next - at) + gpu;
                at = next + cpu.size();
            }
            file.pickle = pickle + file.pickle.substr(at);
            content = file.file();
        }
        const ModelState state = readModelState(written(content));
        QCOMPARE(state.epochs_done.value(), 7);
        const ModelShape shape = shapeOf(state);
        QCOMPARE(shape.model.name, std::string("resnet14"));
        QVERIFY(shape.model.head == (cosine ? HeadKind::cosine : HeadKind::linear));
        QCOMPARE(shape.in_channels, std::int64_t{3});
        QCOMPARE(shape.classes, std::int64_t{12});
        requireFit(state, shape);

        // Same names in the same order as our model's state dict, and the optimiser's numbers.
        const ResNet model(14, 3, 12, cosine ? HeadKind::cosine : HeadKind::linear);
        const auto own = stateDict(*model);
        QCOMPARE(state.tensors.size(), own.size());
        for (std::size_t i = 0; i < own.size(); ++i) {
            QCOMPARE(state.tensors[i].first, own[i].first);
            QVERIFY(state.tensors[i].second.sizes() == own[i].second.sizes());
            QVERIFY(state.tensors[i].second.scalar_type() == own[i].second.scalar_type());
        }
        QCOMPARE(state.find("bn1.num_batches_tracked")->item<std::int64_t>(), std::int64_t{7});
        QCOMPARE(state.find("conv1.weight")->view(-1)[1].item<float>(),
                 0.02F * static_cast<float>((37 + 16 * 3 * 9) % 19 - 9));
        QCOMPARE(state.momentum.size(), model->named_parameters().size());
        int p = 0;
        for (const auto& item : model->named_parameters()) {
            const torch::Tensor& momentum = state.momentum.at(item.key());
            QVERIFY(momentum.sizes() == item.value().sizes());
            QVERIFY(momentum.eq(static_cast<float>(++p) / 1000.0F).all().item<bool>());
        }
    }

    void otherTypesBecomeFloat32() {
        TorchFile file;
        const std::size_t doubles = file.store<double>({0.5, 1.5, 2.5, 3.5, 4.5, 5.5});
        const std::size_t halves = file.store<std::uint16_t>({0x3c00, 0xc000});  // 1, -2
        const std::size_t brains = file.store<std::uint16_t>({0x3f80, 0xc000});  // 1, -2
        const std::size_t flags = file.store<std::uint8_t>({1, 0});
        file.op("}(").text("d").view("DoubleStorage", doubles, 6, 0, {3, 2}, {1, 3});
        file.text("h").view("HalfStorage", halves, 2, 0, {2}, {1});
        file.text("b").view("BFloat16Storage", brains, 2, 0, {2}, {1});
        file.text("f").view("BoolStorage", flags, 2, 0, {2}, {1}).op("u");
        const ModelState state = readModelState(written(file.file()));
        QVERIFY(!state.epochs_done && state.momentum.empty());
        QVERIFY(state.find("d")->equal(torch::tensor({{0.5F, 3.5F}, {1.5F, 4.5F}, {2.5F, 5.5F}})));
        QVERIFY(state.find("h")->equal(torch::tensor({1.0F, -2.0F})));
        QVERIFY(state.find("b")->equal(torch::tensor({1.0F, -2.0F})));
        QVERIFY(state.find("f")->equal(torch::tensor({1, 0}, torch::kInt64)));
    }

    void mismatchesAreNamed_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("head");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("classes");
        QTest::addColumn<QString>("said");
        QTest::newRow("deeper") << "resnet14"
                                << "linear" << 1 << 10
                                << "is not of a resnet14 with a linear head for 10 classes: it "
                                   "lacks layer1.1.*, layer2.1.*, layer3.1.*";
        QTest::newRow("head, all of it") << "resnet8"
                                         << "cosine" << 1 << 12
                                         << "linear.weight has [10, 64] instead of [64, 12]; it "
                                            "also has linear.bias (--ignore";
        QTest::newRow("channels") << "resnet8"
                                  << "linear" << 3 << 10
                                  << "conv1.weight has [16, 1, 3, 3] instead of [16, 3, 3, 3]";
        QTest::newRow("classes and channels")
            << "resnet8"
            << "linear" << 3 << 100
            << "conv1.weight has [16, 1, 3, 3] instead of [16, 3, 3, 3], linear.weight has [10, "
               "64] instead of [100, 64], linear.bias has [10] instead of [100]";
    }
    void mismatchesAreNamed() {
        QFETCH(const QString, model);
        QFETCH(const QString, head);
        QFETCH(const int, channels);
        QFETCH(const int, classes);
        QFETCH(const QString, said);
        const ModelState state = readModelState(written(ForeignNetwork{}));
        const ModelShape needed{
            {model.toStdString(), *choiceNamed<HeadKind>(head.toStdString())}, channels, classes};
        const QString text = problemOf([&] { requireFit(state, needed); });
        QVERIFY2(text.contains(said), qPrintable(text));
        QVERIFY2(text.contains("2_ckpt.pth.tar"), qPrintable(text));
    }

    void extraTensorsAreNamed() {
        ForeignNetwork network;
        network.blocks = 2;
        const ModelState state = readModelState(written(network));
        const QString text = problemOf([&] {
            requireFit(state, {{"resnet8", HeadKind::linear}, 1, 10});
        });
        QVERIFY2(text.contains("resnet8 with a linear head for 10 classes: it also has "
                               "layer1.1.*, layer2.1.*, layer3.1.* (--ignore NAME"),
                 qPrintable(text));
    }

    // A calibration, a mean feature and a norm limit are read as what they are, or named.
    void headsWithAState() {
        RunConfig config = fashionConfig();
        config.phases.resize(2);
        config.phases[1].from = 1;
        config.phases[1].trainable = Trainable::gated_calibration;
        config.phases[1].head_relative_max_norm = 0.1;
        const auto saved = [&](const RunConfig& of, const char* name) {
            Checkpoint checkpoint;
            for (const auto& [key, tensor] : stateDict(*makeModel(of, 1, 10, torch::kCPU))) {
                checkpoint.tensors[key] = tensor;
            }
            saveCheckpoint(path(name), checkpoint);
            return path(name);
        };
        const fs::path calibrated = saved(config, "calibrated.safetensors");
        const ModelState state = readModelState(calibrated);
        QVERIFY(state.find("linear.norm_limit") == nullptr);
        QVERIFY(shapeOf(state).model.head == HeadKind::linear);
        requireFit(state, shapeOf(state));
        adoptCheckpoint(calibrated, config, 1, path("adopted.safetensors"));
        QVERIFY(loadCheckpoint(path("adopted.safetensors"))
                    .tensors.contains("optimizer.momentum.linear.logit_scale"));
        config.phases.pop_back();
        const QString text =
            problemOf([&] { adoptCheckpoint(calibrated, config, 1, path("plain.safetensors")); });
        QVERIFY2(text.contains("calibrated head (linear.logit_scale)"), qPrintable(text));

        config.model.head = HeadKind::deconfound;
        const fs::path causal = saved(config, "causal.safetensors");
        const ModelShape shape = shapeOf(readModelState(causal));
        QVERIFY(shape.model.head == HeadKind::deconfound);
        QCOMPARE(shape.classes, std::int64_t{10});
        requireFit(readModelState(causal), shape);
        const ModelState without = readModelState(causal, {"linear.mean_feature"});
        QVERIFY(problemOf([&] {
                    requireFit(without, shape);
                }).contains("it lacks linear.mean_feature"));
    }

    void extraTensorsCanBeLeftOut() {
        ForeignNetwork network;
        network.prefix = "module.";
        network.momentum = false;
        TorchFile file = foreignCheckpoint(network);
        const std::string begin("X\x0a\0\0\0state_dictccollections\nOrderedDict\n)R(", 43);
        const std::size_t at = file.pickle.find(begin);
        QVERIFY(at != std::string::npos);
        TorchFile extra;  // in front of the others
        extra.storages = file.storages;
        extra.pickle.clear();
        extra.text("module.fc2.weight").tensor({1, 2}, {2}).text("module.fc2.bias");
        extra.tensor({1}, {1}).text("module.scale").tensor({1}, {1});
        file.storages = extra.storages;
        file.pickle.insert(at + begin.size(), extra.pickle);
        const fs::path path = written(file.file());
        const ModelShape needed{{"resnet8", HeadKind::linear}, 1, 10};
        const QString text = problemOf([&] { requireFit(readModelState(path), needed); });
        QVERIFY2(text.contains("it also has fc2.*, scale"), qPrintable(text));
        requireFit(readModelState(path, {"fc2", "scale"}), needed);
        requireFit(readModelState(path, {"module.fc2.weight", "fc2.bias", "scale"}), needed);
        try {
            readModelState(path, {"fc"});
            QFAIL("fc is not in it");
        } catch (const ConfigError& error) {
            const QString said = QString::fromUtf8(error.what());
            QVERIFY2(said.contains("--ignore fc:") && said.contains("fc2.*, scale, conv1.weight"),
                     qPrintable(said));
        }
    }

    void whatIsNotFiniteIsNamed() {
        const fs::path file = written(ForeignNetwork{});
        QVERIFY(inspectCheckpoint(file).not_finite.empty());
        adoptCheckpoint(file, fashionConfig(), 2, path("sound.safetensors"));
        Checkpoint checkpoint{loadCheckpoint(path("sound.safetensors")).tensors, {}};
        checkpoint.tensors.at("bn1.running_var")[3] = NAN;
        checkpoint.tensors.at("linear.bias")[0] = -INFINITY;
        checkpoint.tensors.at("optimizer.momentum.conv1.weight").fill_(NAN);
        for (auto& [name, tensor] : checkpoint.tensors) {
            if (name.starts_with("layer2") && tensor.is_floating_point()) tensor.fill_(NAN);
        }
        saveCheckpoint(path("broken.safetensors"), checkpoint);
        const CheckpointInfo info = inspectCheckpoint(path("broken.safetensors"));
        QVERIFY(std::ranges::count(info.not_finite, "bn1.running_var") == 1);
        QVERIFY(std::ranges::count(info.not_finite, "layer2.0.conv1.weight") == 1);
        QVERIFY(std::ranges::count(info.not_finite, "optimizer.momentum.conv1.weight") == 1);
        QCOMPARE(info.said.size(), std::size_t{1});
        const QString said = QString::fromStdString(info.said[0]);
        QVERIFY2(said.contains("warning: broken.safetensors has numbers that are not finite") &&
                     said.contains("bn1.running_var") && said.contains("linear.bias"),
                 qPrintable(said));
        QCOMPARE(exportWeights(path("broken.safetensors"), path("w.safetensors")).said, info.said);
    }

    // A wrapper's entry that was taken is said, unless it is the usual one.
    void theEntryIsSaid() {
        TorchFile file = foreignCheckpoint({});
        std::size_t at = file.pickle.find("state_dict");
        file.pickle.replace(at, 10, "model_ema");
        file.pickle[at - 4] = 9;
        const fs::path path = written(file.file());
        QCOMPARE(inspectCheckpoint(path).said,
                 (std::vector<std::string>{"the weights are those under \"model_ema\""}));
        QVERIFY(inspectCheckpoint(written(ForeignNetwork{})).said.empty());
    }

    void otherModelsAreNamed() {
        TorchFile file;
        file.op("}(").text("fc.weight").tensor({1, 2}, {1, 2}).op("u");
        const ModelState state = readModelState(written(file.file()));
        const QString text = problemOf([&] { shapeOf(state); });
        QVERIFY2(text.contains("conv1.weight is missing; it has fc.weight"), qPrintable(text));
        TorchFile words;
        words.op("}(").text("state_dict").op("}(").text("a").text("b").op("uu");
        QVERIFY(problemOf([&] {
                    readModelState(written(words.file()));
                }).contains("no state_dict: no tensors by name"));
        TorchFile empty;
        empty.op("}");
        QVERIFY(problemOf([&] { readModelState(written(empty.file())); }).contains("state_dict"));
    }

    // A few bytes that claim to be many: the same array again and again.
    void tensorsLargerThanTheFileAreRefused() {
        TorchFile file;
        const std::size_t storage = file.store<float>(std::vector<float>(100'000, 1));
        file.op("}(");
        for (int i = 0; i < 3; ++i) {
            file.text("t" + std::to_string(i))
                .view("FloatStorage", storage, 100'000, 0, {100'000}, {1});
        }
        file.op("u");
        QVERIFY(problemOf([&] {
                    readModelState(written(file.file()));
                }).contains("larger than the file"));
    }

    void truncatedAnywhere() {
        const std::string whole = foreignCheckpoint({}).file();
        for (std::size_t i = 0; i < 20; ++i) {
            const fs::path file = written(whole.substr(0, whole.size() * i / 20));
            const QString text = problemOf([&] { readModelState(file); });
            QVERIFY2(text.contains(QString::fromStdString(file.string())), qPrintable(text));
        }
    }

    void adoptedCheckpointIsOurs_data() {
        QTest::addColumn<bool>("momentum");
        QTest::newRow("with momentum") << true;
        QTest::newRow("without") << false;
    }
    void adoptedCheckpointIsOurs() {
        QFETCH(const bool, momentum);
        ForeignNetwork network;
        network.momentum = momentum;
        const fs::path file = written(network);
        QCOMPARE(inspectCheckpoint(file).has_momentum, momentum);
        adoptCheckpoint(file, fashionConfig(), 2, path("epoch-000002.safetensors"));
        const Checkpoint checkpoint = loadCheckpoint(path("epoch-000002.safetensors"));
        QCOMPARE(checkpoint.metadata.at("epochs_done"), std::string("2"));
        const ModelState state = readModelState(file);
        for (const auto& [name, tensor] : state.tensors) {
            QVERIFY2(checkpoint.tensors.at(name).equal(tensor), name.c_str());
        }
        const torch::Tensor& second = checkpoint.tensors.at("optimizer.momentum.bn1.weight");
        QVERIFY(second.eq(momentum ? 0.002F : 0.0F).all().item<bool>());
        // Ours can be read again in the same way.
        QCOMPARE(readModelState(path("epoch-000002.safetensors")).tensors.size(),
                 state.tensors.size());
    }

    void adoptingAnotherModelWritesNothing() {
        RunConfig config = fashionConfig();
        config.model.name = "resnet20";
        QVERIFY(problemOf([&] {
                    adoptCheckpoint(written(ForeignNetwork{}), config, 2, path("no.safetensors"));
                }).contains("resnet20"));
        QVERIFY(!fs::exists(path("no.safetensors")));
    }

    void exportedWeightsAreTheStateDict() {
        const fs::path file = written(ForeignNetwork{1, 1, 10, false, true, 2, "module."});
        exportWeights(file, path("weights.safetensors"));
        const auto tensors = loadSafetensors(path("weights.safetensors")).tensors;
        const ResNet model(8, 1, 10, HeadKind::linear);
        QCOMPARE(tensors.size(), stateDict(*model).size());
        for (const auto& [name, tensor] : stateDict(*model)) {
            QVERIFY2(tensors.at(name).sizes() == tensor.sizes(), name.c_str());
            QVERIFY(tensors.at(name).equal(*readModelState(file).find(name)));
        }
    }

    // As Hugging Face's safetensors writes it in Python: no metadata of ours, or none at all.
    void plainSafetensors() {
        const auto file = [&](const std::string& header, std::size_t bytes) {
            std::string content(8, '\0');
            content[0] = static_cast<char>(header.size());
            return written(content + header + std::string(bytes, '\0'), "plain.safetensors");
        };
        const fs::path plain = file(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8);
        QVERIFY(readModelState(plain).find("a")->equal(torch::zeros({2})));
        QVERIFY(problemOf([&] { loadCheckpoint(plain); }) != "no error");
        const auto said = [&](const std::string& header, std::size_t bytes, const char* words) {
            const fs::path made = file(header, bytes);
            const QString text = problemOf([&] { readModelState(made); });
            return text.contains(words) && text.contains("plain.safetensors");
        };
        QVERIFY(said(R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})", 4,
                     "type F16; allowed: F32, F64 and I64"));
        QVERIFY(said(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 12, "a lies"));
        QVERIFY(said(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8, "[-2]"));
        QVERIFY(
            said(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})", 8,
                 "4294967296"));
        QVERIFY(said(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,88]}})", 8, "a lies"));
        QVERIFY(said(R"({"a":3})", 8, "damaged: its header is not"));
        QVERIFY(said("no JSON", 8, "damaged: its header is not"));
        QVERIFY(problemOf([&] {
                    readModelState(written("<html><body>", "page.safetensors"));
                }).contains("page.safetensors is a web page (HTML)"));
    }
};

BALLAST_TEST(TestCheckpointTensors)
#include "tst_checkpoint_tensors.moc"
