#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ballast {

/// What an experiment tracker has kept of one run: named numbers over steps.
struct LoggedScalars {
    std::string name;  // the tracker's name of the run; may be empty
    std::map<std::string, std::map<std::int64_t, double>> series;  // by tag or column: step, value
    std::vector<std::string> notes;                                // what was left out
};

}  // namespace ballast
