#include "core/base/safetensors.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cstring>

#include "core/base/atomic_file.h"
#include "core/base/keyed_random.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

constexpr std::string_view kAll[] = {"F16", "F32", "I64"};
constexpr std::string_view kSome[] = {"F32", "I64"};

/// What reading says, or "" where it reads. Anything else that is thrown is a failure.
std::string wrongWith(const std::string& content, bool foreign,
                      std::span<const std::string_view> types = kAll) {
    try {
        parseSafetensors(content, types, foreign);
        return "";
    } catch (const SafetensorsError& error) {
        return error.what();
    }
}

/// A file of that header and so many bytes of tensors.
std::string fileOf(const std::string& header, std::size_t bytes) {
    std::string content(8, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(content.data(), &length, sizeof length);
    return content + header + std::string(bytes, '\1');
}

}  // namespace

class TestSafetensors : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::string content_;

private Q_SLOTS:
    void initTestCase() {
        const std::vector<float> weights = {1.0F, -2.0F, 0.5F};
        const std::vector<std::uint16_t> halves = {1, 2, 3, 4};
        Safetensors made;
        made.metadata = {{"note", "Größe"}};
        made.tensors["w"] = {"F32", {3}, std::as_bytes(std::span(weights))};
        made.tensors["h"] = {"F16", {2, 2}, std::as_bytes(std::span(halves))};
        made.tensors["none"] = {"I64", {0, 7}, {}};
        const std::filesystem::path file = folder_.filePath("a.safetensors").toStdString();
        writeSafetensors(file, made);
        content_ = readFile(file);
        const Safetensors read = parseSafetensors(content_, kAll, false);
        QCOMPARE(read.metadata.at("note"), made.metadata.at("note"));
        QCOMPARE(read.tensors.at("h").shape, (std::vector<std::int64_t>{2, 2}));
        QCOMPARE(read.tensors.at("none").bytes.size(), std::size_t{0});
        QCOMPARE(std::memcmp(read.tensors.at("w").bytes.data(), weights.data(), 12), 0);

        writeSafetensors(file, read);  // with a checksum of its own
        QCOMPARE(wrongWith(readFile(file), false), "");
    }

    void wrongFilesAreSaid_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<QByteArray>("words");
        const auto row = [](const char* name, const char* header, const char* words) {
            QTest::newRow(name) << QByteArray(header) << QByteArray(words);
        };
        row("type", R"({"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}})",
            "of type BF16; allowed: F16, F32 and I64");
        row("negative", R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "shape [-1]");
        row("huge", R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})",
            "shape [4294967296, 4294967296]");
        row("more than there is", R"({"a":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}})",
            "shape [9]");
        row("outside", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}})", "outside");
        row("backwards", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", "outside");
        row("shape and offsets", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})",
            "outside");
        row("negative offset", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}})",
            "outside");
        row("no shape", R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", "its header is not");
        row("newer", R"({"__metadata__":{"ballast_format":"2"}})", "newer");
        row("format", R"({"__metadata__":{"ballast_format":"x"}})", "its header is not");
        row("words", R"({"__metadata__":{"note":1}})", "its header is not");
        row("list", "[]", "its header is not");
        row("half a header", R"({"a")", "its header is not");
    }
    void wrongFilesAreSaid() {
        QFETCH(QByteArray, header);
        QFETCH(QByteArray, words);
        const std::string wrong = wrongWith(fileOf(header.toStdString(), 16), true);
        QVERIFY2(wrong.find(words.toStdString()) != std::string::npos, wrong.c_str());
    }

    void onlyTheTypesAsked() {
        QVERIFY(wrongWith(content_, false, kSome).find("allowed: F32 and I64") !=
                std::string::npos);
    }

    // Without the checksum's help: whatever is read lies within the file.
    void mutatedFilesAreReadOrRefused() {
        const std::size_t sum = content_.find("\"ballast_format\"");
        QVERIFY(sum != std::string::npos);
        std::string foreign = content_;
        foreign[sum + 1] = 'B';  // no file of ours any more
        QCOMPARE(wrongWith(foreign, true), "");
        for (std::uint64_t round = 0; round < 20'000; ++round) {
            const KeyedRandom random(1, Purpose::initial_weights,
                                     static_cast<std::uint32_t>(round));
            std::string mutated = foreign;
            for (std::uint64_t i = 0; i < 1 + round % 4; ++i) {
                const auto at = static_cast<std::size_t>(random.uniform(2 * i) *
                                                         static_cast<double>(mutated.size()));
                mutated[at] = static_cast<char>(256.0 * random.uniform(2 * i + 1));
            }
            if (round % 5 == 0) mutated.resize(mutated.size() * (round % 97) / 97);
            try {
                const Safetensors read = parseSafetensors(mutated, kAll, true);
                for (const auto& [name, tensor] : read.tensors) {
                    if (tensor.bytes.empty()) continue;
                    const auto* first = reinterpret_cast<const char*>(tensor.bytes.data());
                    QVERIFY(first >= mutated.data() &&
                            first + tensor.bytes.size() <= mutated.data() + mutated.size());
                }
            } catch (const SafetensorsError&) {
            }
        }
    }
};

BALLAST_TEST(TestSafetensors)
#include "tst_safetensors.moc"
