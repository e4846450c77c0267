#include <QtTest>
#include <filesystem>
#include <set>
#include <string>

#include "core/base/atomic_file.h"
#include "tests/fuzz/readers.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

/// The seeds of the fuzz targets, and what fuzzing has found, through the same readers.
class TestFuzzCorpus : public QObject {
    Q_OBJECT

    const fs::path corpus_ = BALLAST_TEST_DATA "/../fuzz/corpus";

private Q_SLOTS:
    void eachReaderHasSeeds() {
        std::set<std::string> folders;
        for (const auto& entry : fs::directory_iterator(corpus_)) {
            folders.insert(entry.path().filename().string());
        }
        std::set<std::string> readers;
        for (const FuzzReader& reader : fuzzReaders()) readers.insert(std::string(reader.name));
        QVERIFY(folders == readers);
    }

    void read_data() {
        QTest::addColumn<int>("index");
        for (int i = 0; i < std::ssize(fuzzReaders()); ++i) {
            const std::string name(fuzzReaders()[static_cast<std::size_t>(i)].name);
            QTest::newRow(name.c_str()) << i;
        }
    }

    void read() {
        QFETCH(int, index);
        const FuzzReader& reader = fuzzReaders()[static_cast<std::size_t>(index)];
        int accepted = 0;
        for (const auto& entry : fs::directory_iterator(corpus_ / reader.name)) {
            const std::string bytes = readFile(entry.path());
            try {
                readFuzzed(reader, bytes);
            } catch (const std::exception& error) {
                QFAIL((entry.path().string() + ": " + error.what()).c_str());
            }
            try {
                reader.read(bytes);
                ++accepted;
            } catch (const std::exception&) {
            }
        }
        QVERIFY2(accepted > 0, "no seed of it is what it reads");
    }
};

BALLAST_TEST(TestFuzzCorpus)
#include "tst_fuzz_corpus.moc"
