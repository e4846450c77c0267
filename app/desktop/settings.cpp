#include "app/desktop/settings.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <algorithm>

#include "core/results/workspace.h"
#include "widgets/qt_text.h"

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

const QString kPage = QStringLiteral("page");
const QString kRecent = QStringLiteral("recent_workspaces");
const QString kDefaultWorkspace = QStringLiteral("default_workspace");
const QString kOpensLast = QStringLiteral("open_last_workspace");
const QString kSlotDevices = QStringLiteral("slot_devices");
const QString kSlotThreads = QStringLiteral("slot_threads");

/// "workspaces/5f1d…/", which no path needs quoting in.
QString groupOf(const QString& folder) {
    if (folder.isEmpty()) return {};
    const QString canonical = QFileInfo(folder).canonicalFilePath();
    const QByteArray path =
        (canonical.isEmpty() ? QDir(folder).absolutePath() : canonical).toUtf8();
    const QByteArray hash = QCryptographicHash::hash(path, QCryptographicHash::Sha1).toHex();
    return QStringLiteral("workspaces/%1/").arg(QString::fromLatin1(hash.left(16)));
}

}  // namespace

QStringList slotDevicesFor(QStringList devices, int count) {
    while (devices.size() > std::max(1, count)) devices.removeLast();
    while (devices.size() < std::max(1, count)) devices << QStringLiteral("auto");
    return devices;
}

Settings::Settings(const std::filesystem::path& workspace)
    : own_(groupOf(text(workspace.string()))) {}

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
    const QVariant own = own_.isEmpty() ? QVariant() : settings_.value(own_ + kLayout + name);
    return own.isValid() ? own.toByteArray() : settings_.value(kLayout + name).toByteArray();
}

void Settings::setLayout(const QString& name, const QByteArray& state) {
    if (!own_.isEmpty()) settings_.setValue(own_ + kLayout + name, state);
    settings_.setValue(kLayout + name, state);
}

QString Settings::page() const {
    return own_.isEmpty() ? QString() : settings_.value(own_ + kPage).toString();
}

void Settings::setPage(const QString& name) {
    if (!own_.isEmpty()) settings_.setValue(own_ + kPage, name);
}

QStringList Settings::recentWorkspaces() const {
    QStringList there = settings_.value(kRecent).toStringList();
    there.removeIf([](const QString& folder) { return !QDir(folder).exists(); });
    return there;
}

void Settings::addRecentWorkspace(const QString& folder) {
    const QString path = QDir(folder).absolutePath();
    QStringList recent = settings_.value(kRecent).toStringList();
    recent.removeAll(path);
    recent.prepend(path);
    while (recent.size() > kMostRecent) {
        // A trailing slash is none in QSettings' names of groups.
        settings_.remove(groupOf(recent.takeLast()).chopped(1));
    }
    settings_.setValue(kRecent, recent);
}

QString Settings::defaultWorkspace() const {
    return settings_.value(kDefaultWorkspace).toString();
}

void Settings::setDefaultWorkspace(const QString& folder) {
    settings_.setValue(kDefaultWorkspace, folder);
}

bool Settings::opensLastWorkspace() const {
    return settings_.value(kOpensLast, false).toBool();
}

void Settings::setOpensLastWorkspace(bool opens) {
    settings_.setValue(kOpensLast, opens);
}

std::filesystem::path Settings::startWorkspace() const {
    const QString recent = opensLastWorkspace() ? recentWorkspaces().value(0) : QString();
    const QString wanted = recent.isEmpty() ? defaultWorkspace() : recent;
    const bool given = !qEnvironmentVariableIsEmpty("BALLAST_WORKSPACE");
    if (given || wanted.isEmpty()) return ballast::defaultWorkspace();
    return wanted.toStdString();
}

QStringList Settings::slotDevices() const {
    const QStringList devices = settings_.value(kSlotDevices).toStringList();
    return devices.isEmpty() ? QStringList(QStringLiteral("auto")) : devices;
}

void Settings::setSlotDevices(const QStringList& devices) {
    settings_.setValue(kSlotDevices, devices);
}

int Settings::slotThreads() const {
    return std::max(0, settings_.value(kSlotThreads, 0).toInt());
}

void Settings::setSlotThreads(int threads) {
    settings_.setValue(kSlotThreads, threads);
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
