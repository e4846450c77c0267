#include "app/desktop/pages/sweep_page.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QtTest>

#include "core/experiment/imbalance.h"
#include "core/experiment/sweep.h"
#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"
#include "widgets/trunk_tree.h"

using namespace ballast;
using nlohmann::json;

namespace {

/// Deferred re-weighting, the learning rate falling where it begins.
json base() {
    return {
        {"name", "CE+ADRW"},
        {"phases", {{{"from", 0}}, {{"from", 160}, {"alpha", {{"rule", "power"}, {"nu", 0.15}}}}}},
        {"lr_schedule", {{"steps", {{{"from", 160}, {"factor", 0.01}}}}}}};
}

template<class T>
T* part(QWidget& parent, const char* name) {
    return parent.findChild<T*>(QLatin1String(name));
}

void type(QLineEdit* line, const QString& text) {
    line->selectAll();
    QTest::keyClicks(line, text);
}

}  // namespace

class TestSweepPage : public QObject {
    Q_OBJECT

    std::unique_ptr<SweepPage> page_;

    /// The next outline after what was just edited.
    bool outlined() {
        QSignalSpy spy(page_.get(), &SweepPage::outlined);
        return spy.wait(60000);  // ten thousand runs, beside other work
    }
    QPushButton* start() { return part<QPushButton>(*page_, "start_sweep"); }

private Q_SLOTS:
    void init() {
        page_ =
            std::make_unique<SweepPage>([](const DataConfig& data) { return classCounts(data); });
        page_->resize(1200, 700);
        page_->setBase(base());
        page_->show();
    }
    void cleanup() { page_.reset(); }

    void fieldsOfTheBaseCanBeChosen() {
        const auto fields = axisFields(base());
        const auto has = [&](const char* pointer) {
            return std::ranges::find(fields, pointer, &AxisField::pointer) != fields.end();
        };
        QVERIFY(has("/phases/1/alpha/nu"));
        QVERIFY(has("/phases/1/alpha"));
        QVERIFY(has("/lr_schedule/steps/0/from"));
        QVERIFY(has("/optimizer/lr"));
        QVERIFY(!has("/phases/0/alpha/nu"));
        QVERIFY(!has("/phases/2/from"));
        QVERIFY(!has("/training/seed"));
        const auto nu = std::ranges::find(fields, "/phases/1/alpha/nu", &AxisField::pointer);
        QCOMPARE(nu->text, QStringLiteral("ν of class weight α_y, phase 2"));
    }

