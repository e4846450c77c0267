#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/column_chooser.h"

using namespace ballast;
using Keys = std::vector<std::string>;

class TestColumnChooser : public QObject {
    Q_OBJECT

    static std::vector<RunColumn> offered() {
        return {runColumn("best"), runColumn("few"), runColumn("/optimizer/lr")};
    }

private Q_SLOTS:
    void findsByLabelKeyAndHelp() {
        ColumnChooser chooser(offered(), {});
        QCOMPARE(chooser.found().size(), std::size_t{3});
        chooser.search(QStringLiteral("LEARNING rate"));
        QCOMPARE(chooser.found(), Keys{"/optimizer/lr"});
        chooser.search(QStringLiteral("best epoch"));  // in the help of both
        QCOMPARE(chooser.found(), (Keys{"best", "few"}));
        chooser.search(QStringLiteral("nothing like it"));
        QVERIFY(chooser.found().empty());
    }

    void offersTheAccuracyAtAnEpoch() {
        ColumnChooser chooser(offered(), {});
        chooser.search(QStringLiteral("at:30"));
        QCOMPARE(chooser.found(), Keys{"at:30"});
        chooser.search(QStringLiteral("at:30"));
        QCOMPARE(chooser.found().size(), std::size_t{1});  // once
        chooser.setChosen("at:30", true);
        QCOMPARE(chooser.chosen(), Keys{"at:30"});
    }

    void whatWasChosenKeepsItsOrder() {
        ColumnChooser chooser(offered(), {"name", "few", "best"});
        chooser.setChosen("/optimizer/lr", true);
        QCOMPARE(chooser.chosen(), (Keys{"name", "few", "best", "/optimizer/lr"}));
        chooser.setChosen("few", false);
        QCOMPARE(chooser.chosen(), (Keys{"name", "best", "/optimizer/lr"}));
    }
};

BALLAST_TEST(TestColumnChooser)
#include "tst_column_chooser.moc"
