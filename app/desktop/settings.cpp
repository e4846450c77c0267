#include "app/desktop/settings.h"

#include <QDir>

namespace ballast {
namespace {

const QString kTheme = QStringLiteral("theme");
const QString kLayout = QStringLiteral("layout/");
const QString kLastFolder = QStringLiteral("last_folder");
const QString kEditorConfig = QStringLiteral("editor_config");
const QString kDrafts = QStringLiteral("drafts");
const QString kRecentFiles = QStringLiteral("recent_files");
const QString kRunViews = QStringLiteral("run_views");
const QString kAdjustments = QStringLiteral("what_if_adjustments");
const QString kSweep = QStringLiteral("sweep");
const QString kExportChoices = QStringLiteral("export");

}  // namespace

Theme Settings::theme() const {
    const QString name = settings_.value(kTheme).toString();
    if (name == QLatin1String("light")) return Theme::light;
    if (name == QLatin1String("dark")) return Theme::dark;
    return Theme::system;
}

void Settings::setTheme(Theme theme) {
    settings_.setValue(kTheme, theme == Theme::light  ? QStringLiteral("light")
                               : theme == Theme::dark ? QStringLiteral("dark")
                                                      : QStringLiteral("system"));
}

QByteArray Settings::layout(const QString& name) const {
    return settings_.value(kLayout + name).toByteArray();
}

void Settings::setLayout(const QString& name, const QByteArray& state) {
    settings_.setValue(kLayout + name, state);
}

QString Settings::lastFolder() const {
    return settings_.value(kLastFolder, QDir::homePath()).toString();
}

void Settings::setLastFolder(const QString& folder) {
    settings_.setValue(kLastFolder, folder);
}

QString Settings::editorConfig() const {
    return settings_.value(kEditorConfig).toString();
}

QString Settings::drafts() const {
    return settings_.value(kDrafts).toString();
}

void Settings::setDrafts(const QString& json) {
    settings_.setValue(kDrafts, json);
}

QStringList Settings::recentFiles() const {
    return settings_.value(kRecentFiles).toStringList();
}

void Settings::setRecentFiles(const QStringList& files) {
    settings_.setValue(kRecentFiles, files);
}

QMap<QString, QByteArray> Settings::runViews() const {
    return named(kRunViews);
}

void Settings::setRunViews(const QMap<QString, QByteArray>& views) {
    setNamed(kRunViews, views);
}

QMap<QString, QByteArray> Settings::adjustments() const {
    return named(kAdjustments);
}

void Settings::setAdjustments(const QMap<QString, QByteArray>& adjustments) {
    setNamed(kAdjustments, adjustments);
}

QMap<QString, QByteArray> Settings::named(const QString& key) const {
    QMap<QString, QByteArray> views;
    const QVariantMap saved = settings_.value(key).toMap();
    for (auto view = saved.cbegin(); view != saved.cend(); ++view) {
        views[view.key()] = view.value().toByteArray();
    }
    return views;
}

void Settings::setNamed(const QString& key, const QMap<QString, QByteArray>& views) {
    QVariantMap saved;
    for (auto view = views.cbegin(); view != views.cend(); ++view) saved[view.key()] = view.value();
    settings_.setValue(key, saved);
}

QString Settings::sweep() const {
    return settings_.value(kSweep).toString();
}

void Settings::setSweep(const QString& json) {
    settings_.setValue(kSweep, json);
}

QString Settings::exportChoices() const {
    return settings_.value(kExportChoices).toString();
}

void Settings::setExportChoices(const QString& json) {
    settings_.setValue(kExportChoices, json);
}

}  // namespace ballast
