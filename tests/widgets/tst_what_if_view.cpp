#include "widgets/palette.h"
#include "widgets/what_if_view.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QtTest>
#include <cmath>

#include "tests/support/test_program.h"
#include "widgets/figure_export.h"
#include "widgets/palette.h"
#include "widgets/what_if_controls.h"

using namespace ballast;

namespace {

/// Logits of `classes` classes whose rarest are taken for the commonest as trained.
SavedLogits skewed(int classes, int images) {
    SavedLogits saved;
    for (int y = 0; y < classes; ++y) {
        saved.class_counts.push_back(std::lround(5000.0 * std::pow(0.01, y / (classes - 1.0))));
    }
    saved.head.norms.assign(static_cast<std::size_t>(classes), 1.0F);
    saved.head.bias.assign(static_cast<std::size_t>(classes), 0.0F);
    Logits logits;
    logits.classes = classes;
    for (int i = 0; i < images; ++i) {
        const int y = i % classes;
        logits.labels.push_back(y);
        for (int j = 0; j < classes; ++j) {
            const double share =
                std::log(static_cast<double>(saved.class_counts[static_cast<std::size_t>(j)]));
            logits.values.push_back(static_cast<float>(share + (j == y ? 2.5 : 0.0) +
                                                       std::sin(0.7 * i + 1.3 * j) * 1.5));
        }
    }
    saved.test = logits;
    saved.validation = logits;
    return saved;
}

WhatIfSubject subjectOf(const SavedLogits& saved, std::vector<LogitSplit> splits) {
    WhatIfSubject subject;
    subject.class_counts = saved.class_counts;
    subject.splits = std::move(splits);
    return subject;
}

}  // namespace

class TestWhatIfView : public QObject {
    Q_OBJECT

    static QString words(const QWidget& view, const char* name) {
        return view.findChild<QLabel*>(QString::fromUtf8(name))->text();
    }
    template<class T>
    static T* part(const QWidget& view, const char* name) {
        return view.findChild<T*>(QString::fromUtf8(name));
    }
    static void type(QLineEdit* field, const QString& text) {
        field->selectAll();
        QTest::keyClicks(field, text);
        QTest::keyClick(field, Qt::Key_Return);
    }
    static void show(WhatIfView& view, const SavedLogits& saved) {
        view.setSubject(subjectOf(saved, {LogitSplit::test, LogitSplit::validation}));
        view.setResults(whatIf(saved, view.split(), {}),
                        whatIf(saved, view.split(), view.adjustment()));
    }

private Q_SLOTS:
    void slidersAndFieldsAgree() {
        WhatIfControls controls;
        QSignalSpy changed(&controls, &WhatIfControls::adjustmentChanged);
        part<QSlider>(controls, "τ_slider")->setValue(125);
        QCOMPARE(controls.adjustment().tau, 1.25);
        QCOMPARE(part<QLineEdit>(controls, "τ_field")->text(), QStringLiteral("1.25"));
        QCOMPARE(changed.count(), 1);
        type(part<QLineEdit>(controls, "γ_field"), QStringLiteral("0.123"));
        QCOMPARE(controls.adjustment().gamma, 0.123);  // finer than the slider
        QCOMPARE(part<QSlider>(controls, "γ_slider")->value(), 12);
        QCOMPARE(changed.count(), 2);
        type(part<QLineEdit>(controls, "γ_field"), QStringLiteral("0.123"));
        QCOMPARE(changed.count(), 2);
        QTest::mouseClick(part<QPushButton>(controls, "what_if_reset"), Qt::LeftButton);
        QVERIFY(controls.adjustment() == WhatIf());
        QCOMPARE(changed.count(), 3);
    }

    void beyondTheRangeIsClampedAndSaid() {
        WhatIfControls controls;
        type(part<QLineEdit>(controls, "τ_field"), QStringLiteral("12"));
        QCOMPARE(controls.adjustment().tau, kTauRange.most);
        QVERIFY2(controls.remark().contains(QStringLiteral("12 is beyond what is useful")),
                 qPrintable(controls.remark()));
        type(part<QLineEdit>(controls, "τ_field"), QStringLiteral("abc"));
        QVERIFY(controls.remark().contains(QStringLiteral("\"abc\" is no number")));
        QCOMPARE(controls.adjustment().tau, kTauRange.most);
        part<QSlider>(controls, "τ_slider")->setValue(0);
        QCOMPARE(controls.remark(), QString());
    }

