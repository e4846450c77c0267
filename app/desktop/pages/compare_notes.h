#pragma once

#include <string>
#include <vector>

class QLabel;

namespace ballast {

/// A label beneath a figure for what must be known to read it.
QLabel* makeNotes();

/// Shows the protocol and the first warnings; all of them as its tip. Hidden where there is
/// nothing.
void showNotes(QLabel& notes, const std::string& protocol,
               const std::vector<std::string>& warnings);

}  // namespace ballast
