#include "core/learning/checkpoint.h"

#include <torch/torch.h>

#include <QtTest>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

torch::Tensor numbered(torch::IntArrayRef shape, double first) {
    return (torch::arange(c10::multiply_integers(shape), torch::kFloat32) * 0.37F + first)
        .view(shape);
}

/// All that a trainer's state has: convolutions in channels_last, vectors, a scalar int64.
Checkpoint sample() {
    Checkpoint checkpoint;
    checkpoint.tensors = {
        {"conv1.weight", numbered({3, 2, 3, 3}, -4).contiguous(torch::MemoryFormat::ChannelsLast)},
        {"bn1.bias", numbered({5}, 1)},
        {"bn1.num_batches_tracked", torch::tensor((std::int64_t{1} << 40) + 7)},
        {"linear.weight", numbered({2, 3}, 0).t()},  // not contiguous at all
        {"empty", torch::zeros({0, 4})},
        {"special", torch::tensor({INFINITY, -INFINITY, -0.0F, 1e-42F, NAN})}};
    checkpoint.metadata = {{"epochs_done", "12"}, {"note", "Größe \"x\""}};
    return checkpoint;
}

/// Equal shape, type and bits (NaN and −0 too).
bool sameBits(const torch::Tensor& a, const torch::Tensor& b) {
    if (a.sizes() != b.sizes() || a.scalar_type() != b.scalar_type()) return false;
    const torch::Tensor x = a.detach().contiguous();
    const torch::Tensor y = b.detach().contiguous();
    return std::memcmp(x.data_ptr(), y.data_ptr(), x.nbytes()) == 0;
}

bool sameTensors(const Checkpoint& a, const Checkpoint& b) {
    return std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(),
                      [](const auto& x, const auto& y) {
                          return x.first == y.first && sameBits(x.second, y.second);
                      });
}

std::uint64_t headerLength(const std::string& content) {
    std::uint64_t length = 0;
    for (std::size_t i = 8; i-- > 0;) {
        length = length << 8 | static_cast<unsigned char>(content[i]);
    }
    return length;
}

nlohmann::json headerOf(const std::string& content) {
    return nlohmann::json::parse(content.substr(8, headerLength(content)));
}

}  // namespace

class TestCheckpoint : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path file_;
    std::string content_;

    /// What loading `content` says, or "" where it loads.
    std::string problemOf(const std::string& content) const {
        const fs::path file = fs::path(folder_.path().toStdString()) / "other.safetensors";
        std::ofstream(file, std::ios::binary) << content;
        try {
            loadCheckpoint(file);
            return "";
        } catch (const CheckpointError& error) {
            const std::string text = error.what();
            return text.find(file.string()) == std::string::npos ? "" : text;
        }
    }

    /// `content` with `change` made to its header; offsets into the data stay.
    template<class Change>
    static std::string withHeader(const std::string& content, Change change) {
        nlohmann::json header = headerOf(content);
        change(header);
        std::string text = header.dump();
        text.append((8 - text.size() % 8) % 8, ' ');
        std::string length(8, '\0');
        for (std::size_t i = 0; i < 8; ++i) {
            length[i] = static_cast<char>(text.size() >> (8 * i) & 0xff);
        }
        return length + text + content.substr(8 + headerLength(content));
    }

