#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/analysis/figure_description.h"
#include "core/analysis/figure_style.h"

namespace ballast {

/// Styles that people saved by name in a workspace.
using NamedStyles = std::map<std::string, FigureStyle>;

/// WORKSPACE/styles.json.
std::filesystem::path namedStylesFile(const std::filesystem::path& workspace);

/// None where there is no such file. Throws ConfigError with every problem, or for a newer format;
/// the file stays as it is.
NamedStyles readNamedStyles(const std::filesystem::path& workspace);

/// Replaces the file. Throws ConfigError where a name is that of a built-in style or empty, or
/// where the file there is one that readNamedStyles() does not read; StorageError.
void writeNamedStyles(const std::filesystem::path& workspace, const NamedStyles& styles);

/// The style of that name, built in or saved; the default one of no name (""). Throws ConfigError
/// with the nearest name where there is none; its sentence begins with `subject`.
FigureStyle namedStyle(const std::filesystem::path& workspace, const std::string& name,
                       const std::string& subject);

/// The style a figure asks for. Throws as namedStyle().
FigureStyle styleOf(const FigureDescription& figure, const std::filesystem::path& workspace,
                    const std::string& subject);

/// What people name on a command line: a file, which has a slash or ends in .json, or a style.
FigureStyle styleGiven(const std::string& given, const std::filesystem::path& workspace);

}  // namespace ballast
