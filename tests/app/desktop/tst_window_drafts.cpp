#include <QClipboard>
#include <QDragEnterEvent>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QTabBar>
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/desktop/main_window.h"
#include "app/desktop/pages/experiment_page.h"
#include "app/desktop/pages/sweep_page.h"
#include "app/desktop/run_controller.h"
#include "core/base/json_text.h"
#include "core/experiment/config_json.h"
#include "core/runs/learning_library.h"
#include "core/runs/sweep_store.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/support/test_program.h"
#include "widgets/banner.h"
#include "widgets/config_form.h"

using namespace ballast;
using nlohmann::json;

namespace {

json configNamed(const char* name) {
    return {
        {"name", name}, {"data", {{"dataset", "fashion-mnist"}}}, {"training", {{"epochs", 10}}}};
}

}  // namespace

/// The window's drafts: from files, to files, over a restart, and only where they are in front.
class TestWindowDrafts : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;
    std::unique_ptr<RunController> controller_;
    std::unique_ptr<MainWindow> window_;

    ExperimentPage& page() { return window_->experimentPage(); }
    QTabBar& tabs() { return *page().findChild<QTabBar*>(QStringLiteral("drafts")); }
    void open() {
        const std::filesystem::path workspace =
            folder_->filePath(QStringLiteral("ws")).toStdString();
        window_.reset();
        controller_ =
            std::make_unique<RunController>(learningLibrary(), TrainingEnvironment{}, workspace);
        window_ = std::make_unique<MainWindow>(*controller_);
        window_->show();
    }
    QString written(const char* name, const json& content) const {
        const QString file = folder_->filePath(QLatin1String(name));
        std::ofstream(file.toStdString()) << content.dump();
        return file;
    }
    QAction* actionOf(const QKeySequence& keys) const {
        for (QAction* action : window_->findChildren<QAction*>()) {
            if (action->shortcuts().contains(keys)) return action;
        }
        return nullptr;
    }

