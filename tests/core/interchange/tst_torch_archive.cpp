#include "core/interchange/torch_archive.h"

#include <QtTest>
#include <fstream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "tests/core/base/error_of.h"
#include "tests/core/interchange/torch_file.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;
using Kind = PickleValue::Kind;

namespace {

template<class Element>
std::vector<Element> elementsOf(const std::string& bytes) {
    std::vector<Element> elements(bytes.size() / sizeof(Element));
    if (!elements.empty()) std::memcpy(elements.data(), bytes.data(), bytes.size());
    return elements;
}

/// A small checkpoint with everything the public code's have: {"epoch": 20, "state_dict":
/// OrderedDict(a: [2, 3], b: int64 scalar) with _metadata, "best_acc1": numpy.float64(51.5)}.
TorchFile sample() {
    TorchFile file;
    file.op("}(").text("epoch").op("K\x14").text("state_dict");
    file.global("collections", "OrderedDict").op(")Rq\x06(");
    file.text("a").tensor({0, 1, 2, 3, 4, 5}, {2, 3});
    const std::size_t counter = file.store<std::int64_t>({std::int64_t{1} << 40});
    file.text("b").view("LongStorage", counter, 1, 0, {}, {}).op("u");
    file.op("}").text("_metadata").op("}sb");
    file.text("best_acc1").global("numpy.core.multiarray", "scalar");
    file.global("numpy", "dtype").text("f8").op("\x89\x88\x87R(K\x03").text("<").op("NNN");
    file.op(std::string("J\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb", 14));
    // 51.5 as a double is 00 00 00 00 00 c0 49 40; byte c0 is U+00C0, in UTF-8 c3 80.
    file.global("_codecs", "encode").text(std::string("\0\0\0\0\0\xc3\x80I@", 9)).text("latin1");
    file.op("\x86R\x86R").op("u");
    return file;
}

}  // namespace

