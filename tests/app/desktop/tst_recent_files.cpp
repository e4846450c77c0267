#include "app/desktop/recent_files.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "app/desktop/settings.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestRecentFiles : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    QString made(const QString& name) const {
        QFile file(folder_.filePath(name));
        return file.open(QIODevice::WriteOnly) ? file.fileName() : QString();
    }

private Q_SLOTS:
    void initTestCase() { keepSettingsIn(folder_); }
    void cleanup() { Settings().setRecentFiles({}); }

    void theLastTenFilesThatAreThere() {
        Settings settings;
        RecentFiles recent(settings);
        QVERIFY(recent.files().isEmpty());
        QStringList names;
        for (int i = 0; i < 12; ++i) {
            names << made(QStringLiteral("%1.json").arg(i));
            recent.add(names.back());
        }
        QCOMPARE(recent.files().size(), 10);
        QCOMPARE(recent.files().front(), names[11]);
        recent.add(names[5]);
        QCOMPARE(recent.files().size(), 10);
        QCOMPARE(recent.files().mid(0, 2), (QStringList{names[5], names[11]}));
        QFile::remove(names[11]);
        QVERIFY(!recent.files().contains(names[11]));
        QCOMPARE(RecentFiles(settings).files(), recent.files());
    }

    void entriesOpenAndForget() {
        Settings settings;
        RecentFiles recent(settings);
        QCOMPARE(recent.actions().size(), 1);
        QVERIFY(!recent.actions().front()->isEnabled());
        const QString file = made(QStringLiteral("a & b.json"));
        recent.add(file);
        QSignalSpy opened(&recent, &RecentFiles::openRequested);
        auto* entry = recent.findChild<QAction*>(QStringLiteral("recent_0"));
        QVERIFY(entry != nullptr);
        QVERIFY2(entry->text().contains(QStringLiteral("a && b.json")), qPrintable(entry->text()));
        entry->trigger();
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened[0][0].toString(), file);
        recent.findChild<QAction*>(QStringLiteral("forget_recent"))->trigger();
        QTRY_VERIFY(recent.files().isEmpty());
        QCOMPARE(recent.actions().size(), 1);
    }
};

BALLAST_TEST(TestRecentFiles)
#include "tst_recent_files.moc"
