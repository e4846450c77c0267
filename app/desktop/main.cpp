#include <QApplication>
#include <QCommandLineParser>
#include <QTimer>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>

#include "app/desktop/event_loop_probe.h"
#include "app/desktop/figure_file.h"
#include "app/desktop/figures.h"
#include "app/desktop/main_window.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/startup.h"
#include "core/analysis/named_styles.h"
#include "core/results/workspace.h"
#include "core/runs/learning_library.h"

namespace {

/// No thread can be started while the dynamic loader links Torch (glibc 2.36 holds a lock), so the
/// window first starts those that read the workspace, plan the sweep and paint.
constexpr int kCalm = 200;  // ms

std::atomic<bool> asked_to_close{false};

extern "C" void askToClose(int signal) {
    asked_to_close.store(true);
    std::signal(signal, SIG_DFL);  // a second one ends the program at once
}

/// For --time-startup: waits for the training library, prints what took how long, and closes.
void closeWhenLoaded(ballast::MainWindow& window, double painted, double opened) {
    auto* look = new QTimer(&window);
    QObject::connect(look, &QTimer::timeout, &window, [&window, look, painted, opened] {
        constexpr double kTooLong = 60000;  // ms
        const bool loaded = ballast::learningLoadedBy().has_value();
        if (!loaded && ballast::processAge() < kTooLong) return;
        look->stop();
        std::fprintf(stderr,
                     "window painted after %.0f ms, workspace open after %.0f ms, training library "
                     "%s after %.0f ms\n",
                     painted, opened, loaded ? "loaded" : "not loaded", ballast::processAge());
        window.close();
    });
    look->start(5);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace ballast;
    const bool has_screen = hasScreen(argc, argv);
    if (!has_screen || needsNoScreen(argc, argv)) qputenv("QT_QPA_PLATFORM", "offscreen");
    DividedArguments arguments = dividedArguments(argc, argv);
    int qt_arguments = static_cast<int>(arguments.for_qt.size());
    arguments.for_qt.push_back(nullptr);
    QApplication application(qt_arguments, arguments.for_qt.data());
    useOneNumberFormat();
    QApplication::setOrganizationName(QStringLiteral("Ballast"));
    QApplication::setApplicationName(QStringLiteral("Ballast"));
    QApplication::setApplicationVersion(QStringLiteral(BALLAST_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("ballast"));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/ballast/ballast.svg")));

    QCommandLineParser parser;
    parser.setApplicationDescription(
        QApplication::tr("A desktop laboratory for imbalanced learning."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption workspace(
        QStringLiteral("workspace"),
        QApplication::tr("Folder that holds the runs; without it, the one of the settings."),
        QStringLiteral("DIR"), QString::fromStdString(defaultWorkspace().string()));
    const QCommandLineOption read_only(
        QStringLiteral("read-only"),
        QApplication::tr("Look at the workspace only: nothing is trained, written or changed."));
    const QCommandLineOption data(QStringLiteral("data"),
                                  QApplication::tr("Folder with data sets, searched first."),
                                  QStringLiteral("DIR"));
    const QCommandLineOption demo(
        QStringLiteral("demo"),
        QApplication::tr("Queue the demo experiment's runs and show them."));
    const QCommandLineOption export_figures(
        QStringLiteral("export-figures"),
        QApplication::tr("Write figures and tables of all runs into DIR, without a window."),
        QStringLiteral("DIR"));
    const QCommandLineOption figure(
        QStringLiteral("figure"),
        QApplication::tr("Draw the figure of a description FILE, without a window; see --output."),
        QStringLiteral("FILE"));
    const QCommandLineOption set(
        QStringLiteral("set"),
        QApplication::tr("Only the runs of this saved set, for --figure and --export-figures."),
        QStringLiteral("NAME"));
    const QCommandLineOption output(
        QStringLiteral("output"),
        QApplication::tr("Where --figure is written: a file that ends in %1.").arg(figureEndings()),
        QStringLiteral("FILE"));
    const QCommandLineOption style(
        QStringLiteral("style"),
        QApplication::tr("How figures look: a style's file, or the name of one that is built in "
                         "or saved in the workspace."),
        QStringLiteral("FILE"));
    const QCommandLineOption probe(
        QStringLiteral("probe"),
        QApplication::tr(
            "Print the time to the first paint, and the event loop's delays at exit."));
    const QCommandLineOption time_startup(
        QStringLiteral("time-startup"),
        QApplication::tr(
            "Print how long the window, the workspace and the training library took; close."));
    parser.addOptions({workspace, read_only, data, demo, export_figures, figure, set, style, output,
                       probe, time_startup});
    parser.addPositionalArgument(QStringLiteral("config"),
                                 QApplication::tr("Config file to put into the editor."),
                                 QStringLiteral("[config]"));
    QStringList words = QApplication::arguments();
    for (const char* word : arguments.style) words << QString::fromLocal8Bit(word);
    parser.process(words);

    try {
        const std::filesystem::path folder = parser.value(workspace).toStdString();
        if (parser.isSet(export_figures)) {
            const auto files = writeWorkspaceFigures(
                folder, parser.value(export_figures).toStdString(), parser.value(set).toStdString(),
                styleGiven(parser.value(style).toStdString(), folder));
            for (const auto& file : files) std::puts(file.c_str());
            return 0;
        }
        if (parser.isSet(figure)) {
            if (!parser.isSet(output)) {
                throw ConfigError("--figure needs --output FILE, which ends in " +
                                  figureEndings().toStdString());
            }
            const auto warnings = drawFigureFile(
                {parser.value(figure).toStdString(), folder, parser.value(set).toStdString(),
                 parser.value(style).toStdString(), parser.value(output).toStdString()});
            for (const std::string& warning : warnings) {
                std::fprintf(stderr, "ballast: %s\n", warning.c_str());
            }
            std::puts(parser.value(output).toUtf8().constData());
            return 0;
        }
        if (!has_screen) {
            throw ConfigError(
                "there is no screen to show the window on: set DISPLAY or WAYLAND_DISPLAY, or "
                "train "
                "without a window by ballast-cli");
        }
        applyTheme(application, Settings().theme());
        std::vector<std::filesystem::path> data_folders;
        for (const QString& given : parser.values(data))
            data_folders.emplace_back(given.toStdString());
        const std::filesystem::path shown =
            parser.isSet(workspace) ? folder : Settings().startWorkspace();
        RunController controller(learningLibrary(), {DataStore(data_folders), 0, true}, shown,
                                 parser.isSet(read_only) ? Access::look : Access::write);
        MainWindow window(controller);
        std::unique_ptr<EventLoopProbe> delays;
        if (parser.isSet(demo)) {
            window.showRuns();
        } else {
            window.showFirstPage();
        }
        window.show();
        // The end of a session, or Ctrl+C, closes the window as its user would: runs are postponed.
        std::signal(SIGINT, askToClose);
        std::signal(SIGTERM, askToClose);
        QTimer signals_timer;
        QObject::connect(&signals_timer, &QTimer::timeout, &window, [&] {
            if (asked_to_close.exchange(false)) window.close();
        });
        signals_timer.start(200);
        // Reading the workspace and loading Torch take as long as all before; nobody waits for it.
        afterFirstPaint(window, [&] {
            const double painted = processAge();
            if (parser.isSet(probe)) {
                std::fprintf(stderr, "window painted after %.0f ms\n", painted);
                delays = std::make_unique<EventLoopProbe>();
            }
            controller.open();
            if (parser.isSet(demo)) window.startDemo();
            for (const QString& file : parser.positionalArguments())
                window.openConfig(file.toStdString());
            QTimer::singleShot(kCalm, &controller, [&] { controller.loadTraining(); });
            if (parser.isSet(time_startup)) closeWhenLoaded(window, painted, processAge());
        });
        const int code = QApplication::exec();
        if (delays) std::fprintf(stderr, "%s\n", qPrintable(delays->report()));
        return code;
    } catch (const Error& error) {
        std::fprintf(stderr, "ballast: %s\n", error.what());
        return static_cast<int>(error.exitCode());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "ballast: %s\n", sentenceOf(error).c_str());
        return static_cast<int>(ExitCode::run_failed);
    }
}
