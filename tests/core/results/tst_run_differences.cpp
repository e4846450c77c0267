#include <QtTest>

#include "core/results/run_differences.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

class TestRunDifferences : public QObject {
    Q_OBJECT

    static QStringList lines(const std::vector<IndexedRun>& runs) {
        std::vector<const IndexedRun*> all;
        for (const IndexedRun& run : runs) all.push_back(&run);
        QStringList lines;
        for (const RunDifference& row : runDifferences(all)) {
            QStringList values;
            for (const std::string& value : row.values) values << QString::fromStdString(value);
            lines << QString::fromStdString(row.label) + ": " + values.join(" | ");
        }
        return lines;
    }

private Q_SLOTS:
    void onlyWhatDiffersInReadingOrder() {
        std::vector<IndexedRun> runs(3);
        QCOMPARE(lines(runs), QStringList());
        runs[1].description.config.name = "another name";
        runs[1].description.config.training.seed = 7;
        runs[2].description.config.optimizer.lr = 0.05;
        runs[2].description.device = "cuda:0";
        QCOMPARE(lines(runs),
                 QStringList({"Learning rate η: 0.1 | 0.1 | 0.05", "Training seed: 0 | 7 | 0",
                              "Trained on:  |  | cuda:0"}));
    }

    void classRulesByTheirParts() {
        std::vector<IndexedRun> runs(2);
        runs[0].description.config.phases.resize(2);
        runs[0].description.config.phases[1].from = 5;
        runs[1].description.config.phases = runs[0].description.config.phases;
        runs[0].description.config.phases[1].alpha = {"power", {{"nu", 0.2}}, {}};
        runs[1].description.config.phases[1].alpha = {"power", {{"nu", 0.4}}, {}};
        QCOMPARE(lines(runs), QStringList("ν of class weight α_y, phase 2: 0.2 | 0.4"));
        runs[1].description.config.phases.resize(1);  // what only one has
        const QStringList some = lines(runs);
        QVERIFY2(some.contains("ν of class weight α_y, phase 2: 0.2 | "),
                 qPrintable(some.join("\n")));
    }

    void editsOverTime() {
        std::vector<IndexedRun> runs(3);
        const auto edit = [](int epoch, const char* pointer, double value) {
            return json{{"id", "x"},
                        {"epoch", epoch},
                        {"settings", {{{"pointer", pointer}, {"value", value}}}},
                        {"next_phase_now", false}};
        };
        for (IndexedRun& run : runs) {
            run.description.edits.push_back(edit(3, "/optimizer/lr", 0.5));  // in all
        }
        runs[0].description.edits.push_back(edit(40, "/phase/sam_radius", 0.1));
        runs[2].description.edits.push_back(edit(40, "/phase/sam_radius", 0.2));
        json next = edit(50, "/optimizer/lr", 0.25);
        next["next_phase_now"] = true;
        runs[1].description.edits.push_back(next);
        const QStringList all = lines(runs);
        QCOMPARE(all.size(), 3);
        QVERIFY2(all[0].endsWith(", edited after epoch 40: 0.1 |  | 0.2"), qPrintable(all[0]));
        QVERIFY2(all[0].startsWith("SAM radius"), qPrintable(all[0]));
        QCOMPARE(all[1], QString("Next phase begins, edited after epoch 50:  | yes | "));
    }

    void anUnreadableRunDiffersInNothing() {
        std::vector<IndexedRun> runs(3);
        runs[1].error = "damaged";
        runs[2].description.edits = {{{"id", "x"}, {"epoch", 1}, {"settings", "odd"}}};
        QCOMPARE(lines(runs), QStringList());
    }
};

BALLAST_TEST(TestRunDifferences)
#include "tst_run_differences.moc"
