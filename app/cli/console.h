#pragma once

#include <chrono>
#include <string>

#include "core/runs/training.h"

namespace ballast {

/// Shows runs on standard output: on a terminal a progress line that replaces itself, in a pipe
/// plain lines, with --json one JSON object a line.
class ConsoleObserver : public RunObserver {
public:
    ConsoleObserver(std::string name, int epochs, bool as_json);

    void stateChanged(RunState state) override;
    void stepFinished(const StepProgress& progress) override;
    void epochFinished(const EpochRecord& record) override;
    void said(const std::string& line) override;

private:
    void clearLine();

    const std::string name_;
    const int epochs_;
    const bool json_;
    const bool terminal_;
    bool line_shown_ = false;
    std::chrono::steady_clock::time_point last_shown_;
    StepProgress progress_;
};

/// A progress line for anything that counts: "downloading x: 45 % of 162 MiB".
class ProgressLine {
public:
    ProgressLine();
    ~ProgressLine();
    void show(const std::string& text);

private:
    const bool terminal_;
    std::string last_;
    std::chrono::steady_clock::time_point last_shown_;
};

}  // namespace ballast
