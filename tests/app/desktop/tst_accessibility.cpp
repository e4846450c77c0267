#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QButtonGroup>
#include <QComboBox>
#include <QLineEdit>
#include <QScrollBar>
#include <QTabBar>
#include <QTemporaryDir>
#include <QtTest>

#include "app/desktop/main_window.h"
#include "app/desktop/pages/explain_page.h"
#include "app/desktop/run_controller.h"
#include "core/runs/learning_library.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/support/made_bound_run.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

/// What people set or press.
bool isUsed(const QWidget& widget) {
    if (qobject_cast<const QScrollBar*>(&widget) != nullptr) return false;
    // Parts of a combo box, a spin box or a tab bar, which speaks for them.
    const QWidget* parent = widget.parentWidget();
    if (qobject_cast<const QComboBox*>(parent) != nullptr ||
        qobject_cast<const QAbstractSpinBox*>(parent) != nullptr ||
        qobject_cast<const QTabBar*>(parent) != nullptr ||
        qobject_cast<const QLineEdit*>(parent) != nullptr) {
        return false;
    }
    const bool of_a_view = qobject_cast<const QAbstractItemView*>(parent) != nullptr;
    return !of_a_view && (qobject_cast<const QAbstractButton*>(&widget) != nullptr ||
                          qobject_cast<const QLineEdit*>(&widget) != nullptr ||
                          qobject_cast<const QComboBox*>(&widget) != nullptr ||
                          qobject_cast<const QAbstractSlider*>(&widget) != nullptr ||
                          qobject_cast<const QAbstractSpinBox*>(&widget) != nullptr ||
                          qobject_cast<const QAbstractItemView*>(&widget) != nullptr);
}

/// Its actions have shortcuts and are in the menus.
bool isOfToolBar(const QWidget& widget) {
    return widget.parentWidget() != nullptr && widget.parentWidget()->inherits("QToolBar");
}

/// Of buttons of which one is chosen, Tab comes to one and arrows to the others.
QList<QAbstractButton*> buttonsOfItsGroup(const QWidget& widget) {
    const auto* button = qobject_cast<const QAbstractButton*>(&widget);
    const bool one_of_many =
        button != nullptr && button->group() != nullptr && button->group()->exclusive();
    return one_of_many ? button->group()->buttons() : QList<QAbstractButton*>();
}

QString described(const QWidget& widget) {
    QStringList path;
    for (const QWidget* one = &widget; one != nullptr && path.size() < 4;
         one = one->parentWidget()) {
        path.prepend(QStringLiteral("%1 \"%2\"")
                         .arg(QLatin1String(one->metaObject()->className()), one->objectName()));
    }
    return path.join(QStringLiteral(" › "));
}

}  // namespace

/// What screen readers and keyboards find on the pages.
class TestAccessibility : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<RunController> controller_;
    std::unique_ptr<MainWindow> window_;

    void showPage(const QString& page) {
        const std::map<QString, void (MainWindow::*)()> pages = {
            {QStringLiteral("experiment"), &MainWindow::showExperiment},
            {QStringLiteral("runs"), &MainWindow::showRuns},
            {QStringLiteral("sweep"), &MainWindow::showSweep},
            {QStringLiteral("compare"), &MainWindow::showCompare},
            {QStringLiteral("bound"), &MainWindow::showExplain},
            {QStringLiteral("what if"), &MainWindow::showExplain}};
        (window_.get()->*pages.at(page))();
        window_->explainPage().showView(page == QStringLiteral("what if") ? "view_what_if"
                                                                          : "view_bound");
    }

    void addPages() {
        QTest::addColumn<QString>("page");
        for (const char* page : {"experiment", "runs", "sweep", "compare", "bound", "what if"}) {
            QTest::newRow(page) << QString::fromUtf8(page);
        }
    }

private Q_SLOTS:
    void initTestCase() {
        keepSettingsIn(folder_);
        const auto workspace = folder_.filePath(QStringLiteral("workspace")).toStdString();
        madeBoundRun(workspace, "a", 8, 3, true);
        madeBoundRun(workspace, "b", 8, 3, true);
        controller_ =
            std::make_unique<RunController>(learningLibrary(), TrainingEnvironment{}, workspace);
        window_ = std::make_unique<MainWindow>(*controller_);
        window_->resize(1300, 900);
        window_->show();
        controller_->open();
        QTRY_COMPARE(controller_->runs().size(), std::size_t{2});
    }
    void cleanupTestCase() {
        window_.reset();
        controller_.reset();
    }

    void whatIsUsedHasAName_data() { addPages(); }
    void whatIsUsedHasAName() {
        QFETCH(const QString, page);
        showPage(page);
        QTest::qWait(300);  // what is read beside the window
        QStringList nameless;
        int used = 0;
        for (QWidget* widget : window_->findChildren<QWidget*>()) {
            if (!widget->isVisible() || !isUsed(*widget)) continue;
            ++used;
            QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(widget);
            QVERIFY(spoken != nullptr);
            if (spoken->text(QAccessible::Name).trimmed().isEmpty()) {
                nameless << described(*widget);
            }
        }
        QVERIFY(used > 10);
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(u'\n')));
    }

    /// Tab comes by everything that is used, and back to where it began.
    void tabReachesWhatIsUsed_data() { addPages(); }
    void tabReachesWhatIsUsed() {
        QFETCH(const QString, page);
        showPage(page);
        QTest::qWait(300);
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        QSet<const QWidget*> reached;
        for (int presses = 0; presses < 300; ++presses) {
            QTest::keyClick(
                QApplication::focusWidget() ? QApplication::focusWidget() : window_.get(),
                Qt::Key_Tab, Qt::NoModifier);
            const QWidget* focused = QApplication::focusWidget();
            QVERIFY(focused != nullptr && focused->window() == window_.get());
            if (presses > 0 && reached.contains(focused) && reached.size() > 3) break;
            reached.insert(focused);
        }
        QStringList left_out;
        for (const QWidget* widget : window_->findChildren<QWidget*>()) {
            if (!widget->isVisible() || !widget->isEnabled() || !isUsed(*widget)) continue;
            if (isOfToolBar(*widget)) continue;
            const auto is_reached = [&](const QWidget* one) { return reached.contains(one); };
            if (std::ranges::any_of(buttonsOfItsGroup(*widget), is_reached)) continue;
            const QWidget* focused = widget->focusProxy() ? widget->focusProxy() : widget;
            if (!reached.contains(focused)) left_out << described(*widget);
        }
        QVERIFY2(left_out.isEmpty(), qPrintable(left_out.join(u'\n')));
    }
};

BALLAST_TEST(TestAccessibility)
#include "tst_accessibility.moc"
