#include <QtTest>
#include <string>

#include "core/base/checksum.h"
#include "core/base/error.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

std::span<const std::byte> bytesOf(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

class TestChecksum : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // The examples NIST publishes with FIPS 180-4.
    void knownVectors_data() {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QByteArray>("digest");
        QTest::newRow("empty") << QByteArray()
                               << QByteArray(
                                      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495"
                                      "991b7852b855");
        QTest::newRow("one block")
            << QByteArray("abc")
            << QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        QTest::newRow("two blocks")
            << QByteArray("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
            << QByteArray("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        QTest::newRow("long block")
            << QByteArray(
                   "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                   "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu")
            << QByteArray("cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
        QTest::newRow("a million a")
            << QByteArray(1000000, 'a')
            << QByteArray("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }

    void knownVectors() {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, digest);
        QCOMPARE(sha256Hex(bytesOf(message.toStdString())), digest.toStdString());
    }

    void piecesGiveTheSameDigest() {
        std::string message;
        for (int i = 0; i < 1000; ++i) message += static_cast<char>(i * 7);
        const std::string whole = sha256Hex(bytesOf(message));
        for (std::size_t piece : {1U, 3U, 55U, 56U, 63U, 64U, 65U, 129U}) {
            Sha256 sha;
            for (std::size_t at = 0; at < message.size(); at += piece) {
                sha.update(bytesOf(std::string_view(message).substr(at, piece)));
            }
            QCOMPARE(sha.hexDigest(), whole);
            QCOMPARE(sha.hexDigest(), sha256Hex({}));  // starts over
        }
    }

    void file() {
        QTemporaryDir folder;
        QFile file(folder.filePath("abc"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("abc");
        file.close();
        QCOMPARE(sha256OfFile(file.fileName().toStdString()), sha256Hex(bytesOf("abc")));
        QVERIFY_THROWS_EXCEPTION(DataError, sha256OfFile(folder.filePath("none").toStdString()));
    }
};

BALLAST_TEST(TestChecksum)
#include "tst_checksum.moc"
