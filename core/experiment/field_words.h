#pragma once

#include <string>

namespace ballast {

/// What people call the field, or the part of a class rule, that a pointer into a config leads to:
/// "Class weight α_y, phase 2", "ν of class weight α_y, phase 2"; counted from 1, as on the screen.
/// A pointer that leads to neither is returned as it is.
std::string fieldInWords(const std::string& pointer);

/// The shortest that people call it: its symbol, or its label; "ν" of "/phases/1/alpha/nu". A name
/// in the config where it has neither.
std::string fieldSymbol(const std::string& pointer);

/// fieldInWords of an edit's pointer, where "/phase/…" is of the phase that was in force: "Learning
/// rate" of "/phase/lr_factor".
std::string editedInWords(const std::string& pointer);

}  // namespace ballast
