#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <vector>

namespace ballast {

/// Measures how late the window's event loop is: a timer that should fire every 10 ms notes by how
/// much it was late. Switched on by --probe; the program prints report() at its end.
class EventLoopProbe : public QObject {
public:
    EventLoopProbe();

    /// "event-loop delay: median 0.1 ms, p99 3.2 ms, longest 8.0 ms over 12345 probes"
    QString report() const;

private:
    QTimer timer_;
    QElapsedTimer since_last_;
    std::vector<double> delays_ms_;
};

}  // namespace ballast
