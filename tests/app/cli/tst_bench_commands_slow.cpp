#include <QtTest>
#include <nlohmann/json.hpp>

#include "tests/app/cli/cli_process.h"
#include "tests/support/test_program.h"

using namespace ballast;

/// That each benchmark of training runs and says what it promises; not how fast anything is.
class TestBenchCommands : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answersAsJson_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("ours");
        QTest::addColumn<bool>("trains");
        QTest::newRow("train") << QStringList{"train"} << QByteArray("exact") << true;
        QTest::newRow("train, SAM")
            << QStringList{"train", "--sam", "0.1"} << QByteArray("exact") << true;
        QTest::newRow("step") << QStringList{"step"} << QByteArray("exact") << true;
        QTest::newRow("eval") << QStringList{"eval"} << QByteArray("ballast") << false;
        QTest::newRow("augment") << QStringList{"augment"} << QByteArray("ballast") << false;
    }
    void answersAsJson() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, ours);
        QFETCH(bool, trains);
        const QStringList small{"--model", "resnet8", "--batch",   "20",
                                "--steps", "7",       "--threads", "1"};
        const CliAnswer answer =
            runCli(QStringList{"bench"} + arguments + small + QStringList{"--json"});
        QCOMPARE(answer.code, 0);
        const auto result = nlohmann::json::parse(answer.out.toStdString());
        const auto& contenders = result.at("contenders");
        for (const char* name : {ours.constData(), "textbook"}) {
            QVERIFY(contenders.at(name).at("images_per_second").get<double>() > 0.0);
        }
        QCOMPARE(contenders.at("textbook").at("ratio").get<double>(), 1.0);
        QCOMPARE(result.contains("ceiling_gflops"), trains);
        if (trains) {
            QVERIFY(contenders.at("exact").at("share_of_ceiling").get<double>() > 0.0);
            double sum = 0.0;
            for (const auto& part : contenders.at("exact").at("parts_ms"))
                sum += part.get<double>();
            QVERIFY(sum > 0.0);
            // What computes in bfloat16 is there together, or the processor cannot.
            for (const char* name : {"bfloat16", "autocast"}) {
                QCOMPARE(contenders.contains(name), result.contains("bfloat16_ceiling_gflops"));
            }
        }
        const CliAnswer text = runCli(QStringList{"bench"} + arguments + small);
        QCOMPARE(text.code, 0);
        QVERIFY(text.out.contains("images/s") && text.out.contains("ratio"));
        QCOMPARE(text.out.contains("of the ceiling"), trains);
    }

    void scaleAnswersAsJson() {
        const QStringList small{"bench",   "scale", "--model", "resnet8",
                                "--batch", "20",    "--steps", "7"};
        const CliAnswer answer = runCli(small + QStringList{"--json"});
        if (answer.says("this build cannot divide")) QSKIP("this build has no c10d with Gloo");
        QVERIFY2(answer.code == 0, answer.err);
        const auto result = nlohmann::json::parse(answer.out.toStdString());
        QCOMPARE(result.at("processes").get<int>(), 2);
        QCOMPARE(result.at("ways").size(), std::size_t{3});
        QCOMPARE(result.at("ways").at("one process, one thread").at("ratio").get<double>(), 1.0);
        QVERIFY(result.at("exchange_ms").get<double>() > 0.0);
        const CliAnswer text = runCli(small);
        QCOMPARE(text.code, 0);
        QVERIFY(text.out.contains("efficiency") && text.out.count("images/s") == 3);
        QCOMPARE(runCli({"bench", "scale", "--model", "vgg"}).code, 2);
    }

    void refusesADeviceThatIsNotThere() {
        const CliAnswer answer = runCli({"bench", "train", "--device", "cuda:9"});
        QCOMPARE(answer.code, 2);
        QVERIFY(answer.says("--device") && answer.says("cuda:9"));
    }

    void refusesWhatIsNoDevice() {
        for (const char* name : {"gpu", "cuda:x", "cuda:-1", "cuda:"}) {
            const CliAnswer answer = runCli({"bench", "train", "--device", name});
            QCOMPARE(answer.code, 2);
            QVERIFY2(answer.says("--device") && answer.says(name) && answer.says("cuda:N"),
                     answer.err.constData());
        }
    }
};

BALLAST_TEST(TestBenchCommands)
#include "tst_bench_commands_slow.moc"
