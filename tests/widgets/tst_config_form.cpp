#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QTextDocumentFragment>
#include <QToolButton>
#include <QtTest>

#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"
#include "tests/support/test_program.h"
#include "widgets/config_form.h"
#include "widgets/field_editors.h"

using namespace ballast;
using nlohmann::json;

Q_DECLARE_METATYPE(nlohmann::json)

namespace {

json complete() {
    RunConfig config;
    config.name = "VS+TLA+ADRW";
    config.data.dataset = "cifar100";
    config.data.imbalance.ratio = 33.3;
    config.phases[0].beta = {"cdt", {{"gamma", 0.05}}, {}};
    config.phases[0].delta = {"la", {{"tau", 1.0 / 3.0}}, {}};
    Phase second;
    second.from = 160;
    second.alpha = {"power", {{"nu", 0.15}}, {}};
    second.weight_decay = 5e-4;
    second.sam_radius = 0.2;
    config.phases.push_back(second);
    config.optimizer.weight_decay = 2e-4;
    config.lr_schedule.steps = {{160, 0.01}, {180, 0.0001}};
    config.training.seed = 9007199254740991;
    return toJson(config);
}

}  // namespace

class TestConfigForm : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { form_.reset(); }
    void roundTrip_data();
    void roundTrip();
    void everyFieldHasANamedEditor();
    void editorsShowTheValues();
    void typingChangesOnlyThatValue();
    void whatIsTypedIsPassedOnAsItIs_data();
    void whatIsTypedIsPassedOnAsItIs();
    void emptyInherits();
    void choosingARuleOffersItsParameter();
    void aListOfValuesPerClass();
    void phasesAreAddedAndRemoved();
    void stepsAreAddedAndRemoved();
    void problemsAreMarkedAtTheirFields();
    void setValueKeepsTheCursorElsewhere();
    void wheelLeavesUnfocusedCombosAlone();
    void helpFollowsTheFocus();
    void everyHelpHasRoom();
    void sectionsAndCardsFold();
    void aFoldedSectionSaysWhatItHides();
    void findingFiltersByLabelPointerAndHelp();
    void whatDiffersIsMarked();
    void rulesAreComparedByWhatTheyMean();
    void numbersReadBackTheSame_data();
    void numbersReadBackTheSame();

private:
    template<class T>
    T* editor(const char* pointer) const {
        return form_->findChild<T*>(QString::fromLatin1(pointer));
    }
    void type(const char* pointer, const QString& text) const {
        auto* line = editor<QLineEdit>(pointer);
        QVERIFY2(line, pointer);
        line->selectAll();
        if (text.isEmpty()) {
            QTest::keyClick(line, Qt::Key_Delete);
        } else {
            QTest::keyClicks(line, text);
        }
    }
    void choose(const char* pointer, const char* name) const {
        auto* combo = editor<QComboBox>(pointer);
        QVERIFY2(combo, pointer);
        const int index = combo->findData(QString::fromLatin1(name));
        QVERIFY2(index >= 0, name);
        combo->setCurrentIndex(index);
        Q_EMIT combo->activated(index);
    }
    json at(const char* pointer) const { return form_->config().at(json::json_pointer(pointer)); }

    std::unique_ptr<ConfigForm> form_;
};

void TestConfigForm::init() {
    form_ = std::make_unique<ConfigForm>();
    form_->resize(480, 900);
    form_->setConfig(complete());
    form_->show();
    QVERIFY(QTest::qWaitForWindowExposed(form_.get()));
}

void TestConfigForm::roundTrip_data() {
    QTest::addColumn<json>("config");
    QTest::newRow("complete") << complete();
    QTest::newRow("empty") << json::object();
    QTest::newRow("partly") << json{{"name", "x"}, {"training", {{"epochs", 3}}}};
    QTest::newRow("invalid") << json{{"training", {{"epochs", "ten"}, {"batch_size", -1.5}}},
                                     {"phases", {{{"from", 3}, {"alpha", "powr"}}, {{"beta", 7}}}},
                                     {"unknown", {1, 2, {{"a", nullptr}}}}};
    json values = complete();
    values["phases"][1]["alpha"] = std::vector<double>(100, 0.1);
    values["phases"][0]["alpha"] = {{"rule", "effective-number"}, {"p", 0.99990000000000001}};
    values["optimizer"]["lr"] = 0.1 + 0.2;
    QTest::newRow("lists and long doubles") << values;
}

