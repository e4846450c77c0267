#include "core/interchange/foreign_logs.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/interchange/foreign_arguments.h"
#include "core/interchange/logged_run.h"
#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// A line of log_train.csv.
std::string trainLine(int epoch, const char* printed_rate, const char* loss = "1.5000") {
    return "Epoch: [" + std::to_string(epoch) + "][90/97], lr: " + printed_rate +
           "\tTime 0.371 (0.366)\tData 0.001 (0.002)\tLoss 1.4150 (" + loss +
           ")\tPrec@1 54.688 (45.501)\tPrec@5 90.625 (91.458)\n";
}

std::string testBlock(const char* percent, const char* classes) {
    return std::string("val Results: Prec@1 ") + percent + " Prec@5 60.000 Loss 1.2\n" +
           "val Class Accuracy: [" + classes + "]\nBest Prec@1: 99.000\n\n";
}

}  // namespace

class TestForeignLogs : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    fs::path path() const { return folder_.path().toStdString(); }

    /// Both logs, without an args.txt.
    fs::path logs(const std::string& train, const std::string& test) const {
        fs::remove(path() / "args.txt");
        std::ofstream(path() / "log_train.csv", std::ios::binary) << train;
        std::ofstream(path() / "log_test.csv", std::ios::binary) << test;
        return path();
    }

    static bool says(const std::vector<std::string>& notes, const char* words) {
        return std::ranges::any_of(
            notes, [&](const std::string& note) { return note.find(words) != std::string::npos; });
    }

    /// A run of three epochs whose args.txt has these arguments too.
    LoggedRun runWith(const std::string& arguments, int t_reweight = 2) const {
        logs(trainLine(0, "1.0e-02") + trainLine(1, "1.0e-02") + trainLine(2, "1.0e-02"),
             testBlock("10.000", "0,0,0,0,0,0,0,0,0,1") +
                 testBlock("20.000", "0,0,0,0,0,0,0,0,1,1") +
                 testBlock("15.000", "0.5,0,0,0,0,0,0,0,0,1"));
        std::ofstream(path() / "args.txt")
            << "Namespace(dataset='cifar10', arch='resnet32', epochs=3, t_reweight=" << t_reweight
            << ", " << arguments << ")";
        return readLoggedRun(path());
    }

