#pragma once

#include <QMenu>
#include <QStringList>

namespace ballast {

class Settings;

/// The menu of files that were opened or saved last: at most ten, those that are still there, and
/// an entry that forgets them.
class RecentFiles : public QMenu {
    Q_OBJECT
public:
    explicit RecentFiles(Settings& settings, QWidget* parent = nullptr);

    /// `file` comes first from now on.
    void add(const QString& file);
    /// Those that are still there.
    QStringList files() const;

Q_SIGNALS:
    void openRequested(const QString& file);

private:
    void fill();

    Settings& settings_;
};

}  // namespace ballast
