#pragma once

#include <QByteArray>
#include <QMap>
#include <QSettings>
#include <QString>
#include <QStringList>

#include "widgets/palette.h"

namespace ballast {

/// What the window remembers between sessions, typed once. Losing it loses no result.
class Settings {
public:
    Theme theme() const;
    void setTheme(Theme theme);

    /// State of a window or splitter by name ("window", "experiment", "runs").
    QByteArray layout(const QString& name) const;
    void setLayout(const QString& name, const QByteArray& state);

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
};

}  // namespace ballast
