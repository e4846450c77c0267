#include <QComboBox>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMenuBar>
#include <QTabBar>
#include <QTemporaryDir>
#include <QtTest>

#include "app/desktop/main_window.h"
#include "app/desktop/pages/compare_page.h"
#include "app/desktop/pages/experiment_page.h"
#include "app/desktop/pages/explain_page.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/pointer_help.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/window_commands.h"
#include "core/runs/learning_library.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/support/test_program.h"
#include "widgets/config_form.h"

using namespace ballast;

/// Ctrl+K and F1 in the whole window.
class TestWindowCommands : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<RunController> controller_;
    std::unique_ptr<MainWindow> window_;

    const Command* find(const std::vector<Command>& commands, const char* name) const {
        const auto found = std::ranges::find(commands, QString::fromUtf8(name), &Command::name);
        return found == commands.end() ? nullptr : &*found;
    }

private Q_SLOTS:
    void initTestCase() {
        keepSettingsIn(folder_);
        controller_ = std::make_unique<RunController>(
            learningLibrary(), TrainingEnvironment{},
            folder_.filePath(QStringLiteral("workspace")).toStdString());
        window_ = std::make_unique<MainWindow>(*controller_);
        window_->resize(1200, 800);
        window_->show();
        controller_->open();
    }
    void cleanupTestCase() {
        window_.reset();
        controller_.reset();
    }

    /// No entry of a menu is missing, and all have a name of their own in their menu.
    void everyMenuEntryIsACommand() {
        const std::vector<Command> commands =
            windowCommands(*window_, window_->runsPage(), QStringLiteral("Runs"));
        int entries = 0;
        const std::function<void(const QMenu&)> count = [&](const QMenu& menu) {
            for (const QAction* action : menu.actions()) {
                if (action->isSeparator() || !action->isVisible()) continue;
                if (action->menu() != nullptr) {
                    count(*action->menu());
                    continue;
                }
                ++entries;
                const QString label = QString(action->text()).remove(u'&');
                QVERIFY2(std::ranges::find(commands, label, &Command::name) != commands.end(),
                         qPrintable(label));
            }
        };
        for (const QAction* action : window_->menuBar()->actions()) count(*action->menu());
        QVERIFY(entries > 30);
        QSet<QString> names;
        for (const Command& command : commands) {
            const QString both = command.where + u'/' + command.name;
            QVERIFY2(!names.contains(both), qPrintable(both));
            names.insert(both);
            QVERIFY2(!command.help.isEmpty(), qPrintable(both));
        }
        const Command* exported = find(commands, "Export figures…");
        QVERIFY(exported != nullptr);
        QCOMPARE(exported->where, QStringLiteral("File"));
        QCOMPARE(exported->shortcut, QStringLiteral("Ctrl+E"));
        QVERIFY(!exported->enabled);  // there is no run
    }

    /// Of two actions with one shortcut Qt does neither.
    void shortcutsAreTakenOnce() {
        QMap<QString, QString> taken;
        for (const QAction* action : window_->findChildren<QAction*>()) {
            if (action->shortcutContext() == Qt::WidgetShortcut) continue;
            for (const QKeySequence& keys : action->shortcuts()) {
                const QString words = keys.toString();
                QVERIFY2(!taken.contains(words),
                         qPrintable(words + QStringLiteral(": ") + taken.value(words) +
                                    QStringLiteral(" and ") + action->text()));
                taken[words] = action->text();
            }
        }
        QVERIFY(taken.size() > 15);
    }

    void aCommandDoesWhatItsEntryDoes() {
        window_->showExperiment();
        const std::vector<Command> commands =
            windowCommands(*window_, window_->experimentPage(), QStringLiteral("Experiment"));
        find(commands, "Compare")->run();
        QVERIFY(window_->comparePage().isVisible());
        find(commands, "Runs")->run();
        QVERIFY(window_->runsPage().isVisible());
    }

    void thePaletteOpensByKeyAndRemembers() {
        const auto palette = [this] { return window_->findChild<CommandPalette*>(); };
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        QTest::keyClick(window_.get(), Qt::Key_K, Qt::ControlModifier);
        QTRY_VERIFY(palette() != nullptr);
        QTest::keyClicks(&palette()->line(), QStringLiteral("explain"));
        QTest::keyClick(&palette()->line(), Qt::Key_Return);
        QTRY_VERIFY(palette() == nullptr);
        QTRY_VERIFY(window_->explainPage().isVisible());
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        QTest::keyClick(window_.get(), Qt::Key_K, Qt::ControlModifier);
        QTRY_VERIFY(palette() != nullptr);
        QCOMPARE(palette()->list().item(0)->text(), QStringLiteral("Explain"));
        QTest::keyClick(&palette()->line(), Qt::Key_Escape);
        QTRY_VERIFY(palette() == nullptr);
    }

    /// Every part of every page that can be used says what it is for.
    void helpIsTheFieldsOwn() {
        window_->showExperiment();
        auto* profile = window_->experimentPage().form().findChild<QComboBox*>(
            QStringLiteral("/data/imbalance/profile"));
        QVERIFY(profile != nullptr);
        QVERIFY(helpFor(*profile, {}).contains(QStringLiteral("Imbalance profile")));
        QVERIFY(helpFor(*profile, {}).contains(QStringLiteral("N_y")));  // what is chosen
        QWidget plain;
        QWidget inner(&plain);
        QCOMPARE(helpFor(inner, {}), QString());
        plain.setToolTip(QStringLiteral("around"));
        QCOMPARE(helpFor(inner, {}), QStringLiteral("around"));
        inner.setWhatsThis(QStringLiteral("more"));
        QCOMPARE(helpFor(inner, {}), QStringLiteral("more"));
        QListWidget list;
        list.addItem(QStringLiteral("a"));
        list.item(0)->setToolTip(QStringLiteral("the item"));
        list.setToolTip(QStringLiteral("the list"));
        list.resize(200, 200);
        list.show();
        const QPoint at = list.visualItemRect(list.item(0)).center();
        QCOMPARE(helpFor(*list.viewport(), at), QStringLiteral("the item"));
        QCOMPARE(helpFor(*list.viewport(), QPoint(5, 150)), QStringLiteral("the list"));
        QTabBar tabs;
        tabs.addTab(QStringLiteral("a"));
        tabs.setTabToolTip(0, QStringLiteral("the tab"));
        tabs.resize(tabs.sizeHint());
        QCOMPARE(helpFor(tabs, tabs.tabRect(0).center()), QStringLiteral("the tab"));
    }
};

BALLAST_TEST(TestWindowCommands)
#include "tst_window_commands.moc"
