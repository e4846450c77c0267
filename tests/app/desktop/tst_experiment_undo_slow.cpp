#include <QAbstractButton>
#include <QRandomGenerator>
#include <QtTest>

#include "app/desktop/pages/experiment_page.h"
#include "core/experiment/config_json.h"
#include "core/experiment/imbalance.h"
#include "core/experiment/presets.h"
#include "tests/support/test_program.h"
#include "widgets/config_form.h"
#include "widgets/schedule_timeline.h"

using namespace ballast;

namespace {

nlohmann::json edited() {
    return nlohmann::json(toJson(presetConfig({"CE+DRW", "fashion-mnist", "", 0, "", 10})));
}

/// As an event loop does between two edits: a form that was replaced goes.
void settleWidgets() {
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    QCoreApplication::processEvents();
}

}  // namespace

class TestExperimentUndo : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Whoever edits: fields, the timeline, buttons, presets, a paste.
    void everyEditIsUndoneAndRedone() {
        ExperimentPage page([](const DataConfig& data) { return classCounts(data); });
        page.setConfig(edited());
        QRandomGenerator random(20231210);
        const QStringList methods{QStringLiteral("VS+DRW"), QStringLiteral("LDAM+ADRW+SAM"),
                                  QStringLiteral("CE"), QStringLiteral("cRT")};
        const auto press = [&](const QString& name) {
            if (auto* button = page.findChild<QAbstractButton*>(name)) button->click();
        };
        const auto edit = [&] {
            ConfigForm& form = page.form();
            switch (random.bounded(9)) {
                case 0:
                    form.setValue("/training/epochs", 1 + random.bounded(200));
                    break;
                case 1:
                    form.setValue("/optimizer/lr", random.generateDouble());
                    break;
                case 2:
                    form.setValue("/training/batch_size", "many");
                    break;
                case 3:
                    Q_EMIT page.timeline().phaseMoved(0, random.bounded(9));
                    break;
                case 4:
                    press(QStringLiteral("/phases/-"));
                    break;
                case 5:
                    press(QStringLiteral("/lr_schedule/steps/0/remove"));
                    break;
                case 6:
                    page.applyPreset(
                        methods[random.bounded(methods.size())],
                        random.bounded(2) == 0 ? QString() : QStringLiteral("paper-200"));
                    break;
                case 7: {
                    nlohmann::json pasted = edited();
                    pasted["training"]["seed"] = random.bounded(1000);
                    page.setConfig(pasted);
                    break;
                }
                default:
                    form.setValue("/data/imbalance/ratio", 1 + random.bounded(100));
            }
            Q_EMIT form.settled();
            settleWidgets();
        };
        std::vector<std::string> states{page.config().dump()};
        for (int i = 0; i < 200; ++i) {
            edit();
            if (page.config().dump() != states.back()) states.push_back(page.config().dump());
        }
        QVERIFY(states.size() > 120);
        for (std::size_t i = states.size() - 1; i-- > 0;) {
            page.undo();
            settleWidgets();
            QCOMPARE(page.config().dump(), states[i]);
            QCOMPARE(page.checked().given.dump(), states[i]);
        }
        QVERIFY(!page.drafts().current().history.canUndo());
        for (std::size_t i = 1; i < states.size(); ++i) {
            page.redo();
            settleWidgets();
            QCOMPARE(page.config().dump(), states[i]);
        }
        QVERIFY(!page.drafts().current().history.canRedo());
    }
};

BALLAST_TEST(TestExperimentUndo)
#include "tst_experiment_undo_slow.moc"
