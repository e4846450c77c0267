// bench_plots [RUNS [EPOCHS [CLASSES]]]: LivePlots with many runs on them, without a screen. Prints
// how long the first picture takes, what a step of zooming and panning costs, what a move of the
// crosshair and one more record cost, and the memory at its peak.
#include <sys/resource.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QMouseEvent>
#include <QToolButton>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>

#include "core/experiment/imbalance.h"
#include "widgets/live_plots.h"

using namespace ballast;

namespace {

double mebibytes() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

RunPlotInfo infoOf(int run, int epochs, int classes) {
    RunPlotInfo info;
    info.id = QStringLiteral("run-%1").arg(run);
    info.name = QStringLiteral("VS, τ %1, seed %2").arg(run / 5).arg(run % 5);
    info.color_index = run;
    info.epochs = epochs;
    info.phase_starts = {0, epochs * 4 / 5};
    for (int y = 0; y < classes; ++y) {
        info.class_counts.push_back(
            static_cast<std::int64_t>(5000.0 * std::pow(0.01, double(y) / classes)));
    }
    info.majority = majorityClasses(info.class_counts);
    return info;
}

std::vector<EpochRecord> recordsOf(int run, int epochs, int classes) {
    std::mt19937 random(static_cast<unsigned>(run));
    std::normal_distribution<double> noise(0.0, 0.01);
    const double level = 0.5 + 0.3 * (run % 97) / 97.0;
    std::vector<EpochRecord> records(static_cast<std::size_t>(epochs));
    for (int epoch = 0; epoch < epochs; ++epoch) {
        EpochRecord& record = records[static_cast<std::size_t>(epoch)];
        const auto perClass = [&](double mean) {
            std::vector<double> values(static_cast<std::size_t>(classes));
            for (double& value : values) value = mean + noise(random);
            return values;
        };
        const double learnt = level * (1.0 - std::exp(-epoch / 30.0));
        record.epoch = epoch;
        record.learning_rate = 0.1;
        record.loss = 2.3 * std::exp(-epoch / 50.0) + 0.1;
        record.streaming.accuracy = perClass(learnt);
        record.streaming.min_logit = perClass(-3.0 + 4.0 * level);
        record.streaming.majority_accuracy = learnt + 0.1 + noise(random);
        record.streaming.minority_accuracy = learnt - 0.1 + noise(random);
        if (epoch % 5 == 0) record.exact = record.streaming;
        record.test_accuracy = perClass(learnt);
        record.balanced_test_accuracy = learnt + noise(random);
    }
    return records;
}

QWidget* plotIn(const LivePlots& plots) {
    for (QWidget* child : plots.findChildren<QWidget*>()) {
        if (QString::fromLatin1(child->metaObject()->className()) == QLatin1String("QCustomPlot"))
            return child;
    }
    return nullptr;
}

/// Until `done`, or a minute has passed. Returns milliseconds.
double waited(const std::function<bool()>& done) {
    QElapsedTimer timer;
    timer.start();
    while (!done() && timer.elapsed() < 60'000) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
    }
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

/// The median and the worst of the frames that `step` causes, in ms: everything up to the picture.
void frames(const char* name, int count, const std::function<void(int)>& step) {
    std::vector<double> times;
    for (int i = 0; i < count; ++i) {
        QElapsedTimer timer;
        timer.start();
        step(i);
        QCoreApplication::processEvents();
        QCoreApplication::processEvents();
        times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
    std::ranges::sort(times);
    const double median = times[times.size() / 2];
    std::printf("%-34s %9.1f ms  worst %9.1f ms  %7.1f a second\n", name, median, times.back(),
                1000.0 / median);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const auto number = [&](int at, int fallback) {
        return argc > at ? std::max(1, std::atoi(argv[at])) : fallback;
    };
    const int runs = number(1, 1000);
    const int epochs = number(2, 200);
    const int classes = number(3, 10);
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    std::printf("%d runs, %d epochs, %d classes\n", runs, epochs, classes);
    std::printf("%-34s %9.0f MiB\n", "memory before", mebibytes());

    LivePlots plots;
    plots.resize(1200, 800);
    QElapsedTimer filling;
    filling.start();
    double making = 0.0;  // of the records themselves
    for (int run = 0; run < runs; ++run) {
        QElapsedTimer timer;
        timer.start();
        const std::vector<EpochRecord> records = recordsOf(run, epochs, classes);
        making += static_cast<double>(timer.nsecsElapsed()) / 1e6;
        const RunPlotInfo info = infoOf(run, epochs, classes);
        plots.addRun(info);
        plots.setRecords(info.id, records);
    }
    std::printf("%-34s %9.1f ms\n", "taking the records",
                static_cast<double>(filling.nsecsElapsed()) / 1e6 - making);
    plots.show();
    QWidget* plot = plotIn(plots);
    // Replots before the records are drawn are of empty plots.
    int empty = -1;
    const double first = waited([&] {
        const bool drawn =
            !plots.drawnCurve(QStringLiteral("run-0"), {"training-accuracy", "majority"}).empty();
        if (!drawn || empty < 0) empty = plots.replotCount();
        return drawn && plots.replotCount() >= empty + 3;
    });
    std::printf("%-34s %9.1f ms\n", "from the last record to a picture", first);
    QCoreApplication::processEvents();
    std::fflush(stdout);

    constexpr int steps = 30;
    frames("zooming, a notch of the wheel", steps, [&](int i) {
        const QPointF at(plot->rect().center());
        QWheelEvent wheel(at, plot->mapToGlobal(at), {}, QPoint(0, i % 8 < 4 ? 120 : -120),
                          Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(plot, &wheel);
    });
    const auto mouse = [&](QEvent::Type type, double x, Qt::MouseButtons held) {
        const QPointF at(x, plot->height() / 2.0);
        QMouseEvent event(type, at, plot->mapToGlobal(at),
                          type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton, held,
                          Qt::NoModifier);
        QCoreApplication::sendEvent(plot, &event);
    };
    const double middle = plot->width() / 2.0;
    mouse(QEvent::MouseButtonPress, middle, Qt::LeftButton);
    frames("panning, 5 pixels", steps,
           [&](int i) { mouse(QEvent::MouseMove, middle + 5.0 * (i + 1), Qt::LeftButton); });
    mouse(QEvent::MouseButtonRelease, middle, Qt::NoButton);
    frames("the crosshair, an epoch", steps, [&](int i) { plots.setCrosshair(i % epochs + 1); });
    const int before = plots.replotCount();
    plots.fit();
    const double again = waited([&] { return plots.replotCount() > before + 2; });
    std::printf("%-34s %9.1f ms (with up to 40 ms of waiting)\n", "drawing all again", again);
    std::printf("%-34s %9d\n", "widgets of the plots",
                static_cast<int>(plots.findChildren<QWidget*>().size()));
    std::printf("%-34s %9.0f MiB\n", "memory at its peak", mebibytes());
}
