#include <QtTest>
#include <cmath>

#include "core/analysis/method_table.h"
#include "core/base/error.h"
#include "core/experiment/presets.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

IndexedRun tableRun(const std::string& method, const char* profile, double ratio,
                    std::uint64_t seed, double best, double last) {
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

std::vector<const IndexedRun*> pointersTo(const std::vector<IndexedRun>& runs) {
    std::vector<const IndexedRun*> all;
    for (const IndexedRun& run : runs) all.push_back(&run);
    return all;
}

std::string table(const std::vector<IndexedRun>& runs, TableFormat format, TableValue value = {}) {
    return tableText(methodTable(pointersTo(runs), value).table, format);
}

}  // namespace

class TestMethodTable : public QObject {
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
            runs_.push_back(tableRun("VS+TLA+ADRW", "long-tailed", 100, seed, 0.80 + step, 0.70));
            runs_.push_back(tableRun("CE", "long-tailed", 100, seed, 0.70 + step, 0.69));
            runs_.push_back(tableRun("CE", "step", 10, seed, 0.85, 0.84));
            runs_.push_back(tableRun("CE+DRW", "long-tailed", 100, seed, 0.75 + step, 0.71));
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
        runs_.push_back(tableRun("CE", "long-tailed", 100, 9, 0.1, 0.1));
        runs_.back().epochs.pop_back();
        runs_.push_back(tableRun("CE", "long-tailed", 100, 0, 0.70, 0.69));
        runs_.emplace_back().error = "unreadable";
        const std::vector<const IndexedRun*> all = pointersTo(runs_);
        const GroupTable made_table = methodTable(all, {});
        has(tableText(made_table.table, TableFormat::markdown), "| CE | 71.0 ± 1.0 |");
        QCOMPARE(made_table.shown, std::size_t{12});
        QCOMPARE(made_table.unfinished, std::size_t{1});
        QCOMPARE(made_table.repeated, std::size_t{1});
        // At an epoch that it has, an unfinished run counts.
        QCOMPARE(methodTable(all, {TableValue::after, 1}).shown, std::size_t{13});
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
        runs_.push_back(tableRun("LA", "step", 10, 0, 0.8, 0.7));
        runs_.push_back(tableRun("VS", "step", 10, 0, 0.8, 0.7));
        QCOMPARE(runs_[0].description.config.phases, runs_[1].description.config.phases);
        const std::string text = table(runs_, TableFormat::markdown);
        has(text, "| LA | **80.0** |\n| VS | **80.0** |\n");
    }

    // As in the paper, methods with SAM compete among themselves.
    void samStandsApart() {
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
            runs_.push_back(tableRun("CE+DRW+SAM", "long-tailed", 100, seed, 0.9, 0.9));
            runs_.push_back(tableRun("VS+SAM", "long-tailed", 100, seed, 0.95, 0.9));
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

    // Against the column's best, over common seeds, adjusted by Holm. CE is before CE+DRW by 4, 3,
    // 4, 5 and 4 points: t = 12.65 with 4 degrees of freedom, of which the two-sided p-value is
    // 1 − sin θ (1 + cos² θ / 2) with tan θ = t / 2.
    void whatIsToldApartIsMarked() {
        runs_.clear();
        const std::vector<std::vector<double>> values = {{0.84, 0.83, 0.85, 0.84, 0.86},
                                                         {0.80, 0.80, 0.81, 0.79, 0.82},
                                                         {0.83, 0.85, 0.83, 0.85, 0.84}};
        const char* methods[] = {"CE", "CE+DRW", "LDAM"};
        for (std::size_t m = 0; m < 3; ++m) {
            for (std::uint64_t seed = 0; seed < 5; ++seed) {
                runs_.push_back(tableRun(methods[m], "step", 10, seed, values[m][seed], 0.1));
            }
        }
        CrossTable made = methodTable(pointersTo(runs_), {}).table;
        QVERIFY(tableText(made, TableFormat::markdown).find("†") == std::string::npos);
        markDifferences(made);
        const std::string text = tableText(made, TableFormat::markdown);
        has(text, "| CE | **84.4 ± 1.1** |");
        has(text, "| CE+DRW | 80.4 ± 1.1† |");
        has(text, "| LDAM | <u>84.0 ± 1.0</u> |");
        has(text, "†: told apart from the best of its column at 5 %");
        QVERIFY(std::isnan(made.rows[0].cells[0].p));
        const auto worse = std::ranges::find(made.rows, "CE+DRW", &TableRow::name);
        const double t = 0.04 / (std::sqrt(0.0002 / 4) / std::sqrt(5.0));
        const double angle = std::atan(t / 2);
        const double p = 1 - std::sin(angle) * (1 + std::pow(std::cos(angle), 2) / 2);
        QVERIFY(std::abs(worse->cells[0].p / (2 * p) - 1) < 1e-6);  // of two tests
        has(tableText(made, TableFormat::latex), "80.4 \\pm 1.1$$^{\\dagger}$");
        has(tableText(made, TableFormat::csv), "mean,std,n,p_to_best\n");
        // Two seeds in common of each would say less, one nothing.
        runs_.resize(1);
        runs_.push_back(tableRun("CE+DRW", "step", 10, 0, 0.1, 0.1));
        made = methodTable(pointersTo(runs_), {}).table;
        markDifferences(made);
        QVERIFY(!made.rows[1].cells[0].told_apart);
    }

    void shapeOfThePapersSecondTable() {
        for (IndexedRun& run : runs_) {
            for (EpochScalars& epoch : run.epochs) {
                epoch.many = epoch.balanced_test_accuracy + 0.1;
                epoch.medium = epoch.balanced_test_accuracy;
                epoch.few = epoch.balanced_test_accuracy - 0.1;
            }
        }
        const CrossTable made = shotsTable(pointersTo(runs_)).table;
        const std::string text = tableText(made, TableFormat::latex);
        has(text,
            "Data set & \\multicolumn{4}{c}{CIFAR-10 LT 100} & \\multicolumn{4}{c}{CIFAR-10 "
            "Step 10} \\\\\n");
        has(text, "Classes & Many & Medium & Few & All & Many & Medium & Few & All \\\\\n");
        has(text,
            "CE+DRW & \\underline{$86.0 \\pm 1.0$} & \\underline{$76.0 \\pm 1.0$} & "
            "\\underline{$66.0 \\pm 1.0$} & \\underline{$76.0 \\pm 1.0$} & -- & -- & -- & -- ");
        has(tableText(made, TableFormat::csv), "\nCE,cifar10,long-tailed,100,few,test,0.61");
    }

    void tableOfAnyFields() {
        runs_.clear();
        for (const double nu : {0.5, 0.25}) {
            for (const int epoch : {1, 0}) {
                for (std::uint64_t seed = 0; seed < 2; ++seed) {
                    IndexedRun run =
                        tableRun("CE+ADRW", "step", 10, seed,
                                 0.5 + 0.1 * nu + 0.01 * static_cast<double>(seed), 0.4);
                    run.description.config.phases[1].alpha = {"power", {{"nu", nu}}, {}};
                    run.description.config.phases[1].from = epoch;
                    run.description.config.optimizer.weight_decay = epoch == 0 ? 1e-4 : 2e-4;
                    run.id = std::to_string(runs_.size());
                    runs_.push_back(run);
                }
            }
        }
        const auto all = pointersTo(runs_);
        const GroupTable made = fieldTable(all, {"/phases/1/alpha/nu"}, {"/phases/1/from"}, "best");
        QCOMPARE(made.table.rows.size(), std::size_t{2});
        QCOMPARE(made.table.rows[0].name, std::string("0.25"));
        QCOMPARE(made.table.columns[0].titles, std::vector<std::string>{"0"});
        QCOMPARE(made.table.rows[1].cells[1].statistics.n, 2);
        QCOMPARE(made.table.rows[1].cells[1].statistics.mean, 0.555);
        QVERIFY(made.table.rows[1].cells[1].rank == TableRank::best);
        // Weight decay goes with the columns, and is said.
        QCOMPARE(made.warnings.size(), std::size_t{1});
        has(made.warnings[0], "eight decay");
        has(tableText(made.table, TableFormat::csv),
            "/phases/1/alpha/nu,/phases/1/from,value,mean,std,n\n0.25,0,best,0.53,");
        const GroupTable plain = fieldTable(all, {"/phases/1/alpha/nu"}, {}, "epochs");
        has(tableText(plain.table, TableFormat::markdown), "| 0.25 | 2 ± 0 |");
        QVERIFY_THROWS_EXCEPTION(ConfigError, fieldTable(all, {"/phases/1/nu"}, {}, "best"));
        QVERIFY_THROWS_EXCEPTION(ConfigError, fieldTable({}, {"method"}, {}, "best"));
    }

    void html() {
        const std::string text = table(runs_, TableFormat::html);
        has(text, "<th scope=\"colgroup\" colspan=\"2\">CIFAR-10</th></tr>");
        has(text, "<tr><th scope=\"row\">CE+DRW</th><td><u>76.0 ± 1.0</u></td><td>–</td></tr>");
        has(text, "<td><b>81.0 ± 1.0</b></td>");
        QCOMPARE(text.substr(0, 16), std::string("<table>\n<caption"));
    }

    // A document of it is made where there is a LaTeX.
    void latexCompiles() {
        const QString latex = QStandardPaths::findExecutable(QStringLiteral("pdflatex"));
        if (latex.isEmpty()) QSKIP("pdflatex is not installed");
        CrossTable made = methodTable(pointersTo(runs_), {}).table;
        markDifferences(made);
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("table.tex")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            "\\documentclass{article}\\usepackage[utf8]{inputenc}\\usepackage{booktabs}"
            "\\begin{document}\n");
        for (const CrossTable& one : {made, shotsTable(pointersTo(runs_)).table}) {
            file.write(QByteArray::fromStdString(tableText(one, TableFormat::latex)));
        }
        file.write("\\end{document}\n");
        file.close();
        QProcess process;
        process.setWorkingDirectory(folder.path());
        process.start(latex, {QStringLiteral("-halt-on-error"), QStringLiteral("table.tex")});
        QVERIFY(process.waitForFinished(120000));
        QVERIFY2(process.exitCode() == 0, process.readAllStandardOutput().constData());
    }
};

BALLAST_TEST(TestMethodTable)
#include "tst_method_table.moc"
