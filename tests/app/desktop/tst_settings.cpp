#include "app/desktop/settings.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QtTest>

#include "app/desktop/main_window.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/settings_dialog.h"
#include "app/desktop/working_set.h"
#include "app/desktop/workspace_menu.h"
#include "core/results/workspace.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/bench/workspace_maker.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/support/test_program.h"
#include "widgets/run_table.h"

using namespace ballast;
namespace fs = std::filesystem;

/// What is remembered, of the program and of each workspace, and the dialogue that changes it.
class TestSettings : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    const FakeLearning learning_;

    fs::path made(const QString& name) const {
        QDir(folder_.path()).mkpath(name);
        return folder_.filePath(name).toStdString();
    }

private Q_SLOTS:
    void initTestCase() { keepSettingsIn(folder_); }
    void init() {
        QSettings().clear();
        qunsetenv("BALLAST_WORKSPACE");
    }

    void layoutsBelongToTheirWorkspace() {
        Settings a(made(QStringLiteral("a")));
        Settings b(made(QStringLiteral("b")));
        a.setLayout(QStringLiteral("window"), "of a");
        a.setPage(QStringLiteral("runs"));
        QCOMPARE(b.layout(QStringLiteral("window")), QByteArray("of a"));  // better than none
        QCOMPARE(b.page(), QString());
        b.setLayout(QStringLiteral("window"), "of b");
        QCOMPARE(Settings(made(QStringLiteral("a"))).layout(QStringLiteral("window")),
                 QByteArray("of a"));
        QCOMPARE(Settings(made(QStringLiteral("c"))).layout(QStringLiteral("window")),
                 QByteArray("of b"));
        // By another way to the same folder.
        QCOMPARE(Settings(made(QStringLiteral("b")) / ".." / "a").page(), QStringLiteral("runs"));
    }

    void tenWorkspacesAreRecent() {
        Settings settings;
        QStringList made_folders;
        for (int i = 0; i < 12; ++i) {
            const fs::path path = made(QStringLiteral("recent %1").arg(i));
            made_folders << QString::fromStdString(path.string());
            Settings(path).setPage(QStringLiteral("runs"));
            settings.addRecentWorkspace(made_folders.back());
        }
        settings.addRecentWorkspace(made_folders[5]);
        const QStringList recent = settings.recentWorkspaces();
        QCOMPARE(recent.size(), Settings::kMostRecent);
        QCOMPARE(recent[0], made_folders[5]);
        QCOMPARE(recent[1], made_folders[11]);
        QVERIFY(!recent.contains(made_folders[1]));
        QCOMPARE(Settings(made_folders[1].toStdString()).page(), QString());  // forgotten
        QCOMPARE(Settings(made_folders[2].toStdString()).page(), QStringLiteral("runs"));
        QDir(made_folders[11]).removeRecursively();
        QVERIFY(!settings.recentWorkspaces().contains(made_folders[11]));
    }

    void whatOpensAtStart() {
        Settings settings;
        QVERIFY(settings.startWorkspace() == defaultWorkspace());
        const fs::path own = made(QStringLiteral("own"));
        const fs::path last = made(QStringLiteral("last"));
        settings.setDefaultWorkspace(QString::fromStdString(own.string()));
        settings.addRecentWorkspace(QString::fromStdString(last.string()));
        QVERIFY(settings.startWorkspace() == own);
        settings.setOpensLastWorkspace(true);
        QVERIFY(settings.startWorkspace() == last);
        fs::remove(last);
        QVERIFY(settings.startWorkspace() == own);
        qputenv("BALLAST_WORKSPACE", "/from/the/environment");
        QVERIFY(settings.startWorkspace() == fs::path("/from/the/environment"));
    }

    void devicesOfMoreOrFewerSlots() {
        const QString cpu = QStringLiteral("cpu");
        const QString automatic = QStringLiteral("auto");
        QCOMPARE(slotDevicesFor({cpu}, 3), (QStringList{cpu, automatic, automatic}));
        QCOMPARE(slotDevicesFor({cpu, automatic}, 1), QStringList{cpu});
        QCOMPARE(slotDevicesFor({}, 0), QStringList{automatic});
    }

    void theDialogueKeepsWhatIsAccepted() {
        Settings settings;
        settings.setSlotDevices({QStringLiteral("cpu")});
        SettingsDialog dialog(settings);
        const auto find = [&](auto* type, const char* name) {
            using Type = std::remove_pointer_t<decltype(type)>;
            return dialog.findChild<Type*>(QString::fromLatin1(name));
        };
        auto* theme = find(static_cast<QComboBox*>(nullptr), "settings_theme");
        theme->setCurrentIndex(theme->findText(QStringLiteral("Dark")));
        find(static_cast<QCheckBox*>(nullptr), "settings_opens_last")->setChecked(true);
        find(static_cast<QSpinBox*>(nullptr), "settings_slots")->setValue(2);
        find(static_cast<QSpinBox*>(nullptr), "settings_threads")->setValue(1);
        auto* workspace = find(static_cast<QLineEdit*>(nullptr), "settings_workspace");
        QPushButton* ok = dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
        workspace->setText(QStringLiteral("relative/path"));
        QVERIFY(!ok->isEnabled());
        QVERIFY(dialog.problem().contains(QStringLiteral("“relative/path”")));
        dialog.accept();
        QCOMPARE(settings.slotThreads(), 0);
        const fs::path file = made(QStringLiteral("d")) / "file";
        std::ofstream(file) << "x";
        workspace->setText(QString::fromStdString(file.string()));
        QVERIFY(dialog.problem().contains(QStringLiteral("is a file")));
        workspace->setText(QStringLiteral("/new/workspace"));
        QVERIFY(ok->isEnabled());
        dialog.accept();
        QVERIFY(settings.theme() == Theme::dark);
        QCOMPARE(settings.defaultWorkspace(), QStringLiteral("/new/workspace"));
        QVERIFY(settings.opensLastWorkspace());
        QCOMPARE(settings.slotDevices(),
                 (QStringList{QStringLiteral("cpu"), QStringLiteral("auto")}));
        QCOMPARE(settings.slotThreads(), 1);
    }

    void anotherWorkspaceOpensInAnotherProcess() {
        const fs::path here = made(QStringLiteral("here"));
        const QString there = QString::fromStdString(made(QStringLiteral("there")).string());
        RunController controller(learning_, {}, here);
        Settings settings(here);
        settings.addRecentWorkspace(there);
        QWidget window;
        QStringList launched;
        bool can_start = true;
        WorkspaceMenu menu(controller, settings, &window, [&](const QStringList& arguments) {
            launched = arguments;
            return can_start;
        });
        QSignalSpy failed(&menu, &WorkspaceMenu::failed);
        QSignalSpy said(&menu, &WorkspaceMenu::said);
        auto* recent = window.findChild<QMenu*>(QStringLiteral("recent_workspaces"));
        Q_EMIT recent->aboutToShow();
        QCOMPARE(recent->actions().size(), 1);  // not this one
        recent->actions().front()->trigger();
        QCOMPARE(launched, (QStringList{QStringLiteral("--workspace"), there}));
        QCOMPARE(said.size(), 1);
        menu.open(there, true);
        QCOMPARE(launched, (QStringList{QStringLiteral("--workspace"), there,
                                        QStringLiteral("--read-only")}));
        launched.clear();
        menu.open(QString::fromStdString(here.string()));
        QVERIFY(launched.isEmpty());
        QCOMPARE(failed.size(), 0);
        can_start = false;
        menu.open(there);
        QVERIFY(failed[0][0].toString().contains(QStringLiteral("cannot start another window")));
        // What lies within a workspace is none.
        makeWorkspace(here, {1, 1, 2});
        launched.clear();
        menu.open(QString::fromStdString((here / "inner").string()));
        QVERIFY(launched.isEmpty());
        QCOMPARE(failed.size(), 2);
    }

    // Page, ticks and selection come back with the workspace.
    void theWindowIsAsItWas() {
        const fs::path workspace = made(QStringLiteral("window"));
        makeWorkspace(workspace, {6, 1, 3});
        QString ticked;
        QStringList selected;
        {
            RunController controller(learning_, {}, workspace);
            MainWindow window(controller);
            window.show();
            controller.open();
            window.showFirstPage();
            QVERIFY(window.runsPage().isVisible());
            const auto runs = controller.runs();
            ticked = QString::fromStdString(runs[0]->id);
            selected = {QString::fromStdString(runs[2]->id)};
            window.runsPage().workingSet().setOnly({ticked});
            window.runsPage().select(selected.front());
            window.showCompare();
            window.close();
        }
        RunController controller(learning_, {}, workspace);
        MainWindow window(controller);
        window.show();
        window.showFirstPage();
        controller.open();
        QVERIFY(!window.runsPage().isVisible());
        QCOMPARE(window.runsPage().workingSet().runs(), QSet<QString>{ticked});
        QCOMPARE(window.runsPage().selectedRuns(), selected);
    }

    // A new workspace begins with what can be done there.
    void anEmptyWorkspaceShowsWaysToBegin() {
        const fs::path workspace = made(QStringLiteral("empty"));
        RunController controller(learning_, {}, workspace);
        MainWindow window(controller);
        window.show();
        window.showFirstPage();
        controller.open();
        RunsPage& page = window.runsPage();
        QVERIFY(page.isVisible());
        auto* preset = page.findChild<QPushButton*>(QStringLiteral("welcome_preset"));
        QVERIFY(preset->isVisible());
        QVERIFY(!page.table().isVisible());
        preset->click();
        QVERIFY(!page.isVisible());
        window.showRuns();
        makeWorkspace(workspace, {1, 1, 2});
        QTRY_VERIFY(page.table().isVisible());
        QVERIFY(!preset->isVisible());
        controller.moveToTrash(QString::fromStdString(controller.runs().front()->id));
        QVERIFY(preset->isVisible());
    }
};

BALLAST_TEST(TestSettings)
#include "tst_settings.moc"
