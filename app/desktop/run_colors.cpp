#include "app/desktop/run_colors.h"

namespace ballast {

void RunColors::give(const QString& run) {
    if (colors_.contains(run)) return;
    int color = 0;
    for (const int taken : taken_) {
        if (taken != color) break;
        ++color;
    }
    taken_.insert(color);
    colors_[run] = color;
}

void RunColors::forget(const QString& run) {
    const auto found = colors_.find(run);
    if (found == colors_.end()) return;
    taken_.erase(found->second);
    colors_.erase(found);
}

int RunColors::of(const QString& run) const {
    const auto found = colors_.find(run);
    return found == colors_.end() ? 0 : found->second;
}

}  // namespace ballast
