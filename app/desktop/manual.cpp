#include "app/desktop/manual.h"

#include <QCoreApplication>
#include <QDialog>
#include <QMessageBox>
#include <QTextBrowser>
#include <QToolBar>
#include <QVBoxLayout>

namespace ballast {
namespace {

QString shownPath(const std::filesystem::path& path) {
    return QString::fromStdString(path.string());
}

void showManual(QWidget* parent) {
    const std::filesystem::path page =
        manualFor(QCoreApplication::applicationDirPath().toStdString());
    if (page.empty()) {
        QMessageBox::information(
            parent, QObject::tr("Manual"),
            QObject::tr("The manual is not installed. It is the folder docs of the source code."));
        return;
    }
    auto* dialog = new QDialog(parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(QObject::tr("Manual"));
    dialog->resize(900, 700);
    auto* browser = new QTextBrowser;
    browser->setOpenExternalLinks(true);
    browser->setSearchPaths({shownPath(page.parent_path())});
    auto* tools = new QToolBar;
    QAction* contents = tools->addAction(QObject::tr("Contents"));
    QAction* back = tools->addAction(QObject::tr("Back"));
    back->setEnabled(false);
    QObject::connect(contents, &QAction::triggered, browser, &QTextBrowser::home);
    QObject::connect(back, &QAction::triggered, browser, &QTextBrowser::backward);
    QObject::connect(browser, &QTextBrowser::backwardAvailable, back, &QAction::setEnabled);
    auto* layout = new QVBoxLayout(dialog);
    layout->addWidget(tools);
    layout->addWidget(browser);
    browser->setSource(QUrl::fromLocalFile(shownPath(page)), QTextDocument::MarkdownResource);
    dialog->show();
}

}  // namespace

std::filesystem::path manualFor(const std::filesystem::path& program) {
    for (const char* place : {"../share/doc/ballast/manual/README.md", "../../../docs/README.md"}) {
        const std::filesystem::path page = (program / place).lexically_normal();
        std::error_code error;
        if (std::filesystem::is_regular_file(page, error)) return page;
    }
    return {};
}

void addManual(QMenu& menu, QWidget* parent) {
    QAction* open = menu.addAction(QObject::tr("&Manual"));
    QObject::connect(open, &QAction::triggered, parent, [parent] { showManual(parent); });
}

}  // namespace ballast
