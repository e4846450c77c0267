// bench_table RUNS [EPOCHS]: what the run table costs with so many runs in memory: setting,
// sorting, grouping, filtering, a frame of scrolling, one epoch of one run. Times in milliseconds;
// each column also as a multiple of the frame of 16.7 ms. Runs without a screen.
#include <QApplication>
#include <QElapsedTimer>
#include <QPixmap>
#include <QScrollBar>
#include <QTreeView>
#include <cmath>
#include <cstdio>
#include <deque>

#include "core/results/config_key.h"
#include "widgets/run_table.h"

using namespace ballast;

namespace {

constexpr double kFrame = 1000.0 / 60.0;

/// Runs of a sweep: three methods, values of ν, five seeds.
std::deque<IndexedRun> madeRuns(int count, int epochs) {
    static const char* const kMethods[] = {"CE+DRW", "LDAM+DRW", "VS+DRW"};
    std::deque<IndexedRun> runs;
    for (int i = 0; i < count; ++i) {
        IndexedRun run;
        run.id = "run-" + std::to_string(i);
        RunConfig& config = run.description.config;
        config.name = kMethods[i / 5 % 3];
        config.training.seed = i % 5;
        config.training.epochs = epochs;
        config.optimizer.lr = 0.001 * (1 + i / 15);
        run.status.state = RunState::finished;
        run.config_key = configKey(run.description);
        for (int e = 0; e < epochs; ++e) {
            EpochScalars scalars;
            scalars.balanced_test_accuracy = 0.5 + 0.4 * std::sin(i * 0.37 + e * 0.01);
            scalars.loss = 1.0 / (e + 1);
            run.epochs.push_back(scalars);
        }
        runs.push_back(std::move(run));
    }
    return runs;
}

void say(const char* what, double milliseconds) {
    std::printf("%-44s %9.2f ms  %8.2f frames\n", what, milliseconds, milliseconds / kFrame);
}

template<class Work>
void timed(const char* what, const Work& work) {
    QElapsedTimer clock;
    clock.start();
    work();
    say(what, static_cast<double>(clock.nsecsElapsed()) * 1e-6);
}

}  // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication app(argc, argv);
    const int count = argc > 1 ? std::atoi(argv[1]) : 10'000;
    const int epochs = argc > 2 ? std::atoi(argv[2]) : 20;
    if (count < 1 || epochs < 1) {
        std::fprintf(stderr, "usage: bench_table RUNS [EPOCHS]\n");
        return 2;
    }
    std::deque<IndexedRun> runs = madeRuns(count, epochs);
    RunTable table([&] {
        std::vector<TableRun> given;
        for (const IndexedRun& run : runs) given.push_back({&run, 0, false, {}, -1.0});
        return given;
    });
    table.resize(1200, 600);
    auto& view = *table.findChild<QTreeView*>();
    const auto oneEpoch = [&] {
        runs.back().epochs.push_back(runs.back().epochs.back());
        table.refresh();
    };
    const auto scroll = [&](const char* what) {
        QScrollBar& bar = *view.verticalScrollBar();
        double slowest = 0.0;
        constexpr int kFrames = 60;
        QElapsedTimer clock;
        for (int i = 0; i < kFrames; ++i) {
            clock.start();
            bar.setValue(bar.maximum() * i / kFrames);
            view.viewport()->grab();
            slowest = std::max(slowest, static_cast<double>(clock.nsecsElapsed()) * 1e-6);
        }
        say(what, slowest);
    };
    const auto cells = [&](const char* what) {
        const RunTableModel& model = table.model();
        double slowest = 0.0;
        QElapsedTimer clock;
        for (int row = 0; row < model.rowCount(); row += 7) {
            for (int column = 0; column < model.columnCount(); ++column) {
                const QModelIndex at = model.index(row, column);
                for (const int role : {int(Qt::DisplayRole), int(Qt::TextAlignmentRole),
                                       int(Qt::CheckStateRole), int(Qt::ToolTipRole)}) {
                    clock.start();
                    model.data(at, role);
                    slowest = std::max(slowest, static_cast<double>(clock.nsecsElapsed()) * 1e-6);
                }
            }
        }
        say(what, slowest);
    };
    std::printf("%d runs of %d epochs\n", count, epochs);
    timed("first picture", [&] {
        table.show();
        table.grab();
    });
    timed("one epoch of one run", oneEpoch);
    scroll("scrolling, the slowest of 60 frames");
    cells("asking the model for a cell, the slowest");
    timed("sorting by the best accuracy", [&] { view.sortByColumn(3, Qt::DescendingOrder); });
    timed("one epoch of one run, sorted", oneEpoch);
    timed("a column of the config", [&] {
        table.setColumns({"name", "state", "best", "/optimizer/lr"});
    });
    timed("a filter by result", [&] { table.setFilter(QStringLiteral("best>0.6")); });
    timed("no filter", [&] { table.setFilter({}); });
    timed("grouping over seeds", [&] { table.setGrouped(true); });
    timed("one epoch of one run, grouped", oneEpoch);
    scroll("scrolling groups, the slowest of 60 frames");
    cells("asking the model for a group's cell, the slowest");
    timed("grouping by the method", [&] { table.setGrouping({true, {"method"}}); });
    timed("a run's tick and progress, 1,000 times", [&] {
        for (int i = 0; i < 1000; ++i) table.renew({&runs.back(), 1, i % 2 == 0, {}, 0.5});
    });
    return 0;
}