    void weightsAreOnePerClass() {
        WhatIfControls controls;
        controls.setClasses(3);
        auto* field = part<QLineEdit>(controls, "what_if_weights");
        type(field, QStringLiteral("1, 2, 0.5"));
        QCOMPARE(controls.adjustment().weights, (std::vector<double>{1, 2, 0.5}));
        for (const char* wrong : {"1, 2", "1, 2, x", "1, -2, 1", "0,0,0"}) {
            type(field, QString::fromUtf8(wrong));
            QVERIFY(controls.remark().contains(QStringLiteral("allowed are 3 numbers")));
            QCOMPARE(controls.adjustment().weights.size(), std::size_t{3});
        }
        controls.setClasses(4);
        QVERIFY(controls.adjustment().weights.empty());
    }

    void tuningSaysWhereAndInRedOnTest() {
        WhatIfControls controls;
        QSignalSpy asked(&controls, &WhatIfControls::bestTauRequested);
        auto* button = part<QPushButton>(controls, "best_tau_on_validation");
        controls.setValidationObstacle(QStringLiteral("There are none."));
        QVERIFY(!button->isEnabled());
        QCOMPARE(words(controls, "validation_why"), QStringLiteral("There are none."));
        controls.setValidationObstacle({});
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(asked[0][0].value<LogitSplit>(), LogitSplit::validation);
        controls.setSearching(true);
        QVERIFY(!button->isEnabled());
        controls.setSearching(false);

        QSignalSpy changed(&controls, &WhatIfControls::adjustmentChanged);
        controls.setTuned({0.8, 0.7, 0.6, LogitSplit::validation});
        QCOMPARE(controls.adjustment().tau, 0.8);
        QCOMPARE(changed.count(), 1);
        QVERIFY(controls.tunedSentence().contains(QStringLiteral("the validation images")));
        const auto colorOf = [&] {
            return part<QLabel>(controls, "tuned_sentence")->palette().color(QPalette::WindowText);
        };
        QVERIFY(colorOf() != plotColors().error);
        controls.setTuned({0.9, 0.7, 0.6, LogitSplit::test});
        QVERIFY(controls.tunedSentence().contains(QStringLiteral("tuned on test")));
        QCOMPARE(colorOf(), plotColors().error);
        part<QSlider>(controls, "τ_slider")->setValue(10);
        QCOMPARE(controls.tunedSentence(), QString());
    }

    void aHeadWithoutNormsHasNoTauNorm() {
        WhatIfControls controls;
        part<QSlider>(controls, "τ-norm_slider")->setValue(50);
        controls.setTauNormObstacle(QStringLiteral("a cosine head"));
        QCOMPARE(controls.adjustment().tau_norm, 0.0);
        QVERIFY(!part<QSlider>(controls, "τ-norm_slider")->isEnabled());
        QVERIFY(words(controls, "tau_norm_why").contains(QStringLiteral("a cosine head")));
    }

    void onlyDeconfoundHasAnEffect() {
        WhatIfControls controls;
        controls.show();
        auto* slider = part<QSlider>(controls, "change of α_TDE_slider");
        QVERIFY(!slider->isVisible());
        controls.setEffect(1.5);
        QVERIFY(slider->isVisible());
        const auto labels = controls.findChildren<QLabel*>();
        QVERIFY(std::ranges::any_of(labels, [](const QLabel* label) {
            return label->isVisible() &&
                   label->text() == QStringLiteral("Change of α_TDE (1.5 in the run)");
        }));
        QSignalSpy changed(&controls, &WhatIfControls::adjustmentChanged);
        slider->setValue(-50);
        QCOMPARE(controls.adjustment().tde, -0.5);
        QCOMPARE(changed.count(), 1);
        controls.setEffect({});
        QCOMPARE(controls.adjustment().tde, 0.0);
        QVERIFY(!slider->isVisible());
    }

