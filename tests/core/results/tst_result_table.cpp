#include <QtTest>

#include "core/base/error.h"
#include "core/experiment/presets.h"
#include "core/results/result_table.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestResultTable : public QObject {
    Q_OBJECT

    void has(const std::string& text, const std::string& expected) {
        QVERIFY2(text.find(expected) != std::string::npos, text.c_str());
    }

private Q_SLOTS:
    void escapes() {
        QCOMPARE(escaped("50% a_b {x}\\", TableFormat::latex),
                 std::string("50\\% a\\_b \\{x\\}\\textbackslash{}"));
        QCOMPARE(escaped("a|b", TableFormat::markdown), std::string("a\\|b"));
        QCOMPARE(escaped("a<b & \"c\"", TableFormat::html),
                 std::string("a&lt;b &amp; &quot;c&quot;"));
        QCOMPARE(escaped("a,\"b\"", TableFormat::csv), std::string("\"a,\"\"b\"\"\""));
        // What a spreadsheet would work out; numbers stay numbers.
        QCOMPARE(escaped("=1+2", TableFormat::csv), std::string("'=1+2"));
        QCOMPARE(escaped("-x", TableFormat::csv), std::string("'-x"));
        QCOMPARE(escaped("@SUM(A1,B2)", TableFormat::csv), std::string("\"'@SUM(A1,B2)\""));
        QCOMPARE(escaped("-0.5", TableFormat::csv), std::string("-0.5"));
        QCOMPARE(escaped("+1e-3", TableFormat::csv), std::string("+1e-3"));
    }

    // The table of single runs says the same of an index and of whole runs.
    void byRun() {
        PresetRequest request;
        request.method = "CE";
        request.profile = "step";
        request.ratio = 10;
        IndexedRun run;
        run.description.config = presetConfig(request);
        run.description.config.training.epochs = 2;
        for (const double value : {0.8125, 0.75}) {
            run.epochs.emplace_back();
            run.epochs.back().balanced_test_accuracy = value;
        }
        run.epochs[1].majority_accuracy = 0.9;
        run.epochs[1].minority_accuracy = 0.2;
        const IndexedRun* pointer = &run;
        has(resultTable({&pointer, 1}, TableFormat::markdown),
            "| CE | CIFAR-10 step 10 | queued | 2/2 | 81.2 | test | 1 | 75.0 | 90.0 | 20.0 |");
        run.epochs[1].exact_majority_accuracy = 1.0;
        run.epochs[1].exact_minority_accuracy = 0.5;
        has(resultTable({&pointer, 1}, TableFormat::markdown), "| 75.0 | 100.0 | 50.0 |");
        has(resultTable({&pointer, 1}, TableFormat::html),
            "<tr><td>CE</td><td>CIFAR-10 step 10</td><td>queued</td><td>2/2</td><td>81.2</td>");
    }
};

BALLAST_TEST(TestResultTable)
#include "tst_result_table.moc"
