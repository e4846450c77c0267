#include "widgets/contract_view.h"

#include <QApplication>
#include <QClipboard>
#include <QTreeWidget>
#include <QtTest>

#include "core/experiment/imbalance.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

std::vector<ContractRow> contract() {
    RunConfig config;
    config.phases[0].alpha = {"power", {{"nu", 0.5}}, {}};
    const Setting settings[] = {{"/phase/sam_radius", 0.2}, {"/phase/alpha/nu", 0.75}};
    return editedFrom(config, classCounts(config.data), 100, settings).contract;
}

}  // namespace

class TestContractView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void changesStandFirstAndWhatStaysIsFolded() {
        ContractView view;
        view.setContract(contract());
        QTreeWidget& tree = view.tree();
        QCOMPARE(tree.topLevelItemCount(), 3);
        QCOMPARE(tree.topLevelItem(0)->text(0), QStringLiteral("Changes (3)"));
        QVERIFY(tree.topLevelItem(0)->isExpanded());
        QVERIFY(tree.topLevelItem(1)->text(0).startsWith(QStringLiteral("Reset")));
        QVERIFY(tree.topLevelItem(1)->isExpanded());
        QVERIFY(tree.topLevelItem(2)->text(0).startsWith(QStringLiteral("Taken over")));
        QVERIFY(!tree.topLevelItem(2)->isExpanded());

        const auto found = tree.findItems(QStringLiteral("Phase 2 · SAM radius"),
                                          Qt::MatchExactly | Qt::MatchRecursive);
        QCOMPARE(found.size(), 1);
        QCOMPARE(found[0]->parent(), tree.topLevelItem(0));
        QCOMPARE(found[0]->text(ContractView::value), QStringLiteral("0 → 0.2"));
        QCOMPARE(found[0]->text(ContractView::from), QStringLiteral("100"));
        const auto rule = tree.findItems(QStringLiteral("Phase 2 · Class weight"),
                                         Qt::MatchExactly | Qt::MatchRecursive);
        QCOMPARE(rule[0]->text(ContractView::value),
                 QStringLiteral("power ν = 0.5 → power ν = 0.75"));
    }

    void whatIsFoldedStaysFolded() {
        ContractView view;
        view.setContract(contract());
        view.tree().topLevelItem(1)->setExpanded(false);
        view.tree().topLevelItem(2)->setExpanded(true);
        view.setContract(contract());
        QVERIFY(!view.tree().topLevelItem(1)->isExpanded());
        QVERIFY(view.tree().topLevelItem(2)->isExpanded());
    }

    void nothingChanges() {
        ContractView view;
        view.setContract({});
        QCOMPARE(view.tree().topLevelItemCount(), 1);
        QCOMPARE(view.tree().topLevelItem(0)->text(0), QStringLiteral("Nothing changes"));
    }

    void linesCanBeCopied() {
        ContractView view;
        view.setContract(contract());
        view.tree().topLevelItem(0)->child(0)->setSelected(true);
        QTest::keyClick(&view, Qt::Key_C, Qt::ControlModifier);
        QVERIFY(QApplication::clipboard()->text().contains(QLatin1Char('\t')));
    }
};

BALLAST_TEST(TestContractView)
#include "tst_contract_view.moc"