    void resultsAreShownAndMissingLogitsSaid() {
        WhatIfView view;
        view.resize(1000, 640);
        view.show();
        QSignalSpy wanted(&view, &WhatIfView::makeRequested);
        view.setEpochs({{20, QStringLiteral("best"), {}}, {40, QStringLiteral("last"), {}}}, 40);
        QCOMPARE(part<QComboBox>(view, "what_if_epoch")->currentText(),
                 QStringLiteral("after 40 (last)"));
        view.setMissing(QStringLiteral("Not saved."), QStringLiteral("Make them"));
        QVERIFY(part<QLabel>(view, "what_if_missing")->isVisible());
        QTest::mouseClick(part<QPushButton>(view, "make_logits"), Qt::LeftButton);
        QCOMPARE(wanted.count(), 1);
        view.setMissing(QStringLiteral("The checkpoint is gone."));
        QVERIFY(!part<QPushButton>(view, "make_logits")->isVisible());

        const SavedLogits saved = skewed(10, 500);
        WhatIf made;
        made.tau = 1.0;
        view.setAdjustment(made);
        show(view, saved);
        QVERIFY(!part<QLabel>(view, "what_if_missing")->isVisible());
        const WhatIfResult after = whatIf(saved, LogitSplit::test, made);
        QCOMPARE(words(view, "what_if_balanced"),
                 QString::number(100.0 * after.balanced, 'f', 1) + QStringLiteral(" %"));
        QVERIFY(words(view, "what_if_balanced_before").contains(QStringLiteral("points")));
        QCOMPARE(view.title(), QStringLiteral("test images, τ = 1"));
        QCOMPARE(view.picture().after.accuracy, after.accuracy);
    }

    void splitsThatAreNotThereCannotBeChosen() {
        WhatIfView view;
        const SavedLogits saved = skewed(3, 30);
        view.setSubject(subjectOf(saved, {LogitSplit::test, LogitSplit::train}));
        auto* combo = part<QComboBox>(view, "what_if_split");
        const auto flags = [&](int row) { return combo->model()->index(row, 0).flags(); };
        QVERIFY(flags(0).testFlag(Qt::ItemIsEnabled) && flags(2).testFlag(Qt::ItemIsEnabled));
        QVERIFY(!flags(1).testFlag(Qt::ItemIsEnabled));
        QVERIFY(!part<QPushButton>(view, "best_tau_on_validation")->isEnabled());
    }

    void figureForPrint() {
        const SavedLogits saved = skewed(10, 500);
        WhatIf made;
        made.tau = 1.0;
        const WhatIfPicture picture{{},
                                    saved.class_counts,
                                    whatIf(saved, LogitSplit::test, {}),
                                    whatIf(saved, LogitSplit::test, made)};
        const PaperFigure figure = paperFigure(picture, QStringLiteral("made, τ = 1"));
        const FigureStyle style;
        QVERIFY(paperPdf(figure.title, style, figure.compose).startsWith("%PDF"));
        QVERIFY(figure.csv().startsWith("quantity,index,name,"));
        const PgfFigure pgf = figure.pgf(style, "a.dat");
        QVERIFY(pgf.tex.find("as trained") != std::string::npos);
    }

    /// A hundred classes, as fast as a slider moves.
    void aHundredClassesAreFluid() {
        WhatIfView view;
        view.resize(1200, 800);
        view.show();
        const SavedLogits saved = skewed(100, 2000);
        show(view, saved);
        const WhatIfResult before = whatIf(saved, LogitSplit::test, {});
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 10; ++i) {
            WhatIf made;
            made.tau = 0.1 * i;
            view.setResults(before, whatIf(saved, LogitSplit::test, made));
            QCoreApplication::processEvents();
        }
        qInfo("%lld ms a picture", timer.elapsed() / 10);
    }
};

BALLAST_TEST(TestWhatIfView)
#include "tst_what_if_view.moc"
