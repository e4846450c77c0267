#include "app/desktop/working_set.h"

namespace ballast {

void WorkingSet::setTicked(const QStringList& runs, bool ticked) {
    QStringList changed_runs;
    for (const QString& run : runs) {
        if (runs_.contains(run) == ticked) continue;
        if (ticked) {
            runs_.insert(run);
        } else {
            runs_.remove(run);
        }
        changed_runs << run;
    }
    if (changed_runs.isEmpty()) return;
    Q_EMIT changed(ticked ? changed_runs : QStringList(), ticked ? QStringList() : changed_runs);
}

void WorkingSet::setOnly(const QStringList& runs) {
    const QSet<QString> wanted(runs.begin(), runs.end());
    QStringList ticked;
    for (const QString& run : runs) {  // in their order
        if (!runs_.contains(run)) ticked << run;
    }
    ticked.removeDuplicates();
    const QSet<QString> left = runs_ - wanted;
    const QStringList unticked(left.begin(), left.end());
    if (ticked.isEmpty() && unticked.isEmpty()) return;
    runs_ = wanted;
    Q_EMIT changed(ticked, unticked);
}

}  // namespace ballast
