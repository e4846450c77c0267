#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ballast {

// What packages ship beside the program, made from the tables of --help.

/// The man page ballast-cli(1): every command with its options, as roff. `version` stands in its
/// footer.
std::string manPage(const CLI::App& app, std::string_view version);

/// The shells that completionScript knows.
std::vector<std::string> completionShells();

/// A script that makes `shell` complete commands and options, and files where neither fits. Throws
/// ConfigError for an unknown shell.
std::string completionScript(const CLI::App& app, const std::string& shell);

}  // namespace ballast
