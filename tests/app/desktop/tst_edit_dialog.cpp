#include "app/desktop/edit_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QtTest>

#include "core/experiment/imbalance.h"
#include "tests/support/test_program.h"
#include "widgets/contract_view.h"

using namespace ballast;
using nlohmann::json;

namespace {

RunConfig deferred() {
    RunConfig config;
    config.name = "ADRW";
    config.phases.resize(2);
    config.phases[0].delta = {"la", {{"tau", 1.0}}, {}};
    config.phases[1].from = 160;
    config.phases[1].alpha = {"power", {{"nu", 0.15}}, {}};
    config.phases[1].weight_decay = 1e-3;
    config.lr_schedule.steps = {{160, 0.01}};
    return config;
}

}  // namespace

class TestEditDialog : public QObject {
    Q_OBJECT

    std::unique_ptr<EditDialog> dialog_;

    void make(EditDialog::Mode mode, std::vector<int> epochs) {
        const RunConfig config = deferred();
        dialog_ = std::make_unique<EditDialog>(mode, config, classCounts(config.data), epochs);
        dialog_->show();
    }
    QLineEdit* line(const char* pointer) {
        return dialog_->findChild<QLineEdit*>(QLatin1String(pointer));
    }
    void type(const char* pointer, const char* value) {
        line(pointer)->selectAll();
        QTest::keyClicks(line(pointer), QLatin1String(value));
    }
    QPushButton* accept() { return dialog_->findChild<QPushButton*>(QStringLiteral("accept")); }
    bool setsOnly(const Setting& setting) {
        return dialog_->settings() == std::vector<Setting>{setting};
    }

private Q_SLOTS:
    void cleanup() { dialog_.reset(); }

    void nothingIsChangedAtFirst() {
        make(EditDialog::Mode::edit, {100});
        QVERIFY(dialog_->settings().empty());
        QVERIFY(!accept()->isEnabled());
        QVERIFY(dialog_->result());
        QCOMPARE(dialog_->result()->config, deferred());
        QCOMPARE(dialog_->contract().tree().topLevelItem(0)->text(0),
                 QStringLiteral("Nothing changes"));
        QVERIFY(line("/name") == nullptr);
    }

    void valuesOfTheEpochAreShownAndEdited() {
        make(EditDialog::Mode::edit, {100});
        QCOMPARE(line("/optimizer/lr")->text(), QStringLiteral("0.1"));
        QCOMPARE(line("/phase/delta/tau")->text(), QStringLiteral("1"));
        QVERIFY(line("/phase/alpha/nu") == nullptr);
        type("/phase/delta/tau", "1.5");
        QVERIFY(setsOnly({"/phase/delta/tau", 1.5}));
        QVERIFY(accept()->isEnabled());
        QCOMPARE(dialog_->result()->config.phases.size(), 3U);
        QCOMPARE(dialog_->result()->config.phases[1].delta.parameters.at("tau"), 1.5);
        QVERIFY(!dialog_->contract()
                     .tree()
                     .findItems(QStringLiteral("Phase 2 · Logit shift"),
                                Qt::MatchExactly | Qt::MatchRecursive)
                     .isEmpty());
    }

    /// What is typed is the rate in force: a hundredth of the base rate after the step.
    void theRateIsTheOneInForce() {
        make(EditDialog::Mode::fork, {100, 170});
        QCOMPARE(dialog_->epoch(), 170);
        QCOMPARE(line("/optimizer/lr")->text(), QStringLiteral("0.001"));
        type("/optimizer/lr", "0.0005");
        const ConfigEdit& edit = *dialog_->result();
        QCOMPARE(learningRateAt(edit.config, 169), 0.001);
        QVERIFY(std::abs(learningRateAt(edit.config, 170) - 0.0005) < 1e-15);
        // The phase has a weight decay of its own.
        QCOMPARE(line("/phase/weight_decay")->text(), QStringLiteral("0.001"));
        dialog_->setEpoch(100);
        QVERIFY(line("/phase/weight_decay") == nullptr);
        QCOMPARE(line("/optimizer/weight_decay")->text(), QStringLiteral("2e-4"));
    }

    void theNextPhaseBeginsHere() {
        make(EditDialog::Mode::edit, {100});
        auto* next = dialog_->findChild<QCheckBox*>(QStringLiteral("next_phase"));
        QVERIFY(next->isEnabled());
        next->click();
        QVERIFY(dialog_->nextPhaseNow());
        QVERIFY(accept()->isEnabled());
        QCOMPARE(dialog_->result()->config.phases[1].from, 100);
        QCOMPARE(dialog_->result()->config.lr_schedule.steps[0].from, 100);
        QCOMPARE(line("/phase/alpha/nu")->text(), QStringLiteral("0.15"));
        type("/phase/alpha/nu", "0.5");
        QCOMPARE(dialog_->result()->config.phases[1].alpha.parameters.at("nu"), 0.5);
        make(EditDialog::Mode::edit, {170});
        QVERIFY(!dialog_->findChild<QCheckBox*>(QStringLiteral("next_phase"))->isEnabled());
    }

    void aForkHasANameAndAnEpoch() {
        make(EditDialog::Mode::fork, {100, 120});
        QCOMPARE(line("/name")->text(), QStringLiteral("ADRW · from epoch 120"));
        QVERIFY(!accept()->isEnabled());
        type("/phase/sam_radius", "0.2");
        QVERIFY(accept()->isEnabled());
        dialog_->setEpoch(100);  // what was typed stays
        QCOMPARE(line("/phase/sam_radius")->text(), QStringLiteral("0.2"));
        QCOMPARE(line("/name")->text(), QStringLiteral("ADRW · from epoch 100"));
        QCOMPARE(dialog_->result()->config.phases[1].from, 100);
        QCOMPARE(dialog_->result()->config.name, std::string("ADRW · from epoch 100"));
    }

    void mistakesAreSaid() {
        make(EditDialog::Mode::edit, {160});
        type("/phase/sam_radius", "-1");
        QVERIFY(dialog_->problem().startsWith(QStringLiteral("SAM radius: -1 is out of range")));
        make(EditDialog::Mode::edit, {100});
        type("/phase/sam_radius", "-1");
        QVERIFY(dialog_->problem().startsWith(QStringLiteral("SAM radius: -1 is out of range")));
        QVERIFY(!dialog_->result());
        QVERIFY(!accept()->isEnabled());
        type("/phase/sam_radius", "0.1");
        type("/training/epochs", "50");
        QVERIFY(dialog_->problem().contains(QStringLiteral("allowed: above 100")));
        type("/training/epochs", "250");
        QCOMPARE(dialog_->problem(), QString());
        QVERIFY(accept()->isEnabled());
    }
};

BALLAST_TEST(TestEditDialog)
#include "tst_edit_dialog.moc"
