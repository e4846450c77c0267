#include <QtTest>

#include "core/base/checksum.h"
#include "core/data/image_lists.h"
#include "tests/core/base/error_of.h"
#include "tests/core/data/jpeg_folder.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

class TestImageLists : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path root() const { return folder_.path().toStdString(); }

    fs::path listOf(const QByteArray& text) const {
        writeBytes(root() / "list.txt", text);
        return root() / "list.txt";
    }

private Q_SLOTS:
    void linesInAnyOrder() {
        const ImageList list = readImageList(
            listOf("b/with space.jpg 2\r\n\na.jpg 0\nc/../d.jpg 1\n./e.jpg 2"), root(), 3);
        QCOMPARE(list.paths.size(), std::size_t{4});
        QCOMPARE(list.path(0), root() / "b/with space.jpg");
        QCOMPARE(list.labels, (std::vector<std::int32_t>{2, 0, 1, 2}));
        QCOMPARE(list.class_counts, (std::vector<std::int64_t>{1, 1, 2}));
        QCOMPARE(readImageList(list.file, root(), 0).class_counts, list.class_counts);
    }

    /// tests/data/list-with-*.txt: what editors and scripts make of lists.
    void listsThatPeopleHave_data() {
        QTest::addColumn<QString>("second");
        QTest::newRow("bom") << "train/b.jpg";
        QTest::newRow("tabs") << "train/b.jpg";
        QTest::newRow("blanks") << "train/b c.jpg";
    }
    void listsThatPeopleHave() {
        QFETCH(QString, second);
        const std::string name = std::string("list-with-") + QTest::currentDataTag() + ".txt";
        const ImageList list =
            readImageList(std::filesystem::path(BALLAST_TEST_DATA) / name, root(), 2);
        QCOMPARE(list.paths, (std::vector<std::string>{"train/a.jpg", second.toStdString()}));
        QCOMPARE(list.labels, (std::vector<std::int32_t>{0, 1}));
    }

    void labelsBeyondAByte() {
        QByteArray text;
        for (int y = 8141; y >= 0; --y) {
            text += "i" + QByteArray::number(y) + ".jpg " + QByteArray::number(y) + "\n";
        }
        const ImageList list = readImageList(listOf(text), root(), 8142);
        QCOMPARE(list.labels.front(), 8141);
        QCOMPARE(list.class_counts, std::vector<std::int64_t>(8142, 1));
    }

    void errors_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("classes");
        QTest::addColumn<QStringList>("words");
        const auto row = [](const char* name, const QByteArray& text, int classes,
                            const QStringList& words) {
            QTest::newRow(name) << text << classes << words;
        };
        row("no number", "a.jpg 0\nb.jpg cat\n", 2, {"line 2", "\"cat\"", "0 … 1"});
        row("a fraction", "a.jpg 0.5\n", 2, {"line 1", "\"0.5\"", "0 … 1"});
        row("negative", "a.jpg -1\n", 2, {"line 1", "-1", "0 … 1"});
        row("too large", "a.jpg 0\nb.jpg 1\nc.jpg 2\n", 2, {"line 3", "label 2", "has 2", "0 … 1"});
        row("beyond all numbers", "a.jpg 99999999999999999999\n", 2, {"line 1", "9999", "0 … 1"});
        row("beyond any data set", "a.jpg 100000\n", 0, {"line 1", "100000", "0 … 99999"});
        row("no label", "a.jpg\n", 2, {"line 1", "\"a.jpg\"", "relative/path label"});
        row("no path", " 1\n", 2, {"line 1", "relative/path label"});
        row("absolute", "/etc/a.jpg 0\n", 1, {"line 1", "/etc/a.jpg", "leads out", "below it"});
        row("leads out", "x/../../a.jpg 0\n", 1, {"line 1", "x/../../a.jpg", "leads out"});
        row("twice", "a.jpg 0\nb.jpg 1\nb.jpg 0\n", 2, {"line 3", "b.jpg", "line 2"});
        row("twice, otherwise written", "a.jpg 0\n./a.jpg 0\n", 1, {"line 2", "./a.jpg", "line 1"});
        row("gap", "a.jpg 0\nb.jpg 2\n", 0, {"empty class", "class 1", "0 … 2"});
        row("last class missing", "a.jpg 0\n", 2, {"empty class", "class 1"});
        row("empty", "\n\n", 2, {"empty", "relative/path label"});
        row("two problems", "a.jpg x\nb.jpg -1\n", 2, {"2 problems", "line 1", "line 2"});
    }
    void errors() {
        QFETCH(QByteArray, text);
        QFETCH(int, classes);
        QFETCH(QStringList, words);
        const fs::path file = listOf(text);
        const QString error = errorOf([&] { readImageList(file, root(), classes); });
        QVERIFY2(error.contains(QString::fromStdString(file.string())), qPrintable(error));
        for (const QString& word : words) QVERIFY2(error.contains(word), qPrintable(error));
    }

    void onlyTheFirstTwentyAreSpelt() {
        QByteArray text;
        for (int i = 0; i < 50; ++i) text += "a" + QByteArray::number(i) + " x\n";
        const QString error = errorOf([&] { readImageList(listOf(text), root(), 1); });
        QVERIFY(error.contains("50 problems, the first 20 are"));
        QVERIFY(error.contains("line 20:"));
        QVERIFY(!error.contains("line 21:"));
    }

    void missingFilesAreCounted() {
        writeBytes(root() / "there.jpg", "x");
        fs::create_directories(root() / "folder.jpg");
        const ImageList list =
            readImageList(listOf("there.jpg 0\ngone.jpg 0\nfolder.jpg 0\n"), root(), 1);
        const QString error = errorOf([&] { checkImageFiles(list); });
        QVERIFY2(error.contains("2 problems") && error.contains("gone.jpg is not there") &&
                     error.contains("folder.jpg is not there") && !error.contains("/there.jpg"),
                 qPrintable(error));
    }

    void noList() {
        const QString error = errorOf([&] { readImageList(root() / "none.txt", root(), 1); });
        QVERIFY2(error.contains("none.txt"), qPrintable(error));
    }

    // DataStore: by name among its folders, by a relative folder, by an absolute one.
    void storeFindsFolders() {
        const fs::path data = root() / "data";
        writeBytes(data / "image-folder/train.txt", "a.jpg 1\nb.jpg 0\nc.jpg 1\n");
        writeBytes(data / "image-folder/test.txt", "d.jpg 0\ne.jpg 1\n");
        writeBytes(data / "mine/train.txt", "a.jpg 0\n");
        writeBytes(data / "mine/test.txt", "a.jpg 0\n");
        const DataStore store({data});
        DataConfig config;
        config.dataset = "image-folder";
        config.imbalance.profile = Profile::none;
        QCOMPARE(store.find(config).value(), data / "image-folder");
        QCOMPARE(store.classCounts(config), (std::vector<std::int64_t>{1, 2}));
        QCOMPARE(store.split(config, std::vector<std::int64_t>{1, 2}).train,
                 (std::vector<std::int64_t>{0, 1, 2}));
        QCOMPARE(store.list(config, Split::test).labels, (std::vector<std::int32_t>{0, 1}));
        const std::string sum = store.contentSha256(config);
        for (const fs::path& folder : {fs::path("mine"), data / "mine"}) {
            config.folder = folder.string();
            QCOMPARE(store.find(config).value(), data / "mine");
            QCOMPARE(store.classCounts(config), (std::vector<std::int64_t>{1}));
            QVERIFY(store.contentSha256(config) != sum);
        }
        config.folder = "nowhere";
        QString error = errorOf([&] { store.classCounts(config); });
        QVERIFY2(error.contains("/data/folder") && error.contains("\"nowhere\"") &&
                     error.contains("train.txt"),
                 qPrintable(error));
        // A validation list counts where it is; a run begun without it has the same lists.
        config.folder = "mine";
        writeBytes(data / "mine/train.txt", "a.jpg 0\nb.jpg 1\n");
        writeBytes(data / "mine/test.txt", "a.jpg 1\n");
        const std::string two_lists = store.contentSha256(config);
        QVERIFY(!store.hasValidationList(config));
        QString missing = errorOf([&] { store.list(config, Split::validation); });
        QVERIFY2(missing.contains("mine/val.txt is not there"), qPrintable(missing));
        writeBytes(data / "mine/val.txt", "c.jpg 1\nd.jpg 0\n");
        QVERIFY(store.hasValidationList(config));
        QCOMPARE(store.list(config, Split::validation).labels, (std::vector<std::int32_t>{1, 0}));
        QVERIFY(store.contentSha256(config) != two_lists);
        QVERIFY(store.hasContent(config, two_lists));
        // The sum of runs there are: of both lists' sums and names.
        const auto line = [&](const char* name) {
            return sha256OfFile(data / "mine" / name) + "  " + name + "\n";
        };
        const std::string sums = line("train.txt") + line("test.txt");
        QCOMPARE(two_lists, sha256Hex(std::as_bytes(std::span(sums))));

        // A test list may lack classes, but not have others than the training list.
        QCOMPARE(store.list(config, Split::test).class_counts, (std::vector<std::int64_t>{0, 1}));
        QCOMPARE(lackingClasses(store.list(config, Split::validation), {}), std::string());
        writeBytes(data / "mine/train.txt", "a.jpg 0\n");
        // The test list has the classes of the training list.
        writeBytes(data / "mine/test.txt", "a.jpg 0\nb.jpg 1\n");
        config.folder = "mine";
        error = errorOf([&] { store.list(config, Split::test); });
        QVERIFY2(error.contains("line 2") && error.contains("0 … 0"), qPrintable(error));

        config = {};
        config.dataset = "fashion-mnist";
        QCOMPARE(store.classCounts(config).front(), std::int64_t{6000});
    }
};

BALLAST_TEST(TestImageLists)
#include "tst_image_lists.moc"
