#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/results/run_events.h"
#include "core/results/transition.h"
#include "tests/core/results/made_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

namespace {

QStringList lines(const std::vector<HistoryEvent>& events) {
    QStringList lines;
    for (const HistoryEvent& event : events) {
        lines << QStringLiteral("%1 %2: %3")
                     .arg(event.epoch)
                     .arg(QLatin1String(eventName(event.kind)), QString::fromStdString(event.text));
    }
    return lines;
}

}  // namespace

class TestRunEvents : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void phasesSayWhatTheyChange() {
        RunDescription run;
        QCOMPARE(lines(describedEvents(run)), QStringList());
        run.config.phases.resize(3);
        run.config.phases[1].from = 5;
        run.config.phases[1].alpha = {"power", {{"nu", 0.2}}, {}};
        run.config.phases[2].from = 8;
        run.config.phases[2].alpha = run.config.phases[1].alpha;
        const QStringList said = lines(describedEvents(run));
        QCOMPARE(said.size(), 2);
        QVERIFY2(said[0].startsWith("5 phase: T₀ = 5: ") && said[0].contains("0.2"),
                 qPrintable(said[0]));
        QCOMPARE(said[1], QStringLiteral("8 phase: phase 3"));
    }

    void forksNameTheirParent() {
        RunDescription run;
        run.parent = {{"checkpoint", "/somewhere/epoch-000160.safetensors"}, {"epoch", 160}};
        QCOMPARE(lines(describedEvents(run)),
                 QStringList("160 fork: forked from epoch-000160.safetensors at epoch 160"));
        run.parent["run"] = "20260101-ce";
        QCOMPARE(lines(describedEvents(run)),
                 QStringList("160 fork: forked from 20260101-ce at epoch 160"));
        run.parent = {{"imported", "folder"}};
        QVERIFY(describedEvents(run).empty());
    }

    /// An edit that splits a phase is one event, with what held before.
    void editsSayBeforeAndAfter() {
        RunDescription run;
        run.config.phases.resize(2);
        run.config.phases[0].alpha = {"power", {{"nu", 0.0}}, {}};
        run.config.phases[1].from = 4;
        run.config.phases[1].alpha = {"power", {{"nu", 1.0}}, {}};
        run.edits.push_back({{"id", "x"},
                             {"epoch", 4},
                             {"settings", {{{"pointer", "/phase/alpha/nu"}, {"value", 1.0}}}},
                             {"next_phase_now", false}});
        run.edits.push_back({{"id", "y"}, {"epoch", 6}, {"next_phase_now", true}});
        const QStringList said = lines(describedEvents(run));
        QCOMPARE(said.size(), 2);
        QVERIFY2(said[0].startsWith("4 edit: edit: ") && said[0].endsWith(" 0 → 1"),
                 qPrintable(said[0]));
        QCOMPARE(said[1], QStringLiteral("6 edit: edit: next phase begins"));
        const std::vector<RunDifference> changes = editChanges(run, 4);
        QCOMPARE(changes.size(), std::size_t{1});
        QVERIFY((changes[0].values == std::vector<std::string>{"0", "1"}));
        QVERIFY(editChanges(run, 5).empty());
    }

    void learningRatesThatRestHaveSteps() {
        const std::vector<double> steps{0.1, 0.1, 0.01, 0.01, 0.001};
        QCOMPARE(lines(learningRateSteps(steps, {})),
                 QStringList({"2 learning-rate: learning rate 0.1 → 0.01",
                              "4 learning-rate: learning rate 0.01 → 0.001"}));
        const HistoryEvent told[] = {{HistoryEvent::Kind::phase, 2, ""}};
        QCOMPARE(learningRateSteps(steps, told).size(), std::size_t{1});
        QVERIFY(learningRateSteps(std::vector{0.1, 0.09, 0.07, 0.04, 0.0}, {}).empty());
        QVERIFY(learningRateSteps(std::vector{0.02, 0.04, 0.06, 0.08, 0.1, 0.1}, {}).empty());
        QVERIFY(learningRateSteps(std::vector{0.1, kMissing, 0.1, 0.1}, {}).empty());
        QVERIFY(learningRateSteps({}, {}).empty());
    }

    void allOfThemByEpoch() {
        RunDescription run;
        run.config.phases.resize(2);
        run.config.phases[1].from = 20;  // behind the warm-up
        std::vector<EpochRecord> records;
        for (const double balanced : {0.2, 0.5, 0.818, 0.4, 0.818}) {
            records.push_back(madeRecord(static_cast<int>(records.size()), balanced));
            records.back().learning_rate = records.size() > 1 ? 0.01 : 0.1;
        }
        QCOMPARE(lines(runEvents(run, records)),
                 QStringList({"1 learning-rate: learning rate 0.1 → 0.01", "3 best: best 81.8 %",
                              "20 phase: T₀ = 20"}));
    }

    void weightsThatTheRunChoseAreSaid() {
        RunDescription run;
        run.config.phases.resize(2);
        run.config.phases[1].from = 2;
        run.config.phases[1].alpha = {"power-auto", {}, {}};
        std::vector<EpochRecord> records;
        for (int epoch = 0; epoch < 4; ++epoch) records.push_back(madeRecord(epoch, 0.5));
        for (const std::size_t epoch : {2, 3}) records[epoch].nu = 0.95;
        const QStringList said = lines(runEvents(run, records));
        QCOMPARE(said.size(), 2);  // the best epoch's before it
        QVERIFY2(said[1].startsWith("2 phase: ") && said[1].endsWith("; the run chose ν̂ = 0.95"),
                 qPrintable(said[1]));
        const std::vector<Transition> changes = transitions(run.config, {}, records);
        QVERIFY((changes[0].changes.back() ==
                 Transition::Change{"ν̂, which the run chose", "–", "0.95"}));
    }

    void shiftsThatTheRunChoseAreSaid() {
        RunDescription run;
        run.config.phases.resize(2);
        run.config.phases[1].from = 2;
        run.config.phases[1].delta = {"la-auto", {}, {}};
        std::vector<EpochRecord> records;
        for (int epoch = 0; epoch < 4; ++epoch) records.push_back(madeRecord(epoch, 0.5));
        for (const std::size_t epoch : {2, 3}) records[epoch].tau = 0.8;
        const QStringList said = lines(runEvents(run, records));
        QVERIFY2(said.last().endsWith("; the run chose τ̂ = 0.8"), qPrintable(said.last()));
        const std::vector<Transition> changes = transitions(run.config, {}, records);
        QVERIFY((changes[0].changes.back() ==
                 Transition::Change{"τ̂, which the run chose", "–", "0.8"}));
    }
};

BALLAST_TEST(TestRunEvents)
#include "tst_run_events.moc"
