#include "core/base/error.h"

namespace ballast {
namespace {

std::string joined(const std::string& subject, const std::vector<Problem>& problems) {
    std::string text = subject;
    for (const Problem& problem : problems) {
        text += "\n  " + (problem.pointer.empty() ? std::string("/") : problem.pointer) + ": " +
                problem.message;
    }
    return text;
}

}  // namespace

ConfigError::ConfigError(const std::string& subject, std::vector<Problem> problems)
    : Error(joined(subject, problems), ExitCode::bad_config), problems_(std::move(problems)) {}

}  // namespace ballast
