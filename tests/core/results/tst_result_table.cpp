#include <QtTest>
#include <cmath>

#include "core/experiment/presets.h"
#include "core/results/method_table.h"
#include "core/results/result_table.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

IndexedRun made(const std::string& method, const char* profile, double ratio, std::uint64_t seed,
                double best, double last) {
    PresetRequest request;
    request.method = method;
    request.profile = profile;
    request.ratio = ratio;
    IndexedRun run;
    run.description.config = presetConfig(request);
    run.description.config.training.seed = seed;
    run.description.config.training.epochs = 2;
    run.id = method;
    for (const double value : {best, last}) {
        run.epochs.emplace_back();
        run.epochs.back().balanced_test_accuracy = value;
    }
    return run;
}

std::string table(const std::vector<IndexedRun>& runs, TableFormat format, TableValue value = {}) {
    std::vector<const IndexedRun*> all;
    for (const IndexedRun& run : runs) all.push_back(&run);
    return methodTable(all, value, format).text;
}

}  // namespace

class TestResultTable : public QObject {
    Q_OBJECT

    std::vector<IndexedRun> runs_;

    void has(const std::string& text, const std::string& expected) {
        QVERIFY2(text.find(expected) != std::string::npos, text.c_str());
    }

private Q_SLOTS:
    void init() {
        runs_.clear();
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
            const double step = 0.01 * static_cast<double>(seed);
            runs_.push_back(made("VS+TLA+ADRW", "long-tailed", 100, seed, 0.80 + step, 0.70));
            runs_.push_back(made("CE", "long-tailed", 100, seed, 0.70 + step, 0.69));
            runs_.push_back(made("CE", "step", 10, seed, 0.85, 0.84));
            runs_.push_back(made("CE+DRW", "long-tailed", 100, seed, 0.75 + step, 0.71));
        }
    }

    void shapeOfThePapersTable() {
        const std::string text = table(runs_, TableFormat::markdown);
        has(text,
            "| Method | CIFAR-10 LT 100 | CIFAR-10 Step 10 |\n|---|--:|--:|\n"
            "| CE | 71.0 ± 1.0 | 85.0 ± 0.0 |\n"
            "| CE+DRW | <u>76.0 ± 1.0</u> | – |\n"
            "| VS+TLA+ADRW | **81.0 ± 1.0** | – |\n");
        has(text,
            "best epoch, selected on the test set as in the papers; mean ± sample standard "
            "deviation over n = 3 seeds.");
        QVERIFY(text.find("SAM") == std::string::npos);
    }

    void lastAndAtAnEpoch() {
        const std::string last = table(runs_, TableFormat::markdown, {TableValue::last, 0});
        has(last, "| CE+DRW | **71.0 ± 0.0** |");
        has(last, "Balanced test accuracy in %, last epoch;");
        const std::string first = table(runs_, TableFormat::markdown, {TableValue::after, 1});
        has(first, "| CE+DRW | <u>76.0 ± 1.0</u> |");
        has(first, "after 1 epoch;");
    }

    void selectionIsSaid() {
        for (IndexedRun& run : runs_) {
            run.description.config.training.selection = Selection::validation;
            run.epochs[1].balanced_validation_accuracy = 0.5;
        }
        const std::string text = table(runs_, TableFormat::markdown);
        has(text, "best epoch, selected on validation data");
        has(text, "| CE+DRW | **71.0 ± 0.0** |");  // what the validation data chose
        runs_[0].description.config.training.selection = Selection::test;
        has(table(runs_, TableFormat::markdown), "on test or validation data as each config says");
    }

    void otherNumbersOfSeedsAreSaid() {
        runs_.pop_back();
        const std::string text = table(runs_, TableFormat::markdown);
        has(text, "| CE+DRW | <u>75.5 ± 0.7</u> (n = 2) |");
        has(text, "over n = 3 seeds, but where a cell says another n.");
        runs_.resize(1);
        const std::string one = table(runs_, TableFormat::markdown);
        has(one, "| VS+TLA+ADRW | 80.0 |");
        has(one, "one seed (n = 1)");
    }

    void unfinishedRunsAndRepetitionsDoNotCount() {
        runs_.push_back(made("CE", "long-tailed", 100, 9, 0.1, 0.1));
        runs_.back().epochs.pop_back();
        runs_.push_back(made("CE", "long-tailed", 100, 0, 0.70, 0.69));
        runs_.emplace_back().error = "unreadable";
        std::vector<const IndexedRun*> all;
        for (const IndexedRun& run : runs_) all.push_back(&run);
        const MethodTable made_table = methodTable(all, {}, TableFormat::markdown);
        has(made_table.text, "| CE | 71.0 ± 1.0 |");
        QCOMPARE(made_table.shown, std::size_t{12});
        QCOMPARE(made_table.unfinished, std::size_t{1});
        QCOMPARE(made_table.repeated, std::size_t{1});
        // At an epoch that it has, an unfinished run counts.
        QCOMPARE(methodTable(all, {TableValue::after, 1}, TableFormat::csv).shown, std::size_t{13});
    }

    void differentConfigsAreNoOneCell() {
        for (std::size_t i = 0; i < 12; i += 4) {  // VS+TLA+ADRW
            IndexedRun other = runs_[i];
            other.description.config.phases[1].alpha.parameters["nu"] = 0.9;
            runs_.push_back(other);
        }
        const std::string text = table(runs_, TableFormat::markdown);
        has(text, "(ν = 0.9) | **81.0 ± 1.0** |");
        QVERIFY(text.find("| VS+TLA+ADRW |") == std::string::npos);
        has(table(runs_, TableFormat::latex), "($\\nu$ = 0.9) & $\\mathbf{81.0 \\pm 1.0}$ & --");
    }

    // VS without scales is LA, and stands in both rows all the same.
    void oneConfigMayBeTwoMethods() {
        runs_.clear();
        runs_.push_back(made("LA", "step", 10, 0, 0.8, 0.7));
        runs_.push_back(made("VS", "step", 10, 0, 0.8, 0.7));
        QCOMPARE(runs_[0].description.config.phases, runs_[1].description.config.phases);
        const std::string text = table(runs_, TableFormat::markdown);
        has(text, "| LA | **80.0** |\n| VS | **80.0** |\n");
    }

    // As in the paper, methods with SAM compete among themselves.
    void samStandsApart() {
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
            runs_.push_back(made("CE+DRW+SAM", "long-tailed", 100, seed, 0.9, 0.9));
            runs_.push_back(made("VS+SAM", "long-tailed", 100, seed, 0.95, 0.9));
        }
        const std::string text = table(runs_, TableFormat::markdown);
        has(text, "|--:|\n| *w/o SAM* |  |  |\n| CE |");
        has(text,
            "| VS+TLA+ADRW | **81.0 ± 1.0** | – |\n| *w/ SAM* |  |  |\n"
            "| CE+DRW+SAM | <u>90.0 ± 0.0</u> | – |\n| VS+SAM | **95.0 ± 0.0** | – |\n");
        has(table(runs_, TableFormat::latex), "\\midrule\n\\multicolumn{3}{l}{w/ SAM} \\\\\n");
    }

    void latex() {
        const std::string text = table(runs_, TableFormat::latex);
        has(text,
            "Data set & \\multicolumn{2}{c}{CIFAR-10} \\\\\n"
            "Imbalance type & \\multicolumn{1}{c}{LT} & \\multicolumn{1}{c}{Step} \\\\\n"
            "Imbalance ratio & 100 & 10 \\\\\n\\midrule\n"
            "CE & $71.0 \\pm 1.0$ & $85.0 \\pm 0.0$ \\\\\n"
            "CE+DRW & \\underline{$76.0 \\pm 1.0$} & -- \\\\\n");
        has(text, "\\begin{tabular}{lcc}\n\\toprule\n");
        has(text, "accuracy in \\%, best epoch");
        has(text, "mean $\\pm$ sample");
        has(text, "\\bottomrule\n\\end{tabular}\n");
        for (const char* symbol : {"±", "–", "ν"}) QVERIFY(text.find(symbol) == std::string::npos);
    }

    void csvIsLongAndInFull() {
        const std::string text = table(runs_, TableFormat::csv);
        has(text, "method,dataset,profile,ratio,value,selected_on,mean,std,n\n");
        has(text, "\nCE,cifar10,step,10,best,test,0.85,");
        QCOMPARE(std::ranges::count(text, '\n'), 5);
        const std::size_t at = text.find("\nCE+DRW,cifar10,long-tailed,100,best,test,");
        QVERIFY(at != std::string::npos);
        QCOMPARE(std::stod(text.substr(text.find("test,", at) + 5)), (0.75 + 0.76 + 0.77) / 3);
    }

    void nothingToShow() {
        QVERIFY(!table({}, TableFormat::markdown).empty());
        QVERIFY(!table({}, TableFormat::latex).empty());
        QCOMPARE(std::ranges::count(table({}, TableFormat::csv), '\n'), 1);
    }

    void escapes() {
        QCOMPARE(escaped("50% a_b {x}\\", TableFormat::latex),
                 std::string("50\\% a\\_b \\{x\\}\\textbackslash{}"));
        QCOMPARE(escaped("a|b", TableFormat::markdown), std::string("a\\|b"));
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
        IndexedRun run = made("CE", "step", 10, 0, 0.8125, 0.75);
        run.epochs[1].majority_accuracy = 0.9;
        run.epochs[1].minority_accuracy = 0.2;
        const IndexedRun* pointer = &run;
        has(resultTable({&pointer, 1}, TableFormat::markdown),
            "| CE | CIFAR-10 step 10 | queued | 2/2 | 81.2 | test | 1 | 75.0 | 90.0 | 20.0 |");
        run.epochs[1].exact_majority_accuracy = 1.0;
        run.epochs[1].exact_minority_accuracy = 0.5;
        has(resultTable({&pointer, 1}, TableFormat::markdown), "| 75.0 | 100.0 | 50.0 |");
    }
};

BALLAST_TEST(TestResultTable)
#include "tst_result_table.moc"
