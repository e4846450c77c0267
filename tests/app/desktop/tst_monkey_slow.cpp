#include <QMenu>
#include <QMenuBar>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTimer>
#include <QToolBar>
#include <QtTest>

#include "app/desktop/main_window.h"
#include "app/desktop/pages/compare_page.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/working_set.h"
#include "core/runs/learning_library.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/bench/workspace_maker.h"
#include "tests/support/test_program.h"
#include "widgets/live_plots.h"
#include "widgets/run_curves.h"
#include "widgets/run_table.h"

using namespace ballast;

namespace {

constexpr int kSteps = 3000;

QStringList warnings;
QtMessageHandler before = nullptr;

/// What Qt or a widget of ours complains about; not what the offscreen platform cannot do.
void collect(QtMsgType type, const QMessageLogContext& context, const QString& message) {
    const bool of_platform = message.contains(QStringLiteral("This plugin does not support"));
    if (type == QtWarningMsg || type == QtCriticalMsg) {
        if (!of_platform) warnings << message;
        return;
    }
    before(type, context, message);
}

}  // namespace

/// Someone clicks, types, drags and resizes without sense, from a seed: nothing breaks, and what
/// the window shows agrees with itself.
class TestMonkey : public QObject {
    Q_OBJECT

    QRandomGenerator random_{20231210};
    std::unique_ptr<MainWindow> window_;

    template<class T>
    const T& oneOf(const QList<T>& list) {
        return list[random_.bounded(list.size())];
    }

    /// Not in menus and the tool bar: they start training.
    QWidget* someWidget() {
        QList<QWidget*> widgets;
        for (QWidget* widget : window_->findChildren<QWidget*>()) {
            const bool starts = qobject_cast<QMenuBar*>(widget) != nullptr ||
                                qobject_cast<QMenu*>(widget) != nullptr ||
                                qobject_cast<QToolBar*>(widget->parentWidget()) != nullptr;
            const bool can =
                widget->isVisible() && widget->isEnabled() && !widget->size().isEmpty();
            if (can && !starts && widget->window() == window_.get()) widgets << widget;
        }
        return widgets.isEmpty() ? nullptr : oneOf(widgets);
    }

    void step() {
        QWidget* widget = someWidget();
        if (widget == nullptr) return window_->showRuns();
        const QPoint at(random_.bounded(widget->width()), random_.bounded(widget->height()));
        const QList<Qt::MouseButton> buttons{Qt::LeftButton, Qt::LeftButton, Qt::RightButton};
        const QList<Qt::KeyboardModifier> modifiers{Qt::NoModifier, Qt::NoModifier,
                                                    Qt::ShiftModifier, Qt::ControlModifier};
        switch (random_.bounded(12)) {
            case 0: {
                const QList<int> keys{Qt::Key_Space, Qt::Key_Up,   Qt::Key_Down, Qt::Key_Left,
                                      Qt::Key_Right, Qt::Key_Home, Qt::Key_End,  Qt::Key_Tab,
                                      Qt::Key_A,     Qt::Key_1,    Qt::Key_F,    Qt::Key_Escape};
                QTest::keyClick(widget, static_cast<Qt::Key>(oneOf(keys)), oneOf(modifiers));
                break;
            }
            case 1:
                QTest::mouseMove(widget, at);
                break;
            case 2: {
                QWheelEvent wheel(at, widget->mapToGlobal(at), {},
                                  {0, random_.bounded(2) * 240 - 120}, Qt::NoButton,
                                  oneOf(modifiers), Qt::NoScrollPhase, false);
                QApplication::sendEvent(widget, &wheel);
                break;
            }
            case 3:
                window_->resize(900 + random_.bounded(600), 600 + random_.bounded(400));
                break;
            case 4:
                switch (random_.bounded(5)) {
                    case 0:
                        window_->showExperiment();
                        break;
                    case 1:
                        window_->showSweep();
                        break;
                    case 2:
                        window_->showCompare();
                        break;
                    case 3:
                        window_->showExplain();
                        break;
                    default:
                        window_->showRuns();
                }
                break;
            case 5: {
                const QList<QString> filters{{},
                                             QStringLiteral("best>0.2"),
                                             QStringLiteral("vs"),
                                             QStringLiteral("nonsense>1"),
                                             QStringLiteral("best>")};
                window_->runsPage().table().setFilter(oneOf(filters));
                window_->runsPage().table().setGrouped(random_.bounded(2) == 0);
                break;
            }
            case 6:
                QTest::mouseDClick(widget, Qt::LeftButton, oneOf(modifiers), at);
                break;
            default:
                QTest::mouseClick(widget, oneOf(buttons), oneOf(modifiers), at);
        }
        QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    }

private Q_SLOTS:
    void nothingBreaks() {
        const QTemporaryDir folder;
        keepSettingsIn(folder);
        const std::filesystem::path workspace = folder.path().toStdString();
        makeWorkspace(workspace, {24, 6, 10});
        // Data sets of no folder: nothing can be trained, whatever is clicked.
        const TrainingEnvironment environment{DataStore({workspace / "none"}), 1, true};
        RunController controller(learningLibrary(), environment, workspace);
        window_ = std::make_unique<MainWindow>(controller);
        window_->show();
        controller.open();
        // What waits for an answer gets none.
        QTimer no;
        connect(&no, &QTimer::timeout, this, [] {
            if (QWidget* popup = QApplication::activePopupWidget()) popup->close();
            if (QWidget* modal = QApplication::activeModalWidget()) modal->close();
        });
        no.start(10);
        before = qInstallMessageHandler(collect);
        for (int i = 0; i < kSteps; ++i) {
            step();
            RunsPage& page = window_->runsPage();
            for (const QString& run : page.selectedRuns()) QVERIFY(controller.find(run) != nullptr);
            for (const RunCurves& curves : page.plots().visibleCurves()) {
                QVERIFY2(page.workingSet().contains(curves.info().id),
                         qPrintable(QStringLiteral("step %1").arg(i)));
            }
            if (!warnings.isEmpty()) {
                qInstallMessageHandler(before);
                QFAIL(qPrintable(QStringLiteral("step %1: %2").arg(i).arg(warnings.first())));
            }
        }
        qInstallMessageHandler(before);
        window_.reset();
    }
};

BALLAST_TEST(TestMonkey)
#include "tst_monkey_slow.moc"
