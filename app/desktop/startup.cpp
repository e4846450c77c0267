#include "app/desktop/startup.h"

#include <unistd.h>

#include <QEvent>
#include <QLocale>
#include <QTimer>
#include <QWidget>
#include <algorithm>
#include <clocale>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace ballast {
namespace {

constexpr int kNeverPainted = 1000;  // ms

/// Waits for one paint event of the widget it watches.
class FirstPaint : public QObject {
public:
    FirstPaint(QWidget& window, std::function<void()> then)
        : QObject(&window), then_(std::move(then)) {
        window.installEventFilter(this);
        QTimer::singleShot(kNeverPainted, this, [this] { go(); });
    }

    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::Paint) {
            watched->removeEventFilter(this);
            // Behind this paint, its children's, and their way to the screen.
            QTimer::singleShot(0, this, [this] { go(); });
        }
        return QObject::eventFilter(watched, event);
    }

private:
    void go() {
        if (const auto then = std::exchange(then_, nullptr)) then();
        deleteLater();
    }

    std::function<void()> then_;
};

}  // namespace

void afterFirstPaint(QWidget& window, std::function<void()> then) {
    new FirstPaint(window, std::move(then));
}

double processAge() {
    // The 22nd field of the line, in ticks since the machine was started. The second is the
    // program's name in brackets, which may hold anything.
    std::ifstream file("/proc/self/stat");
    const std::string line{std::istreambuf_iterator<char>(file), {}};
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string field;
    for (int i = 3; i <= 22; ++i) fields >> field;
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    const double started = std::strtod(field.c_str(), nullptr) / double(::sysconf(_SC_CLK_TCK));
    return 1000.0 * (double(now.tv_sec) + 1e-9 * double(now.tv_nsec) - started);
}

bool hasScreen(int argc, const char* const* argv) {
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
        if (!qEnvironmentVariableIsEmpty(name)) return true;
    }
    return std::any_of(argv + 1, argv + argc, [](const char* argument) {
        const std::string_view text(argument);
        return text == "-platform" || text == "--platform";
    });
}

bool needsNoScreen(int argc, const char* const* argv) {
    return std::any_of(argv + 1, argv + argc, [](const char* argument) {
        const std::string_view text(argument);
        return text == "-h" || text == "--help" || text == "--help-all" || text == "-v" ||
               text == "--version" || text.starts_with("--export-figures") ||
               text.starts_with("--figure");
    });
}

DividedArguments dividedArguments(int argc, char** argv) {
    DividedArguments divided;
    for (int i = 0; i < argc; ++i) {
        const std::string_view text(argv[i]);
        const bool ours = text == "--style" || text.starts_with("--style=");
        (ours ? divided.style : divided.for_qt).push_back(argv[i]);
        if (text == "--style" && i + 1 < argc) divided.style.push_back(argv[++i]);
    }
    return divided;
}

void useOneNumberFormat() {
    std::setlocale(LC_NUMERIC, "C");
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
}

}  // namespace ballast
