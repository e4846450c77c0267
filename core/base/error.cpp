#include "core/base/error.h"

#include <filesystem>
#include <new>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/base/text_encoding.h"

namespace ballast {
namespace {

std::string problemsText(const std::string& subject, const std::vector<Problem>& problems) {
    std::string text = subject;
    for (const Problem& problem : problems) {
        text += "\n  " + (problem.pointer.empty() ? std::string("/") : problem.pointer) + ": " +
                problem.message;
    }
    return text;
}

std::string wordsOf(const std::exception& error) {
    if (dynamic_cast<const Error*>(&error) != nullptr) return error.what();
    if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return "there is not enough memory";
    if (const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&error)) {
        return file->path1().string() + ": " + file->code().message();
    }
    if (const auto* system = dynamic_cast<const std::system_error*>(&error)) {
        return "the operating system refuses: " + system->code().message();
    }
    if (dynamic_cast<const nlohmann::json::exception*>(&error) != nullptr) {
        return "a file of JSON has another shape than Ballast expects";
    }
    return "this should not happen, please report it: " + std::string(error.what());
}

}  // namespace

std::string sentenceOf(const std::exception& error) {
    return asUtf8(wordsOf(error));
}

ConfigError::ConfigError(const std::string& subject, std::vector<Problem> problems)
    : Error(problemsText(subject, problems), ExitCode::bad_config),
      problems_(std::move(problems)) {}

}  // namespace ballast