void TestConfigForm::roundTrip() {
    QFETCH(json, config);
    QSignalSpy spy(form_.get(), &ConfigForm::edited);
    form_->setConfig(config);
    QCOMPARE(form_->config().dump(), config.dump());
    QCOMPARE(spy.count(), 0);
    // Typing a field's own text anew changes no value.
    for (auto* row : form_->findChildren<FieldRow*>()) {
        json untouched;
        const json::json_pointer pointer(row->pointer());
        if (!config.contains(pointer)) continue;
        QVERIFY2(row->value() == config.at(pointer), row->pointer().c_str());
    }
    form_->setConfig(complete());
    QCOMPARE(form_->config().dump(), complete().dump());
}

void TestConfigForm::everyFieldHasANamedEditor() {
    for (const Field& field : configFields()) {
        std::string pointer(field.pointer);
        if (const auto star = pointer.find('*'); star != std::string::npos) pointer[star] = '1';
        auto* widget = form_->findChild<QWidget*>(QString::fromStdString(pointer));
        QVERIFY2(widget, pointer.c_str());
        QVERIFY2(!widget->accessibleName().isEmpty(), pointer.c_str());
        QVERIFY2(widget->focusPolicy() & Qt::TabFocus, pointer.c_str());
    }
}

void TestConfigForm::editorsShowTheValues() {
    QCOMPARE(editor<QLineEdit>("/optimizer/weight_decay")->text(), QStringLiteral("2e-4"));
    QCOMPARE(editor<QLineEdit>("/data/imbalance/ratio")->text(), QStringLiteral("33.3"));
    QCOMPARE(editor<QLineEdit>("/training/seed")->text(), QStringLiteral("9007199254740991"));
    QCOMPARE(editor<QComboBox>("/data/dataset")->currentText(), QStringLiteral("CIFAR-100"));
    QCOMPARE(editor<QComboBox>("/phases/1/alpha")->currentData().toString(),
             QStringLiteral("power"));
    QCOMPARE(editor<QLineEdit>("/phases/1/alpha/nu")->text(), QStringLiteral("0.15"));
    QVERIFY(editor<QLineEdit>("/phases/0/weight_decay")->text().isEmpty());
    form_->setConfig(json::object());
    // Left out: the defaults.
    QCOMPARE(editor<QLineEdit>("/training/epochs")->text(), QStringLiteral("200"));
    QCOMPARE(editor<QComboBox>("/model/name")->currentText(), QStringLiteral("ResNet-32"));
}

void TestConfigForm::typingChangesOnlyThatValue() {
    QSignalSpy spy(form_.get(), &ConfigForm::edited);
    type("/training/epochs", QStringLiteral("14"));
    QCOMPARE(spy.count(), 2);
    json expected = complete();
    expected["training"]["epochs"] = 14;
    QCOMPARE(form_->config().dump(), expected.dump());
    choose("/model/head", "cosine");
    expected["model"]["head"] = "cosine";
    QCOMPARE(form_->config().dump(), expected.dump());
    type("/phases/1/alpha/nu", QStringLiteral("0.25"));
    expected["phases"][1]["alpha"]["nu"] = 0.25;
    QCOMPARE(form_->config().dump(), expected.dump());
    auto* model = editor<QComboBox>("/model/name");
    model->lineEdit()->selectAll();
    QTest::keyClicks(model->lineEdit(), QStringLiteral("resnet62"));
    expected["model"]["name"] = "resnet62";
    QCOMPARE(form_->config().dump(), expected.dump());
    QTest::keyClick(editor<QLineEdit>("/training/epochs"), Qt::Key_Up);
    expected["training"]["epochs"] = 15;
    QCOMPARE(form_->config().dump(), expected.dump());
}

