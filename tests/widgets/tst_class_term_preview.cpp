#include <QLabel>
#include <QtTest>

#include "core/experiment/class_terms.h"
#include "core/experiment/imbalance.h"
#include "tests/support/test_program.h"
#include "widgets/class_term_preview.h"

using namespace ballast;

class TestClassTermPreview : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void drawsExactlyWhatCoreComputes_data();
    void drawsExactlyWhatCoreComputes();
    void followsAnEdit();
    void saysWhyThereIsNothing();
};

void TestClassTermPreview::drawsExactlyWhatCoreComputes_data() {
    QTest::addColumn<int>("classes");
    QTest::newRow("10 classes") << 10;
    QTest::newRow("100 classes") << 100;
}

void TestClassTermPreview::drawsExactlyWhatCoreComputes() {
    QFETCH(int, classes);
    const auto counts = classCounts({Profile::long_tailed, 100.0, 0}, classes, 500);
    Phase first;
    first.beta = {"cdt", {{"gamma", 0.1}}, {}};
    first.delta = {"la", {{"tau", 1.25}}, {}};
    Phase second;
    second.alpha = {"power", {{"nu", 0.5}}, {}};
    const ClassTerms a = classTerms(first, counts);
    const ClassTerms b = classTerms(second, counts);
    ClassTermPreview preview;
    preview.setData({}, counts,
                    {{QStringLiteral("epochs 0–9"), a}, {QStringLiteral("epochs 10–13"), b}});

    using Plot = ClassTermPreview::Plot;
    QCOMPARE(preview.drawn(Plot::class_counts, 0),
             std::vector<double>(counts.begin(), counts.end()));
    QCOMPARE(preview.drawn(Plot::alpha, 0), a.alpha);
    QCOMPARE(preview.drawn(Plot::alpha, 1), b.alpha);
    QCOMPARE(preview.drawn(Plot::beta, 0), a.beta);
    QCOMPARE(preview.drawn(Plot::beta, 1), b.beta);
    QCOMPARE(preview.drawn(Plot::delta, 0), a.delta);
    QCOMPARE(preview.drawn(Plot::delta, 1), b.delta);
    QVERIFY(preview.drawn(Plot::delta, 2).empty());
    const QString key = preview.findChild<QLabel*>(QStringLiteral("phase_key"))->text();
    QVERIFY(key.contains(QStringLiteral("epochs 10–13")));
}

void TestClassTermPreview::followsAnEdit() {
    ClassTermPreview preview;
    const ClassTerms before{{1, 1}, {1, 1}, {0, 0}};
    const ClassTerms after{{0.5, 1.5}, {1, 1}, {0, 0}};
    preview.setData({}, {20, 10}, {{QStringLiteral("all"), before}});
    preview.setData({}, {30, 10, 5}, {{QStringLiteral("all"), {{1, 2, 3}, {1, 1, 1}, {0, 0, 0}}}});
    QCOMPARE(preview.drawn(ClassTermPreview::Plot::class_counts, 0),
             (std::vector<double>{30, 10, 5}));
    preview.setData({}, {20, 10}, {{QStringLiteral("all"), after}});
    QCOMPARE(preview.drawn(ClassTermPreview::Plot::alpha, 0), after.alpha);
    QCOMPARE(preview.drawn(ClassTermPreview::Plot::class_counts, 0), (std::vector<double>{20, 10}));
}

void TestClassTermPreview::saysWhyThereIsNothing() {
    ClassTermPreview preview;
    preview.resize(600, 400);
    preview.setData({}, {20, 10}, {{QStringLiteral("all"), {{1, 1}, {1, 1}, {0, 0}}}});
    preview.setUnavailable(QStringLiteral("the ratio is below 1"));
    preview.show();
    auto* label = preview.findChild<QLabel*>(QStringLiteral("unavailable"));
    QVERIFY(label->isVisible());
    QCOMPARE(label->text(), QStringLiteral("the ratio is below 1"));
    QVERIFY(preview.drawn(ClassTermPreview::Plot::alpha, 0).empty());
}

BALLAST_TEST(TestClassTermPreview)
#include "tst_class_term_preview.moc"
