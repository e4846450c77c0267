#include "app/desktop/foreign_import.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTemporaryDir>
#include <QWidget>
#include <QtTest>

#include "app/desktop/run_controller.h"
#include "app/desktop/settings.h"
#include "core/results/workspace.h"
#include "core/runs/learning_library.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

namespace {

constexpr const char* kTracked =
    "step,val/acc,top5,train/loss\n0,0.30,0.61,2.1\n1,0.42,0.70,1.8\n2,0.40,0.72,1.5\n";

json configOf(const char* method_name, double tau) {
    json config = json::parse(R"({"data": {"dataset": "cifar10"},
        "model": {"name": "resnet8"}, "training": {"epochs": 7},
        "lr_schedule": {"warmup_epochs": 0, "steps": []}})");
    config["name"] = method_name;
    config["phases"] = {{{"from", 0}, {"delta", {{"rule", "la"}, {"tau", tau}}}}};
    return config;
}

}  // namespace

class TestForeignImport : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<QWidget> window_;
    std::unique_ptr<Settings> settings_;
    std::unique_ptr<RunController> controller_;
    std::unique_ptr<ForeignImport> import_;

    QString file(const QString& name, const QByteArray& text) const {
        QFile file(folder_.filePath(name));
        if (file.open(QIODevice::WriteOnly)) file.write(text);
        return file.fileName();
    }

    void open(const QString& path) {
        import_->ask({{QStringLiteral("LA"), configOf("LA", 1.0)},
                      {QStringLiteral("half"), configOf("half", 0.5)}});
        import_->dialog()->setPath(path);
    }

    template<class T>
    T* part(const char* name) const {
        return import_->dialog()->findChild<T*>(QLatin1String(name));
    }

    QPushButton* importButton() const {
        return import_->dialog()->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
    }

    /// What is said after "Importing …".
    QString answered() {
        QSignalSpy said(import_.get(), &ForeignImport::said);
        QSignalSpy failed(import_.get(), &ForeignImport::failed);
        importButton()->click();
        if (!QTest::qWaitFor([&] { return said.count() + failed.count() > 1; }, 60'000)) return {};
        return failed.isEmpty() ? said.last().at(0).toString()
                                : QStringLiteral("failed: ") + failed.at(0).at(0).toString();
    }

    std::vector<RunSummary> runs() const { return readWorkspace(controller_->workspace()); }

private Q_SLOTS:
    void init() {
        keepSettingsIn(folder_);
        window_ = std::make_unique<QWidget>();
        window_->show();
        settings_ = std::make_unique<Settings>();
        const auto workspace = folder_.filePath(QString::fromLatin1(QTest::currentTestFunction()));
        controller_ = std::make_unique<RunController>(learningLibrary(), TrainingEnvironment{},
                                                      workspace.toStdString());
        import_ = std::make_unique<ForeignImport>(*controller_, *settings_, window_.get());
    }
    void cleanup() {
        import_.reset();
        QSignalSpy closed(controller_.get(), &RunController::closed);
        controller_->close();
        QVERIFY(closed.count() > 0 || closed.wait(60000));
        controller_.reset();
        window_.reset();
    }

    void numbersOfATracker() {
        open(file(QStringLiteral("tracked.csv"), kTracked));
        QVERIFY(!importButton()->isEnabled());
        QTRY_COMPARE(part<QLabel>("import_found")->text(), QStringLiteral("1 run: tracked"));
        QCOMPARE(part<QComboBox>("import_test")->currentText(), QStringLiteral("val/acc"));
        QCOMPARE(part<QComboBox>("import_loss")->currentText(), QStringLiteral("train/loss"));
        QCOMPARE(part<QComboBox>("import_many")->currentText(), QStringLiteral("none"));
        QVERIFY(import_->dialog()->columns().empty());
        part<QComboBox>("import_test")->setCurrentText(QStringLiteral("top5"));
        part<QComboBox>("import_loss")->setCurrentText(QStringLiteral("none"));
        part<QComboBox>("import_config")->setCurrentText(QStringLiteral("half"));
        const QString said = answered();
        QVERIFY2(said.startsWith(QStringLiteral("The run is imported.")), qPrintable(said));
        const auto made = runs();
        QCOMPARE(made.size(), std::size_t{1});
        QCOMPARE(made[0].status.state, RunState::finished);
        QCOMPARE(made[0].records.size(), std::size_t{3});
        QCOMPARE(made[0].records[1].balanced_test_accuracy, 0.70);
        QVERIFY(std::isnan(made[0].records[1].loss));
        QCOMPARE(made[0].description.config.phases[0].delta.parameters.at("tau"), 0.5);
        QCOMPARE(made[0].description.config.training.epochs, 3);
        QCOMPARE(settings_->lastFolder(), folder_.path());
    }

    void withoutATestAccuracy() {
        open(file(QStringLiteral("tracked.csv"), kTracked));
        QTRY_VERIFY(importButton()->isEnabled());
        part<QComboBox>("import_test")->setCurrentText(QStringLiteral("none"));
        QVERIFY(!importButton()->isEnabled());
        QVERIFY(part<QLabel>("import_problem")
                    ->text()
                    .contains(QStringLiteral("Which number is the balanced test accuracy?")));
        part<QComboBox>("import_test")->setCurrentText(QStringLiteral("val/acc"));
        QVERIFY(importButton()->isEnabled());
        // Another path is typed: what is shown is not of it.
        part<QLineEdit>("import_path")->setFocus();
        QTest::keyClicks(part<QLineEdit>("import_path"), QStringLiteral("x"));
        QVERIFY(!importButton()->isEnabled());
    }

    void whatCannotBeRead() {
        open(folder_.filePath(QStringLiteral("nothing.csv")));
        QTRY_VERIFY(part<QLabel>("import_problem")->text().contains(QStringLiteral("nothing.csv")));
        QVERIFY(!importButton()->isEnabled());
        import_->dialog()->setPath(file(QStringLiteral("broken.csv"), "a,b\n1\n"));
        QTRY_VERIFY(part<QLabel>("import_problem")->text().contains(QStringLiteral("broken.csv")));
        QVERIFY(!importButton()->isEnabled());
    }

    void theAuthorsLogs() {
        open(QStringLiteral(BALLAST_TEST_DATA "/public-code"));
        QTRY_VERIFY(importButton()->isEnabled());
        QVERIFY(part<QLabel>("import_found")
                    ->text()
                    .contains(QStringLiteral("they say what was trained")));
        const QString said = answered();
        QVERIFY2(said.startsWith(QStringLiteral("The run is imported.")), qPrintable(said));
        QCOMPARE(runs().size(), std::size_t{1});
    }
};

BALLAST_TEST(TestForeignImport)
#include "tst_foreign_import.moc"