void TestConfigForm::whatIsTypedIsPassedOnAsItIs_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<json>("value");
    QTest::newRow("scientific") << QStringLiteral("2e-4") << json(2e-4);
    QTest::newRow("whole") << QStringLiteral("3") << json(3);
    QTest::newRow("plus") << QStringLiteral("+0.5") << json(0.5);
    QTest::newRow("word") << QStringLiteral("fast") << json("fast");
    QTest::newRow("half a number") << QStringLiteral("1e") << json("1e");
    QTest::newRow("comma") << QStringLiteral("0,1") << json("0,1");
    QTest::newRow("infinity") << QStringLiteral("inf") << json("inf");
    QTest::newRow("nothing") << QString() << json("");
}

void TestConfigForm::whatIsTypedIsPassedOnAsItIs() {
    QFETCH(QString, text);
    QFETCH(json, value);
    type("/optimizer/lr", text);
    QCOMPARE(at("/optimizer/lr").dump(), value.dump());
}

void TestConfigForm::emptyInherits() {
    type("/phases/1/weight_decay", QString());
    QVERIFY(!form_->config()["phases"][1].contains("weight_decay"));
    QVERIFY(checkConfig(form_->config()).empty());
    type("/phases/1/weight_decay", QStringLiteral("1e-3"));
    QCOMPARE(at("/phases/1/weight_decay"), json(1e-3));
}

void TestConfigForm::choosingARuleOffersItsParameter() {
    choose("/phases/1/alpha", "effective-number");
    QCOMPARE(at("/phases/1/alpha").dump(),
             (json{{"rule", "effective-number"}, {"p", 0.9999}}).dump());
    auto* p = editor<QLineEdit>("/phases/1/alpha/p");
    QVERIFY(p && p->isVisible());
    QCOMPARE(p->text(), QStringLiteral("0.9999"));
    choose("/phases/1/alpha", "one");
    QCOMPARE(at("/phases/1/alpha"), json("one"));
    QVERIFY(!p->isVisible());
}

void TestConfigForm::aListOfValuesPerClass() {
    choose("/phases/1/alpha", "values");
    QCOMPARE(at("/phases/1/alpha"), json(std::vector<double>(100, 1.0)));
    QVERIFY(checkConfig(form_->config()).empty());
    type("/phases/1/alpha/values", QStringLiteral("1, 0.5, 2e-1,x"));
    QCOMPARE(at("/phases/1/alpha").dump(), json::array({1, 0.5, 0.2, "x"}).dump());
    QCOMPARE(editor<QLineEdit>("/phases/1/alpha/values")->text(), QStringLiteral("1, 0.5, 2e-1,x"));
}

void TestConfigForm::phasesAreAddedAndRemoved() {
    QSignalSpy spy(form_.get(), &ConfigForm::edited);
    QVERIFY(!editor<QLineEdit>("/phases/2/from"));
    QTest::mouseClick(editor<QPushButton>("/phases/-"), Qt::LeftButton);
    QCOMPARE(spy.count(), 1);
    QVERIFY(editor<QLineEdit>("/phases/2/from"));
    QCOMPARE(at("/phases/2/from"), json(180));
    QVERIFY(checkConfig(form_->config()).empty());
    QTest::mouseClick(editor<QToolButton>("/phases/1/remove"), Qt::LeftButton);
    QCOMPARE(form_->config()["phases"].size(), std::size_t{2});
    QCOMPARE(at("/phases/1/from"), json(180));
    QVERIFY(!editor<QToolButton>("/phases/0/remove"));
    QVERIFY(!editor<QLineEdit>("/phases/0/from")->isEnabled());
    // From a config without phases, too.
    form_->setConfig(json::object());
    QTest::mouseClick(editor<QPushButton>("/phases/-"), Qt::LeftButton);
    QCOMPARE(form_->config()["phases"].size(), std::size_t{2});
    QVERIFY(checkConfig(form_->config()).empty());
}

void TestConfigForm::stepsAreAddedAndRemoved() {
    QTest::mouseClick(editor<QPushButton>("/lr_schedule/steps/-"), Qt::LeftButton);
    QCOMPARE(form_->config()["lr_schedule"]["steps"].size(), std::size_t{3});
    QVERIFY(checkConfig(form_->config()).empty());
    QTest::mouseClick(editor<QToolButton>("/lr_schedule/steps/0/remove"), Qt::LeftButton);
    QCOMPARE(at("/lr_schedule/steps/0/from"), json(180));
    form_->setConfig(json::object());
    QTest::mouseClick(editor<QPushButton>("/lr_schedule/steps/-"), Qt::LeftButton);
    QCOMPARE(form_->config()["lr_schedule"]["steps"].size(), std::size_t{1});
    QVERIFY(checkConfig(form_->config()).empty());
}

