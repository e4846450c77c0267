#pragma once

#include <QCoreApplication>
#include <QSettings>
#include <QTemporaryDir>

namespace ballast {

/// The window's settings are read from and written to `folder`, not the user's own.
inline void keepSettingsIn(const QTemporaryDir& folder) {
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope,
                       folder.filePath(QStringLiteral("settings")));
    QCoreApplication::setOrganizationName(QStringLiteral("Ballast"));
    QCoreApplication::setApplicationName(QStringLiteral("Ballast test"));
}

}  // namespace ballast
