#include "widgets/schedule_handles.h"

#include <algorithm>
#include <cmath>

#include "widgets/qt_text.h"

namespace ballast {
namespace {

using HandleKind = ScheduleHandle::Kind;

/// Epochs between which a handle can be moved, both included.
std::pair<int, int> epochRangeOf(const RunConfig& config, const ScheduleHandle& handle) {
    const auto between = [&](const auto& list, int lowest) {
        const std::size_t i = handle.index;
        const int first = i > 0 ? list[i - 1].from + 1 : lowest;
        const int last = i + 1 < list.size() ? list[i + 1].from - 1 : config.training.epochs - 1;
        return std::pair(first, std::max(first, last));
    };
    return handle.kind == HandleKind::start ? between(config.phases, 0)
                                            : between(config.lr_schedule.steps, 1);
}

int& fromOf(RunConfig& config, const ScheduleHandle& handle) {
    return handle.kind == HandleKind::start ? config.phases[handle.index].from
                                            : config.lr_schedule.steps[handle.index].from;
}

}  // namespace

std::vector<ScheduleHandle> handlesOf(const RunConfig& config) {
    std::vector<ScheduleHandle> handles;
    for (std::size_t i = 1; i < config.phases.size(); ++i)
        handles.push_back({HandleKind::start, i});
    for (std::size_t i = 0; i < config.lr_schedule.steps.size(); ++i) {
        handles.push_back({HandleKind::step, i});
    }
    for (std::size_t i = 0; i < config.phases.size(); ++i)
        handles.push_back({HandleKind::radius, i});
    return handles;
}

int epochOf(const RunConfig& config, const ScheduleHandle& handle) {
    return handle.kind == HandleKind::step ? config.lr_schedule.steps[handle.index].from
                                           : config.phases[handle.index].from;
}

bool moveTo(RunConfig& config, const ScheduleHandle& handle, int epoch) {
    if (handle.kind == HandleKind::radius) return false;
    const auto [first, last] = epochRangeOf(config, handle);
    const int moved = std::clamp(epoch, first, last);
    int& from = fromOf(config, handle);
    if (moved == from) return false;
    from = moved;
    return true;
}

std::optional<std::size_t> addStepAt(RunConfig& config, int epoch) {
    if (config.lr_schedule.kind != LrKind::steps) return std::nullopt;
    if (epoch < 1 || epoch >= config.training.epochs) return std::nullopt;
    std::vector<LrStep>& steps = config.lr_schedule.steps;
    const auto next = std::ranges::lower_bound(steps, epoch, {}, &LrStep::from);
    if (next != steps.end() && next->from == epoch) return std::nullopt;
    const double before = next == steps.begin() ? 1.0 : std::prev(next)->factor;
    // 0.01 and not 0.010000000000000002
    const double tenth = QString::number(before * 0.1, 'g', 12).toDouble();
    const auto added = steps.insert(next, LrStep{epoch, tenth});
    return static_cast<std::size_t>(added - steps.begin());
}

void removeStep(RunConfig& config, std::size_t step) {
    std::vector<LrStep>& steps = config.lr_schedule.steps;
    if (step < steps.size()) steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(step));
}

double valueOf(const RunConfig& config, const ScheduleHandle& handle) {
    switch (handle.kind) {
        case HandleKind::start:
            break;
        case HandleKind::step:
            return config.lr_schedule.steps[handle.index].factor;
        case HandleKind::radius:
            return config.phases[handle.index].sam_radius;
    }
    return 0.0;
}

bool setValueOf(RunConfig& config, const ScheduleHandle& handle, double value) {
    if (handle.kind == HandleKind::start || value == valueOf(config, handle)) return false;
    if (handle.kind == HandleKind::step) {
        if (!(value > 0.0) || value > 1000.0) return false;
        config.lr_schedule.steps[handle.index].factor = value;
    } else {
        if (!(value >= 0.0) || value > 10.0) return false;
        config.phases[handle.index].sam_radius = value;
    }
    return true;
}

double nextValue(const RunConfig& config, const ScheduleHandle& handle, bool up) {
    const double value = valueOf(config, handle);
    if (handle.kind == HandleKind::radius) {
        const double steps = value / 0.05;
        const double next = up ? std::floor(steps + 1e-6) + 1.0 : std::ceil(steps - 1e-6) - 1.0;
        return std::max(0.0, std::round(next * 5.0) / 100.0);
    }
    if (handle.kind == HandleKind::start) return value;
    // The nearest of 1, 2 and 5 times a power of ten beyond the value.
    const int power = static_cast<int>(std::floor(std::log10(value)));
    double next = value;
    for (int exponent = power - 1; exponent <= power + 1; ++exponent) {
        for (const int digit : {1, 2, 5}) {
            // From text, so that it is the number that is typed so.
            const double one = QStringLiteral("%1e%2").arg(digit).arg(exponent).toDouble();
            const bool beyond = up ? one > value * (1 + 1e-9) : one < value * (1 - 1e-9);
            const bool nearer = next == value || (up ? one < next : one > next);
            if (beyond && nearer) next = one;
        }
    }
    return next;
}

QString handleLabel(const RunConfig& config, const ScheduleHandle& handle) {
    switch (handle.kind) {
        case HandleKind::start:
            return handle.index == 1
                       ? tr("T₀ = %1").arg(epochOf(config, handle))
                       : tr("phase %1: %2").arg(handle.index + 1).arg(epochOf(config, handle));
        case HandleKind::step:
            return tr("× %1").arg(valueOf(config, handle), 0, 'g', 4);
        case HandleKind::radius:
            return tr("SAM %1").arg(valueOf(config, handle), 0, 'g', 4);
    }
    return {};
}

QString handleInWords(const RunConfig& config, const ScheduleHandle& handle) {
    const std::size_t number = handle.index + 1;
    switch (handle.kind) {
        case HandleKind::start:
            return tr("start of phase %1 at epoch %2").arg(number).arg(epochOf(config, handle));
        case HandleKind::step:
            return tr("learning-rate step %1 at epoch %2, base rate times %3")
                .arg(number)
                .arg(epochOf(config, handle))
                .arg(valueOf(config, handle), 0, 'g', 4);
        case HandleKind::radius:
            return tr("SAM radius of phase %1, %2")
                .arg(number)
                .arg(valueOf(config, handle), 0, 'g', 4);
    }
    return {};
}

}  // namespace ballast
