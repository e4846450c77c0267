#include <sys/stat.h>

#include <QTemporaryDir>
#include <QtTest>
#include <bit>
#include <cstring>

#include "core/base/atomic_file.h"
#include "core/interchange/event_file.h"
#include "core/interchange/tensorboard.h"
#include "tests/core/results/made_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

// A reader that shares nothing with the writer.

std::uint64_t littleEndian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return value;
}

/// Bit by bit, masked as a TFRecord's are.
std::uint32_t maskedCrc(std::string_view bytes) {
    std::uint32_t crc = ~0U;
    for (const char byte : bytes) {
        for (int bit = 0; bit < 8; ++bit) {
            const bool one = ((static_cast<unsigned char>(byte) >> bit) ^ crc) & 1U;
            crc = crc >> 1 ^ (one ? 0x82f63b78U : 0U);
        }
    }
    return std::rotr(~crc, 15) + 0xa282ead8U;
}

struct Field {
    int number;
    std::string bytes;  // of a message, or the value's
};

std::vector<Field> fieldsOf(std::string_view message) {
    std::vector<Field> fields;
    std::size_t at = 0;
    const auto varint = [&] {
        std::uint64_t value = 0;
        for (int shift = 0;; shift += 7) {
            const auto byte = static_cast<unsigned char>(message.at(at++));
            value |= std::uint64_t(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
    };
    while (at < message.size()) {
        const std::uint64_t key = varint();
        std::string bytes;
        switch (key & 7) {
            case 0: {
                const std::uint64_t value = varint();
                bytes.assign(reinterpret_cast<const char*>(&value), sizeof value);
                break;
            }
            case 1:
                bytes = message.substr(at, 8);
                at += 8;
                break;
            case 2: {
                const std::uint64_t size = varint();
                bytes = message.substr(at, size);
                at += size;
                break;
            }
            case 5:
                bytes = message.substr(at, 4);
                at += 4;
                break;
            default:
                throw std::runtime_error("no wire type");
        }
        fields.push_back({static_cast<int>(key >> 3), bytes});
    }
    if (at != message.size()) throw std::runtime_error("a torn message");
    return fields;
}

std::string member(std::string_view message, int number) {
    for (const Field& field : fieldsOf(message)) {
        if (field.number == number) return field.bytes;
    }
    return {};
}

template<class T>
T as(const std::string& bytes) {
    T value{};
    if (bytes.size() != sizeof value) throw std::runtime_error("another size");
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

/// The messages of a file whose frames are whole.
std::vector<std::string> recordsOf(std::string_view file) {
    std::vector<std::string> records;
    while (!file.empty()) {
        const std::string_view length = file.substr(0, 8);
        const std::uint64_t size = littleEndian(length);
        if (littleEndian(file.substr(8, 4)) != maskedCrc(length)) throw std::runtime_error("crc");
        const std::string_view data = file.substr(12, size);
        if (littleEndian(file.substr(12 + size, 4)) != maskedCrc(data)) {
            throw std::runtime_error("crc of the data");
        }
        records.emplace_back(data);
        file.remove_prefix(16 + size);
    }
    return records;
}

/// tag → step → value
using Scalars = std::map<std::string, std::map<std::uint64_t, float>>;

Scalars scalarsIn(const std::vector<std::string>& records) {
    Scalars scalars;
    for (const std::string& event : records) {
        const std::string value = member(member(event, 5), 1);
        const std::string number = member(value, 2);
        if (number.empty()) continue;
        scalars[member(value, 1)][as<std::uint64_t>(member(event, 2))] = as<float>(number);
    }
    return scalars;
}

}  // namespace

class TestTensorboard : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;

private Q_SLOTS:
    // RFC 3720, B.4; and the usual check.
    void knownChecksums() {
        QCOMPARE(crc32c("123456789"), 0xe3069283U);
        QCOMPARE(crc32c(std::string(32, '\0')), 0x8a9136aaU);
        QCOMPARE(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
        QCOMPARE(crc32c(""), 0U);
    }

    void anIndependentReaderFindsEveryNumber() {
        RunConfig config = namedConfig("CE", 3);
        const auto folder = madeRun(folder_.path().toStdString(), config, {0.5, 0.625});
        const RunSummary run = readableRun(folder);
        const std::vector<std::string> records = recordsOf(tensorboardEvents(run));
        QCOMPARE(member(records.at(0), 3), std::string("brain.Event:2"));
        const double time = as<double>(member(records[0], 1));
        QVERIFY2(std::abs(time - double(QDateTime::currentSecsSinceEpoch())) < 3600.0,
                 "the time of the run's making");
        for (const std::string& event : records) QCOMPARE(as<double>(member(event, 1)), time);

        Scalars scalars = scalarsIn(records);
        QCOMPARE(scalars["test/balanced_accuracy"],
                 (std::map<std::uint64_t, float>{{1, 0.5F}, {2, 0.625F}}));
        QCOMPARE(scalars["training/loss"], (std::map<std::uint64_t, float>{{1, 2.0F}, {2, 1.0F}}));
        QCOMPARE(scalars["training/majority_accuracy"][2], 0.9F);
        QCOMPARE(scalars["training/minority_min_logit"][1], -2.0F);
        QCOMPARE(scalars["schedule/learning_rate"][1], 0.1F);
        QCOMPARE(scalars["test_accuracy_of_class/0 airplane"][1], 0.5F);
        // What was not measured is not there.
        QVERIFY(!scalars.contains("test/medium"));
        QVERIFY(!scalars.contains("validation/balanced_accuracy"));
        QVERIFY(!scalars.contains("training_exact/majority_accuracy"));
    }

    void theConfigIsHyperParameters() {
        const auto folder =
            madeRun(folder_.path().toStdString(), namedConfig("VS", 7), {0.5}, RunState::failed);
        const std::vector<std::string> records = recordsOf(tensorboardEvents(readableRun(folder)));
        std::map<std::string, std::string> content;  // by tag: HParamsPluginData
        for (const std::string& event : records) {
            const std::string value = member(member(event, 5), 1);
            const std::string plugin = member(member(value, 9), 1);
            if (member(plugin, 1) == "hparams") content[member(value, 1)] = member(plugin, 2);
        }
        QCOMPARE(content.size(), std::size_t{2});
        std::map<std::string, std::string> parameters;  // name → google.protobuf.Value
        for (const Field& field : fieldsOf(member(content["_hparams_/session_start_info"], 3))) {
            if (field.number == 1) parameters[member(field.bytes, 1)] = member(field.bytes, 2);
        }
        QCOMPARE(member(parameters["name"], 3), std::string("VS"));
        QCOMPARE(as<double>(member(parameters["training/seed"], 2)), 7.0);
        QCOMPARE(as<double>(member(parameters["optimizer/lr"], 2)), RunConfig().optimizer.lr);
        const std::string end = member(content["_hparams_/session_end_info"], 4);
        QCOMPARE(as<std::uint64_t>(member(end, 1)), 2U);  // STATUS_FAILURE
    }

    /// TensorBoard keeps a file open: what is there stays, and the rest is added.
    void aFileGrowsWithItsRun() {
        const auto base = folder_.path().toStdString();
        const auto folder = madeRun(base, namedConfig("CE"), {0.5, 0.6, 0.7}, RunState::finished);
        const RunSummary whole = readableRun(folder);
        RunSummary young = whole;
        young.records.resize(1);
        young.status.state = RunState::running;
        const std::filesystem::path out = base + "/live";
        updateTensorboardFile(out, young);
        const auto file = tensorboardFile(out, whole);
        QCOMPARE(readFile(file), tensorboardEvents(young));
        struct stat before = {};
        QCOMPARE(stat(file.c_str(), &before), 0);
        updateTensorboardFile(out, whole);
        QCOMPARE(readFile(file), tensorboardEvents(whole));
        struct stat after = {};
        QCOMPARE(stat(file.c_str(), &after), 0);
        QCOMPARE(after.st_ino, before.st_ino);
        RunSummary changed = whole;
        changed.records[0].loss += 1.0;
        updateTensorboardFile(out, changed);
        QCOMPARE(readFile(file), tensorboardEvents(changed));
    }

    void theSameRunGivesTheSameFile() {
        const auto folder = madeRun(folder_.path().toStdString(), namedConfig("LA"), {0.5});
        const RunSummary run = readableRun(folder);
        QCOMPARE(tensorboardEvents(run), tensorboardEvents(readableRun(folder)));
        const auto file = tensorboardFile("/out", run);
        QCOMPARE(file.parent_path(), std::filesystem::path("/out") / run.id);
        QVERIFY(file.filename().string().starts_with("events.out.tfevents.1") ||
                file.filename().string().starts_with("events.out.tfevents.2"));
    }
};

BALLAST_TEST(TestTensorboard)
#include "tst_tensorboard.moc"
