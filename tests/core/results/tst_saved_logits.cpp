#include "core/results/saved_logits.h"

#include <QtTest>
#include <cmath>
#include <fstream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/safetensors.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

SavedLogits savedSample() {
    SavedLogits saved;
    saved.epochs_done = 20;
    saved.dataset = "cifar10";
    saved.subset_sha256 = "4bf45bff8878d278";
    saved.class_counts = {100, 30, 5};
    saved.head.norms = {1.5F, 1.0F, 0.25F};
    saved.head.bias = {0.1F, 0.0F, -0.3F};
    saved.test = Logits{3, {1.0F, -2.5F, 0.25F, 0.5F, 3.0F, NAN}, {0, 2}};
    saved.train = Logits{3, {8.0F, 1.0F, 2.0F}, {0}};
    return saved;
}

RunDescription descriptionOf(const SavedLogits& saved) {
    RunDescription description;
    description.config.data.dataset = saved.dataset;
    description.subset_sha256 = saved.subset_sha256;
    description.class_counts = saved.class_counts;
    return description;
}

}  // namespace

class TestSavedLogits : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path run() const { return folder_.path().toStdString(); }
    fs::path file() const { return savedLogitsPath(run(), 20); }

    std::string problemOf(const std::string& content) const {
        const fs::path other = run() / "other.safetensors";
        std::ofstream(other, std::ios::binary) << content;  // not flushed to the disk, as ours are
        try {
            readSavedLogits(other);
            return "";
        } catch (const StorageError& error) {
            const std::string text = error.what();
            return text.find(other.string()) == std::string::npos ? "" : text;
        }
    }

    std::string refusalOf(const RunDescription& description, int epochs_done = 20) const {
        try {
            readSavedLogits(run(), description, epochs_done);
            return "";
        } catch (const StorageError& error) {
            return error.what();
        }
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        writeSavedLogits(file(), savedSample());
    }

    void roundTrip() {
        const SavedLogits read = readSavedLogits(run(), descriptionOf(savedSample()), 20);
        QVERIFY(std::isnan(read.test->values[5]));
        SavedLogits comparable = read;
        comparable.test->values[5] = 0.0F;
        SavedLogits expected = savedSample();
        expected.test->values[5] = 0.0F;
        QVERIFY(comparable == expected);  // all of them are float16
        QVERIFY(!read.validation);
        QCOMPARE(savedLogitEpochs(run()), std::vector<int>{20});
        QCOMPARE(savedLogitEpochs("/nowhere"), std::vector<int>{});
        QVERIFY(fs::file_size(file()) >=
                static_cast<std::uintmax_t>(savedLogitsBytes(2, 3) + savedLogitsBytes(1, 3)));
    }

    void cosineHeadsHaveNoNorms() {
        SavedLogits saved = savedSample();
        saved.head = {HeadKind::cosine, {}, {}, false};
        saved.test->values[5] = 1.0F;
        const fs::path other = run() / "cosine.safetensors";
        writeSavedLogits(other, saved);
        QVERIFY(readSavedLogits(other) == saved);
    }

    void headsOfAnotherKindHaveNone() {
        SavedLogits saved = savedSample();
        saved.head = {HeadKind::linear, {}, {}, true};
        saved.test->values[5] = 1.0F;
        const fs::path other = run() / "other.safetensors";
        writeSavedLogits(other, saved);
        QVERIFY(readSavedLogits(other) == saved);
    }

    void theEffectOfDeconfound() {
        SavedLogits saved = savedSample();
        saved.head = {HeadKind::linear, {}, {}, true, {0.1F, 0.2F, -0.3F, 0.4F, 0.5F, -0.6F}, 1.5};
        saved.test->values[5] = 1.0F;
        saved.test->effects = {0.25F, -0.125F, 1.0F, 0.0F};
        const fs::path other = run() / "effect.safetensors";
        writeSavedLogits(other, saved);
        const SavedLogits read = readSavedLogits(other);
        QVERIFY(read == saved);
        QVERIFY(read.train->effects.empty());
        const std::string content = readFile(other);
        const std::string_view types[] = {"F16", "F32", "I64"};
        Safetensors changed = parseSafetensors(content, types, false);
        changed.tensors["test.effects"].shape = {4, 1};  // of one part
        writeSafetensors(other, changed);
        QVERIFY(problemOf(readFile(other)).find("test.effects is F32 of shape [4, 1]") !=
                std::string::npos);
    }

    // Two logits that are the same in float16, and the later one is larger.
    void theTopStaysTheTop() {
        for (const float value : {1.0001F, -1.0001F, 1e-9F, 0.0F, 1000.1F, -3e-5F}) {
            const float larger = std::nextafter(value, HUGE_VALF);
            Logits logits{3, {value, larger, value, larger, value, value}, {0, 0}};
            roundToHalf(logits);
            QVERIFY(logits.values[1] > logits.values[0] && logits.values[1] > logits.values[2]);
            QVERIFY(logits.values[3] >= logits.values[4]);  // the first of equals wins
            QVERIFY(std::abs(logits.values[1] - value) <= std::abs(value) * 0x1p-9F + 0x1p-23F);
        }
    }

    void refusedByName() {
        const RunDescription own = descriptionOf(savedSample());
        QCOMPARE(refusalOf(own), "");
        RunDescription other = own;
        other.config.data.dataset = "cifar100";
        QVERIFY(refusalOf(other).find("the data set cifar10, not of cifar100") !=
                std::string::npos);
        other = own;
        other.class_counts = {100, 30};
        QVERIFY(refusalOf(other).find("3 classes, not of 2") != std::string::npos);
        other = own;
        other.subset_sha256 = "a17d69f192b1cf6d";
        QVERIFY(refusalOf(other).find("subset 4bf45bff8878d278, not of a17d69f192b1cf6d") !=
                std::string::npos);
        fs::copy_file(file(), savedLogitsPath(run(), 30));
        QVERIFY(refusalOf(own, 30).find("20 epochs, not of 30") != std::string::npos);
        fs::remove(savedLogitsPath(run(), 30));
        QVERIFY(refusalOf(own, 40).find("epoch-000040") != std::string::npos);
    }

    // Every byte counts: the checksum covers header and tensors.
    void damagedAnywhere() {
        const std::string content = readFile(file());
        for (std::size_t at = 0; at < content.size(); ++at) {
            std::string damaged = content;
            damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
            const bool read = problemOf(damaged).empty();
            // Blanks behind the header may be other blanks of JSON.
            QVERIFY2(!read || content[at] == ' ', std::to_string(at).c_str());
            QVERIFY(!problemOf(content.substr(0, at)).empty());
        }
    }

    /// Well-formed files whose checksum fits, of other content.
    void wrongContent_data() {
        QTest::addColumn<QString>("what");
        for (const char* what : {"label", "negative label", "no counts", "empty class", "norms"}) {
            QTest::newRow(what) << what;
        }
    }
    void wrongContent() {
        QFETCH(QString, what);
        SavedLogits saved = savedSample();
        if (what == "label") saved.test->labels[0] = 3;
        if (what == "negative label") saved.test->labels[0] = -1;
        if (what == "no counts") saved.class_counts.clear();
        if (what == "empty class") saved.class_counts[2] = 0;
        if (what == "norms") saved.head.norms.clear();
        const fs::path other = run() / "other.safetensors";
        writeSavedLogits(other, saved);
        QVERIFY_EXCEPTION_THROWN(readSavedLogits(other), DamagedFileError);
    }

    void newerFormat() {
        const std::string content = readFile(file());
        const std::string_view types[] = {"F16", "F32", "I64"};
        Safetensors changed = parseSafetensors(content, types, false);
        changed.metadata["logits_format"] = "2";
        const fs::path other = run() / "newer.safetensors";
        writeSafetensors(other, changed);
        QVERIFY(problemOf(readFile(other)).find("format 2, newer") != std::string::npos);
        changed.metadata["logits_format"] = "one";
        writeSafetensors(other, changed);
        QVERIFY(problemOf(readFile(other)).find("logits_format is \"one\"") != std::string::npos);
        changed.metadata["logits_format"] = "1";
        changed.tensors["test.logits"].shape = {3, 2};
        writeSafetensors(other, changed);
        QVERIFY(problemOf(readFile(other)).find("test.logits is F16 of shape [3, 2]") !=
                std::string::npos);
    }
};

BALLAST_TEST(TestSavedLogits)
#include "tst_saved_logits.moc"
