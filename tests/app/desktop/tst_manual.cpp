#include "app/desktop/manual.h"

#include <QTemporaryDir>
#include <QTextBrowser>
#include <QtTest>

#include "core/base/atomic_file.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

class TestManual : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void itIsFoundWhereItIs() {
        const QTemporaryDir folder;
        const fs::path base = folder.path().toStdString();
        const fs::path built = base / "build/ci/bin";
        QVERIFY(manualFor(built).empty());
        makeFolders(base / "docs");
        replaceFile(base / "docs/README.md", "# Manual");
        QCOMPARE(manualFor(built), base / "docs/README.md");
        makeFolders(base / "usr/share/doc/ballast/manual");
        replaceFile(base / "usr/share/doc/ballast/manual/README.md", "# Manual");
        QCOMPARE(manualFor(base / "usr/bin"), base / "usr/share/doc/ballast/manual/README.md");
    }

    /// Every page and picture that a page names is there.
    void itsLinksLeadSomewhere() {
        const fs::path docs =
            fs::path(qEnvironmentVariable("BALLAST_SOURCE").toStdString()) / "docs";
        int links = 0;
        for (const auto& entry : fs::directory_iterator(docs)) {
            if (entry.path().extension() != ".md") continue;
            const QString text = QString::fromStdString(readFile(entry.path()));
            static const QRegularExpression kLink(QStringLiteral("\\]\\(([^)#:]+)\\)"));
            for (auto found = kLink.globalMatch(text); found.hasNext();) {
                const fs::path to = docs / found.next().captured(1).toStdString();
                QVERIFY2(fs::exists(to), (entry.path().string() + " names " + to.string()).c_str());
                ++links;
            }
        }
        QVERIFY(links > 15);
    }

    void theMenuOpensIt() {
        QWidget window;
        QMenu menu;
        addManual(menu, &window);
        QVERIFY(!manualFor(QCoreApplication::applicationDirPath().toStdString()).empty());
        menu.actions().front()->trigger();
        const auto* browser = window.findChild<QTextBrowser*>();
        QVERIFY(browser != nullptr);
        QVERIFY(browser->toPlainText().contains(QStringLiteral("First run")));
    }
};

BALLAST_TEST(TestManual)
#include "tst_manual.moc"