void TestConfigForm::problemsAreMarkedAtTheirFields() {
    type("/training/epochs", QStringLiteral("ten"));
    type("/phases/1/alpha/nu", QStringLiteral("-3"));
    json config = form_->config();
    config["modle"] = 1;
    form_->setConfig(config);
    form_->setProblems(checkConfig(config));
    QVERIFY(form_->problemAt("/training/epochs").contains(QStringLiteral("ten")));
    QVERIFY(form_->problemAt("/phases/1/alpha").contains(QStringLiteral("-3")));
    QVERIFY(form_->problemAt("/training/batch_size").isEmpty());
    QVERIFY(editor<QLineEdit>("/phases/1/alpha/nu")->property("invalid").toBool());
    QVERIFY(!editor<QComboBox>("/phases/1/alpha")->property("invalid").toBool());
    QVERIFY(editor<QLineEdit>("/training/epochs")->property("invalid").toBool());
    QVERIFY(form_->problemsWithoutField().contains(QStringLiteral("modle")));
    auto* top = form_->findChild<QLabel*>(QStringLiteral("form_problems"));
    QVERIFY(top->isVisible());
    form_->setProblems({});
    QVERIFY(form_->problemAt("/training/epochs").isEmpty());
    QVERIFY(!editor<QLineEdit>("/training/epochs")->property("invalid").toBool());
    QVERIFY(!top->isVisible());
}

void TestConfigForm::setValueKeepsTheCursorElsewhere() {
    QSignalSpy spy(form_.get(), &ConfigForm::edited);
    auto* name = editor<QLineEdit>("/name");
    name->setFocus();
    name->setCursorPosition(3);
    form_->setValue("/phases/1/from", 120);
    QCOMPARE(spy.count(), 1);
    QCOMPARE(at("/phases/1/from"), json(120));
    QCOMPARE(editor<QLineEdit>("/phases/1/from")->text(), QStringLiteral("120"));
    QCOMPARE(editor<QLineEdit>("/name"), name);
    QCOMPARE(name->cursorPosition(), 3);
}

