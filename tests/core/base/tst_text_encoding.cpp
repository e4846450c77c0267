#include "core/base/text_encoding.h"

#include <QtTest>

#include "tests/support/test_program.h"

using namespace ballast;

class TestTextEncoding : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void firstByteThatIsNotUtf8_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("at");
        QTest::newRow("ASCII") << QByteArray("abc") << -1;
        QTest::newRow("two, three and four bytes") << QByteArray("ß€𝄞") << -1;
        QTest::newRow("Latin-1") << QByteArray("Gr\xf6\xdf") << 2;
        QTest::newRow("cut") << QByteArray("a\xe2\x82") << 1;
        QTest::newRow("continuation alone") << QByteArray("\x80") << 0;
        QTest::newRow("too long") << QByteArray("\xe0\x80\xaf") << 0;
        QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80") << 0;
        QTest::newRow("beyond Unicode") << QByteArray("\xf4\x90\x80\x80") << 0;
    }
    void firstByteThatIsNotUtf8() {
        QFETCH(const QByteArray, text);
        QFETCH(const int, at);
        const auto found = invalidUtf8At(text.toStdString());
        QCOMPARE(found ? static_cast<int>(*found) : -1, at);
    }

    void latin1() {
        QCOMPARE(fromLatin1("Gr\xf6\xdf"
                            "e"),
                 std::string("Größe"));
    }

    void onlyWhatIsNotUtf8IsLatin1() {
        QCOMPARE(asUtf8("ν …"), std::string("ν …"));
        QCOMPARE(asUtf8("ν\xf6\xe2\x80 …\xff"), std::string("νöâ\xc2\x80 …ÿ"));
    }

    void beginningsEndBetweenCharacters() {
        QCOMPARE(beginningOf("aν€𝄞", 20), std::string_view("aν€𝄞"));
        QCOMPARE(beginningOf("aν€𝄞", 9), std::string_view("aν€"));
        QCOMPARE(beginningOf("aν€𝄞", 6), std::string_view("aν€"));
        QCOMPARE(beginningOf("aν€𝄞", 2), std::string_view("a"));
        QCOMPARE(beginningOf("\x80\x80", 1), std::string_view());
    }

    void namesAreOneLine() {
        QCOMPARE(cleanedName("VS"), std::string("VS"));
        QCOMPARE(cleanedName("\ta\r\n\tb\x1b[0m\n"), std::string("a b [0m"));
        QCOMPARE(cleanedName("a\xe2\x80\xa8"
                             "b\xc2\x85"
                             "c ß"),
                 std::string("a b c ß"));
        QCOMPARE(cleanedName("a\xf6\n"), std::string("aö"));
    }
};

BALLAST_TEST(TestTextEncoding)
#include "tst_text_encoding.moc"
