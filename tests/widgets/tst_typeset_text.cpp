#include <QImage>
#include <QPainter>
#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/palette.h"
#include "widgets/paper.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/typeset_plot.h"
#include "widgets/typeset_text.h"

using namespace ballast;

namespace {

QFont testFont() {
    QFont font(QStringLiteral("DejaVu Sans"));
    font.setPixelSize(40);
    return font;
}

/// What is not white.
QRect inkOf(const QImage& image) {
    QRect ink;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            if (qGray(image.pixel(x, y)) < 200) ink |= QRect(x, y, 1, 1);
        }
    }
    return ink;
}

QRect inkOf(const QString& label) {
    QImage image(600, 120, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.setPen(Qt::black);
    TypesetText(label, testFont()).draw(painter, QRectF(20, 20, 560, 80), Qt::AlignLeft);
    painter.end();
    return inkOf(image);
}

/// A figure with these labels and a line of that name.
ComposePaper figureWith(const QString& x, const QString& y, const QString& name) {
    return [=](QCustomPlot& plot, const PlotColors& colors, const PlotScale& scale,
               const FigureStyle&) {
        stylePlot(plot, colors, scale);
        plot.xAxis->setLabel(x);
        plot.yAxis->setLabel(y);
        QCPGraph* line = plot.addGraph();
        line->setName(name);
        line->setData({0.0, 1.0}, {0.0, 1.0});
        plot.xAxis->setRange(0.0, 1.0);
        plot.yAxis->setRange(0.0, 1.0);
        plot.legend->setVisible(true);
        plot.legend->setFont(scale.legend_font);
    };
}

}  // namespace

class TestTypesetText : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void plainTextIsAsItWas() {
        const QString label = QStringLiteral("balanced accuracy of lr_factor (%)");
        const TypesetText text(label, testFont());
        QVERIFY(!text.hasSymbols());
        QCOMPARE(text.size().width(), QFontMetricsF(testFont()).horizontalAdvance(label));
    }

    void indicesAreBelowAndExponentsAbove() {
        QVERIFY(TypesetText(QStringLiteral("α_y"), testFont()).hasSymbols());
        const QRect letter = inkOf(QStringLiteral("α"));
        const QRect indexed = inkOf(QStringLiteral("α_M"));
        const QRect raised = inkOf(QStringLiteral("α^M"));
        QVERIFY(indexed.bottom() > letter.bottom());
        QVERIFY(raised.top() < letter.top());
        QVERIFY(raised.bottom() <= letter.bottom());
        // Side by side with the letter, and one above the other with each other.
        QVERIFY(indexed.right() > letter.right());
        QCOMPARE(inkOf(QStringLiteral("α_M^M")).right(), indexed.right());
        QCOMPARE(inkOf(QStringLiteral("α_M^M")), indexed | raised);
    }

    void anIndexIsSmallerThanItsLetter() {
        const double letter = TypesetText(QStringLiteral("β"), testFont()).size().width();
        const double both = TypesetText(QStringLiteral("β_β"), testFont()).size().width();
        QVERIFY(both > letter && both < 1.85 * letter);
    }

    void linesAreBelowEachOther() {
        const TypesetText one(QStringLiteral("ν of α_y"), testFont());
        const TypesetText two(QStringLiteral("ν of\nα_y"), testFont());
        QCOMPARE(two.size().height(), 2.0 * one.size().height());
        QVERIFY(two.size().width() < one.size().width());
    }

    /// Labels are where plain ones would be, within the page.
    void axisLabelsKeepTheirPlace() {
        FigureStyle style;
        style.width = 80.0;
        style.height = 60.0;
        const auto drawn = [&](const QString& x, const QString& y) {
            return inkOf(paperImage(style, figureWith(x, y, QStringLiteral("VS")), 150.0));
        };
        const QRect plain =
            drawn(QStringLiteral("c of logit scale fly"), QStringLiteral("width of my"));
        const QRect typeset =
            drawn(QStringLiteral("ν of logit scale β_y"), QStringLiteral("width of μ_y"));
        const QRect page(0, 0, int(80 / 25.4 * 150), int(60 / 25.4 * 150));
        QVERIFY(page.adjusted(1, 1, -1, -1).contains(typeset));
        QVERIFY2(std::abs(plain.left() - typeset.left()) <= 3, "the label on the left");
        QVERIFY2(std::abs(plain.bottom() - typeset.bottom()) <= 3, "the label below");
    }

    /// Nothing is left as it is typed.
    void noLabelShowsAnUnderscore() {
        const QByteArray svg =
            paperSvg(QStringLiteral("title"), FigureStyle(),
                     figureWith(QStringLiteral("γ of β_y"), QStringLiteral("B_y(f)\nin units"),
                                QStringLiteral("π_y^−ν, ν = 0.5")));
        const QString text = QString::fromUtf8(svg);
        QVERIFY(text.contains(QStringLiteral("β")) && text.contains(QStringLiteral("in units")));
        QVERIFY(text.contains(QStringLiteral("= 0.5")) || text.contains(QStringLiteral("0.5")));
        QVERIFY(!text.section(QStringLiteral("</defs>"), 1).contains(u'_'));
        QVERIFY(!text.contains(u'^'));
    }

    /// Plots are as large with typeset texts as with plain ones.
    void itemsAndHeadingsAreDrawn() {
        QCustomPlot plot;
        plot.setBackground(Qt::white);
        plot.plotLayout()->clear();
        auto* heading = new TypesetHeading(&plot, QStringLiteral("√π_y   share"), testFont());
        heading->setTextFlags(Qt::AlignLeft | Qt::AlignTop);
        plot.plotLayout()->addElement(0, 0, heading);
        auto* item = new TypesetItem(&plot);
        item->setFont(testFont());
        item->setText(QStringLiteral("β̃_y"));
        item->setPositionAlignment(Qt::AlignRight | Qt::AlignBottom);
        item->position->setType(QCPItemPosition::ptViewportRatio);
        item->position->setCoords(0.95, 0.95);
        const QImage image = plot.toPixmap(400, 300).toImage();
        const QRect ink = inkOf(image);
        QVERIFY(ink.left() < 60 && ink.top() < 60);
        QVERIFY(ink.right() > 330 && ink.right() <= 380);
        QVERIFY(ink.bottom() > 240 && ink.bottom() <= 290);
    }
};

BALLAST_TEST(TestTypesetText)
#include "tst_typeset_text.moc"
