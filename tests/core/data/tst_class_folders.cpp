#include "core/data/class_folders.h"

#include <QtTest>

#include "core/base/error.h"
#include "tests/core/base/error_of.h"
#include "tests/core/data/class_layout.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

/// A data set in PyTorch's layout; with JPEG and PNG files as people have them.
class ClassLayout {
public:
    fs::path root() const { return folder_.path().toStdString() + "/pets"; }
    fs::path above() const { return folder_.path().toStdString(); }
    void add(const std::string& name) const { writeBytes(root() / name, "x"); }

private:
    QTemporaryDir folder_;
};

}  // namespace

class TestClassFolders : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // Order of bytes: capitals first, what is not ASCII last; not the locale's.
    void classesAndImages() {
        const ClassLayout pets;
        for (const char* name :
             {"train/éléphant/1.jpg", "train/cat/b.JPG", "train/cat/a b.jpeg", "train/cat/Z.PNG",
              "train/cat/deep/er/c.JPEG", "train/Dog/1.png", "train/cat/notes.txt",
              "train/cat/.hidden.jpg", "train/cat/.cache/x.jpg", "train/.git/x.jpg", "train/README",
              "test/cat/1.jpg", "test/Dog/1.jpg", "test/éléphant/1.jpg"}) {
            pets.add(name);
        }
        const auto classes = classFolders(pets.root() / "train");
        QCOMPARE(classes, (std::vector<std::string>{"Dog", "cat", "éléphant"}));
        const ImageList list = readClassFolders(pets.root(), "train", classes, true);
        QCOMPARE(list.paths,
                 (std::vector<std::string>{"train/Dog/1.png", "train/cat/Z.PNG",
                                           "train/cat/a b.jpeg", "train/cat/b.JPG",
                                           "train/cat/deep/er/c.JPEG", "train/éléphant/1.jpg"}));
        QCOMPARE(list.labels, (std::vector<std::int32_t>{0, 1, 1, 1, 1, 2}));
        QCOMPARE(list.class_counts, (std::vector<std::int64_t>{1, 4, 1}));
        checkImageFiles(list);
    }

    void linkedFoldersAreClasses() {
        const ClassLayout pets;
        pets.add("elsewhere/1.jpg");
        fs::create_directories(pets.root() / "train");
        fs::create_directory_symlink(pets.root() / "elsewhere", pets.root() / "train/cat");
        fs::create_directory_symlink("..", pets.root() / "elsewhere/back");  // not followed
        const auto classes = classFolders(pets.root() / "train");
        QCOMPARE(readClassFolders(pets.root(), "train", classes, true).paths,
                 (std::vector<std::string>{"train/cat/1.jpg"}));
    }

    void errors_data() {
        QTest::addColumn<QStringList>("files");
        QTest::addColumn<QStringList>("words");
        const QStringList good = {"train/cat/1.jpg", "train/dog/1.jpg", "test/cat/1.jpg"};
        QTest::newRow("class that train lacks") << good + QStringList{"test/bird/1.jpg"}
                                                << QStringList{"test/bird", "\"bird\"", "train"};
        QTest::newRow("training class without images")
            << good + QStringList{"train/bird/x.txt"} << QStringList{"train/bird", "no image"};
        QTest::newRow("another format")
            << good + QStringList{"test/cat/2.WEBP"} << QStringList{"2.WEBP", ".jpg", ".png"};
        QTest::newRow("no classes")
            << QStringList{"train/1.jpg", "test/1.jpg"} << QStringList{"train", "no folders"};
        QTest::newRow("empty test split")
            << QStringList{"train/cat/1.jpg", "test/cat/x.txt"} << QStringList{"test", "no images"};
        QTest::newRow("line break in a class")
            << good + QStringList{"train/a\nb/1.jpg"} << QStringList{"\"a b\"", "control"};
    }
    void errors() {
        QFETCH(QStringList, files);
        QFETCH(QStringList, words);
        const ClassLayout pets;
        for (const QString& file : files) pets.add(file.toStdString());
        const QString error = errorOf([&] {
            const DataStore store;
            const DataConfig config = folderConfig(pets.root());
            store.list(config, Split::train);
            store.list(config, Split::test);
        });
        for (const QString& word : words) QVERIFY2(error.contains(word), qPrintable(error));
    }

    void namesMustBeShown() {
        const ClassLayout pets;
        pets.add("train/caf\xe9/1.jpg");
        const QString error = errorOf([&] { classFolders(pets.root() / "train"); });
        QVERIFY2(error.contains("\"café\"") && error.contains("UTF-8"), qPrintable(error));
    }

    // val alone is the test split; beside test it is the validation split.
    void splits() {
        const ClassLayout pets;
        const DataStore store;
        const DataConfig config = folderConfig(pets.root());
        pets.add("train/cat/1.jpg");
        pets.add("train/dog/1.jpg");
        QString error = errorOf([&] { store.classCounts(config); });
        QVERIFY2(error.contains("pets") && error.contains("folders train and test"),
                 qPrintable(error));
        pets.add("val/cat/2.jpg");
        QCOMPARE(store.list(config, Split::test).paths,
                 (std::vector<std::string>{"val/cat/2.jpg"}));
        QVERIFY(!store.hasValidationList(config));
        error = errorOf([&] { store.list(config, Split::validation); });
        QVERIFY2(error.contains("pets/val"), qPrintable(error));

        pets.add("test/dog/3.jpg");
        const ImageList test = store.list(config, Split::test);
        QCOMPARE(test.paths, (std::vector<std::string>{"test/dog/3.jpg"}));
        QCOMPARE(test.labels, (std::vector<std::int32_t>{1}));
        QVERIFY(store.hasValidationList(config));
        QCOMPARE(store.list(config, Split::validation).labels, (std::vector<std::int32_t>{0}));
        QCOMPARE(store.classNames(config), (std::vector<std::string>{"cat", "dog"}));
        QCOMPARE(store.classCounts(config), (std::vector<std::int64_t>{1, 1}));
        QCOMPARE(QString::fromStdString(lackingClasses(test, store.classNames(config)))
                     .section("test", -1),
                 QString(" has no image of 1 of 2 classes: 0 (cat); balanced accuracy is the mean "
                         "over the others"));

        // Lists say what they say, whatever lies beside them.
        pets.add("train.txt");
        error = errorOf([&] { store.classCounts(config); });
        QVERIFY2(error.contains("train.txt and test.txt"), qPrintable(error));
        writeBytes(pets.root() / "train.txt", "a.jpg 0\n");
        writeBytes(pets.root() / "test.txt", "b.jpg 0\n");
        QCOMPARE(store.classCounts(config), (std::vector<std::int64_t>{1}));
        QVERIFY(store.classNames(config).empty());
    }

    void otherDataSetsNeedLists() {
        const ClassLayout pets;
        pets.add("train/cat/1.jpg");
        pets.add("val/cat/1.jpg");
        DataConfig config = folderConfig(pets.root());
        config.dataset = "imagenet-lt";  // whose images lie in such folders too
        QVERIFY(!DataStore().find(config));
    }

    void checksumIsOfTheNames() {
        const ClassLayout pets;
        const DataStore store({pets.above()});
        for (const char* name : {"train/cat/1.jpg", "train/dog/1.jpg", "test/cat/1.jpg"}) {
            pets.add(name);
        }
        const DataConfig config = folderConfig(pets.root());
        const std::string before = store.contentSha256(config);
        writeBytes(pets.root() / "train/cat/1.jpg", "another");
        QCOMPARE(store.contentSha256(config), before);
        pets.add("val/dog/1.jpg");
        const std::string with_validation = store.contentSha256(config);
        QVERIFY(with_validation != before);
        QVERIFY(store.hasContent(config, before));  // of a run begun without
        QVERIFY(store.hasContent(config, with_validation));
        pets.add("train/cat/2.jpg");
        QVERIFY(!store.hasContent(config, before));
        QVERIFY(!store.hasContent(config, with_validation));
    }

    // Only where somebody says where to look: in a data folder that was given, or there.
    void movedFolder() {
        const ClassLayout pets;
        pets.add("train/cat/1.jpg");
        pets.add("test/cat/1.jpg");
        const DataConfig gone = folderConfig("/nowhere/pets");
        QVERIFY(!DataStore().find(gone));
        QCOMPARE(DataStore({pets.above()}).find(gone).value(), pets.root());
        QCOMPARE(DataStore({pets.root()}).find(gone).value(), pets.root());
        QVERIFY(!DataStore({pets.root()}).find(folderConfig("other")));
    }
};

BALLAST_TEST(TestClassFolders)
#include "tst_class_folders.moc"