private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        keepSettingsIn(*folder_);
        QSettings().clear();
        open();
    }
    void cleanup() {
        window_.reset();
        controller_.reset();
    }

    void draftsOutliveTheWindow() {
        QCOMPARE(tabs().count(), 1);
        const json first = page().config();
        page().form().setValue("/training/seed", 7);
        actionOf(QKeySequence(Qt::CTRL | Qt::Key_T))->trigger();
        QCOMPARE(tabs().count(), 2);
        QCOMPARE(page().config(), first);
        page().form().setValue("/training/epochs", "ten");  // also what is wrong
        actionOf(QKeySequence(Qt::CTRL | Qt::Key_T))->trigger();
        actionOf(QKeySequence(Qt::CTRL | Qt::Key_W))->trigger();
        QCOMPARE(tabs().count(), 2);
        page().chooseDraft(1);
        open();
        QCOMPARE(tabs().count(), 2);
        QCOMPARE(tabs().currentIndex(), 1);
        QCOMPARE(page().config()["training"]["epochs"], "ten");
        page().chooseDraft(0);
        QCOMPARE(page().config()["training"]["seed"], 7);
        actionOf(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_T))->trigger();
        QCOMPARE(tabs().count(), 3);
        QCOMPARE(page().config(), first);
    }

    void theConfigOfAnEarlierVersionIsTheFirstDraft() {
        window_.reset();
        QSettings().clear();
        QSettings().setValue(QStringLiteral("editor_config"),
                             QString::fromStdString(configNamed("mine").dump()));
        open();
        QCOMPARE(page().config(), configNamed("mine"));
        QCOMPARE(tabs().tabText(0), QStringLiteral("mine"));
    }

    void filesAreDraftsAndRemembered() {
        const QString file = written("trial.json", configNamed("one"));
        window_->openConfig(file.toStdString());
        const int tab = tabs().currentIndex();
        QCOMPARE(tabs().tabText(tab), QStringLiteral("trial"));
        page().form().setValue("/training/seed", 5);
        QCOMPARE(tabs().tabText(tab), QStringLiteral("trial*"));
        actionOf(QKeySequence::Save)->trigger();
        QCOMPARE(tabs().tabText(tab), QStringLiteral("trial"));
        std::ifstream in(file.toStdString());
        const json saved = json::parse(in);
        QCOMPARE(saved["training"]["seed"], 5);
        QVERIFY(checkConfig(saved).empty());
        const int count = tabs().count();
        window_->openConfig(file.toStdString());  // it is there
        QCOMPARE(tabs().count(), count);

        auto* recent = window_->findChild<QMenu*>(QStringLiteral("recent_files"));
        QVERIFY(recent != nullptr);
        page().closeDraft(tabs().currentIndex(), configNamed("other"));
        recent->findChild<QAction*>(QStringLiteral("recent_0"))->trigger();
        QCOMPARE(tabs().tabText(tabs().currentIndex()), QStringLiteral("trial"));
        QCOMPARE(page().config()["training"]["seed"], 5);
    }

    void droppedFilesAreADraftEach() {
        page().form().setValue("/training/seed", 5);  // the first draft is not to be replaced
        QMimeData dropped;
        dropped.setUrls({QUrl::fromLocalFile(written("a.json", configNamed("a"))),
                         QUrl::fromLocalFile(written("b.json", configNamed("b")))});
        QDragEnterEvent enter(QPoint(9, 9), Qt::CopyAction, &dropped, Qt::LeftButton, {});
        QCoreApplication::sendEvent(window_.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent event(QPointF(9, 9), Qt::CopyAction, &dropped, Qt::LeftButton, {});
        QCoreApplication::sendEvent(window_.get(), &event);
        QCOMPARE(tabs().count(), 3);
        QCOMPARE(tabs().tabText(1), QStringLiteral("a"));
        QCOMPARE(tabs().tabText(2), QStringLiteral("b"));
        QCOMPARE(page().config(), configNamed("b"));
    }

    void theClipboardIsCheckedAndSaid() {
        QApplication::clipboard()->setText(QStringLiteral("{\"axes\": []}"));
        actionOf(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_V))->trigger();
        QCOMPARE(window_->banner().kind(), Banner::Kind::error);
        QVERIFY(
            window_->banner().message().contains(QStringLiteral("The clipboard holds a sweep")));
        QApplication::clipboard()->setText(QString::fromStdString(configNamed("held").dump()));
        actionOf(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_V))->trigger();
        QCOMPARE(page().config(), configNamed("held"));
    }

    /// Undo behind another page would change what nobody sees.
    void editsAreUndoneOnlyInFront() {
        page().form().setValue("/training/seed", 5);
        QAction* undo = actionOf(QKeySequence(Qt::CTRL | Qt::Key_Z));
        QVERIFY(undo->isEnabled());
        QVERIFY2(undo->text().contains(QStringLiteral("Seed"), Qt::CaseInsensitive),
                 qPrintable(undo->text()));
        window_->showRuns();
        QVERIFY(!undo->isEnabled());
        window_->showExperiment();
        undo->trigger();
        QVERIFY(page().config()["training"]["seed"] != 5);
        QVERIFY(!undo->isEnabled());
    }

    void aSweepOfTheWorkspaceIsOpenedToBeExtended() {
        const json given = {{"base", configNamed("swept")},
                            {"axes", {{"/optimizer/lr", {0.1, 0.2}}}},
                            {"seeds", {0, 1}}};
        Sweep sweep = sweepFromJson(given, "test");
        sweep.name = "rates";
        SweepPlan nothing;
        nothing.bytes_free = std::int64_t{1} << 40;
        prepareSweep(nothing, sweep, given, controller_->workspace());
        window_->showSweep();
        SweepPage& swept = window_->sweepPage();
        auto* menu = swept.findChild<QMenu*>(QStringLiteral("sweeps_menu"));
        Q_EMIT menu->aboutToShow();
        QCOMPARE(menu->actions().size(), 1);
        QCOMPARE(menu->actions()[0]->text(), QStringLiteral("rates"));
        menu->actions()[0]->trigger();
        QVERIFY(swept.isVisible());
        const json shown = swept.sweep();
        QCOMPARE(shown["name"], "rates");
        QCOMPARE(shown["base"], given["base"]);
        QCOMPARE(page().config(), given["base"]);
        auto* seeds = swept.findChild<QLineEdit*>(QStringLiteral("seeds"));
        QCOMPARE(seeds->text(), QStringLiteral("0, 1"));
        QTRY_COMPARE(swept.outline().runs, 4U);
    }
};

BALLAST_TEST(TestWindowDrafts)
#include "tst_window_drafts.moc"
