#include "core/interchange/event_reader.h"

#include <QTemporaryDir>
#include <QtTest>
#include <bit>
#include <fstream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/interchange/event_file.h"
#include "core/interchange/proto_writer.h"
#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

std::string framed(const std::string& event) {
    const std::string length = littleEndianBytes(event.size(), 8);
    return length + littleEndianBytes(maskedCrc32c(length), 4) + event +
           littleEndianBytes(maskedCrc32c(event), 4);
}

/// What TensorFlow 2 writes: a tensor of type `type` whose content is `content`.
std::string tensorEvent(const char* tag, int step, int type, const std::string& content) {
    ProtoWriter tensor;
    tensor.integer(1, type).bytes(4, content);
    ProtoWriter value;
    value.bytes(1, tag).message(8, tensor);
    ProtoWriter summary;
    summary.message(1, value);
    ProtoWriter event;
    event.real(1, 1.7e9).integer(2, step).message(5, summary);
    return framed(event.text());
}

}  // namespace

class TestEventReader : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;

    fs::path file(const char* name, const std::string& content) const {
        const fs::path path = fs::path(folder_.path().toStdString()) / name;
        makeFolders(path.parent_path());
        replaceFile(path, content);
        return path;
    }

private Q_SLOTS:
    void whatTheWriterWrote() {
        EventFile events(1.7e9);
        for (const int step : {1, 2, 3}) events.scalar("test/acc", step, 0.25 * step);
        events.scalar("lr", 1 << 20, 0.1);
        events.sessionStart({{"lr", 0.1}});
        events.sessionEnd(true);
        const LoggedScalars read =
            readEventFiles(file("vs/events.out.tfevents.1.a", events.bytes()));
        QCOMPARE(read.name, std::string("vs"));
        QCOMPARE(read.series.size(), std::size_t{2});  // hyper-parameters are none
        QVERIFY((read.series.at("test/acc") ==
                 std::map<std::int64_t, double>{{1, 0.25}, {2, 0.5}, {3, 0.75}}));
        QCOMPARE(read.series.at("lr").at(1 << 20), double(0.1F));
        QVERIFY(read.notes.empty());
    }

    void tensorsOfOneNumber() {
        const std::string content =
            framed("") +
            tensorEvent("f", 7, 1, littleEndianBytes(std::bit_cast<std::uint32_t>(0.5F), 4)) +
            tensorEvent("d", 8, 2, littleEndianBytes(std::bit_cast<std::uint64_t>(0.1), 8)) +
            tensorEvent("image", 8, 7, "PNG");
        const LoggedScalars read = readEventFiles(file("tf/events.out.tfevents.1", content));
        QCOMPARE(read.series.size(), std::size_t{2});
        QCOMPARE(read.series.at("f").at(7), 0.5);
        QCOMPARE(read.series.at("d").at(8), 0.1);
    }

    void filesOfAResumedRun() {
        EventFile first(1.0);
        EventFile second(2.0);
        for (const int step : {0, 1, 2}) first.scalar("acc", step, 0.1);
        for (const int step : {2, 3}) second.scalar("acc", step, 0.2);
        file("resumed/events.out.tfevents.1", first.bytes());
        const fs::path last = file("resumed/events.out.tfevents.2", second.bytes());
        const LoggedScalars read = readEventFiles(last.parent_path());
        QCOMPARE(read.name, std::string("resumed"));
        QCOMPARE(read.series.at("acc").size(), std::size_t{4});
        QCOMPARE(read.series.at("acc").at(1), double(0.1F));
        QCOMPARE(read.series.at("acc").at(2), double(0.2F));
    }

    void aFileThatIsBeingWritten() {
        EventFile events(1.0);
        for (const int step : {0, 1, 2}) events.scalar("acc", step, 0.5);
        const std::string& all = events.bytes();
        for (const std::size_t missing : {std::size_t{1}, std::size_t{10}, std::size_t{30}}) {
            const fs::path torn =
                file("torn/events.out.tfevents.1", all.substr(0, all.size() - missing));
            const LoggedScalars read = readEventFiles(torn);
            QCOMPARE(read.series.at("acc").size(), std::size_t{2});
            QVERIFY(read.notes.at(0).find("ends within an event") != std::string::npos);
        }
    }

    void damageIsNamed() {
        EventFile events(1.0);
        events.scalar("acc", 0, 0.5);
        std::string bytes = events.bytes();
        bytes[bytes.size() - 8] ^= 1;
        const fs::path damaged = file("damaged/events.out.tfevents.1", bytes);
        QVERIFY(errorOf([&] { readEventFiles(damaged); }).contains("checksum"));
        const fs::path text = file("damaged/events.out.tfevents.2", "epoch,accuracy\n1,2\n");
        QVERIFY(errorOf([&] { readEventFiles(text); }).contains("no event file"));
    }

    /// Whatever is changed, it is read or refused by name.
    void mutatedFiles() {
        EventFile events(1.0);
        for (const int step : {0, 1}) events.scalar("test/accuracy", step, 0.5);
        const std::string whole = events.bytes() + tensorEvent("d", 8, 2, std::string(8, '?'));
        const fs::path mutated = file("mutated/events.out.tfevents.1", whole);
        std::uint32_t random = 1;
        for (int i = 0; i < 2000; ++i) {
            std::string bytes = whole;
            for (int changes = 0; changes < 2; ++changes) {
                random = random * 1664525U + 1013904223U;
                bytes[random % bytes.size()] = static_cast<char>(random >> 24);
            }
            try {
                std::ofstream(mutated, std::ios::binary) << bytes;  // without waiting for the disk
                readEventFiles(mutated);
            } catch (const DataError& error) {
                QVERIFY(std::string(error.what()).find("tfevents") != std::string::npos);
            }
        }
    }
};

BALLAST_TEST(TestEventReader)
#include "tst_event_reader.moc"
