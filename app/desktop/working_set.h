#pragma once

#include <QObject>
#include <QSet>
#include <QStringList>

namespace ballast {

/// The runs that people have ticked: what every page, plot and export shows. One for the window,
/// and all on its thread. What is selected, a row or several, is another matter.
class WorkingSet : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    bool contains(const QString& run) const { return runs_.contains(run); }
    const QSet<QString>& runs() const { return runs_; }

    void setTicked(const QStringList& runs, bool ticked);
    void setOnly(const QStringList& runs);

Q_SIGNALS:
    /// Never with nothing; a run is in one of the two.
    void changed(const QStringList& ticked, const QStringList& unticked);

private:
    QSet<QString> runs_;
};

}  // namespace ballast
