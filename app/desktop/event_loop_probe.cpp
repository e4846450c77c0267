#include "app/desktop/event_loop_probe.h"

#include <algorithm>

namespace ballast {
namespace {

constexpr int kInterval = 10;  // ms

}  // namespace

EventLoopProbe::EventLoopProbe() {
    timer_.setTimerType(Qt::PreciseTimer);
    connect(&timer_, &QTimer::timeout, this, [this] {
        const double elapsed = static_cast<double>(since_last_.nsecsElapsed()) / 1e6;
        since_last_.restart();
        delays_ms_.push_back(std::max(0.0, elapsed - kInterval));
    });
    since_last_.start();
    timer_.start(kInterval);
}

QString EventLoopProbe::report() const {
    if (delays_ms_.empty()) return QStringLiteral("event-loop delay: no probes");
    std::vector<double> sorted = delays_ms_;
    std::ranges::sort(sorted);
    const auto quantile = [&](double share) {
        return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
    };
    return QStringLiteral("event-loop delay: median %1 ms, p99 %2 ms, longest %3 ms over %4 probes")
        .arg(quantile(0.5), 0, 'f', 2)
        .arg(quantile(0.99), 0, 'f', 2)
        .arg(sorted.back(), 0, 'f', 2)
        .arg(sorted.size());
}

}  // namespace ballast
