#include <QLineEdit>
#include <QPlainTextEdit>
#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/notes_dialog.h"

using namespace ballast;

class TestNotesDialog : public QObject {
    Q_OBJECT

    static QLineEdit& tags(NotesDialog& dialog) { return *dialog.findChild<QLineEdit*>(); }
    static QPlainTextEdit& note(NotesDialog& dialog) {
        return *dialog.findChild<QPlainTextEdit*>();
    }

private Q_SLOTS:
    void ofOneRun() {
        RunNotes notes{"old", {"a", "b"}, true, false};
        NotesDialog dialog({notes});
        QCOMPARE(tags(dialog).text(), QStringLiteral("a, b"));
        note(dialog).setPlainText(QStringLiteral("new"));
        tags(dialog).setText(QStringLiteral("b, c"));
        dialog.applyTo(notes);
        QVERIFY(notes == (RunNotes{"new", {"b", "c"}, true, false}));
    }

    // What is not shown of each is not lost.
    void ofSeveralRunsOnlyWhatIsCommonChanges() {
        RunNotes one{"first", {"common", "mine"}, false, false};
        RunNotes two{"second", {"common"}, false, true};
        NotesDialog dialog({one, two});
        QCOMPARE(tags(dialog).text(), QStringLiteral("common"));
        QVERIFY(note(dialog).toPlainText().isEmpty());
        tags(dialog).setText(QStringLiteral("paper"));
        dialog.applyTo(one);
        dialog.applyTo(two);
        QVERIFY(one == (RunNotes{"first", {"mine", "paper"}, false, false}));
        QVERIFY(two == (RunNotes{"second", {"paper"}, false, true}));
    }

    void aNoteInCommonCanBeTakenAway() {
        RunNotes notes{"same", {}, false, false};
        NotesDialog dialog({notes, notes});
        note(dialog).clear();
        dialog.applyTo(notes);
        QCOMPARE(notes.note, std::string());
    }

    void staysOpenOverATagThatIsNone() {
        NotesDialog dialog({RunNotes{}});
        tags(dialog).setText(QStringLiteral("a\tb"));
        dialog.open();
        dialog.accept();
        QVERIFY(dialog.isVisible());
        tags(dialog).setText(QStringLiteral("a, ,b"));
        dialog.accept();
        QVERIFY(!dialog.isVisible());
    }
};

BALLAST_TEST(TestNotesDialog)
#include "tst_notes_dialog.moc"
