#include <QApplication>
#include <QCheckBox>
#include <QHelpEvent>
#include <QPainter>
#include <QRegularExpression>
#include <QToolTip>
#include <QTreeWidget>
#include <QtTest>
#include <cmath>

#include "tests/support/test_program.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/tool_tips.h"

using namespace ballast;

namespace {

/// Relative luminance and contrast as WCAG 2 defines them.
double luminance(const QColor& color) {
    const auto linear = [](double c) {
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
           0.0722 * linear(color.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    const double x = luminance(a);
    const double y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

}  // namespace

class TestPalette : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void paletteAndFontChangeLooks();
    void textIsReadable_data();
    void textIsReadable();
    void seriesStandOutAndDiffer_data() { textIsReadable_data(); }
    void seriesStandOutAndDiffer();
    void applyingAThemeChangesThePalette();
    void toolTipsAreReadable_data() { textIsReadable_data(); }
    void toolTipsAreReadable();
    void anUntickedBoxIsSeen();
    void everyIconDrawsInTheThemesColor();
    void anIconWithoutRoomDrawsNothing();
};

void TestPalette::textIsReadable_data() {
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestPalette::textIsReadable() {
    QFETCH(bool, dark);
    const QPalette palette = dark ? darkPalette() : lightPalette();
    const auto color = [&](QPalette::ColorRole role) { return palette.color(role); };
    QVERIFY(contrast(color(QPalette::WindowText), color(QPalette::Window)) >= 7.0);
    QVERIFY(contrast(color(QPalette::Text), color(QPalette::Base)) >= 7.0);
    QVERIFY(contrast(color(QPalette::ButtonText), color(QPalette::Button)) >= 7.0);
    QVERIFY(contrast(color(QPalette::ToolTipText), color(QPalette::ToolTipBase)) >= 7.0);
    QVERIFY(contrast(color(QPalette::PlaceholderText), color(QPalette::Window)) >= 4.5);
    QVERIFY(contrast(color(QPalette::HighlightedText), color(QPalette::Highlight)) >= 3.0);
    const PlotColors plot = plotColors(dark);
    QVERIFY(contrast(plot.text, plot.background) >= 7.0);
    QVERIFY(contrast(plot.muted, plot.background) >= 4.5);
    QVERIFY(contrast(plot.error, color(QPalette::Window)) >= 4.5);
    QVERIFY(contrast(plot.axis, plot.background) >= 2.5);
    // A grid is there, but quietly.
    QVERIFY(contrast(plot.grid, plot.background) >= 1.08);
    QVERIFY(contrast(plot.grid, plot.background) <= 1.6);
}

void TestPalette::seriesStandOutAndDiffer() {
    QFETCH(bool, dark);
    const QColor background = plotColors(dark).background;
    for (int i = 0; i < kSeriesColors; ++i) {
        const QColor color = seriesColor(i, dark);
        QVERIFY2(contrast(color, background) >= 3.0, qPrintable(QString::number(i)));
        for (int j = 0; j < i; ++j) {
            const QColor other = seriesColor(j, dark);
            const int distance = std::abs(color.red() - other.red()) +
                                 std::abs(color.green() - other.green()) +
                                 std::abs(color.blue() - other.blue());
            QVERIFY2(distance >= 60, qPrintable(QStringLiteral("%1 %2").arg(i).arg(j)));
        }
    }
    QCOMPARE(seriesColor(kSeriesColors, dark), seriesColor(0, dark));
}

void TestPalette::applyingAThemeChangesThePalette() {
    applyTheme(*qApp, Theme::dark);
    QVERIFY(isDarkTheme());
    QCOMPARE(seriesColor(3), seriesColor(3, true));
    applyTheme(*qApp, Theme::light);
    QVERIFY(!isDarkTheme());
    QCOMPARE(plotColors().background, plotColors(false).background);
}

/// As it is painted: the palette alone does not reach all tool tips.
void TestPalette::toolTipsAreReadable() {
    QFETCH(bool, dark);
    applyTheme(*qApp, dark ? Theme::dark : Theme::light);
    QTreeWidget list;
    list.addTopLevelItem(new QTreeWidgetItem({QStringLiteral("item")}));
    const QString words = QStringLiteral("many words ").repeated(40);
    list.topLevelItem(0)->setToolTip(0, words);
    list.show();
    QVERIFY(QTest::qWaitForWindowExposed(&list));
    const QPoint at = list.visualItemRect(list.topLevelItem(0)).center();
    QHelpEvent event(QEvent::ToolTip, at, list.viewport()->mapToGlobal(at));
    QApplication::sendEvent(list.viewport(), &event);
    QTRY_COMPARE(QToolTip::text(), wrappedToolTip(words));
    QWidget* tip = nullptr;
    for (QWidget* window : QApplication::topLevelWidgets()) {
        if (window->inherits("QTipLabel") && window->isVisible()) tip = window;
    }
    QVERIFY(tip != nullptr);
    QVERIFY2(tip->width() < 72 * 12, qPrintable(QString::number(tip->width())));
    const QImage picture = tip->grab().toImage();
    const QColor ground = picture.pixelColor(2, 2);
    double best = 1.0;
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x) {
            best = std::max(best, contrast(picture.pixelColor(x, y), ground));
        }
    }
    QVERIFY2(best >= 7.0, qPrintable(QString::number(best)));
    QToolTip::hideText();
}

void TestPalette::anUntickedBoxIsSeen() {
    for (const Theme theme : {Theme::light, Theme::dark}) {
        applyTheme(*qApp, theme);
        QCheckBox box;
        box.resize(box.sizeHint());
        const QImage image = box.grab().toImage();
        const QColor window = QApplication::palette().color(QPalette::Window);
        double best = 0.0;
        for (int x = 0; x < image.width(); ++x) {
            best = std::max(best, contrast(image.pixelColor(x, image.height() / 2), window));
        }
        QVERIFY(best >= 3.0);
    }
}

void TestPalette::anIconWithoutRoomDrawsNothing() {
    QTest::failOnWarning(QRegularExpression(QStringLiteral("QPainter")));
    QImage paper(8, 8, QImage::Format_ARGB32);
    paper.fill(Qt::transparent);
    QPainter painter(&paper);
    icon(QStringLiteral("play")).paint(&painter, QRect(0, 0, 0, 8));
    painter.end();
    QCOMPARE(paper.pixelColor(0, 4).alpha(), 0);
}

void TestPalette::everyIconDrawsInTheThemesColor() {
    QVERIFY(iconNames().size() >= 12);
    QVERIFY(icon(QStringLiteral("no such icon")).isNull());
    for (const QString& name : iconNames()) {
        const QIcon drawn = icon(name);
        QVERIFY2(!drawn.isNull(), qPrintable(name));
        for (const Theme theme : {Theme::light, Theme::dark}) {
            applyTheme(*qApp, theme);
            const QImage image = drawn.pixmap(QSize(24, 24), 2.0).toImage();
            QCOMPARE(image.width(), 48);
            const QColor text = QApplication::palette().color(QPalette::ButtonText);
            int solid = 0;
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x) {
                    const QColor pixel = image.pixelColor(x, y);
                    if (pixel.alpha() < 250) continue;
                    ++solid;
                    QVERIFY2(std::abs(pixel.lightness() - text.lightness()) < 8, qPrintable(name));
                }
            }
            QVERIFY2(solid > 20, qPrintable(name));
        }
    }
}

void TestPalette::paletteAndFontChangeLooks() {
    struct Heard : QWidget {
        int looks = 0;
        void changeEvent(QEvent* event) override { looks += changesLooks(*event) ? 1 : 0; }
    } widget;
    QPalette palette = widget.palette();
    palette.setColor(QPalette::Window, Qt::red);
    widget.setPalette(palette);
    QCOMPARE(widget.looks, 1);
    QFont font = widget.font();
    font.setPointSize(font.pointSize() + 3);
    widget.setFont(font);
    QCOMPARE(widget.looks, 2);
    widget.setEnabled(false);
    widget.setWindowTitle(QStringLiteral("x"));
    QCOMPARE(widget.looks, 2);
}

BALLAST_TEST(TestPalette)
#include "tst_palette.moc"
