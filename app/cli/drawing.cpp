#include "app/cli/drawing.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include "core/base/error.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

/// "" where there is none.
fs::path windowProgram() {
    std::error_code error;
    const fs::path own = fs::read_symlink("/proc/self/exe", error);
    if (error) return {};
    fs::path program = own.parent_path() / "ballast";
    return fs::exists(program, error) ? program : fs::path();
}

}  // namespace

bool drawFigure(const fs::path& description, const fs::path& workspace, const std::string& set,
                const std::string& style, const fs::path& output) {
    const std::string program = windowProgram().string();
    if (program.empty()) return false;
    std::vector<std::string> words = {program,
                                      "--figure",
                                      description.string(),
                                      "--workspace",
                                      workspace.string(),
                                      "--output",
                                      output.string(),
                                      "--set",
                                      set,
                                      "--style",
                                      style};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    // Its standard output, the files' names, is said by the caller.
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int begun =
        ::posix_spawn(&child, program.c_str(), &files, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&files);
    if (begun != 0) throw StorageError("cannot start " + program + ": " + std::strerror(begun));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
    const std::string sentence = output.string() + " was not drawn";
    const bool mistaken =
        WIFEXITED(status) && WEXITSTATUS(status) == static_cast<int>(ExitCode::bad_config);
    if (mistaken) throw ConfigError(sentence);
    throw StorageError(sentence);
}

}  // namespace ballast