class TestTorchArchive : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    fs::path path() const { return fs::path(folder_.path().toStdString()) / "20_ckpt.pth.tar"; }

    fs::path written(const std::string& content) const {
        std::ofstream(path(), std::ios::binary) << content;
        return path();
    }

    static fs::path saved(const QString& file) {
        return fs::path(BALLAST_TEST_DATA) / "checkpoints" / file.toStdString();
    }

    /// What opening `content` and reading all its tensors says; "" where it opens.
    std::string problemOf(const std::string& content) const {
        try {
            const TorchArchive archive(written(content));
            const PickleValue* weights = archive.root().find("state_dict");
            if (archive.root().is(Kind::tensor)) archive.read(archive.root().tensor);
            if (weights != nullptr) {
                for (const PickleValue* value : weights->items) {
                    if (value->is(Kind::tensor)) archive.read(value->tensor);
                }
            }
            return "";
        } catch (const CheckpointError& error) {
            const std::string text = error.what();
            return text.find(path().string()) == std::string::npos ? "" : text;
        }
    }

    static void compareWithSample(const TorchArchive& archive) {
        const PickleValue& root = archive.root();
        QCOMPARE(root.find("epoch")->integer, 20);
        QCOMPARE(root.find("best_acc1")->real, 51.5);
        QVERIFY(root.find("optimizer") == nullptr);
        const PickleValue* weights = root.find("state_dict");
        QVERIFY(weights != nullptr);
        QCOMPARE(weights->items.size(), std::size_t{4});
        const TensorView& a = weights->find("a")->tensor;
        QCOMPARE(a.shape, (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(elementsOf<float>(archive.read(a)), (std::vector<float>{0, 1, 2, 3, 4, 5}));
        const TensorView& b = weights->find("b")->tensor;
        QVERIFY(b.shape.empty());
        QCOMPARE(elementsOf<std::int64_t>(archive.read(b)).at(0), std::int64_t{1} << 40);
    }

private Q_SLOTS:
    void crcIsZips() { QCOMPARE(crc32Of("123456789"), 0xcbf43926U); }  // its published check value

    void readsWhatIsThere() { compareWithSample(TorchArchive(written(sample().file()))); }
    void readsZip64() { compareWithSample(TorchArchive(written(sample().file({}, true)))); }

    // Made by Python's own pickle and zipfile: see make_torch_archive.py beside it.
    void readsPythonsPickle_data() {
        QTest::addColumn<int>("protocol");
        QTest::newRow("2") << 2;
        QTest::newRow("4") << 4;
    }
    void readsPythonsPickle() {
        QFETCH(const int, protocol);
        const TorchArchive archive(fs::path(BALLAST_TEST_DATA) /
                                   ("torch_protocol_" + std::to_string(protocol) + ".pth.tar"));
        compareWithSample(archive);
        const PickleValue* more = archive.root().find("more");
        QVERIFY(more != nullptr && more->is(Kind::list));
        QCOMPARE(more->items.size(), std::size_t{8});
        QVERIFY(more->items[0]->is(Kind::none));
        QVERIFY(more->items[1]->is(Kind::boolean) && more->items[1]->integer == 1);
        QCOMPARE(more->items[2]->integer, -300);
        QCOMPARE(more->items[3]->integer, std::int64_t{-1} << 40);
        QCOMPARE(more->items[4]->real, 0.1);
        QCOMPARE(more->items[5]->text, std::string("Größe"));
        QVERIFY(more->items[6]->is(Kind::tuple) && more->items[6]->items.size() == 4);
        QVERIFY(more->items[7]->is(Kind::tensor));  // a Parameter
    }

    // Made by PyTorch: see make_checkpoints.py beside them.
    void readsWhatPeopleSave_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("protocol 2") << "protocol_2.pth";
        QTest::newRow("protocol 4") << "protocol_4.pth";
        QTest::newRow("before 1.6") << "before_1_6.pth.tar";
    }
    void readsWhatPeopleSave() {
        QFETCH(const QString, file);
        const TorchArchive archive(saved(file));
        const PickleValue& root = archive.root();
        const PickleValue* weights = root.find("state_dict");
        QVERIFY(weights != nullptr);
        const auto floats = [&](const char* name) {
            return elementsOf<float>(archive.read(weights->find(name)->tensor));
        };
        QCOMPARE(floats("a"), (std::vector<float>{0, 1, 2, 3, 4, 5}));
        QCOMPARE(floats("transposed"), (std::vector<float>{0, 3, 1, 4, 2, 5}));
        QCOMPARE(floats("parameter"), (std::vector<float>{0.5F}));
        QCOMPARE(elementsOf<std::int64_t>(archive.read(weights->find("b")->tensor)).at(0),
                 std::int64_t{1} << 40);
        QCOMPARE(elementsOf<std::uint16_t>(archive.read(weights->find("half")->tensor)),
                 (std::vector<std::uint16_t>{0x3c00, 0xc000}));
        // What lies beside them is skipped, numbers are read.
        for (const char* name : {"set", "frozenset", "deque", "args", "path", "windows", "size",
                                 "device", "complex", "range", "when", "objects", "fields"}) {
            QVERIFY2(root.find(name) != nullptr && root.find(name)->is(Kind::inert), name);
        }
        for (const char* name : {"counter", "defaultdict"}) {
            QVERIFY2(root.find(name)->is(Kind::dict), name);
        }
        QCOMPARE(root.find("counter")->find("a")->integer, 2);
        QCOMPARE(root.find("arrays")->items.size(), std::size_t{19});
        QCOMPARE(root.find("scalars")->items.size(), std::size_t{19});
        QCOMPARE(root.find("epoch")->integer, 20);
        QCOMPARE(root.find("accuracy")->real, 0.5);
        QCOMPARE(root.find("last")->text, std::string("here"));
    }

    // NumPy 2 writes numpy._core.
    void readsNumPy2() {
        TorchFile file;
        file.op("(").global("numpy._core.multiarray", "_reconstruct").global("numpy", "ndarray");
        file.op(std::string("K\0\x85", 3)).text("b").op("\x87R(K\x01").op(")N\x89N").op("tb");
        file.global("numpy._core.multiarray", "scalar").global("numpy", "dtype");
        file.text("i2").op("\x85R").op("C\x02\x05");
        file.op(std::string("\0", 1)).op("\x86R").op("t");
        const TorchArchive archive(written(file.file()));
        QVERIFY(archive.root().items[0]->is(Kind::inert));
        QCOMPARE(archive.root().items[1]->integer, 5);
    }

    void modelsAndProgramsAreRefused_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("said");
        const char* whole = "whole pickled model of the class \"torch.nn.modules.linear.Linear\"";
        QTest::newRow("model") << "whole_model.pth" << whole;
        QTest::newRow("model, before 1.6") << "whole_model_before_1_6.pth" << whole;
        QTest::newRow("TorchScript") << "script.pt"
                                     << "TorchScript";
    }
    void modelsAndProgramsAreRefused() {
        QFETCH(const QString, file);
        QFETCH(const QString, said);
        const QString text = errorOf([&] { TorchArchive(saved(file)); });
        QVERIFY2(text.contains(said) && text.contains("state_dict() instead"), qPrintable(text));
        QVERIFY2(text.contains(file), qPrintable(text));
    }

    void before16TruncatedOrFlippedAnywhere() {
        const std::string whole = readFile(saved("before_1_6.pth.tar"));
        for (std::size_t length = 0; length < whole.size(); length += 11) {
            const std::string text = problemOf(whole.substr(0, length));
            QVERIFY2(!text.empty(), std::to_string(length).c_str());
        }
        for (std::size_t at = 0; at < whole.size(); at += 7) {
            std::string damaged = whole;
            damaged[at] = static_cast<char>(damaged[at] ^ '\x81');
            problemOf(damaged);
        }
    }

    void deviceIsOfNoConsequence() {
        TorchFile file;
        file.device = "cuda:0";
        file.tensor({1, 2}, {2});
        const TorchArchive archive(written(file.file()));
        QCOMPARE(elementsOf<float>(archive.read(archive.root().tensor)),
                 (std::vector<float>{1, 2}));
    }

    void stridedViewsAreReadInOrder_data() {
        QTest::addColumn<QList<qint64>>("geometry");  // offset, shape, stride of two dimensions
        QTest::addColumn<QList<int>>("expected");
        QTest::newRow("transposed")
            << QList<qint64>{0, 3, 4, 1, 3} << QList<int>{0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11};
        QTest::newRow("a column") << QList<qint64>{1, 4, 1, 3, 1} << QList<int>{1, 4, 7, 10};
        QTest::newRow("every second") << QList<qint64>{1, 2, 2, 6, 2} << QList<int>{1, 3, 7, 9};
        QTest::newRow("stride of one element")
            << QList<qint64>{2, 1, 2, INT64_MAX, 1} << QList<int>{2, 3};
        QTest::newRow("repeated") << QList<qint64>{5, 2, 2, 0, 1} << QList<int>{5, 6, 5, 6};
        QTest::newRow("none") << QList<qint64>{12, 0, 4, 4, 1} << QList<int>{};
    }
    void stridedViewsAreReadInOrder() {
        QFETCH(const QList<qint64>, geometry);
        QFETCH(const QList<int>, expected);
        TorchFile file;
        const std::size_t storage =
            file.store<std::int16_t>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
        file.view("ShortStorage", storage, 12, geometry[0], {geometry[1], geometry[2]},
                  {geometry[3], geometry[4]});
        const TorchArchive archive(written(file.file()));
        const auto found = elementsOf<std::int16_t>(archive.read(archive.root().tensor));
        QCOMPARE(QList<int>(found.begin(), found.end()), expected);
    }

    void impossibleTensorsAreRefused_data() {
        QTest::addColumn<qint64>("elements");
        QTest::addColumn<QList<qint64>>("geometry");
        const qint64 big = qint64{1} << 62;
        QTest::newRow("too long") << qint64{4} << QList<qint64>{0, 1, 5, 5, 1};
        QTest::newRow("offset") << qint64{4} << QList<qint64>{3, 1, 2, 2, 1};
        QTest::newRow("negative offset") << qint64{4} << QList<qint64>{-1, 1, 2, 2, 1};
        QTest::newRow("negative size") << qint64{4} << QList<qint64>{0, -1, -2, 2, 1};
        QTest::newRow("negative stride") << qint64{4} << QList<qint64>{3, 2, 2, 0, -1};
        QTest::newRow("stride") << qint64{4} << QList<qint64>{0, 2, 2, 3, 1};
        QTest::newRow("sizes overflow") << qint64{4} << QList<qint64>{0, big, 4, 0, 0};
        QTest::newRow("strides overflow") << qint64{4} << QList<qint64>{0, 3, 1, big, 1};
        QTest::newRow("endless repetition") << qint64{4} << QList<qint64>{0, big, 1, 0, 1};
        QTest::newRow("storage shorter than said") << big << QList<qint64>{0, 1, 5, 5, 1};
        QTest::newRow("storage of negative size") << qint64{-4} << QList<qint64>{0, 1, 0, 1, 1};
    }
    void impossibleTensorsAreRefused() {
        QFETCH(const qint64, elements);
        QFETCH(const QList<qint64>, geometry);
        TorchFile file;
        const std::size_t storage = file.store<float>({0, 1, 2, 3});
        file.view("FloatStorage", storage, elements, geometry[0], {geometry[1], geometry[2]},
                  {geometry[3], geometry[4]});
        QVERIFY(!problemOf(file.file()).empty());
    }

    void codeIsRefusedByName_data() {
        QTest::addColumn<QByteArray>("pickle");
        QTest::addColumn<QString>("said");
        QTest::newRow("os.system")
            << QByteArray("cposix\nsystem\nX\5\0\0\0touch\x85R", 27) << "\"posix.system\"";
        QTest::newRow("eval, protocol 4") << QByteArray(
                                                 "\x8c\x08"
                                                 "builtins\x8c\x04"
                                                 "eval\x93")
                                          << "\"builtins.eval\"";
        QTest::newRow("a class of their own")
            << QByteArray("c__main__\nOptions\n)\x81") << "\"__main__.Options\"";
        QTest::newRow("a function beside an allowed class")
            << QByteArray("cpathlib\n_posix_flavour\n") << "pathlib._posix_flavour";
        QTest::newRow("a method of an allowed class")
            << QByteArray("cpathlib\nPosixPath.unlink\n") << "PosixPath.unlink";
        QTest::newRow("not quite a builtin") << QByteArray("c__builtin__\nexec\n") << "exec";
        QTest::newRow("not quite a tensor")
            << QByteArray("ctorch._utils\n_rebuild_tensor_v3\n") << "_rebuild_tensor_v3";
        QTest::newRow("an old instance") << QByteArray("(iposix\nsystem\n") << "instruction 105";
        QTest::newRow("an extension") << QByteArray("\x82\x01") << "instruction 130";
        QTest::newRow("state for a tensor function")
            << QByteArray("ctorch._utils\n_rebuild_tensor_v2\n}b") << "state";
        QTest::newRow("text protocol") << QByteArray("I01\n") << "instruction 73";
    }
    void codeIsRefusedByName() {
        QFETCH(const QByteArray, pickle);
        QFETCH(const QString, said);
        TorchFile file;
        file.op(pickle.toStdString());
        const std::string text = problemOf(file.file());
        QVERIFY2(text.find(said.toStdString()) != std::string::npos, text.c_str());
        QVERIFY2(text.find("refused") != std::string::npos, text.c_str());
    }

    void brokenPicklesAreSaid_data() {
        QTest::addColumn<QByteArray>("pickle");
        QTest::newRow("nothing on the stack") << QByteArray("0");
        QTest::newRow("only a mark") << QByteArray("(0");
        QTest::newRow("no mark") << QByteArray("NNt");
        QTest::newRow("memo missing") << QByteArray("h\x07");
        QTest::newRow("long memo missing") << QByteArray("j\xff\xff\xff\xff");
        QTest::newRow("text longer than the file") << QByteArray(
            "X\xff\xff\xff\x7f"
            "abc");
        QTest::newRow("huge text") << QByteArray("\x8d\xff\xff\xff\xff\xff\xff\xff\xff");
        QTest::newRow("no line end") << QByteArray("cposix");
        QTest::newRow("a key without a value") << QByteArray("}(Nu");
        QTest::newRow("append to a dict") << QByteArray("}Na");
        QTest::newRow("call of a text") << QByteArray("X\1\0\0\0x)R", 9);
        QTest::newRow("call of a storage type") << QByteArray("ctorch\nFloatStorage\n)R");
        QTest::newRow("tensor of nothing") << QByteArray("ctorch._utils\n_rebuild_tensor_v2\n)R");
        QTest::newRow("foreign storage") << QByteArray("NQ");
        QTest::newRow("128 bits") << QByteArray(
            "\x8a\x10"
            "0123456789abcdef");
        QTest::newRow("protocol 5") << QByteArray("\x80\x05N");
        QTest::newRow("numpy of 3 bytes")
            << QByteArray("cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nU\2f8\x85RC\3abc\x86R");
    }
    void brokenPicklesAreSaid() {
        QFETCH(const QByteArray, pickle);
        TorchFile file;
        file.op(pickle.toStdString());
        QVERIFY(!problemOf(file.file()).empty());
    }

    // Nothing recurses: lists in lists, a list in itself, and no more values than fit.
    void depthIsNoDanger() {
        TorchFile deep;
        for (int i = 0; i < 200'000; ++i) deep.op("]");
        for (int i = 1; i < 200'000; ++i) deep.op("a");
        QCOMPARE(problemOf(deep.file()), std::string());
        TorchFile ring;
        ring.op(std::string("]q\0h\0a", 6));
        QCOMPARE(problemOf(ring.file()), std::string());
        TorchFile many;
        many.op("]" + std::string(1'000'001, ']'));
        QVERIFY(problemOf(many.file()).find("1000000 values") != std::string::npos);
    }

    // A long text or dict that is copied again and again by a few bytes each time.
    void repetitionIsNoDanger() {
        TorchFile texts;
        texts.op("](").global("_codecs", "encode").op(std::string("q\0", 2));
        texts.text(std::string(100'000, 'x')).op("q\x01").text("latin1").op("q\x02");
        for (int i = 0; i < 100'000; ++i) texts.op(std::string("h\0h\x01h\x02\x86R", 8));
        QVERIFY(problemOf(texts.file()).find("repeats itself") != std::string::npos);
        TorchFile dicts;
        dicts.op("](").global("collections", "Counter").op(std::string("q\0}(", 4));
        for (int i = 0; i < 10'000; ++i) dicts.op("NN");
        dicts.op("uq\x01");
        for (int i = 0; i < 100'000; ++i) dicts.op(std::string("h\0h\x01\x85R", 6));
        QVERIFY(problemOf(dicts.file()).find("repeats itself") != std::string::npos);
    }

    void truncatedAnywhere() {
        const std::string whole = sample().file();
        QCOMPARE(problemOf(whole), std::string());
        for (std::size_t i = 0; i < 20; ++i) {
            const std::string text = problemOf(whole.substr(0, whole.size() * i / 20));
            QVERIFY2(!text.empty(), std::to_string(i).c_str());
        }
        for (std::size_t length = 0; length < whole.size(); ++length) {
            QVERIFY(!problemOf(whole.substr(0, length)).empty());
        }
    }

    // Any byte may be anything: an error or a reading, never a crash. A flipped array is found.
    void flippedAnywhere() {
        const std::string whole = sample().file();
        for (std::size_t at = 0; at < whole.size(); ++at) {
            for (const char change : {'\x01', '\x80', '\xff'}) {
                std::string damaged = whole;
                damaged[at] = static_cast<char>(damaged[at] ^ change);
                problemOf(damaged);
            }
        }
        std::string damaged = whole;
        const float five = 5;
        std::string bytes(sizeof five, '\0');
        std::memcpy(bytes.data(), &five, sizeof five);
        damaged[damaged.find(bytes)] ^= 1;
        QVERIFY(problemOf(damaged).find("CRC-32") != std::string::npos);
    }

    void otherFilesAreNamed_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("said");
        QTest::newRow("empty") << QByteArray() << "is empty";
        QTest::newRow("text") << QByteArray("epoch 20\n") << "not a PyTorch checkpoint";
        QTest::newRow("before 1.6, cut") << QByteArray(
                                                "\x80\x02\x8a\nl\xfc\x9c"
                                                "F\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.")
                                         << "ends too early";
        QTest::newRow("before 1.6, another version") << QByteArray(
                                                            "\x80\x02\x8a\nl\xfc\x9c"
                                                            "F\xf9 j\xa8P\x19.\x80\x02M\xe8\x03.")
                                                     << "another version";
        QTest::newRow("web page") << QByteArray("\n<!DOCTYPE html>\n<html lang=en>")
                                  << "is a web page (HTML)";
        QTest::newRow("Git LFS") << QByteArray(
                                        "version https://git-lfs.github.com/spec/v1\noid sha256:0")
                                 << "git lfs pull";
        QTest::newRow("another zip")
            << QByteArray::fromStdString(zipOf({{"mimetype", "text"}})) << "no NAME/data.pkl";
        QTest::newRow("compressed")
            << QByteArray::fromStdString(zipOf({{"a/data.pkl", "N."}}, 8)) << "compressed member";
        QTest::newRow("big-endian") << QByteArray::fromStdString(zipOf(
                                           {{"a/data.pkl", "\x80\x02N."}, {"a/byteorder", "big"}}))
                                    << "big-endian";
    }
    void otherFilesAreNamed() {
        QFETCH(const QByteArray, content);
        QFETCH(const QString, said);
        const std::string text = problemOf(content.toStdString());
        QVERIFY2(text.find(said.toStdString()) != std::string::npos, text.c_str());
    }

    void missingFilesAndFoldersAreNamed() {
        QVERIFY_THROWS_EXCEPTION(CheckpointError, TorchArchive("/nowhere/20_ckpt.pth.tar"));
        QVERIFY_THROWS_EXCEPTION(CheckpointError, TorchArchive(fs::path("/tmp")));
        QVERIFY_THROWS_EXCEPTION(CheckpointError,
                                 looksLikeTorchArchive("/nowhere/20_ckpt.pth.tar"));
    }
};

BALLAST_TEST(TestTorchArchive)
#include "tst_torch_archive.moc"
