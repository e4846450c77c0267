#include "app/desktop/pages/experiment_page.h"

#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMainWindow>
#include <QPushButton>
#include <QTabBar>
#include <QToolButton>
#include <QtTest>
#include <memory>

#include "app/desktop/experiment_actions.h"
#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/experiment/imbalance.h"
#include "core/experiment/presets.h"
#include "tests/support/test_program.h"
#include "widgets/class_term_preview.h"
#include "widgets/config_form.h"
#include "widgets/schedule_timeline.h"

using namespace ballast;

namespace {

std::vector<std::int64_t> countOfKnown(const DataConfig& data) {
    if (data.dataset == "image-folder") return {5, 40, 12};  // in the files' order
    return classCounts(data);
}

nlohmann::json demo() {
    return nlohmann::json(toJson(presetConfig({"CE+DRW", "fashion-mnist", "", 0, "", 10})));
}

}  // namespace

class TestExperimentPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aMethodByNameKeepsTheData() {
        ExperimentPage page(countOfKnown);
        nlohmann::json config = demo();
        config["data"]["imbalance"]["ratio"] = 50;
        config["training"]["seed"] = 7;
        config["model"]["name"] = "resnet8";
        page.setConfig(config);
        auto* method = page.findChild<QComboBox*>(QStringLiteral("method"));
        QCOMPARE(method->currentText(), QStringLiteral("CE+DRW"));
        method->setCurrentText(QStringLiteral("ldam+adrw"));
        QTest::keyClick(method->lineEdit(), Qt::Key_Return);
        QTRY_COMPARE(page.config()["model"]["head"], "cosine");
        QCOMPARE(method->currentText(), QStringLiteral("LDAM+ADRW"));
        const RunConfig made = configFromJson(page.config(), "the page");
        QCOMPARE(made.model.name, std::string("resnet8"));
        QCOMPARE(made.phases.back().alpha.rule, std::string("power"));
        QCOMPARE(made.data.imbalance.ratio, 50.0);
        QCOMPARE(made.training.seed, std::uint64_t{7});
        QCOMPARE(made.training.epochs, 10);
    }

    // Return in the box, without another name in it, must not undo what was edited since.
    void theSameMethodAgainChangesNothing() {
        ExperimentPage page(countOfKnown);
        nlohmann::json config = demo();
        config["phases"][1]["from"] = 3;
        page.setConfig(config);
        auto* method = page.findChild<QComboBox*>(QStringLiteral("method"));
        QTest::keyClick(method->lineEdit(), Qt::Key_Return);
        QCoreApplication::processEvents();
        QCOMPARE(page.config()["phases"][1]["from"], 3);
    }

    // An editable box chooses what is typed as it loses the focus, also while its window closes.
    void closingWithAMethodTypedIsSafe() {
        auto page = std::make_unique<ExperimentPage>(countOfKnown);
        page->setConfig(demo());
        page->show();
        QVERIFY(QTest::qWaitForWindowExposed(page.get()));
        auto* method = page->findChild<QComboBox*>(QStringLiteral("method"));
        method->setFocus();
        method->lineEdit()->selectAll();
        QTest::keyClicks(method->lineEdit(), QStringLiteral("VS+DRW"));
        page->close();
        QTRY_COMPARE(page->config()["name"], "VS+DRW");
        page.reset();
    }

    void anUnknownMethodIsSaidAndChangesNothing() {
        ExperimentPage page(countOfKnown);
        page.setConfig(demo());
        const nlohmann::json before = page.config();
        page.applyPreset(QStringLiteral("VS+ADWR"), {});
        QCOMPARE(page.config(), before);
        QVERIFY(page.obstacle().contains(QStringLiteral("ADRW")));
    }

    void aLearningRateStepMovesWithItsPhase() {
        ExperimentPage page(countOfKnown);
        nlohmann::json config = demo();
        const int start = config["phases"][1]["from"];
        QCOMPARE(config["lr_schedule"]["steps"][0]["from"], start);
        page.setConfig(config);
        page.form().setValue("/phases/1/from", start - 2);
        QCOMPARE(page.config()["lr_schedule"]["steps"][0]["from"], start - 2);
        page.form().setValue("/lr_schedule/steps/0/from", start - 1);  // by itself
        page.form().setValue("/phases/1/from", start - 3);
        QCOMPARE(page.config()["lr_schedule"]["steps"][0]["from"], start - 1);
    }

    void whatHasNoEffectIsSaid() {
        ExperimentPage page(countOfKnown);
        page.setConfig(demo());
        const auto* advice = page.findChild<QLabel*>(QStringLiteral("advice"));
        QVERIFY(advice->isHidden());
        page.form().setValue("/lr_schedule/steps/1/from", 10);
        QVERIFY(!advice->isHidden());
        QVERIFY2(advice->text().contains(QStringLiteral("step at epoch 10 has no effect")),
                 qPrintable(advice->text()));
    }

    /// What was shown before an error stays, and it is said that it is of before.
    void anInvalidConfigDimsThePreview() {
        ExperimentPage page(countOfKnown);
        page.setConfig(demo());
        QVERIFY(page.preview().hasData());
        page.form().setValue("/training/epochs", -1);
        QVERIFY(page.preview().hasData());
        QLabel* summary = nullptr;
        for (QLabel* label : page.findChildren<QLabel*>()) {
            if (label->text().contains(QStringLiteral("before"))) summary = label;
        }
        QVERIFY(summary != nullptr);
        QVERIFY(page.preview().isOutdated());
        page.form().setValue("/training/epochs", 10);
        QVERIFY(!page.preview().isOutdated());
    }

    void fisherConsistencyFollowsTheConfig() {
        ExperimentPage page(countOfKnown);
        nlohmann::json config = demo();
        config["phases"] = {{{"from", 0}, {"delta", {{"rule", "la"}, {"tau", 1.0}}}}};
        page.setConfig(config);
        auto* fisher = page.findChild<QLabel*>(QStringLiteral("fisher"));
        QVERIFY(fisher->text().contains(QStringLiteral("<b>yes</b>")));
        config["phases"][0]["delta"]["tau"] = 1.5;
        page.setConfig(config);
        QVERIFY(fisher->text().contains(QStringLiteral("<b>no</b>")));
        // What the run decides is said to be open.
        page.applyPreset(QStringLiteral("CE+Auto-ADRW"), {});
        QVERIFY2(fisher->text().contains(QStringLiteral("<b>open</b>")) &&
                     fisher->text().contains(QStringLiteral("drawn as with ν = 1")),
                 qPrintable(fisher->text()));
    }

    /// Each key in the form is one change, and whoever hears of it gets the check with it.
    void eachKeyIsOneCheckedChange() {
        ExperimentPage page(countOfKnown);
        page.setConfig(demo());
        QList<CheckedConfig> changes;
        connect(&page, &ExperimentPage::changed, this,
                [&](const CheckedConfig& checked) { changes << checked; });
        auto* epochs = page.findChild<QLineEdit*>(QStringLiteral("/training/epochs"));
        epochs->selectAll();
        const auto type = [&](char key) {
            const auto before = changes.size();
            QTest::keyClick(epochs, key);
            return changes.size() - before;
        };
        QCOMPARE(type('2'), 1);
        QCOMPARE(changes.last().given, page.config());
        QCOMPARE(changes.last().config, std::optional<RunConfig>());  // its phases begin later
        QCOMPARE(changes.last().problems, checkConfig(page.config()));
        QCOMPARE(type('0'), 1);
        QCOMPARE(changes.last().given, page.config());
        QVERIFY(changes.last().problems.empty());
        QCOMPARE(changes.last().config->training.epochs, 20);
        changes.clear();
        page.form().setValue("/training/seed", 3);
        QCOMPARE(changes.size(), 1);
        page.applyPreset(QStringLiteral("LDAM+DRW"), {});
        QCOMPARE(changes.size(), 2);
        QCOMPARE(changes.last().config, page.checked().config);
    }

    /// The keys work in a line of the form, and what was typed there is one step.
    void typingIsUndoneByItsKeys() {
        QMainWindow window;
        auto* page = new ExperimentPage(countOfKnown);
        window.setCentralWidget(page);
        ExperimentActions actions(*page, &window);
        for (QAction* action : actions.editActions()) {
            if (action != nullptr) window.addAction(action);
        }
        page->setConfig(demo());
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        auto* epochs = page->findChild<QLineEdit*>(QStringLiteral("/training/epochs"));
        epochs->setFocus();
        epochs->selectAll();
        QTest::keyClicks(epochs, QStringLiteral("120"));
        auto* batch = page->findChild<QLineEdit*>(QStringLiteral("/training/batch_size"));
        batch->setFocus();
        batch->selectAll();
        QTest::keyClicks(batch, QStringLiteral("64"));
        QTest::keyClick(batch, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(page->config()["training"]["batch_size"], 128);
        QCOMPARE(batch->text(), QStringLiteral("128"));
        QCOMPARE(page->config()["training"]["epochs"], 120);
        QTest::keyClick(batch, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(page->config()["training"]["epochs"], 10);
        QTest::keyClick(batch, Qt::Key_Z, Qt::ControlModifier);  // there is nothing more
        QTest::keyClick(batch, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(page->config()["training"]["epochs"], 120);
    }

    void aConfigIsCopiedAndPasted() {
        ExperimentPage page(countOfKnown);
        ExperimentActions actions(page, &page);
        QSignalSpy failed(&actions, &ExperimentActions::failed);
        auto* copy = actions.findChild<QAction*>(QStringLiteral("copy_config"));
        auto* paste = actions.findChild<QAction*>(QStringLiteral("paste_config"));
        page.setConfig(demo());
        copy->trigger();
        page.form().setValue("/training/seed", 9);
        paste->trigger();
        QCOMPARE(page.config(), demo());
        page.undo();
        QCOMPARE(page.config()["training"]["seed"], 9);
        QApplication::clipboard()->setText(QStringLiteral("VS+DRW"));
        paste->trigger();
        QCOMPARE(failed.count(), 1);
        QVERIFY(failed[0][0].toString().contains(QStringLiteral("clipboard")));
        QCOMPARE(page.config()["training"]["seed"], 9);
    }

    /// What the method's choice would change is marked, and set back by a click.
    void fieldsThatDifferFromThePresetAreMarked() {
        ExperimentPage page(countOfKnown);
        page.setConfig(demo());
        page.applyPreset(QStringLiteral("VS+ADRW"), {});
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        auto* differing = page.findChild<QToolButton*>(QStringLiteral("differing"));
        QCOMPARE(page.form().differing(), 0);
        QVERIFY(differing->isHidden());
        const nlohmann::json preset = page.config();
        page.form().setValue("/phases/1/alpha/nu", 0.7);
        page.form().setValue("/training/seed", 5);  // no preset's business
        page.form().setValue("/data/imbalance/ratio", "x");
        QCOMPARE(page.form().differing(), 1);
        page.form().setValue("/data/imbalance/ratio", 100);
        QCOMPARE(page.form().differing(), 1);
        QVERIFY2(differing->text().contains(QStringLiteral("VS+ADRW")),
                 qPrintable(differing->text()));
        auto* back = page.findChild<QToolButton*>(QStringLiteral("/phases/1/alpha/reset"));
        QVERIFY(back->isVisible());
        const double nu = preset["phases"][1]["alpha"]["nu"];
        QVERIFY2(back->toolTip().contains(QString::number(nu)), qPrintable(back->toolTip()));
        // Only those are shown on demand.
        differing->click();
        QVERIFY(!page.findChild<QWidget*>(QStringLiteral("/training/seed"))->isVisible());
        QVERIFY(back->isVisible());
        back->click();
        QCOMPARE(page.config()["phases"], preset["phases"]);
        QCOMPARE(page.form().differing(), 0);
        QVERIFY(!differing->isChecked());
        QVERIFY(page.findChild<QWidget*>(QStringLiteral("/training/seed"))->isVisible());
        page.undo();
        QCOMPARE(page.config()["phases"][1]["alpha"]["nu"], 0.7);
        QCOMPARE(page.form().differing(), 1);

        // A protocol's fields are compared where one was chosen; a phase more is set back at once.
        page.applyPreset(QStringLiteral("VS+ADRW"), QStringLiteral("paper-200"));
        page.form().setValue("/optimizer/weight_decay", 0.01);
        QCOMPARE(page.form().differing(), 1);
        page.findChild<QPushButton*>(QStringLiteral("/phases/-"))->click();
        QCOMPARE(page.form().differing(), 2);
        page.findChild<QToolButton*>(QStringLiteral("/phases/reset"))->click();
        QCOMPARE(page.config()["phases"].size(), std::size_t{2});
        QCOMPARE(page.form().differing(), 1);
    }

    void aConfigOfNoKnownMethodHasNoMarks() {
        ExperimentPage page(countOfKnown);
        nlohmann::json config = demo();
        config["phases"][1]["beta"] = {{"rule", "cdt"}, {"gamma", 0.321}};
        page.setConfig(config);
        QCOMPARE(page.form().differing(), 0);
    }

    void draftsAreTabsWithHistoriesOfTheirOwn() {
        ExperimentPage page(countOfKnown);
        page.setConfig(demo());
        auto* tabs = page.findChild<QTabBar*>(QStringLiteral("drafts"));
        QCOMPARE(tabs->count(), 1);
        QCOMPARE(tabs->tabText(0), QStringLiteral("CE+DRW"));
        page.form().setValue("/training/seed", 1);
        page.addDraft(demo());
        QCOMPARE(tabs->count(), 2);
        QCOMPARE(tabs->tabText(1), QStringLiteral("CE+DRW (2)"));
        page.applyPreset(QStringLiteral("VS+DRW"), {});
        QCOMPARE(tabs->tabText(1), QStringLiteral("VS+DRW"));
        tabs->setCurrentIndex(0);
        QCOMPARE(page.config()["training"]["seed"], 1);
        page.undo();
        QCOMPARE(page.config(), demo());
        QVERIFY(!page.drafts().current().history.canUndo());
        tabs->setCurrentIndex(1);
        QCOMPARE(page.config()["name"], "VS+DRW");
        page.closeDraft(1, demo());
        QCOMPARE(tabs->count(), 1);
        page.reopenDraft();
        QCOMPARE(page.config()["name"], "VS+DRW");
        page.undo();
        QCOMPARE(page.config(), demo());

        page.openConfig(page.config(), QStringLiteral("/configs/mine.json"));
        const int mine = tabs->currentIndex();
        QCOMPARE(tabs->tabText(mine), QStringLiteral("mine"));
        page.form().setValue("/training/seed", 4);
        QCOMPARE(tabs->tabText(mine), QStringLiteral("mine*"));
        QVERIFY(tabs->accessibleTabName(mine).contains(QStringLiteral("differs")));
        page.savedTo(QStringLiteral("/configs/mine.json"));
        QCOMPARE(tabs->tabText(mine), QStringLiteral("mine"));

        ExperimentPage again(countOfKnown);
        again.restoreDrafts(page.drafts().toJson());
        QCOMPARE(again.config(), page.config());
        QCOMPARE(again.drafts().size(), page.drafts().size());
    }

    /// An invalid draft says nothing of the one that was shown before.
    void anotherDraftForgetsWhatWasShown() {
        ExperimentPage page(countOfKnown);
        page.setConfig(demo());
        nlohmann::json wrong = demo();
        wrong["training"]["epochs"] = "ten";
        page.addDraft(wrong);
        QVERIFY(!page.preview().hasData());
        QVERIFY(page.timeline().isHidden());
        QVERIFY(!page.checked().config);
        QCOMPARE(page.findChild<QComboBox*>(QStringLiteral("method"))->currentText(),
                 QStringLiteral("Custom"));
        page.chooseDraft(0);
        QVERIFY(page.preview().hasData());
        QVERIFY(!page.timeline().isHidden());
        QCOMPARE(page.findChild<QComboBox*>(QStringLiteral("method"))->currentText(),
                 QStringLiteral("CE+DRW"));
    }

    void foldsAreRemembered() {
        ExperimentPage page(countOfKnown);
        page.setConfig(demo());
        page.form().setFolded({QStringLiteral("data"), QStringLiteral("phases/1")});
        ExperimentPage again(countOfKnown);
        again.restoreLayout(page.layoutState());
        QCOMPARE(again.form().folded(), page.form().folded());
        again.restoreLayout(QByteArray("nonsense"));
        again.restoreLayout(QByteArray());
        QCOMPARE(again.form().folded(), page.form().folded());
    }

    void escapeShowsAllFields() {
        ExperimentPage page(countOfKnown);
        page.setConfig(demo());
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        page.find();
        auto* line = page.findChild<QLineEdit*>(QStringLiteral("find_field"));
        auto* seed = page.findChild<QWidget*>(QStringLiteral("/training/seed"));
        QTest::keyClicks(line, QStringLiteral("momentum"));
        QVERIFY(!seed->isVisible());
        QTest::keyClick(line, Qt::Key_Escape);
        QVERIFY(seed->isVisible());
        // A field that an undo is about is shown, whatever was looked for.
        page.form().setValue("/training/seed", 8);
        QTest::keyClicks(line, QStringLiteral("momentum"));
        page.undo();
        QVERIFY(seed->isVisible());
        QVERIFY(line->text().isEmpty());
    }

    // Classes of a list file are shown from the largest to the smallest.
    void listedClassesAreSorted() {
        ExperimentPage page(countOfKnown);
        RunConfig config = presetConfig({"CE", "image-folder", "", 0, "", 0});
        page.setConfig(nlohmann::json(toJson(config)));
        QCOMPARE(page.preview().drawn(ClassTermPreview::Plot::class_counts, 0),
                 (std::vector<double>{40, 12, 5}));

        // Where they have names of their own, these go along.
        ExperimentPage named(countOfKnown, [](const DataConfig&) {
            return std::vector<std::string>{"cat", "dog", "Été"};
        });
        named.setConfig(nlohmann::json(toJson(config)));
        QCOMPARE(named.preview().classNames().join(u' '), QStringLiteral("dog Été cat"));
    }
};

BALLAST_TEST(TestExperimentPage)
#include "tst_experiment_page.moc"
