#include <QLineEdit>
#include <QListWidget>
#include <QSignalSpy>
#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/command_palette.h"

using namespace ballast;

class TestCommandPalette : public QObject {
    Q_OBJECT

    QWidget window_;
    QString done_;

    std::vector<Command> commands() {
        const auto make = [this](const char* name, const char* where, bool enabled = true) {
            return Command{QString::fromUtf8(name),
                           QString::fromUtf8(where),
                           QStringLiteral("Ctrl+E"),
                           QStringLiteral("help"),
                           enabled,
                           [this, name] { done_ = QString::fromUtf8(name); }};
        };
        return {make("Open…", "File"),
                make("Export figures…", "File"),
                make("Pause", "Run", false),
                make("Runs", "View"),
                make("Run the demo experiment", "File"),
                make("Fit plots", "View")};
    }
    static QStringList names(CommandPalette& palette) {
        QStringList shown;
        for (int i = 0; i < palette.list().count(); ++i) shown << palette.list().item(i)->text();
        return shown;
    }

private Q_SLOTS:
    void initTestCase() {
        window_.resize(900, 700);
        window_.show();
    }
    void init() { done_.clear(); }

    void everyWordMustMatch() {
        const Command command{
            QStringLiteral("Export figures…"), QStringLiteral("File"), {}, {}, true, {}};
        const auto match = [&](const char* typed) {
            return commandMatch(command, QString::fromUtf8(typed));
        };
        QVERIFY(match("") > 0);
        QVERIFY(match("FIG exp") > 0);
        QVERIFY(match("file fig") > 0);
        QCOMPARE(match("figures runs"), 0);
        QVERIFY(match("exp") > match("fig"));  // begins the name
        QVERIFY(match("fig") > match("gur"));
        QVERIFY(match("fig") > match("file"));
    }

    void whatCannotBeDoneStandsLast() {
        CommandPalette palette(commands(), {}, &window_);
        QCOMPARE(names(palette).last(), QStringLiteral("Pause"));
        QVERIFY(!(palette.list().item(5)->flags() & Qt::ItemIsEnabled));
        palette.line().setText(QStringLiteral("pause"));
        QTest::keyClick(&palette.line(), Qt::Key_Return);
        QTest::qWait(1);
        QCOMPARE(done_, QString());
    }

    void recentCommandsComeFirst() {
        CommandPalette palette(commands(), {QStringLiteral("Fit plots"), QStringLiteral("Runs")},
                               &window_);
        QCOMPARE(names(palette).mid(0, 3),
                 (QStringList{QStringLiteral("Fit plots"), QStringLiteral("Runs"),
                              QStringLiteral("Open…")}));
    }

    void typedAndDoneWithTheKeyboard() {
        auto* palette = new CommandPalette(commands(), {}, &window_);
        palette->setAttribute(Qt::WA_DeleteOnClose);
        QSignalSpy chosen(palette, &CommandPalette::chosen);
        palette->open();
        QTest::keyClicks(&palette->line(), QStringLiteral("run"));
        // Those whose name begins with it, then the menu "Run".
        QCOMPARE(names(*palette),
                 (QStringList{QStringLiteral("Runs"), QStringLiteral("Run the demo experiment"),
                              QStringLiteral("Pause")}));
        QTest::keyClick(&palette->line(), Qt::Key_Down);
        QTest::keyClick(&palette->line(), Qt::Key_Down);  // not onto what cannot be done
        QTest::keyClick(&palette->line(), Qt::Key_Return);
        QCOMPARE(chosen.count(), 1);
        QTRY_COMPARE(done_, QStringLiteral("Run the demo experiment"));
        QVERIFY(QApplication::activePopupWidget() == nullptr);
    }

    void nothingIsSaid() {
        CommandPalette palette(commands(), {}, &window_);
        palette.line().setText(QStringLiteral("zzz"));
        QCOMPARE(names(palette), QStringList{QStringLiteral("Nothing is called that")});
        QTest::keyClick(&palette.line(), Qt::Key_Down);
        QTest::keyClick(&palette.line(), Qt::Key_Return);
        QCOMPARE(done_, QString());
    }
};

BALLAST_TEST(TestCommandPalette)
#include "tst_command_palette.moc"
