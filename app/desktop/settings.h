#pragma once

#include <QByteArray>
#include <QMap>
#include <QSettings>
#include <QString>
#include <QStringList>
#include <filesystem>

#include "widgets/palette.h"

namespace ballast {

/// The most slots, and threads of each, that can be asked for.
inline constexpr int kMostSlots = 64;
inline constexpr int kMostThreads = 1024;

/// The devices of `count` slots, one or more: as they were, and "auto" for further ones.
QStringList slotDevicesFor(QStringList devices, int count);

/// What the window remembers between sessions, typed once. Losing it loses no result.
class Settings {
public:
    /// Layouts are those of this workspace; without one, of none.
    explicit Settings(const std::filesystem::path& workspace = {});

    Theme theme() const;
    void setTheme(Theme theme);

    /// State of a window or page by name ("window", "experiment", "runs"), as it was in this
    /// workspace, or else in the one that was closed last.
    QByteArray layout(const QString& name) const;
    void setLayout(const QString& name, const QByteArray& state);

    /// The objectName of the page that was shown last in this workspace, or "".
    QString page() const;
    void setPage(const QString& name);

    /// Workspaces that were opened, the last one first; those that are there, ten at most.
    static constexpr int kMostRecent = 10;
    QStringList recentWorkspaces() const;
    /// Puts one in front. What was remembered of one that falls out is forgotten.
    void addRecentWorkspace(const QString& folder);

    /// Where runs go if nobody says otherwise; empty: as core/results/workspace.h says.
    QString defaultWorkspace() const;
    void setDefaultWorkspace(const QString& folder);
    /// Whether the workspace that was open last is opened at start.
    bool opensLastWorkspace() const;
    void setOpensLastWorkspace(bool opens);
    /// What to open at start where the command line does not say: $BALLAST_WORKSPACE, the last one
    /// where that is wanted and it is there, or the default.
    std::filesystem::path startWorkspace() const;

    /// What trains side by side: a device for each slot, one or more, and the threads of each run;
    /// 0: an equal share of the cores.
    QStringList slotDevices() const;
    void setSlotDevices(const QStringList& devices);
    int slotThreads() const;
    void setSlotThreads(int threads);

    /// Folder of the last file dialogue.
    QString lastFolder() const;
    void setLastFolder(const QString& folder);

    /// The drafts of the Experiment page, as JSON text, so that a closed window loses no edit.
    QString drafts() const;
    void setDrafts(const QString& json);
    /// The one config that earlier versions had in the editor, as JSON text.
    QString editorConfig() const;

    /// Files that were opened or saved, the last one first; some may be gone.
    QStringList recentFiles() const;
    void setRecentFiles(const QStringList& files);

    /// The saved views of the run table by name.
    QMap<QString, QByteArray> runViews() const;
    void setRunViews(const QMap<QString, QByteArray>& views);
    /// The saved adjustments of what-if by name.
    QMap<QString, QByteArray> adjustments() const;
    void setAdjustments(const QMap<QString, QByteArray>& adjustments);

    /// The axes and seeds on the sweep page, as JSON text.
    QString sweep() const;
    void setSweep(const QString& json);

    /// Style and files of the last export, as JSON text.
    QString exportChoices() const;
    void setExportChoices(const QString& json);

private:
    QMap<QString, QByteArray> named(const QString& key) const;
    void setNamed(const QString& key, const QMap<QString, QByteArray>& views);

    QSettings settings_;
    const QString own_;  // where what belongs to the workspace is
};

}  // namespace ballast
