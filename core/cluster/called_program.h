#pragma once

#include <string>
#include <vector>

namespace ballast {

/// What a program answered.
struct ProgramAnswer {
    bool there = true;    // false: no such program
    bool in_time = true;  // false: it was ended for taking too long
    int exit_code = -1;   // −1: a signal ended it
    std::string out;
    std::string err;

    bool good() const { return there && in_time && exit_code == 0; }
    /// What it complained of: the last line of its standard error, without the program's name.
    std::string complaint() const;
};

/// Runs a program to its end, without a shell: the first word is looked for in PATH, its standard
/// input is empty. Ends it after so many seconds. Any thread. Throws StorageError where the system
/// has no room for it.
ProgramAnswer answerOf(const std::vector<std::string>& command, int seconds);

}  // namespace ballast
