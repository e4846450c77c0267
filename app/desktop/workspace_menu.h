#pragma once

#include <QObject>
#include <QStringList>
#include <functional>

class QAction;
class QMenu;
class QWidget;

namespace ballast {

class RunController;
class Settings;

/// Opening another workspace, chosen or one of the last: in a window and a process of its own, so
/// that what trains here is not touched.
class WorkspaceMenu : public QObject {
    Q_OBJECT
public:
    /// Starts this program with these arguments; whether it could.
    using Launch = std::function<bool(const QStringList& arguments)>;

    /// All must outlive it. Without a `launch` this program's file is started. The controller's
    /// workspace becomes the most recent one.
    WorkspaceMenu(RunController& controller, Settings& settings, QWidget* window,
                  Launch launch = {});

    /// For the File menu: "Open another workspace…", the same read-only, and the recent ones.
    QList<QAction*> actions() const;

    /// Asks for a folder and opens it; where `read_only`, only to be looked at.
    void choose(bool read_only = false);
    void open(const QString& folder, bool read_only = false);

Q_SIGNALS:
    void failed(const QString& sentence);
    void said(const QString& sentence);

private:
    void fillRecent();

    RunController& controller_;
    Settings& settings_;
    QWidget* window_;
    const Launch launch_;
    QAction* open_;
    QAction* look_;
    QMenu* recent_;
};

}  // namespace ballast
