#include <QAbstractItemView>
#include <QDialog>
#include <QLineEdit>
#include <QMenu>
#include <QTemporaryDir>
#include <QtTest>

#include "app/desktop/main_window.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/run_actions.h"
#include "app/desktop/run_controller.h"
#include "core/base/atomic_file.h"
#include "core/runs/learning_library.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/core/results/made_runs.h"
#include "tests/support/test_program.h"
#include "widgets/banner.h"
#include "widgets/differences_dialog.h"
#include "widgets/live_plots.h"
#include "widgets/notes_dialog.h"
#include "widgets/run_table.h"

using namespace ballast;

/// What the menu of the selected runs does.
class TestRunActions : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<RunController> controller_;
    std::unique_ptr<MainWindow> window_;
    QStringList ids_;

    RunsPage& page() { return window_->runsPage(); }
    void choose(const QStringList& ids) {
        page().table().refresh();
        page().table().setSelectedIds(ids);
        Q_EMIT page().table().selectionChanged();
    }
    void trigger(const QString& label) {
        RunActions& actions = window_->runActions();
        for (QAction* action : actions.viewActions() + actions.noteActions()) {
            if (action->text().remove(QLatin1Char('&')) != label) continue;
            QVERIFY(action->isEnabled());
            return action->trigger();
        }
        QFAIL(qPrintable(QStringLiteral("no action ") + label));
    }
    RunNotes notes(const QString& id) { return readNotes(controller_->find(id)->folder); }

private Q_SLOTS:
    void initTestCase() { keepSettingsIn(folder_); }
    void init() {
        const auto workspace =
            folder_.filePath(QString::fromLatin1(QTest::currentTestFunction())).toStdString();
        ids_.clear();
        for (const std::uint64_t seed : {0, 1, 2}) {
            const auto made = madeRun(workspace, namedConfig("a", seed), {0.5});
            ids_ << QString::fromStdString(made.filename().string());
        }
        controller_ =
            std::make_unique<RunController>(learningLibrary(), TrainingEnvironment{}, workspace);
        window_ = std::make_unique<MainWindow>(*controller_);
        window_->show();
        window_->showRuns();
        controller_->open();
    }
    void cleanup() {
        window_.reset();
        controller_.reset();
    }

    void theWorkingSetIsShownAlone() {
        choose({ids_[0], ids_[2]});
        trigger(QStringLiteral("Show only these"));
        QVERIFY(page().plots().isRunVisible(ids_[0]));
        QVERIFY(!page().plots().isRunVisible(ids_[1]));
        QVERIFY(page().plots().isRunVisible(ids_[2]));
        trigger(QStringLiteral("Hide all"));
        for (const QString& id : ids_) QVERIFY(!page().plots().isRunVisible(id));
    }

    void pinningAndArchivingAreToggles() {
        choose({ids_[0], ids_[1]});
        trigger(QStringLiteral("Pin"));
        QVERIFY(notes(ids_[0]).pinned && notes(ids_[1]).pinned && !notes(ids_[2]).pinned);
        trigger(QStringLiteral("Unpin"));
        QVERIFY(!notes(ids_[0]).pinned);
        trigger(QStringLiteral("Archive"));
        QVERIFY(notes(ids_[0]).archived && notes(ids_[1]).archived);
        page().table().refresh();
        QCOMPARE(page().table().model().rowCount(), 1);
        // Archived runs are found by a filter, and come back from there.
        page().table().setFilter(QStringLiteral("archived=yes"));
        QCOMPARE(page().table().model().rowCount(), 2);
        page().table().setSelectedIds({});
        auto& view = *page().table().findChild<QAbstractItemView*>(QStringLiteral("run_table"));
        view.selectAll();
        QCOMPARE(page().selectedRuns().size(), 2);
        trigger(QStringLiteral("Take out of the archive"));
        QVERIFY(!notes(ids_[0]).archived && !notes(ids_[1]).archived);
        page().table().setFilter({});
        QCOMPARE(page().table().model().rowCount(), 3);
    }

    void notesAndTagsOfSeveral() {
        choose({ids_[0], ids_[1]});
        trigger(QStringLiteral("Note and tags…"));
        auto* dialog = window_->findChild<NotesDialog*>();
        QVERIFY(dialog != nullptr);
        dialog->findChild<QLineEdit*>(QStringLiteral("tags"))->setText(QStringLiteral("paper"));
        dialog->accept();
        QCOMPARE(tagText(notes(ids_[0])), std::string("paper"));
        QCOMPARE(tagText(notes(ids_[1])), std::string("paper"));
        QCOMPARE(tagText(notes(ids_[2])), std::string());
        QCOMPARE(tagText(controller_->find(ids_[0])->notes), std::string("paper"));
    }

    void aFileOfAnotherVersionIsKeptAndSaid() {
        const auto file = notesFile(controller_->find(ids_[0])->folder);
        replaceFile(file, R"({"format": 9})");
        choose({ids_[0], ids_[1]});
        trigger(QStringLiteral("Pin"));
        QVERIFY(window_->banner().isVisible());
        QCOMPARE(readFile(file), std::string(R"({"format": 9})"));
        QVERIFY(notes(ids_[1]).pinned);  // the others are changed all the same
    }

    void whatDiffersIsShown() {
        choose({ids_[0], ids_[2]});
        trigger(QStringLiteral("What differs…"));
        auto* dialog = window_->findChild<DifferencesDialog*>();
        QVERIFY(dialog != nullptr);
        QCOMPARE(dialog->asTsv(), QStringLiteral("\ta\ta\nTraining seed\t0\t2\n"));
    }

    void savedViewsOutliveTheWindow() {
        page().table().views().save(QStringLiteral("mine/with a slash"));
        MainWindow other(*controller_);
        QCOMPARE(other.runsPage().table().views().views(), page().table().views().views());
    }

    void theMenuHoldsAll() {
        choose({ids_[1]});
        Q_EMIT page().table().menuRequested(QPoint(10, 10));
        auto* menu = window_->findChild<QMenu*>(QStringLiteral("run_menu"));
        QVERIFY(menu != nullptr);
        QStringList enabled;
        for (const QAction* action : menu->actions()) {
            if (!action->isSeparator() && action->isEnabled()) {
                enabled << action->text().remove(QLatin1Char('&'));
            }
        }
        for (const char* label :
             {"Show only these", "Hide all", "Fork…", "Copy config to editor", "Note and tags…",
              "Pin", "Archive", "Open folder", "Move to trash"}) {
            QVERIFY2(enabled.contains(QString::fromUtf8(label)), label);
        }
        QVERIFY(!enabled.contains(QStringLiteral("What differs…")));  // of one run nothing does
        menu->close();
    }
};

BALLAST_TEST(TestRunActions)
#include "tst_run_actions.moc"