private Q_SLOTS:
    void initTestCase() {
        file_ = fs::path(folder_.path().toStdString()) / "epoch-000012.safetensors";
        saveCheckpoint(file_, sample());
        content_ = readFile(file_);
    }

    void roundTrip() {
        const Checkpoint loaded = loadCheckpoint(file_);
        QVERIFY(sameTensors(loaded, sample()));
        for (const auto& [key, value] : sample().metadata) {
            QCOMPARE(loaded.metadata.at(key), value);
        }
        // The same tensors in other layouts, over the old file.
        saveCheckpoint(file_, {loaded.tensors, sample().metadata});
        QCOMPARE(readFile(file_), content_);
        QCOMPARE(QDir(folder_.path()).entryList(QDir::Files | QDir::Hidden).size(), 1);
    }

    // github.com/huggingface/safetensors: 8 bytes little-endian length, JSON that begins with {,
    // maybe padded with spaces; offsets are relative to its end, without holes or overlaps.
    void isSafetensors() {
        const std::uint64_t length = headerLength(content_);
        QCOMPARE(content_[8], '{');
        QCOMPARE((8 + length) % 8, std::uint64_t{0});
        const nlohmann::json header = headerOf(content_);
        for (const auto& [key, value] : header.at("__metadata__").items()) {
            QVERIFY2(value.is_string(), key.c_str());
        }
        std::map<std::size_t, std::size_t> pieces;
        for (const auto& [name, entry] : header.items()) {
            if (name == "__metadata__") continue;
            const auto offsets = entry.at("data_offsets").get<std::array<std::size_t, 2>>();
            std::size_t bytes = entry.at("dtype") == "I64" ? 8 : 4;
            for (const auto& size : entry.at("shape")) bytes *= size.get<std::size_t>();
            QCOMPARE(offsets[1] - offsets[0], bytes);
            if (bytes > 0) QVERIFY(pieces.emplace(offsets[0], offsets[1]).second);
        }
        std::size_t at = 0;
        for (const auto& [start, end] : pieces) {
            QCOMPARE(start, at);
            at = end;
        }
        QCOMPARE(at, content_.size() - 8 - length);
        QCOMPARE(header.at("bn1.bias").at("dtype"), "F32");
        QCOMPARE(header.at("bn1.num_batches_tracked").at("shape"), nlohmann::json::array());

        // The second element of bn1.bias is 1 + 0.37, where the header says it lies.
        float value = 0.0F;
        const auto start = header.at("bn1.bias").at("data_offsets").at(0).get<std::size_t>();
        std::memcpy(&value, content_.data() + 8 + length + start + sizeof value, sizeof value);
        QCOMPARE(value, 1.37F);
    }

    void truncatedAnywhere() {
        for (std::size_t length = 0; length < content_.size(); ++length) {
            QVERIFY2(!problemOf(content_.substr(0, length)).empty(),
                     std::to_string(length).c_str());
        }
        QVERIFY(!problemOf(content_ + "x").empty());
    }

    // One bit of each byte in turn: length, header and tensors. Of the spaces after the header
    // nothing is read, so a damaged one may pass.
    void flippedAnywhere() {
        const std::size_t data_start = 8 + headerLength(content_);
        const std::size_t header_end = content_.find_last_of('}', data_start) + 1;
        for (std::size_t at = 0; at < content_.size(); ++at) {
            if (at >= header_end && at < data_start) continue;
            std::string damaged = content_;
            damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
            QVERIFY2(!problemOf(damaged).empty(), std::to_string(at).c_str());
        }
    }

    void missingFileIsNamed() {
        try {
            loadCheckpoint("/nowhere/epoch-000001.safetensors");
            QFAIL("nothing was said");
        } catch (const CheckpointError& error) {
            QVERIFY(std::string(error.what()).find("/nowhere/epoch-000001.safetensors") !=
                    std::string::npos);
        }
    }

    void newerFormatIsRefused() {
        const std::string newer = withHeader(content_, [](nlohmann::json& header) {
            header["__metadata__"]["ballast_format"] = "2";
        });
        const std::string text = problemOf(newer);
        QVERIFY2(text.find("newer") != std::string::npos, text.c_str());
    }

    void otherFilesAreRefused_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("text") << QByteArray("{\"not\": \"safetensors\"}");
        QTest::newRow("zeros") << QByteArray(64, '\0');
        QTest::newRow("huge length") << QByteArray(64, '\xff');
        QTest::newRow("someone else's safetensors") << QByteArray("\x02\0\0\0\0\0\0\0{}", 10);
    }
    void otherFilesAreRefused() {
        QFETCH(const QByteArray, content);
        QVERIFY(!problemOf(content.toStdString()).empty());
    }

    void restoreKeepsLayoutAndIdentity() {
        const Checkpoint checkpoint = loadCheckpoint(file_);
        torch::Tensor weight = torch::zeros({3, 2, 3, 3})
                                   .contiguous(torch::MemoryFormat::ChannelsLast)
                                   .set_requires_grad(true);
        const void* memory = weight.data_ptr();
        std::map<std::string, torch::Tensor> targets = {{"conv1.weight", weight}};
        restoreTensors(checkpoint.tensors, targets);
        QVERIFY(sameBits(weight, sample().tensors.at("conv1.weight")));
        QVERIFY(weight.is_contiguous(torch::MemoryFormat::ChannelsLast));
        QCOMPARE(static_cast<const void*>(weight.data_ptr()), memory);
        QVERIFY(weight.requires_grad());
    }

    void restoreIsAllOrNothing_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("said");
        QTest::newRow("missing") << "layer9.weight"
                                 << "no tensor layer9.weight";
        QTest::newRow("other shape") << "linear.weight"
                                     << "linear.weight has shape [3, 2]";
    }
    void restoreIsAllOrNothing() {
        QFETCH(const QString, name);
        QFETCH(const QString, said);
        std::map<std::string, torch::Tensor> targets = {{"bn1.bias", torch::zeros({5})},
                                                        {name.toStdString(), torch::zeros({2, 3})}};
        try {
            restoreTensors(loadCheckpoint(file_).tensors, targets);
            QFAIL("nothing was said");
        } catch (const CheckpointError& error) {
            QVERIFY2(std::string(error.what()).find(said.toStdString()) != std::string::npos,
                     error.what());
        }
        QVERIFY(targets.at("bn1.bias").eq(0).all().item<bool>());
    }

    void unwritablePlaceIsSaid() {
        QVERIFY_THROWS_EXCEPTION(StorageError, saveCheckpoint("/nowhere/a.safetensors", sample()));
    }
};

BALLAST_TEST(TestCheckpoint)
#include "tst_checkpoint.moc"
