#include <QTableWidget>
#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/differences_dialog.h"

using namespace ballast;

class TestDifferencesDialog : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void showsRunsSideBySide() {
        const std::vector<RunDifference> rows = {
            {"/optimizer/lr", 0, "Learning rate η", {"0.1", "0.05"}},
            {"/optimizer/lr", 40, "Learning rate η, edited after epoch 40", {"", "0.01"}}};
        DifferencesDialog dialog({QStringLiteral("a"), QStringLiteral("b\tc")}, rows);
        QCOMPARE(dialog.table().rowCount(), 2);
        QCOMPARE(dialog.table().item(1, 0)->text(), QStringLiteral("–"));
        QCOMPARE(dialog.asTsv(),
                 QStringLiteral("\ta\tb c\nLearning rate η\t0.1\t0.05\n"
                                "Learning rate η, edited after epoch 40\t–\t0.01\n"));
    }

    void saysWhereNothingDiffers() {
        DifferencesDialog dialog({QStringLiteral("a"), QStringLiteral("b")}, {});
        QVERIFY(dialog.table().isHidden());
    }
};

BALLAST_TEST(TestDifferencesDialog)
#include "tst_differences_dialog.moc"
