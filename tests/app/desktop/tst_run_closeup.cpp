#include <QScrollBar>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "app/desktop/pages/run_closeup.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/run_controller.h"
#include "core/runs/learning_library.h"
#include "tests/support/test_program.h"
#include "widgets/class_heat_map.h"
#include "widgets/differences_dialog.h"
#include "widgets/live_plots.h"
#include "widgets/transition_view.h"

using namespace ballast;

/// What a click on the plots opens.
class TestRunCloseup : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<RunController> controller_;
    std::unique_ptr<RunsPage> page_;

    QString makeRun(const std::string& name, double nu, const QString& parent = {},
                    const std::string& images = "") {
        RunDescription description;
        RunConfig& config = description.config;
        config.name = name;
        config.training.epochs = 8;
        config.phases.resize(5);
        for (std::size_t p = 1; p < 5; ++p) {
            config.phases[p].from = static_cast<int>(p);
            config.phases[p].alpha = {"power", {{"nu", nu * double(p)}}, {}};
        }
        description.config_as_given = nlohmann::json::object();
        description.class_counts = {5000, 50};
        if (!images.empty()) {
            config.data.dataset = "image-folder";
            config.data.folder = "/images/" + images;
            config.data.imbalance.profile = Profile::none;
            description.data_sha256 = images;
        }
        description.edits.push_back(
            {{"id", "x"},
             {"epoch", 3},
             {"settings", {{{"pointer", "/phase/alpha/nu"}, {"value", 3 * nu}}}}});
        if (!parent.isEmpty()) {
            description.parent = {{"checkpoint", "x"}, {"epoch", 1}, {"run", parent.toStdString()}};
        }
        const auto folder = OwnedRun::create(folder_.path().toStdString(), description);
        OwnedRun owned(folder);
        for (int epoch = 0; epoch < 8; ++epoch) {
            EpochRecord record;
            record.epoch = epoch;
            record.test_accuracy = {0.75, 0.25};
            record.balanced_test_accuracy = 0.5;
            owned.append(record);
        }
        owned.setStatus(RunState::finished, 8, "");
        return QString::fromStdString(folder.filename().string());
    }

private Q_SLOTS:
    void clicksOnEventsOpenWhatChanged() {
        const QString one = makeRun("a", 0.1);
        const QString two = makeRun("b", 0.2, one);
        controller_ = std::make_unique<RunController>(learningLibrary(), TrainingEnvironment{},
                                                      folder_.path().toStdString());
        page_ = std::make_unique<RunsPage>(*controller_);
        page_->resize(900, 500);
        page_->show();
        controller_->open();
        QTRY_VERIFY(page_->plots().hasRun(two));
        page_->select(one);
        LivePlots& plots = page_->plots();
        RunCloseup& closeup = page_->closeup();

        // A phase of another run: it is selected, and its card is in view.
        Q_EMIT plots.eventActivated(two, HistoryEvent::Kind::phase, 4);
        QCOMPARE(page_->selectedRuns(), QStringList(two));
        QCOMPARE(closeup.shown(), QStringLiteral("transitions"));
        QVERIFY(closeup.transitionCards().text().contains(QStringLiteral("Phase 5")));
        QTRY_VERIFY(closeup.transitionCards().verticalScrollBar()->value() > 0);
        const int last = closeup.transitionCards().verticalScrollBar()->value();
        Q_EMIT plots.eventActivated(two, HistoryEvent::Kind::phase, 1);
        QTRY_VERIFY(closeup.transitionCards().verticalScrollBar()->value() < last);

        Q_EMIT plots.eventActivated(two, HistoryEvent::Kind::edit, 3);
        const auto* edit = page_->findChild<DifferencesDialog*>();
        QVERIFY(edit != nullptr && edit->asTsv().contains(QStringLiteral("0.4\t0.6")));
        delete edit;
        Q_EMIT plots.eventActivated(two, HistoryEvent::Kind::fork, 1);
        const auto* fork = page_->findChild<DifferencesDialog*>();
        QVERIFY(fork != nullptr && fork->asTsv().contains(QStringLiteral("0.1\t0.2")));
        delete fork;
        Q_EMIT plots.eventActivated(one, HistoryEvent::Kind::fork, 1);  // has no parent
        QVERIFY(page_->findChild<DifferencesDialog*>() == nullptr);
    }

    // Two selected runs are a difference class by class only where the classes are the same
    // images'.
    void differencesAreOfOneDataSet_data() {
        QTest::addColumn<QString>("first");
        QTest::addColumn<QString>("second");
        QTest::addColumn<bool>("same");
        QTest::newRow("same folder") << "abc"
                                     << "abc" << true;
        QTest::newRow("other folder") << "abc"
                                      << "def" << false;
        QTest::newRow("other data set") << "abc"
                                        << "" << false;
    }
    void differencesAreOfOneDataSet() {
        QFETCH(QString, first);
        QFETCH(QString, second);
        QFETCH(bool, same);
        const QString a = makeRun("a", 0.1, {}, first.toStdString());
        const QString b = makeRun("b", 0.2, {}, second.toStdString());
        controller_ = std::make_unique<RunController>(learningLibrary(), TrainingEnvironment{},
                                                      folder_.path().toStdString());
        LivePlots plots;
        RunCloseup closeup(*controller_, plots);
        closeup.resize(600, 400);
        static_cast<QWidget&>(closeup).show();
        controller_->open();
        closeup.show(QStringLiteral("classes"));
        closeup.setRun(a, 0);
        closeup.compareWith(b);
        QCOMPARE(closeup.classes().reason().contains(QStringLiteral("have other data")), !same);
    }

    void cleanup() {
        page_.reset();
        controller_.reset();
    }
};

BALLAST_TEST(TestRunCloseup)
#include "tst_run_closeup.moc"
