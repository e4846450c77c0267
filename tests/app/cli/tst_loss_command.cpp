#include <QtTest>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

/// ballast-cli loss: one's own numbers against the configured loss.
class TestLossCommand : public QObject, CliFolder {
    Q_OBJECT

private Q_SLOTS:
    // tst_class_loss.cpp has the Python lines that made these values.
    void lossValues_data() {
        QTest::addColumn<QByteArray>("changes");
        QTest::addColumn<double>("value");
        QTest::newRow("mean") << QByteArray(R"({"loss": {"reduction": "mean"}})")
                              << 4.140801663353614;
        QTest::newRow("weighted mean")
            << QByteArray(R"({"loss": {"name": "vs", "reduction": "weighted-mean"}})")
            << 3.5541322964909674;
        QTest::newRow("default is the weighted mean") << QByteArray("{}") << 3.5541322964909674;
        QTest::newRow("cross-entropy")
            << QByteArray(R"({"loss": {"name": "ce"}, "phases": [{"from": 0}]})")
            << 1.3244586305507688;
        QTest::newRow("no phases: cross-entropy")
            << QByteArray(R"({"phases": null})") << 1.3244586305507688;
        QTest::newRow("before T0") << QByteArray(R"({"epoch": 4, "phases": [{"from": 0},
            {"from": 5, "alpha": "inverse"}]})")
                                   << 1.3244586305507688;
        QTest::newRow("from T0 on") << QByteArray(R"({"epoch": 5, "phases": [{"from": 0},
            {"from": 5, "alpha": "inverse"}]})")
                                    << 0.26275975871445634;
        QTest::newRow("values") << QByteArray(R"({"phases": [{"alpha":
            [0.21183033350896271, 0.66986633140141, 2.118303335089627], "beta":
            [1.0, 0.7943282347242815, 0.6309573444801932], "delta":
            [-0.10436001532424276, -2.4069451083182885, -4.709530201312334]}]})")
                                << 3.5541322964909674;
    }
    void lossValues() {
        QFETCH(const QByteArray, changes);
        QFETCH(const double, value);
        json request = json::parse(R"({"class_counts": [100, 10, 1],
            "phases": [{"from": 0, "alpha": {"rule": "power", "nu": 0.5},
                        "beta": {"rule": "cdt", "gamma": 0.1},
                        "delta": {"rule": "la", "tau": 1.0}}],
            "logits": [[1, 2, 3], [0.5, -1, 2]], "labels": [0, 2]})");
        request.merge_patch(parsed(changes));
        const CliAnswer answer = runCli({"loss", "-"}, QByteArray::fromStdString(request.dump()));
        QVERIFY2(answer.code == 0, answer.err.constData());
        const json result = parsed(answer.out);
        QVERIFY2(std::abs(result["value"].get<double>() - value) < 1e-13, answer.out.constData());

        // ∂L/∂f_ij = w_i β_j (softmax_j(β ⊙ f_i + Δ) − [j = y_i]), w_i the share of image i.
        const auto alpha = result["class_terms"]["alpha"].get<std::vector<double>>();
        const auto beta = result["class_terms"]["beta"].get<std::vector<double>>();
        const auto delta = result["class_terms"]["delta"].get<std::vector<double>>();
        const bool mean = request.contains("loss") && request["loss"].contains("reduction") &&
                          request["loss"]["reduction"] == "mean";
        const std::size_t labels[] = {0, 2};
        for (std::size_t i = 0; i < 2; ++i) {
            double sum = 0;
            std::vector<double> p;
            for (std::size_t j = 0; j < 3; ++j) {
                p.push_back(std::exp(beta[j] * request["logits"][i][j].get<double>() + delta[j]));
                sum += p[j];
            }
            const double share = alpha[labels[i]] / (mean ? 2 : alpha[0] + alpha[2]);
            for (std::size_t j = 0; j < 3; ++j) {
                const double expected = share * beta[j] * (p[j] / sum - (j == labels[i] ? 1 : 0));
                QVERIFY(std::abs(result["gradient"][i][j].get<double>() - expected) < 1e-14);
            }
        }
    }

    /// DiVE: ½ CE(f + log π) + ½ T² KL(softmax(g/T)^½, normalised ‖ softmax(f/T)), T = 2, in
    /// Python: sums over two images of [math.log(sum(math.exp(v) …)) …], printed with repr().
    void lossOfATeacher() {
        json request = json::parse(R"({"class_counts": [100, 10, 1],
            "phases": [{"from": 0, "delta": {"rule": "la", "tau": 1.0},
                        "targets": "labels+teacher", "teacher_weight": 0.5,
                        "student_temperature": 2, "teacher_temperature": 4}],
            "logits": [[1, 2, 3], [0.5, -1, 2]], "labels": [0, 2],
            "teacher_logits": [[2, 0, -1], [1, 0.5, 3]]})");
        const CliAnswer answer = runCli({"loss", "-"}, QByteArray::fromStdString(request.dump()));
        QVERIFY2(answer.code == 0, answer.err.constData());
        const double value = parsed(answer.out)["value"].get<double>();
        QVERIFY2(std::abs(value - 1.1816130343967581) < 1e-13, answer.out.constData());
    }

    /// Label-aware smoothing with logit adjustment, in Python: N = [100, 10, 1], x = (N − 1) / 99,
    /// ε = 0.1 + 0.3 sin(π x / 2), z = f + log(N / 111), mean over the two images of
    /// −Σ_j ((j == y) (1 − ε_y) + ε_y / 3) log softmax(z)_j, printed with repr().
    void lossOfSmoothedLabels() {
        const json request = json::parse(R"({"class_counts": [100, 10, 1],
            "phases": [{"from": 0, "delta": {"rule": "la", "tau": 1.0}, "smoothing": "concave",
                        "smoothing_head": 0.4, "smoothing_tail": 0.1}],
            "logits": [[1, 2, 3], [0.5, -1, 2]], "labels": [0, 2]})");
        const CliAnswer answer = runCli({"loss", "-"}, QByteArray::fromStdString(request.dump()));
        QVERIFY2(answer.code == 0, answer.err.constData());
        const json result = parsed(answer.out);
        QVERIFY2(std::abs(result["value"].get<double>() - 1.9539233403264258) < 1e-13,
                 answer.out.constData());
        QCOMPARE(result["class_terms"]["epsilon"].size(), std::size_t{3});
        QCOMPARE(result["class_terms"]["fisher_consistent"].get<bool>(), false);
    }

    void badLossFiles_data() {
        QTest::addColumn<QByteArray>("changes");
        QTest::addColumn<QByteArrayList>("said");
        const auto row = [](const char* name, const char* changes, QByteArrayList said) {
            QTest::newRow(name) << QByteArray(changes) << said;
        };
        row("no counts", R"({"class_counts": null})", {"/class_counts"});
        row("count of zero", R"({"class_counts": [100, 0, 1]})", {"/class_counts/1", "0"});
        row("half an image", R"({"class_counts": [100, 2.5, 1]})", {"/class_counts/1", "2.5"});
        row("count beyond 64 bits", R"({"class_counts": [100, 18446744073709551615, 1]})",
            {"/class_counts/1"});
        row("no logits", R"({"logits": []})", {"/logits"});
        row("short row", R"({"logits": [[1, 2, 3], [1, 2]]})", {"/logits/1", "3"});
        row("text for a logit", R"({"logits": [[1, 2, 3], [1, "2", 3]]})", {"/logits/1/1"});
        row("label beyond the classes", R"({"labels": [0, 3]})", {"/labels/1", "3", "0 … 2"});
        row("negative label", R"({"labels": [-1, 0]})", {"/labels/0"});
        row("too few labels", R"({"labels": [0]})", {"/labels", "1", "2"});
        row("epoch", R"({"epoch": -1})", {"/epoch", "-1"});
        row("misspelt key", R"({"class_count": [1]})", {"/class_count", "class_counts"});
        row("misspelt loss key", R"({"loss": {"reductoin": "mean"}})",
            {"/loss/reductoin", "reduction"});
        row("unknown reduction", R"({"loss": {"reduction": "sum"}})",
            {"/loss/reduction", "weighted-mean"});
        row("unknown rule", R"({"phases": [{"alpha": "invers"}]})", {"/phases/0/alpha", "inverse"});
        row("rule of another term", R"({"phases": [{"alpha": "la"}]})", {"/phases/0/alpha"});
        row("values too short", R"({"phases": [{"delta": [1, 2]}]})", {"/phases/0/delta", "3"});
        row("phases out of order", R"({"phases": [{"from": 0}, {"from": 0}]})", {"/phases/1/from"});
        row("cross-entropy with a shift",
            R"({"loss": {"name": "ce"}, "phases": [{"delta": "la"}]})", {"/phases/0/delta"});
        row("no teacher's logits", R"({"phases": [{"targets": "labels+teacher"}]})",
            {"/teacher_logits", "learns from a teacher", "2"});
        row("teacher's logits of too few classes",
            R"({"phases": [{"targets": "labels+teacher"}], "teacher_logits": [[1, 2], [1, 2]]})",
            {"/teacher_logits/0", "3"});
        row("teacher's logits without a teacher", R"({"teacher_logits": [[1, 2, 3], [1, 2, 3]]})",
            {"/teacher_logits", "no teacher"});
        row("mixed images", R"({"phases": [{"mixing": "mixup"}]})",
            {"/phases/0/mixing", "two labels"});
        row("all at once",
            R"({"class_counts": [1, 0, 1], "labels": [0, 9], "epoch": 1.5, "logit": 1})",
            {"/class_counts/1", "/labels/1", "/epoch", "/logit"});
    }
    void badLossFiles() {
        QFETCH(const QByteArray, changes);
        QFETCH(const QByteArrayList, said);
        json request = json::parse(R"({"class_counts": [100, 10, 1],
            "logits": [[1, 2, 3], [0.5, -1, 2]], "labels": [0, 2]})");
        request.merge_patch(parsed(changes));
        const CliAnswer answer = runCli({"loss", "-"}, QByteArray::fromStdString(request.dump()));
        QCOMPARE(answer.code, 2);
        QVERIFY(answer.out.isEmpty());
        for (const QByteArray& words : said) {
            QVERIFY2(answer.says(words.constData()), answer.err.constData());
        }
    }
};

BALLAST_TEST(TestLossCommand)
#include "tst_loss_command.moc"
