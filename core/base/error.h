#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace ballast {

/// Exit codes of the command line, and the class of every error that reaches a user.
enum class ExitCode { done = 0, bad_config = 2, bad_data = 3, run_failed = 4, interrupted = 130 };

/// Base of every error Ballast reports. `what()` is one sentence a user can act on: it names the
/// file or field, the value, and what is allowed.
class Error : public std::runtime_error {
public:
    Error(const std::string& sentence, ExitCode code)
        : std::runtime_error(sentence), exit_code_(code) {}
    ExitCode exitCode() const { return exit_code_; }

private:
    ExitCode exit_code_;
};

/// An exception in words for people: an Error's own sentence; of a library's exception what it
/// means, never the library's text.
std::string sentenceOf(const std::exception& error);

/// One thing that is wrong with a config. `pointer` is a JSON pointer into the config as given.
struct Problem {
    std::string pointer;
    std::string message;
    bool operator==(const Problem&) const = default;
};

/// A config, option or command that cannot be carried out. Lists every problem found, not only
/// the first; `what()` joins them, one a line.
class ConfigError : public Error {
public:
    explicit ConfigError(const std::string& sentence) : Error(sentence, ExitCode::bad_config) {}
    ConfigError(const std::string& subject, std::vector<Problem> problems);
    const std::vector<Problem>& problems() const { return problems_; }

private:
    std::vector<Problem> problems_;
};

/// A data set that is missing, truncated, or not what its checksum says.
struct DataError : Error {
    explicit DataError(const std::string& sentence) : Error(sentence, ExitCode::bad_data) {}
};

/// A checkpoint that is missing, damaged, or of another model.
struct CheckpointError : Error {
    explicit CheckpointError(const std::string& sentence) : Error(sentence, ExitCode::bad_data) {}
};

/// A file or folder that cannot be read, written or owned: full disk, permissions, a newer format,
/// a run that another process holds.
struct StorageError : Error {
    explicit StorageError(const std::string& sentence) : Error(sentence, ExitCode::run_failed) {}

protected:
    StorageError(const std::string& sentence, ExitCode code) : Error(sentence, code) {}
};

/// A file that Ballast wrote and that is no longer what it wrote.
struct DamagedFileError : StorageError {
    explicit DamagedFileError(const std::string& sentence)
        : StorageError(sentence, ExitCode::bad_data) {}
};

/// A run that another process has in training.
struct RunBusyError : StorageError {
    using StorageError::StorageError;
};

/// A device that this machine or this build does not have.
struct DeviceError : Error {
    explicit DeviceError(const std::string& sentence) : Error(sentence, ExitCode::bad_config) {}
};

}  // namespace ballast
