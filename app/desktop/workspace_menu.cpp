#include "app/desktop/workspace_menu.h"

#include <QAction>
#include <QCoreApplication>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QProcess>
#include <QWidget>

#include "app/desktop/run_controller.h"
#include "app/desktop/settings.h"
#include "core/results/workspace.h"
#include "widgets/icons.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

bool startThisProgram(const QStringList& arguments) {
    return QProcess::startDetached(QCoreApplication::applicationFilePath(), arguments);
}

/// Where this window looks for data sets, so does the other.
QStringList dataArguments(const QStringList& given) {
    const QString option = QStringLiteral("--data");
    QStringList passed;
    for (int i = 1; i < given.size(); ++i) {
        if (given[i].startsWith(option + QLatin1Char('='))) passed << given[i];
        if (given[i] == option && i + 1 < given.size()) passed << option << given[++i];
    }
    return passed;
}

/// The home folder as "~", which leaves room for what differs.
QString shortPath(const QString& folder) {
    const QString home = QDir::homePath();
    return folder.startsWith(home + QLatin1Char('/')) ? QLatin1Char('~') + folder.mid(home.size())
                                                      : folder;
}

}  // namespace

WorkspaceMenu::WorkspaceMenu(RunController& controller, Settings& settings, QWidget* window,
                             Launch launch)
    : QObject(window),
      controller_(controller),
      settings_(settings),
      window_(window),
      launch_(launch ? std::move(launch) : startThisProgram),
      open_(new QAction(icon(QStringLiteral("folder")), tr("Open another &workspace…"), this)),
      look_(new QAction(tr("&Look at a workspace…"), this)),
      recent_(new QMenu(tr("&Recent workspaces"), window)) {
    open_->setObjectName(QStringLiteral("open_workspace"));
    open_->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O));
    open_->setToolTip(tr(
        "Open another workspace (Ctrl+Shift+O) in a window of its own; training here continues"));
    connect(open_, &QAction::triggered, this, [this] { choose(); });
    look_->setObjectName(QStringLiteral("look_at_workspace"));
    look_->setToolTip(tr("Open another workspace read-only: nothing there is trained or changed"));
    connect(look_, &QAction::triggered, this, [this] { choose(true); });
    recent_->setObjectName(QStringLiteral("recent_workspaces"));
    recent_->menuAction()->setObjectName(QStringLiteral("recent_workspaces_menu"));
    recent_->setToolTipsVisible(true);
    connect(recent_, &QMenu::aboutToShow, this, &WorkspaceMenu::fillRecent);
    settings_.addRecentWorkspace(text(controller_.workspace().string()));
}

QList<QAction*> WorkspaceMenu::actions() const {
    return {open_, look_, recent_->menuAction()};
}

void WorkspaceMenu::choose(bool read_only) {
    const QString folder = QFileDialog::getExistingDirectory(
        window_,
        read_only ? tr("Folder of the workspace, to be looked at only")
                  : tr("Folder of the workspace; an empty one becomes a new workspace"),
        QFileInfo(text(controller_.workspace().string())).absolutePath());
    if (!folder.isEmpty()) open(folder, read_only);
}

void WorkspaceMenu::open(const QString& folder, bool read_only) {
    std::error_code ignored;
    const std::filesystem::path path = folder.toStdString();
    if (std::filesystem::equivalent(path, controller_.workspace(), ignored)) {
        Q_EMIT said(tr("This window shows %1.").arg(folder));
        return;
    }
    attempt(
        [&] {
            refuseNested(path);
            QStringList arguments{QStringLiteral("--workspace"), folder};
            if (read_only) arguments << QStringLiteral("--read-only");
            arguments += dataArguments(QCoreApplication::arguments());
            if (!launch_(arguments)) {
                throw StorageError("cannot start another window: " +
                                   QCoreApplication::applicationFilePath().toStdString() +
                                   " cannot be started");
            }
            Q_EMIT said(tr("Opening %1 in another window…").arg(folder));
        },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

void WorkspaceMenu::fillRecent() {
    recent_->clear();
    const QString here = QDir(text(controller_.workspace().string())).absolutePath();
    for (const QString& folder : settings_.recentWorkspaces()) {
        if (folder == here) continue;
        QString words = shortPath(folder);
        QAction* action = recent_->addAction(words.replace(QLatin1Char('&'), QStringLiteral("&&")));
        action->setToolTip(folder);
        connect(action, &QAction::triggered, this, [this, folder] { open(folder); });
    }
    if (recent_->isEmpty()) recent_->addAction(tr("No other workspace yet"))->setEnabled(false);
}

}  // namespace ballast