    void whatIsTypedBecomesASweepAndItsTree() {
        QTest::mouseClick(part<QPushButton>(*page_, "add_axis"), Qt::LeftButton);
        QCOMPARE(page_->axes().size(), 1U);
        AxisEditor& axis = *page_->axes()[0];
        auto* field = part<QComboBox>(axis, "field");
        type(field->lineEdit(), QStringLiteral("/phases/1/alpha/nu"));
        QTest::keyClick(field->lineEdit(), Qt::Key_Return);
        QCOMPARE(axis.pointer(), std::string("/phases/1/alpha/nu"));
        QVERIFY(field->currentText().startsWith(QStringLiteral("ν of")));
        type(part<QLineEdit>(axis, "values"), QStringLiteral("0 .. 0.4 step 0.1"));
        type(part<QLineEdit>(*page_, "seeds"), QStringLiteral("0-1"));
        QVERIFY(outlined());
        QCOMPARE(page_->outline().runs, 10U);
        QCOMPARE(page_->outline().plan.epochs_shared, 2 * (160 + 5 * 40));
        QCOMPARE(page_->tree().rows(), 10);
        QVERIFY(page_->summary().contains(QStringLiteral("10 runs")));
        QVERIFY(page_->summary().contains(QStringLiteral("64 % saved")));
        QVERIFY(!page_->summary().contains(QStringLiteral("about")));
        page_->setSecondsPerEpoch(36.0);
        QVERIFY(page_->summary().contains(QStringLiteral("about 7 h 10 min instead of 20 h")));

        QSignalSpy asked(page_.get(), &SweepPage::startRequested);
        QVERIFY(start()->isEnabled());
        QCOMPARE(start()->text(), QStringLiteral("Start 10 runs"));
        QTest::mouseClick(start(), Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        const auto sent = asked[0][0].value<json>();
        QCOMPARE(sweepRuns(sweepFromJson(sent, "sent")).size(), 10U);
        QCOMPARE(sent["base"], base());
    }

    void theLearningRateStepMovesAlong() {
        AxisEditor* axis = page_->addAxis();
        axis->setAxis({{"/phases/1/from", {100, 120}}});
        auto* moves = part<QCheckBox>(*axis, "moves");
        QTRY_VERIFY(moves->isVisible());
        QVERIFY(!moves->isChecked());
        QCOMPARE(axis->axis(), json({{"/phases/1/from", {100, 120}}}));
        QTest::mouseClick(moves, Qt::LeftButton, {}, QPoint(8, moves->height() / 2));
        const json both = {{"/phases/1/from", {100, 120}},
                           {"/lr_schedule/steps/0/from", {100, 120}}};
        QCOMPARE(axis->axis(), both);
        QVERIFY(outlined());
        QCOMPARE(page_->outline().labels,
                 (QStringList{QStringLiteral("T₀ = 100"), QStringLiteral("T₀ = 120")}));
        axis->setAxis({{"/optimizer/lr", {0.1}}});
        QVERIFY(!moves->isVisible());
        axis->setAxis(both);
        QVERIFY(moves->isVisible() && moves->isChecked());
    }

    void problemsAreSaidWhereTheyAre() {
        AxisEditor* axis = page_->addAxis();
        axis->setAxis({{"/phases/1/alpha/nu", {0.1}}});
        auto* problem = part<QLabel>(*axis, "problem");
        auto* values = part<QLineEdit>(*axis, "values");
        type(values, QStringLiteral("0 .. 1"));
        QVERIFY(outlined());
        QVERIFY(problem->text().contains(QStringLiteral("Say how many")));
        QVERIFY(!start()->isEnabled());
        type(values, QStringLiteral("0, -1"));
        QVERIFY(outlined());
        QVERIFY(problem->text().contains(QStringLiteral("out of range")));
        QVERIFY(part<QLabel>(*page_, "problems")->text().contains(QStringLiteral("ν = -1")));
        QVERIFY(!start()->isEnabled());
        QCOMPARE(page_->tree().rows(), 0);
        type(values, QStringLiteral("0, 1"));
        QVERIFY(outlined());
        QVERIFY(!problem->isVisible());
        QVERIFY(start()->isEnabled());
        page_->setObstacle(QStringLiteral("no data"));
        QVERIFY(!start()->isEnabled());
    }

    void axesCanBeRemoved() {
        page_->addAxis()->setAxis({{"/phases/1/alpha/nu", {0.1, 0.2}}});
        page_->addAxis()->setAxis({{"/optimizer/lr", {0.1, 0.2}}});
        QVERIFY(outlined());
        QCOMPARE(page_->outline().runs, 4U);
        QTest::mouseClick(part<QToolButton>(*page_->axes()[1], "remove"), Qt::LeftButton);
        QTRY_COMPARE(page_->axes().size(), 1U);
        QVERIFY(outlined());
        QCOMPARE(page_->outline().runs, 2U);
    }

    void aSweepComesBackAsItWas() {
        const json sweep = {
            {"format", 1},
            {"name", "mine"},
            {"base", base()},
            {"axes",
             {{{"/phases/1/from", {100, 120}}, {"/lr_schedule/steps/0/from", {100, 120}}},
              {{"/optimizer/lr", {{"from", 0.01}, {"to", 1}, {"count", 3}, {"scale", "log"}}}},
              {{"/optimizer/momentum", {0.5, 0.9}}, {"/training/batch_size", {64, 128}}}}},
            {"seeds", {0, 1, 2}}};
        page_->setSweep(sweep);
        QCOMPARE(page_->sweep(), sweep);
        QVERIFY(outlined());
        QCOMPARE(page_->outline().runs, 36U);
        const QString wrong = errorOf([&] {
            page_->setSweep({{"presets", {{"methods", {"CEE"}}}}});
        });
        QVERIFY2(wrong.contains(QStringLiteral("CE")), qPrintable(wrong));
        QCOMPARE(page_->sweep(), sweep);
    }

    /// Methods are compared on the data and in the epochs of the Experiment page's config, with
    /// what of it is not the method's.
    void methodsAreAnAxis() {
        json small = base();
        small["data"] = {{"dataset", "cifar100"}, {"imbalance", {{"ratio", 10}}}};
        small["model"] = {{"name", "resnet8"}};
        small["training"] = {{"epochs", 40}, {"seed", 3}};
        small["phases"][1]["from"] = 30;
        small["lr_schedule"]["steps"][0]["from"] = 30;
        page_->setBase(small);
        auto* methods = part<QLineEdit>(*page_, "methods");
        type(methods, QStringLiteral("CE, VS+DRW"));
        QVERIFY(outlined());
        QVERIFY2(page_->outline().problems.empty(), qPrintable(page_->summary()));
        QCOMPARE(page_->outline().runs, 2U);
        const std::vector<SweepRun> runs = sweepRuns(sweepFromJson(page_->sweep(), "the page's"));
        QCOMPARE(runs[0].config.name, std::string("CE"));
        QCOMPARE(runs[1].config.phases[0].beta.rule, std::string("cdt"));
        for (const SweepRun& run : runs) {
            QCOMPARE(run.config.data.dataset, std::string("cifar100"));
            QCOMPARE(run.config.data.imbalance.ratio, 10.0);
            QCOMPARE(run.config.model.name, std::string("resnet8"));
            QCOMPARE(run.config.training.epochs, 40);
        }
        // Axes may vary the methods' fields, and from the menu comes another method.
        auto* add = part<QToolButton>(*page_, "add_method");
        for (QAction* group : add->menu()->actions()) {
            for (QAction* method : group->menu()->actions()) {
                if (method->text() == QStringLiteral("LDAM+DRW")) method->trigger();
            }
        }
        QCOMPARE(methods->text(), QStringLiteral("CE, VS+DRW, LDAM+DRW"));
        QVERIFY(outlined());
        QCOMPARE(page_->outline().runs, 3U);
        // What is no method is said, and nothing can be started.
        type(methods, QStringLiteral("CE, VS+DWR"));
        QVERIFY(outlined());
        auto* problem = part<QLabel>(*page_, "methods_problem");
        QVERIFY2(problem->isVisible() && problem->text().contains(QStringLiteral("DRW")),
                 qPrintable(problem->text()));
        QVERIFY(!start()->isEnabled());
        // Without methods it is the config itself again.
        methods->selectAll();
        QTest::keyClick(methods, Qt::Key_Delete);
        QVERIFY(outlined());
        QCOMPARE(page_->sweep()["base"], small);
        QVERIFY(start()->isEnabled());
    }

    /// What the workspace has of the sweep, and what the rest takes.
    void whatIsLeftIsForeseen() {
        std::atomic<int> plans = 0;
        page_->setPlanner([&](std::vector<SweepRun> runs, const std::atomic<bool>&) {
            ++plans;
            SweepPlan plan;
            for (SweepRun& run : runs)
                plan.runs.push_back({std::move(run), {}, {}, "", "", "", {}, 0});
            plan.runs.front().state = RunState::finished;
            plan.whole.epochs_shared = 440;
            plan.left.epochs_shared = 240;
            plan.seconds = 7200.0;
            plan.bytes_needed = std::int64_t{3} << 30;
            plan.bytes_free = std::int64_t{50} << 30;
            return plan;
        });
        page_->setSecondsPerEpoch(36.0);
        page_->addAxis()->setAxis({{"/phases/1/alpha/nu", {0.1, 0.2}}});
        Q_EMIT page_->axes()[0]->edited();
        QTRY_VERIFY(!page_->forecast().isEmpty());
        const QString said = page_->forecast();
        for (const char* words : {"1 of 2 runs is finished", "240 epochs are left", "about 2 h",
                                  "up to 3.00 GiB", "50.00 GiB"}) {
            QVERIFY2(said.contains(QLatin1String(words)), qPrintable(said));
        }
        QVERIFY2(!page_->summary().contains(QStringLiteral("about")), qPrintable(page_->summary()));
        const int before = plans;
        page_->forecastAgain();  // a run has ended
        QTRY_COMPARE(plans, before + 1);
        Q_EMIT page_->axes()[0]->edited();
        QVERIFY(page_->forecast().isEmpty());  // until it is worked out again
        QTRY_VERIFY(!page_->forecast().isEmpty());
    }

    void aSweepOfTheWorkspaceIsAskedFor() {
        QSignalSpy asked(page_.get(), &SweepPage::sweepRequested);
        auto* menu = part<QMenu>(*page_, "sweeps_menu");
        Q_EMIT menu->aboutToShow();
        QCOMPARE(menu->actions().size(), 1);
        QVERIFY(!menu->actions()[0]->isEnabled());
        page_->setSweepList([] {
            return QStringList{QStringLiteral("nu"), QStringLiteral("a&b")};
        });
        Q_EMIT menu->aboutToShow();
        QCOMPARE(menu->actions().size(), 2);
        menu->actions()[1]->trigger();
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0][0].toString(), QStringLiteral("a&b"));
    }

    void aSweepOverPresetsOpens() {
        const json sweep = {
            {"format", 1},
            {"presets", {{"methods", {"CE+ADRW", "VS+ADRW"}}, {"dataset", "cifar10"}}},
            {"axes", {{{"/phases/1/alpha/nu", {0.1, 0.2, 0.3}}}}},
            {"seeds", {0, 1}}};
        page_->setSweep(sweep);
        QCOMPARE(page_->sweep(), sweep);
        QVERIFY(outlined());
        QCOMPARE(page_->outline().runs, 12U);
        const auto* words = page_->findChild<QLabel*>(QStringLiteral("base"));
        QVERIFY2(words->text().contains(QStringLiteral("CE+ADRW, VS+ADRW")),
                 qPrintable(words->text()));
        // What all presets take over stays with them, and is said.
        json over = sweep;
        over["base"] = {{"training", {{"exact_every", 1}}}, {"model", {{"name", "resnet8"}}}};
        page_->setSweep(over);
        QCOMPARE(page_->sweep(), over);
        QVERIFY2(words->text().contains(QStringLiteral("resnet8")), qPrintable(words->text()));
        QVERIFY(outlined());
        page_->setSweep(sweep);
        QCOMPARE(page_->sweep(), sweep);
        page_->setBase(base());  // the Experiment page is edited: the presets stay
        QVERIFY(page_->sweep().contains("presets"));
        page_->findChild<QPushButton*>(QStringLiteral("leave_presets"))->click();
        QVERIFY(!page_->sweep().contains("presets"));
        QCOMPARE(page_->sweep()["base"], base());
    }

    /// Whoever tabs on from a field comes to its values, and not to what removes the axis.
    void tabLeadsFromAFieldToItsValues() {
        AxisEditor* axis = page_->addAxis();
        const auto* field = axis->findChild<QComboBox*>(QStringLiteral("field"));
        QWidget* next = field->nextInFocusChain();
        while (next->focusPolicy() == Qt::NoFocus || field->isAncestorOf(next)) {
            next = next->nextInFocusChain();
        }
        QCOMPARE(next->objectName(), QStringLiteral("values"));
    }

    void fieldsAreFoundByWhatKeyboardsHave() {
        AxisEditor* axis = page_->addAxis();
        auto* field = axis->findChild<QComboBox*>(QStringLiteral("field"));
        for (const char* typed : {"t0", "T0", "nu of", "alpha"}) {
            field->completer()->setCompletionPrefix(
                field->completer()->splitPath(QString::fromLatin1(typed)).front());
            QVERIFY2(field->completer()->completionCount() > 0, typed);
        }
    }

    /// Typing continues while ten thousand runs are worked out; more are only counted.
    void manyRuns() {
        AxisEditor* axis = page_->addAxis();
        axis->setAxis({{"/phases/1/alpha/nu", {{"from", 0}, {"to", 1}, {"count", 10'000}}}});
        QElapsedTimer beat;
        qint64 longest = 0;
        QTimer ticks;
        connect(&ticks, &QTimer::timeout, this,
                [&] { longest = std::max(longest, beat.restart()); });
        beat.start();
        ticks.start(5);
        QVERIFY(outlined());
        QCOMPARE(page_->outline().runs, 10'000U);
        QVERIFY2(longest < 250, qPrintable(QString::number(longest)));
        QCOMPARE(page_->tree().rows(), TrunkTree::kMostRows);
        axis->setAxis({{"/phases/1/alpha/nu", {{"from", 0}, {"to", 1}, {"count", 1'000'000}}}});
        page_->setBase({{"name", "other"}, {"phases", base()["phases"]}});
        QVERIFY(outlined());
        QCOMPARE(page_->outline().runs, 1'000'000U);
        QVERIFY(!page_->outline().planned);
        QVERIFY(page_->summary().contains(QStringLiteral("1,000,000 runs")));
    }
};

BALLAST_TEST(TestSweepPage)
#include "tst_sweep_page.moc"
