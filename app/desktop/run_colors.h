#pragma once

#include <QString>
#include <map>
#include <set>

namespace ballast {

/// Which colour each run has, an index into the series' colours: the lowest that no other has. A
/// run keeps its own until it is forgotten.
class RunColors {
public:
    void give(const QString& run);
    void forget(const QString& run);
    /// 0 where it has none.
    int of(const QString& run) const;

private:
    std::map<QString, int> colors_;
    std::set<int> taken_;
};

}  // namespace ballast
