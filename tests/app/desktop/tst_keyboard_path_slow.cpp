#include <QApplication>
#include <QClipboard>
#include <QDialog>
#include <QLineEdit>
#include <QTemporaryDir>
#include <QTimer>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "app/desktop/main_window.h"
#include "app/desktop/pages/experiment_page.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/run_controller.h"
#include "core/experiment/config_json.h"
#include "core/runs/learning_library.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/core/data/jpeg_folder.h"
#include "tests/support/test_program.h"
#include "widgets/banner.h"

using namespace ballast;
using nlohmann::json;

/// What a person without a mouse does: keys go to what has the focus, and nothing else is touched.
class TestKeyboardPath : public QObject {
    Q_OBJECT

    const JpegFolder images_{{.train_counts = {20, 8, 4}, .test_per_class = 4, .pixels = 40}};
    QTemporaryDir folder_;

    static void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QWidget* target = QApplication::activePopupWidget();
        if (target != nullptr && target->focusWidget() != nullptr) target = target->focusWidget();
        if (target == nullptr) target = QApplication::focusWidget();
        if (target == nullptr) target = QApplication::activeWindow();
        QVERIFY(target != nullptr);
        QTest::keyClick(target, key, modifiers);
        QTest::qWait(20);
    }
    static void type(const QString& text) {
        QWidget* target = QApplication::focusWidget();
        QVERIFY(target != nullptr);
        QTest::keyClicks(target, text);
        QTest::qWait(20);
    }
    static bool tabTo(const QString& name, int most = 120) {
        for (int i = 0; i < most; ++i) {
            const QWidget* focus = QApplication::focusWidget();
            if (focus != nullptr && focus->objectName() == name) return true;
            press(Qt::Key_Tab);
        }
        return false;
    }

    /// Two epochs on a few images.
    QString config() const {
        RunConfig made;
        made.data = images_.config(24);
        const json object = {{"name", "by keys"},
                             {"data", toJson(made)["data"]},
                             {"model", {{"name", "resnet8"}}},
                             {"phases", {{{"from", 0}}, {{"from", 1}, {"alpha", "inverse"}}}},
                             {"training", {{"epochs", 2}, {"batch_size", 8}, {"device", "cpu"}}}};
        return QString::fromStdString(object.dump());
    }

private Q_SLOTS:
    void initTestCase() { keepSettingsIn(folder_); }

    void fromAnEmptyWorkspaceToAnExportedFigure() {
        RunController controller(learningLibrary(), TrainingEnvironment{},
                                 folder_.filePath(QStringLiteral("workspace")).toStdString());
        MainWindow window(controller);
        window.resize(1200, 820);
        window.show();
        controller.open();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));

        // A config from elsewhere, pasted; then its seed found by name and changed.
        QGuiApplication::clipboard()->setText(config());
        press(Qt::Key_1, Qt::ControlModifier);
        QVERIFY(window.experimentPage().isVisible());
        press(Qt::Key_V, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(window.experimentPage().config()["name"], json("by keys"));
        press(Qt::Key_F, Qt::ControlModifier);
        type(QStringLiteral("/training/seed"));
        QVERIFY(tabTo(QStringLiteral("/training/seed")));
        press(Qt::Key_A, Qt::ControlModifier);
        type(QStringLiteral("3"));
        QCOMPARE(window.experimentPage().config()["training"]["seed"], json(3));
        press(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(window.experimentPage().config()["training"]["seed"] != json(3));
        press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(window.experimentPage().config()["training"]["seed"], json(3));

        press(Qt::Key_Return, Qt::ControlModifier);  // start training
        QTRY_VERIFY2(controller.runs().size() == 1, qPrintable(window.banner().message()));
        QTRY_VERIFY_WITH_TIMEOUT(controller.runs().front()->status.state == RunState::finished,
                                 240000);
        QCOMPARE(controller.runs().front()->description.config.training.seed, 3U);

        // By the palette to the page, and its figures into a folder.
        press(Qt::Key_K, Qt::ControlModifier);
        type(QStringLiteral("runs"));
        press(Qt::Key_Return);
        QTRY_VERIFY(window.runsPage().isVisible());
        const QString folder = folder_.filePath(QStringLiteral("figures"));
        QTimer::singleShot(500, &window, [&] {
            QVERIFY(QApplication::activeModalWidget() != nullptr);
            QVERIFY(tabTo(QStringLiteral("export_folder")));
            press(Qt::Key_A, Qt::ControlModifier);
            type(folder);
            press(Qt::Key_Return);
        });
        QTimer::singleShot(30000, &window, [] {
            if (QWidget* left = QApplication::activeModalWidget()) left->close();
        });
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        press(Qt::Key_E, Qt::ControlModifier);  // until the dialogue has ended
        QVERIFY2(QDir(folder).entryList({QStringLiteral("*.pdf")}).size() >= 3,
                 qPrintable(window.banner().message()));
    }
};

BALLAST_TEST(TestKeyboardPath)
#include "tst_keyboard_path_slow.moc"
