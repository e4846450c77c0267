#include <QApplication>
#include <QScreen>
#include <QStackedWidget>

#include "app/desktop/main_window.h"
#include "app/desktop/pages/compare_page.h"
#include "app/desktop/pages/experiment_page.h"
#include "app/desktop/pages/explain_page.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/pages/sweep_page.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/settings_dialog.h"
#include "app/desktop/slots_panel.h"
#include "app/desktop/workspace_menu.h"
#include "widgets/qt_text.h"

// What the window remembers of its workspace, whether it may write there, and its settings.

namespace ballast {

void MainWindow::restoreLayouts() {
    experiment_->restoreLayout(settings_.layout(QStringLiteral("experiment")));
    runs_->restoreLayout(settings_.layout(QStringLiteral("runs")));
    sweep_->restoreLayout(settings_.layout(QStringLiteral("sweep")));
    compare_->restoreLayout(settings_.layout(QStringLiteral("compare")));
    explain_->restoreLayout(settings_.layout(QStringLiteral("explain")));
    resize(1320, 860);
    restoreGeometry(settings_.layout(QStringLiteral("window")));
    // Large scales make small screens: no part of the window lies outside.
    const QRect room = screen()->availableGeometry();
    resize(size().boundedTo(room.size()));
    if (!room.contains(frameGeometry())) move(room.topLeft());
}

void MainWindow::keepLayouts() {
    settings_.setLayout(QStringLiteral("window"), saveGeometry());
    settings_.setLayout(QStringLiteral("experiment"), experiment_->layoutState());
    settings_.setLayout(QStringLiteral("runs"), runs_->layoutState());
    settings_.setLayout(QStringLiteral("sweep"), sweep_->layoutState());
    settings_.setLayout(QStringLiteral("compare"), compare_->layoutState());
    settings_.setLayout(QStringLiteral("explain"), explain_->layoutState());
    for (const auto& [name, show] : pageNames()) {
        if (show->isChecked()) settings_.setPage(name);
    }
}

std::vector<std::pair<QString, QAction*>> MainWindow::pageNames() const {
    return {{QStringLiteral("experiment"), show_experiment_},
            {QStringLiteral("runs"), show_runs_},
            {QStringLiteral("sweep"), show_sweep_},
            {QStringLiteral("compare"), show_compare_},
            {QStringLiteral("explain"), show_explain_}};
}

void MainWindow::showFirstPage() {
    for (const auto& [name, show] : pageNames()) {
        if (name == settings_.page()) return show->trigger();
    }
    showRuns();
}

QString MainWindow::readOnlySentence() const {
    return controller_.readOnly() ? tr("Read-only: %1.").arg(controller_.readOnlyReason())
                                  : QString();
}

/// Where nothing can be written the title says so, and what would write is off.
void MainWindow::showAccess() {
    std::filesystem::path folder = controller_.workspace().lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    const QString name = text(folder.filename().string());
    setWindowTitle(controller_.readOnly() ? tr("%1 (read-only) – Ballast").arg(name)
                                          : tr("%1 – Ballast").arg(name));
    if (!controller_.readOnly()) guard_.apply({});
    runs_->setReadOnly(readOnlySentence());
    explain_->setReadOnly(controller_.readOnly());
    slots_panel_->setReadOnly(controller_.readOnly());
    updateActions();
    updateObstacle();
}

void MainWindow::changeSettings() {
    auto* dialog = new SettingsDialog(settings_, this);
    dialog->setObjectName(QStringLiteral("settings_dialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this] {
        applyChosenTheme(settings_.theme());
        controller_.setSlots(settings_.slotDevices(), settings_.slotThreads());
    });
    dialog->open();  // training continues, and so do the plots
}

}  // namespace ballast
