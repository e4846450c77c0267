#include "app/cli/console.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/base/human_text.h"
#include "core/base/text_encoding.h"

namespace ballast {
namespace {

constexpr auto kRefresh = std::chrono::milliseconds(200);
constexpr const char* kClearLine = "\r\033[K";

std::string percent(double share) {
    if (std::isnan(share)) return "–";
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", 100.0 * share);
    return text;
}

}  // namespace

ConsoleObserver::ConsoleObserver(std::string name, int epochs, bool as_json)
    : name_(std::move(name)),
      epochs_(epochs),
      json_(as_json),
      terminal_(!as_json && ::isatty(STDOUT_FILENO) == 1) {}

void ConsoleObserver::clearLine() {
    if (line_shown_) std::cout << kClearLine;
    line_shown_ = false;
}

void ConsoleObserver::stateChanged(RunState state) {
    clearLine();
    if (json_) {
        std::cout << nlohmann::ordered_json{{"event", "state"}, {"state", stateName(state)}}.dump()
                  << std::endl;
    }
}

void ConsoleObserver::stepFinished(const StepProgress& progress) {
    progress_ = progress;
    const auto now = std::chrono::steady_clock::now();
    if (!terminal_ || now - last_shown_ < kRefresh) return;
    last_shown_ = now;
    clearLine();
    std::cout << name_ << "  epoch " << progress.epoch + 1 << "/" << progress.epochs << "  batch "
              << progress.step << "/" << progress.steps << "  "
              << std::llround(progress.images_per_second) << " images/s";
    if (progress.seconds_left >= 0) {
        std::cout << "  " << durationInWords(progress.seconds_left) << " left";
    }
    std::cout << std::flush;
    line_shown_ = true;
}

void ConsoleObserver::epochFinished(const EpochRecord& record) {
    clearLine();
    if (json_) {
        std::cout << nlohmann::ordered_json{{"event", "epoch"}, {"record", toJson(record)}}.dump()
                  << std::endl;
        return;
    }
    char loss[32];
    std::snprintf(loss, sizeof loss, "%.4f", record.loss);
    std::cout << name_ << "  epoch " << record.epoch + 1 << "/" << epochs_ << "  loss " << loss
              << "  training majority " << percent(record.streaming.majority_accuracy)
              << ", minority " << percent(record.streaming.minority_accuracy) << "  balanced test "
              << percent(record.balanced_test_accuracy);
    if (!terminal_) {
        std::cout << "  " << std::llround(progress_.images_per_second) << " images/s";
        if (progress_.seconds_left >= 0) {
            std::cout << "  " << durationInWords(progress_.seconds_left) << " left";
        }
    }
    std::cout << std::endl;
}

void ConsoleObserver::said(const std::string& line) {
    clearLine();
    if (json_) {
        std::cout << nlohmann::ordered_json{{"event", "log"}, {"text", asUtf8(line)}}.dump()
                  << std::endl;
    } else {
        std::cout << name_ << "  " << line << std::endl;
    }
}

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
    if (terminal_ && !last_.empty()) std::cerr << kClearLine;
}

void ProgressLine::show(const std::string& text) {
    const auto now = std::chrono::steady_clock::now();
    // In a pipe a line every few seconds tells enough.
    const auto pause = terminal_ ? kRefresh : std::chrono::milliseconds(3000);
    if (text == last_ || (!last_.empty() && now - last_shown_ < pause)) return;
    last_ = text;
    last_shown_ = now;
    std::cerr << (terminal_ ? kClearLine : "") << text << (terminal_ ? "" : "\n") << std::flush;
}

}  // namespace ballast