void TestConfigForm::wheelLeavesUnfocusedCombosAlone() {
    auto* combo = editor<QComboBox>("/data/imbalance/profile");
    editor<QLineEdit>("/name")->setFocus();
    const QPointF at(combo->rect().center());
    const auto turn = [&] {
        QWheelEvent wheel(at, combo->mapToGlobal(at), {}, QPoint(0, -120), Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(combo, &wheel);
    };
    turn();
    QCOMPARE(combo->currentData().toString(), QStringLiteral("long-tailed"));
    combo->setFocus();
    turn();
    QCOMPARE(combo->currentData().toString(), QStringLiteral("step"));
    QCOMPARE(this->at("/data/imbalance/profile"), json("step"));
}

void TestConfigForm::helpFollowsTheFocus() {
    form_->activateWindow();
    auto* help = form_->findChild<QLabel*>(QStringLiteral("form_help"));
    const QString before = help->text();
    form_->focusField("/training/batch_size");
    QTRY_VERIFY(help->text() != before);
    QVERIFY(help->text().contains(QStringLiteral("Batch size")));
}

// Whatever is chosen.
void TestConfigForm::everyHelpHasRoom() {
    form_->activateWindow();
    auto* help = form_->findChild<QLabel*>(QStringLiteral("form_help"));
    int seen = 0;
    const auto fits = [&] {
        ++seen;
        const QMargins margins = help->contentsMargins();
        const int width = help->width() - margins.left() - margins.right();
        const int room = help->height() - margins.top() - margins.bottom();
        return help->fontMetrics()
                   .boundingRect(0, 0, width, 9999, Qt::TextWordWrap,
                                 QTextDocumentFragment::fromHtml(help->text()).toPlainText())
                   .height() <= room;
    };
    QList<QPointer<QComboBox>> combos;
    for (QComboBox* combo : form_->findChildren<QComboBox*>()) combos.append(combo);
    for (const QPointer<QComboBox>& combo : combos) {
        if (combo.isNull() || !combo->isVisible() || combo->isEditable()) continue;
        const int before = combo->currentIndex();
        const QString name = combo->objectName();
        if (name.startsWith(QStringLiteral("/data"))) continue;  // hides and shows other rows
        for (int i = 0; i < combo->count(); ++i) {
            combo->setCurrentIndex(i);
            QFocusEvent focus(QEvent::FocusIn);
            QCoreApplication::sendEvent(combo, &focus);
            QVERIFY2(fits(), qPrintable(help->text()));
        }
        combo->setCurrentIndex(before);
    }
    QVERIFY(seen > 20);
}

void TestConfigForm::sectionsAndCardsFold() {
    auto* epochs = editor<QLineEdit>("/training/epochs");
    auto* title = editor<QToolButton>("fold/training");
    QVERIFY(title->focusPolicy() & Qt::TabFocus);
    QTest::keyClick(title, Qt::Key_Space);
    QVERIFY(!epochs->isVisible());
    QCOMPARE(form_->folded(), QStringList{QStringLiteral("training")});
    QTest::mouseClick(editor<QToolButton>("fold/phases/1"), Qt::LeftButton);
    QVERIFY(!editor<QLineEdit>("/phases/1/from")->isVisible());
    QVERIFY(editor<QComboBox>("/phases/0/alpha")->isVisible());
    // They stay folded while phases come and go, and for another config.
    QTest::mouseClick(editor<QPushButton>("/phases/-"), Qt::LeftButton);
    form_->setConfig(json::object());
    form_->setConfig(complete());
    QVERIFY(!editor<QLineEdit>("/training/epochs")->isVisible());
    QVERIFY(!editor<QLineEdit>("/phases/1/from")->isVisible());
    // What is asked for opens its section.
    form_->focusField("/training/epochs");
    QVERIFY(editor<QLineEdit>("/training/epochs")->isVisible());
    QCOMPARE(form_->folded(), QStringList{QStringLiteral("phases/1")});
    form_->setAllFolded(true);
    form_->reveal("/phases/1/from");
    QVERIFY(editor<QLineEdit>("/phases/1/from")->isVisible());
    QVERIFY(!editor<QComboBox>("/phases/0/alpha")->isVisible());
    form_->setAllFolded(false);
    QVERIFY(form_->folded().isEmpty());
    QVERIFY(editor<QComboBox>("/phases/0/alpha")->isVisible());
}

void TestConfigForm::aFoldedSectionSaysWhatItHides() {
    form_->setFolded({QStringLiteral("training")});
    type("/training/epochs", QStringLiteral("ten"));
    form_->setProblems(checkConfig(form_->config()));
    const auto said = [&](const char* words) {
        for (const QLabel* label : form_->findChildren<QLabel*>()) {
            if (label->isVisible() && label->text().contains(QLatin1String(words))) return true;
        }
        return false;
    };
    QVERIFY(said("1 field needs attention"));
    form_->setProblems({});
    QVERIFY(!said("needs attention"));
    form_->setReference(complete(), QStringLiteral("VS"));
    QVERIFY(said("1 changed"));
    form_->setFolded({});
    QVERIFY(!said("1 changed"));
}

void TestConfigForm::findingFiltersByLabelPointerAndHelp() {
    const auto shown = [&] {
        QStringList pointers;
        for (const FieldRow* row : form_->findChildren<FieldRow*>()) {
            if (row->isVisible()) pointers << QString::fromStdString(row->pointer());
        }
        return pointers;
    };
    const qsizetype all = shown().size();
    form_->setFolded({QStringLiteral("training")});
    form_->setFilter(QStringLiteral("Batch SIZE"));
    QCOMPARE(shown(), QStringList{QStringLiteral("/training/batch_size")});
    QVERIFY(!editor<QPushButton>("/phases/-")->isVisible());
    QVERIFY(!editor<QToolButton>("fold/data")->isVisible());
    form_->setFilter(QStringLiteral("/phases/1/al"));
    QCOMPARE(shown(), QStringList{QStringLiteral("/phases/1/alpha")});
    form_->setFilter(QStringLiteral("delta shift"));  // typed as keyboards can
    QCOMPARE(shown(),
             (QStringList{QStringLiteral("/phases/0/delta"), QStringLiteral("/phases/1/delta")}));
    form_->setFilter(QStringLiteral("no such field"));
    QVERIFY(shown().isEmpty());
    QVERIFY(editor<QLabel>("form_nothing")->isVisible());
    form_->setFilter(QString());
    QVERIFY(!editor<QLabel>("form_nothing")->isVisible());
    QVERIFY(!editor<QLineEdit>("/training/epochs")->isVisible());  // folded as before
    form_->setFolded({});
    QCOMPARE(shown().size(), all);
    // Whoever wants a field gets it, and hears that the filter is gone.
    QSignalSpy cleared(form_.get(), &ConfigForm::filterCleared);
    form_->setFilter(QStringLiteral("momentum"));
    form_->focusField("/optimizer/momentum");
    QCOMPARE(cleared.count(), 0);
    form_->focusField("/training/seed");
    QCOMPARE(cleared.count(), 1);
    QCOMPARE(shown().size(), all);
}

void TestConfigForm::whatDiffersIsMarked() {
    QSignalSpy edited(form_.get(), &ConfigForm::edited);
    json reference = complete();
    reference["training"]["epochs"] = 400;
    reference["model"]["head"] = "cosine";
    form_->setReference(reference, QStringLiteral("LDAM"));
    QCOMPARE(form_->differing(), 2);
    auto* epochs = editor<QToolButton>("/training/epochs/reset");
    QVERIFY(epochs->isVisible());
    QVERIFY2(epochs->toolTip().contains(QStringLiteral("LDAM: 400")),
             qPrintable(epochs->toolTip()));
    QVERIFY(!epochs->accessibleName().isEmpty());
    QVERIFY(!editor<QToolButton>("/training/seed/reset")->isVisible());
    QVERIFY(editor<QToolButton>("/model/head/reset")->toolTip().contains(QStringLiteral("Cosine")));
    QTest::mouseClick(epochs, Qt::LeftButton);
    QCOMPARE(edited.count(), 1);
    QCOMPARE(edited[0][0].toString(), QStringLiteral("/training/epochs"));
    QCOMPARE(at("/training/epochs"), json(400));
    QCOMPARE(editor<QLineEdit>("/training/epochs")->text(), QStringLiteral("400"));
    QVERIFY(!epochs->isVisible());
    QCOMPARE(form_->differing(), 1);
    form_->setFilter(QString(), true);
    QVERIFY(!editor<QLineEdit>("/training/epochs")->isVisible());
    QVERIFY(editor<QComboBox>("/model/head")->isVisible());
    form_->setFilter(QString());
    form_->setReference(json::object(), QString());
    QCOMPARE(form_->differing(), 0);
    // Nothing is set back in a form that is only read.
    form_->setReference(reference, QStringLiteral("LDAM"));
    form_->setReadOnly(true);
    QVERIFY(!editor<QToolButton>("/model/head/reset")->isVisible());
}

void TestConfigForm::rulesAreComparedByWhatTheyMean() {
    json config = complete();
    config["phases"][0]["alpha"] = {{"rule", "one"}};
    form_->setConfig(config);
    form_->setReference(complete(), QStringLiteral("VS"));
    QCOMPARE(form_->differing(), 0);
    type("/phases/1/alpha/nu", QStringLiteral("0.150"));
    QCOMPARE(form_->differing(), 0);
    type("/phases/1/alpha/nu", QStringLiteral("0.2"));
    QCOMPARE(form_->differing(), 1);
}

void TestConfigForm::numbersReadBackTheSame_data() {
    QTest::addColumn<double>("value");
    for (const double value :
         {2e-4, 0.1, 1.0 / 3.0, 1e300, 5e-324, 0.1 + 0.2, 123456789.125, -7.5}) {
        QTest::addRow("%.17g", value) << value;
    }
}

void TestConfigForm::numbersReadBackTheSame() {
    QFETCH(double, value);
    const json back = numberOrText(textOf(json(value)));
    QVERIFY(back.is_number());
    QVERIFY(back.get<double>() == value);
}

BALLAST_TEST(TestConfigForm)
#include "tst_config_form.moc"
