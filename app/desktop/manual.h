#pragma once

#include <QMenu>
#include <filesystem>

namespace ballast {

/// The manual's first page for a program in the folder `program`: installed beside it, or in the
/// source tree where it was built in. Empty: there is none.
std::filesystem::path manualFor(const std::filesystem::path& program);

/// Adds "Manual" to a menu: opens its first page in a window, whose links lead to the others.
void addManual(QMenu& menu, QWidget* parent);

}  // namespace ballast
