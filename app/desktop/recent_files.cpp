#include "app/desktop/recent_files.h"

#include <QDir>
#include <QFileInfo>

#include "app/desktop/settings.h"

namespace ballast {
namespace {

constexpr qsizetype kMostRecent = 10;

/// "nu.json  ~/sweeps", with a key of its own.
QString recentLabel(const QString& file, qsizetype index) {
    const QFileInfo info(file);
    QString folder = info.absolutePath();
    if (folder.startsWith(QDir::homePath())) {
        folder.replace(0, QDir::homePath().size(), QLatin1Char('~'));
    }
    QString label = info.fileName() + QStringLiteral("   ") + folder;
    label.replace(QLatin1Char('&'), QStringLiteral("&&"));
    return index < 9 ? QStringLiteral("&%1  %2").arg(index + 1).arg(label) : label;
}

}  // namespace

RecentFiles::RecentFiles(Settings& settings, QWidget* parent) : QMenu(parent), settings_(settings) {
    setTitle(tr("Open &recent"));
    setObjectName(QStringLiteral("recent_files"));
    setToolTipsVisible(true);
    connect(this, &QMenu::aboutToShow, this, &RecentFiles::fill);
    fill();
}

void RecentFiles::add(const QString& file) {
    const QString path = QFileInfo(file).absoluteFilePath();
    QStringList files = settings_.recentFiles();
    files.removeAll(path);
    files.prepend(path);
    settings_.setRecentFiles(files.mid(0, kMostRecent));
    fill();
}

QStringList RecentFiles::files() const {
    QStringList there;
    for (const QString& file : settings_.recentFiles()) {
        if (QFileInfo::exists(file)) there << file;
    }
    return there;
}

void RecentFiles::fill() {
    clear();
    const QStringList there = files();
    for (qsizetype i = 0; i < there.size(); ++i) {
        const QString& file = there[i];
        QAction* open = addAction(recentLabel(file, i));
        open->setObjectName(QStringLiteral("recent_%1").arg(i));
        open->setToolTip(file);
        connect(open, &QAction::triggered, this, [this, file] { Q_EMIT openRequested(file); });
    }
    if (there.isEmpty()) {
        QAction* none = addAction(tr("No files yet"));
        none->setEnabled(false);
        return;
    }
    addSeparator();
    QAction* forget = addAction(tr("&Forget these files"));
    forget->setObjectName(QStringLiteral("forget_recent"));
    // Later: the entry that was chosen goes with the list.
    connect(
        forget, &QAction::triggered, this,
        [this] {
            settings_.setRecentFiles({});
            fill();
        },
        Qt::QueuedConnection);
}

}  // namespace ballast