private Q_SLOTS:
    // The sample's first and last line of each epoch: tests/data/public-code.
    void sampleRun() {
        const LoggedRun run = readLoggedRun(fs::path(BALLAST_TEST_DATA) / "public-code");
        QCOMPARE(run.records.size(), std::size_t{20});
        QCOMPARE(run.records[0].loss, 1.7709);
        QCOMPARE(run.records[0].balanced_test_accuracy, 0.1963);
        QCOMPARE(run.records[0].test_accuracy[2], 0.586);
        QCOMPARE(run.records[19].balanced_test_accuracy, 0.5154);
        QCOMPARE(run.records[19].shots.medium, (0.110 + 0.161) / 2);
        QVERIFY(std::isnan(run.records[19].shots.few));
        QCOMPARE(bestRecord(run.records, Selection::test)->epoch, 17);
        QCOMPARE(bestRecord(run.records, Selection::test)->balanced_test_accuracy, 0.5233);
        QVERIFY(run.records[0].streaming.accuracy.empty());
        QVERIFY(!run.records[0].exact);

        const RunConfig& config = run.config;
        QVERIFY(config.data.imbalance.profile == Profile::long_tailed);
        QCOMPARE(config.data.imbalance.ratio, 100.0);
        QCOMPARE(config.model.name, std::string("resnet32"));
        QCOMPARE(config.loss.name, std::string("ce"));
        QCOMPARE(config.phases.size(), std::size_t{1});
        QCOMPARE(config.optimizer.weight_decay, 2e-4);
        QCOMPARE(config.training.epochs, 20);
        // args.txt says warmup_epochs=5; what was printed is 0.05 0.1 0.1 …
        QCOMPARE(config.lr_schedule.warmup_epochs, 2);
        QCOMPARE(config.lr_schedule.steps, (std::vector<LrStep>{{16, 0.01}, {18, 0.0001}}));
        for (const EpochRecord& record : run.records) {
            QCOMPARE(learningRateAt(config, record.epoch), record.learning_rate);
        }
        QVERIFY(run.class_counts ==
                (std::vector<std::int64_t>{5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50}));
        QVERIFY(run.config_as_given.at("args.txt").get<std::string>().starts_with("Namespace("));
        QCOMPARE(run.notes.size(), std::size_t{2});
        QVERIFY(says(run.notes, "ten times what the log prints, which fits lr=0.1"));
        QVERIFY(says(run.notes, "warm-up of 2 epochs, args.txt says 5"));
    }

    void methods_data() {
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<QByteArray>("phases");  // what differs from the defaults
        QTest::newRow("VS") << QByteArray(
                                   "loss_type='VS', gamma=0.05, tau=1.0, store_name='a/b_sam_0_x'")
                            << QByteArray(R"([{"beta": {"rule": "cdt", "gamma": 0.05},
                                "delta": {"rule": "la", "tau": 1.0}}])");
        QTest::newRow("CE+DRW") << QByteArray("loss_type='CE', train_rule='DRW'")
                                << QByteArray(R"([{}, {"from": 2, "alpha":
                                    {"rule": "effective-number", "p": 0.9999}}])");
        QTest::newRow("CB") << QByteArray("loss_type='CE', train_rule='Reweight'")
                            << QByteArray(
                                   R"([{"alpha": {"rule": "effective-number", "p": 0.9999}}])");
        QTest::newRow("VS+TLA+ADRW with SAM")
            << QByteArray(
                   "loss_type='VS', train_rule='ADRW-T', tro=0.15, gamma=0.1, tau=0.75, "
                   "rho=[0.1, 0.2]")
            << QByteArray(R"([{"beta": {"rule": "cdt", "gamma": 0.1},
                "delta": {"rule": "la", "tau": 0.75}, "sam_radius": 0.1},
                {"from": 2, "alpha": {"rule": "power", "nu": 0.15},
                 "delta": {"rule": "la", "tau": 0.75}, "sam_radius": 0.2}])");
        QTest::newRow("SAM in the name") << QByteArray("store_name='a/seed_0_sam_[0.1, 0.3]_args'")
                                         << QByteArray(R"([{"sam_radius": 0.1},
                                             {"from": 2, "sam_radius": 0.3}])");
        QTest::newRow("one radius in the name")
            << QByteArray("store_name='a/seed_0_sam_0.2_args_(1.0, 0.0)'")
            << QByteArray(R"([{"sam_radius": 0.2}])");
    }
    void methods() {
        QFETCH(const QByteArray, arguments);
        QFETCH(const QByteArray, phases);
        const LoggedRun run = runWith(arguments.toStdString());
        std::vector<Problem> problems;
        const json wanted = {{"phases", json::parse(phases.toStdString())}};
        const auto expected = lossAndPhasesFromJson(wanted, 3, problems).phases;
        QVERIFY(problems.empty());
        QVERIFY2(run.config.phases == expected, toJson(run.config).at("phases").dump().c_str());
        QCOMPARE(run.notes.size(), std::size_t{1});  // of the learning rates
        QCOMPARE(run.records[2].phase, static_cast<int>(expected.size()) - 1);
    }

    void step() {
        const LoggedRun run =
            runWith("imb_type='step', imb_factor=0.1, weight_decay=5e-05, seed=3");
        QVERIFY(run.config.data.imbalance.profile == Profile::step);
        QCOMPARE(run.config.data.imbalance.ratio, 10.0);
        QCOMPARE(run.config.optimizer.weight_decay, 5e-5);
        QCOMPARE(run.config.training.seed, std::uint64_t{3});
        QCOMPARE(run.class_counts.back(), std::int64_t{500});
    }

    void whatCannotBeTranslatedIsSaid_data() {
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("loss") << QByteArray("loss_type='CVS'") << QByteArray("the loss CVS");
        QTest::newRow("rule") << QByteArray("train_rule='Resample'") << QByteArray("Resample");
        QTest::newRow("randaug") << QByteArray("randaug=1") << QByteArray("randaug");
        QTest::newRow("counts") << QByteArray("cls_num_list=[9, 8, 7, 6, 5, 4, 3, 2, 1, 1]")
                                << QByteArray("cls_num_list");
        QTest::newRow("warm-up") << QByteArray("warmup_epochs=5") << QByteArray("warm-up of 0");
    }
    void whatCannotBeTranslatedIsSaid() {
        QFETCH(const QByteArray, arguments);
        QFETCH(const QByteArray, said);
        const LoggedRun run = runWith(arguments.toStdString());
        QCOMPARE(run.notes.size(), std::size_t{2});
        QVERIFY2(run.notes[1].find(said.toStdString()) != std::string::npos, run.notes[1].c_str());
    }

    void badArgumentsAreNamed_data() {
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<QString>("said");
        QTest::newRow("no value") << QByteArray("lr=")
                                  << "line 1, column 74: expected a Python value";
        QTest::newRow("no name") << QByteArray("=3") << "expected the name of an argument";
        QTest::newRow("open list") << QByteArray("rho=[0.1") << "expected \"]\"";
        QTest::newRow("open text") << QByteArray("resume='abc") << "the end of a text";
        QTest::newRow("a text") << QByteArray("lr='fast'") << "lr=\"fast\" is not a number";
        QTest::newRow("factor") << QByteArray("imb_factor=0") << "imb_factor=0 is not above 0";
        QTest::newRow("too few counts")
            << QByteArray("cls_num_list=[3, 2]") << "a list of 10 counts";
        QTest::newRow("deep") << QByteArray("rho=" + QByteArray(100'000, '[')) << "nested";
    }
    void badArgumentsAreNamed() {
        QFETCH(const QByteArray, arguments);
        QFETCH(const QString, said);
        const QString text = errorOf([&] { runWith(arguments.toStdString()); });
        QVERIFY2(text.contains(said), qPrintable(text));
        QVERIFY2(text.contains("args.txt"), qPrintable(text));
    }

    void unknownDataSetIsAConfigError() {
        QVERIFY_THROWS_EXCEPTION(ConfigError, runWith("dataset='imagenet'"));
    }

    // NumPy breaks long lists over lines, and leaves out the middle of more than 1,000 numbers.
    void longLists() {
        const auto epochs =
            readForeignLogs(logs(trainLine(0, "1.0e-03", "nan") + trainLine(1, "1.0e-03"),
                                 testBlock("50.000", "0.1,0.2,\n 0.3,nan") +
                                     testBlock("25.000", "0.1,0.2,0.3,1")))
                .epochs;
        QCOMPARE(epochs.size(), std::size_t{2});
        QVERIFY(std::isnan(epochs[0].loss));
        QCOMPARE(epochs[0].learning_rate, 0.01);
        QCOMPARE(epochs[0].test_accuracy.size(), std::size_t{4});
        QVERIFY(std::isnan(epochs[0].test_accuracy[3]));
        const auto shortened = readForeignLogs(logs(trainLine(0, "1.0e-03"),
                                                    testBlock("50.000", "0.1,0.2,...,0.3,0.4")))
                                   .epochs;
        QVERIFY(shortened[0].test_accuracy.empty());
        QCOMPARE(shortened[0].balanced_test_accuracy, 0.5);
    }

    // The public code begins its logs anew where it resumes.
    void resumedRun() {
        const auto epochs =
            readForeignLogs(logs(trainLine(160, "1.0e-04") + trainLine(161, "1.0e-04"),
                                 testBlock("50.000", "0.4,0.6") + testBlock("60.000", "0.5,0.7")))
                .epochs;
        QCOMPARE(epochs.front().epoch, 160);
        const LrScheduleConfig schedule = scheduleFromLog(epochs, 0.1, 5);
        QCOMPARE(schedule.warmup_epochs, 5);
        QCOMPARE(schedule.steps, (std::vector<LrStep>{{160, 0.01}}));
        const std::int64_t counts[] = {200, 5};
        const auto records = recordsFromLogs(epochs, 162, counts);
        QCOMPARE(records.size(), std::size_t{162});
        QVERIFY(std::isnan(records[159].balanced_test_accuracy));
        QVERIFY(std::isnan(records[159].learning_rate));
        QCOMPARE(records[161].shots.few, 0.7);
        QCOMPARE(recordsFromLogs(epochs, 100, counts).size(), std::size_t{100});
        // A missing number survives the file.
        QVERIFY(std::isnan(recordFromJson(toJson(records[0])).learning_rate));
    }

    // A run that was killed has trained an epoch that it has not tested.
    void untestedLastEpoch() {
        const auto epochs = readForeignLogs(logs(trainLine(0, "1.0e-02") + trainLine(1, "1.0e-02"),
                                                 testBlock("50.000", "0.4,0.6")))
                                .epochs;
        QCOMPARE(epochs.size(), std::size_t{2});
        QVERIFY(std::isnan(epochs[1].balanced_test_accuracy));
        QVERIFY(epochs[1].test_accuracy.empty());
    }

    void malformedLogsAreNamed_data() {
        QTest::addColumn<QByteArray>("train");
        QTest::addColumn<QByteArray>("test");
        QTest::addColumn<QString>("said");
        const QByteArray line = QByteArray::fromStdString(trainLine(0, "1.0e-02"));
        const QByteArray block = QByteArray::fromStdString(testBlock("50.000", "0.4,0.6"));
        const auto train = [&](const char* name, const QByteArray& content, const char* said) {
            QTest::newRow(name) << content << block << QString("log_train.csv, line ") + said;
        };
        train("empty", "", "1, column 1: expected lines that begin with");
        train("only other text", "hello\n", "1, column 1: expected lines that begin with");
        train("cut within", line.left(60) + "\n" + line, "1, column 61: expected");
        train("no number", QByteArray(line).replace("1.0e-02", "fast"),
              "1, column 24: expected a number");
        train("a gap", line + QByteArray::fromStdString(trainLine(2, "1e-2")),
              "2, column 1: expected a line of epoch 0 or the one after");
        train("absurd", QByteArray(line).replace("[0]", "[2000000000]"), "1, column 1");
        train("overflow", QByteArray(line).replace("[0]", "[99999999999]"), "1, column 9");
        const auto test = [&](const char* name, const QByteArray& content, const char* said) {
            QTest::newRow(name) << line << content << QString("log_test.csv, line ") + said;
        };
        test("no test results of two epochs", "", "1");
        test("only other text", "test Results\n", "1, column 1: expected lines that begin with");
        test("percent", QByteArray(block).replace("50.000", "150.0"),
             "1, column 27: expected Prec@1");
        test("open list", QByteArray(block).replace(']', ""),
             "3, column 1: expected a number, found \"Best");
        test("share", QByteArray(block).replace("0.6", "6"), "2, column 27");
        test("one block too many", block + block,
             "5, column 1: expected no more than the 1 epochs");
        QTest::newRow("other number of classes")
            << line + QByteArray::fromStdString(trainLine(1, "1e-2"))
            << block + QByteArray(block).replace("0.4,", "") << "expected 2 class accuracies";
    }
    void malformedLogsAreNamed() {
        QFETCH(QByteArray, train);
        QFETCH(const QByteArray, test);
        QFETCH(const QString, said);
        if (test.isEmpty()) train += QByteArray::fromStdString(trainLine(1, "1e-2"));
        const fs::path folder = logs(train.toStdString(), test.toStdString());
        const QString text = errorOf([&] { readForeignLogs(folder); });
        QVERIFY2(text.contains(said), qPrintable(text));
        QVERIFY2(text.contains(folder_.path()), qPrintable(text));
    }

    // LDAM-DRW prints a tenth of the rate with five decimals: the last ones are 0.00000.
    void ratesThatWereRoundedToNothing() {
        std::string train;
        std::string test;
        for (const char* rate : {"0.01000", "0.01000", "0.00010", "0.00000", "0.00000"}) {
            train += trainLine(static_cast<int>(std::ranges::count(train, '\n')), rate);
            test += testBlock("10.000", "0,0,0,0,0,0,0,0,0,1");
        }
        const fs::path folder = logs(train, test);
        std::ofstream(folder / "args.txt") << "Namespace(dataset='cifar10', epochs=5, lr=0.1)";
        const LoggedRun run = readLoggedRun(folder);
        QCOMPARE(run.records.size(), std::size_t{5});
        QCOMPARE(run.records[2].learning_rate, 0.001);
        QVERIFY(std::isnan(run.records[3].learning_rate));
        QVERIFY(std::isnan(run.records[4].learning_rate));
        QCOMPARE(run.records[4].balanced_test_accuracy, 0.1);
        QVERIFY(says(run.notes, "the learning rate of the epochs 3 to 4 is unknown"));
        QCOMPARE(run.config.lr_schedule.steps, (std::vector<LrStep>{{2, 0.01}}));
    }

    void ratesThatWereNotPrinted() {
        std::string line = trainLine(0, "0.01000");
        line.replace(line.find(", lr: 0.01000"), 13, "");
        const ForeignLogs read = readForeignLogs(logs(line, ""));
        QCOMPARE(read.epochs.size(), std::size_t{1});
        QVERIFY(std::isnan(read.epochs[0].learning_rate));
        QCOMPARE(read.epochs[0].loss, 1.5);
        QVERIFY(says(read.notes, "the learning rate of epoch 0 is unknown"));
    }

    // Own numbers in the format of orparask/VS-Loss: see tests/data/cases.
    void otherRepositories() {
        const LoggedRun run = readLoggedRun(fs::path(BALLAST_TEST_DATA) / "cases/vs-loss");
        QCOMPARE(run.records.size(), std::size_t{200});
        for (int e = 0; e < 5; ++e) {
            QCOMPARE(run.records[static_cast<std::size_t>(e)].learning_rate, 0.02 * (e + 1));
        }
        QCOMPARE(run.records[159].learning_rate, 0.1);
        QCOMPARE(run.records[160].learning_rate, 0.001);
        QCOMPARE(run.records[199].learning_rate, 1e-5);
        QCOMPARE(run.config.lr_schedule.warmup_epochs, 5);
        QCOMPARE(run.config.lr_schedule.steps, (std::vector<LrStep>{{160, 0.01}, {180, 0.0001}}));
        QCOMPARE(run.records[0].balanced_test_accuracy, 0.675);
        QCOMPARE(run.records[0].test_accuracy.size(), std::size_t{10});
        QVERIFY(says(run.notes, "taken as the log prints them"));
        QVERIFY(says(run.notes, "log_train.csv: 200 lines \"train Results\" were skipped"));
        QVERIFY(says(run.notes, "log_train.csv: 200 lines \"train Class Accuracy\" were skipped"));
        QVERIFY(!says(run.notes, "unknown"));
        QVERIFY(says(run.notes,
                     "the learning rate of the epochs 180 to 199 is rounded, to 1e-05 from "
                     "between 5e-06 and 1.5e-05"));
    }

    void linesOfOtherKindsAreSkippedAndSaid() {
        const ForeignLogs read =
            readForeignLogs(logs("Namespace\x01(x)\n" + trainLine(0, "1.0e-02") +
                                     "train Class Accuracy: [0.1,\n 0.2]\nhello\n\nhello\n",
                                 "\n# seed 3\n" + testBlock("50.000", "0.4,0.6") + "Time: 3 s\n"));
        QCOMPARE(read.epochs.size(), std::size_t{1});
        QCOMPARE(read.epochs[0].balanced_test_accuracy, 0.5);
        QVERIFY(says(read.notes, "log_train.csv: 2 lines \"hello\" were skipped"));
        QVERIFY(says(read.notes, "log_train.csv: 1 line \"train Class Accuracy\" was skipped"));
        QVERIFY(says(read.notes, "log_train.csv: 1 line \"Namespace (x)\" was skipped"));
        QVERIFY(says(read.notes, "log_test.csv: 1 line \"Time\" was skipped"));
    }

    // A run that was killed as it wrote.
    void tornEndsAreLeftOutAndSaid() {
        const std::string train = trainLine(0, "1.0e-02") + trainLine(1, "1.0e-02");
        const std::string test = testBlock("50.000", "0.4,0.6") + testBlock("60.000", "0.4,0.6");
        for (const std::size_t left : {10U, 40U, 75U, 88U}) {
            const std::string cut = trainLine(2, "1.0e-02").substr(0, left);
            const ForeignLogs read = readForeignLogs(logs(train + cut, test));
            QCOMPARE(read.epochs.size(), std::size_t{2});
            QVERIFY2(says(read.notes, "log_train.csv: its last line is torn"), cut.c_str());
        }
        for (const std::size_t left : {25U, 46U, 60U, 72U, 77U}) {
            const std::string cut = testBlock("60.000", "0.4,0.6").substr(0, left);
            const ForeignLogs read =
                readForeignLogs(logs(train, testBlock("50.000", "0.4,0.6") + cut));
            QVERIFY2(says(read.notes, "log_test.csv: its last results are torn"), cut.c_str());
            QCOMPARE(read.epochs[0].balanced_test_accuracy, 0.5);
            QVERIFY(std::isnan(read.epochs[1].balanced_test_accuracy));
        }
    }

    void textThatIsNotUtf8IsReadAsLatin1() {
        const fs::path sample = fs::path(BALLAST_TEST_DATA) / "public-code";
        logs(readFile(sample / "log_train.csv"), readFile(sample / "log_test.csv") + "caf\xe9\n");
        fs::copy(fs::path(BALLAST_TEST_DATA) / "cases/args-bad-utf8.txt", path() / "args.txt");
        const LoggedRun run = readLoggedRun(path());
        QVERIFY(says(run.notes, "args.txt is not UTF-8, from its byte 603 on"));
        QVERIFY(says(run.notes, "log_test.csv is not UTF-8"));
        QVERIFY(says(run.notes, "behind the arguments"));
        QVERIFY(says(run.notes, "café"));
        QVERIFY(run.config_as_given.dump().ends_with("¢\"}"));  // dump() throws of other text
    }

    void otherFilesInPlaceOfALogAreNamed() {
        const std::string page = "<!DOCTYPE html><html></html>";
        QVERIFY(errorOf([&] { readForeignLogs(logs(page, "")); }).contains("web page"));
        const std::string wide(
            "\xff\xfe"
            "E\0",
            4);
        QVERIFY(errorOf([&] { readForeignLogs(logs(wide, "")); }).contains("UTF-16"));
        const ForeignLogs marked =
            readForeignLogs(logs("\xef\xbb\xbf" + trainLine(0, "1.0e-02"), ""));
        QCOMPARE(marked.epochs.size(), std::size_t{1});
    }

    // Names go into one-line messages, tables and JSON.
    void namesAreCleaned() {
        const LoggedRun run = runWith("loss_type='C\\nV\\tS\x1b', lr=0.1");
        QCOMPARE(run.config.name, std::string("C V S (imported)"));
        QVERIFY(says(run.notes, "the loss C V S is not"));
    }

    // Every cut is an error or a shorter run, never a crash.
    void cutAnywhere() {
        const fs::path sample = fs::path(BALLAST_TEST_DATA) / "public-code";
        const std::string train = readFile(sample / "log_train.csv").substr(0, 2000);
        const std::string test = readFile(sample / "log_test.csv").substr(0, 1000);
        for (std::size_t i = 0; i <= 40; ++i) {
            logs(train.substr(0, train.size() * i / 40), test.substr(0, test.size() * i / 40));
            errorOf([&] { readForeignLogs(path()); });
        }
        const std::string arguments = readFile(sample / "args.txt");
        for (std::size_t length = 0; length < arguments.size(); ++length) {
            std::ofstream(path() / "args.txt") << arguments.substr(0, length);
            QVERIFY(errorOf([&] { readForeignArguments(path() / "args.txt"); }) != "no error");
        }
    }

    void schedules_data() {
        QTest::addColumn<QList<double>>("rates");
        QTest::addColumn<int>("warmup");
        QTest::addColumn<QList<double>>("steps");  // from, factor, from, factor …
        QTest::newRow("constant") << QList<double>{0.1, 0.1, 0.1} << 0 << QList<double>{};
        QTest::newRow("warm-up") << QList<double>{0.02, 0.04, 0.06, 0.08, 0.1, 0.1} << 5
                                 << QList<double>{};
        QTest::newRow("warm-up to twice the rate")
            << QList<double>{0.05, 0.1, 0.15, 0.2, 0.1} << 2 << QList<double>{2, 1.5, 3, 2, 4, 1};
        QTest::newRow("low from the start")
            << QList<double>{0.01, 0.01, 0.1} << 0 << QList<double>{0, 0.1, 2, 1};
        QTest::newRow("drop at once")
            << QList<double>{0.05, 0.001} << 0 << QList<double>{0, 0.5, 1, 0.01};
        QTest::newRow("zero") << QList<double>{0, 0} << 0 << QList<double>{0, 0};
    }
    void schedules() {
        QFETCH(const QList<double>, rates);
        QFETCH(const int, warmup);
        QFETCH(const QList<double>, steps);
        std::vector<ForeignEpoch> logged;
        for (const double rate : rates) {
            logged.push_back({static_cast<int>(logged.size()), rate, 1, 0.5, {}});
        }
        const LrScheduleConfig schedule = scheduleFromLog(logged, 0.1, 5);
        QCOMPARE(schedule.warmup_epochs, warmup);
        QList<double> found;
        for (const LrStep& step : schedule.steps) found << step.from << step.factor;
        QCOMPARE(found, steps);
    }
};

BALLAST_TEST(TestForeignLogs)
#include "tst_foreign_logs.moc"
