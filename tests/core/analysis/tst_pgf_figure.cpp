#include <QtTest>

#include "core/analysis/pgf_figure.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

QList<QByteArrayList> tableOf(const std::string& data) {
    QList<QByteArrayList> rows;
    for (const QByteArray& line : QByteArray::fromStdString(data).trimmed().split('\n')) {
        rows << line.split(' ');
    }
    return rows;
}

PgfPlot somePlot() {
    PgfPlot plot;
    plot.x_label = "ν of class weight α_y, phase 2";
    plot.y_label = "balanced test accuracy (%)";
    PgfLine first;
    first.name = "VS_1";
    first.rgb = 0x0072b2;
    first.error_bars = true;
    first.best = 1;
    first.points = {{0.1, 61.25, 60.0, 62.5}, {1.0 / 3.0, 70.0, kMissing, kMissing}};
    first.faint = {{0.1, 60.0, kMissing, kMissing},
                   {0.1, 62.5, kMissing, kMissing},
                   {1.0 / 3.0, 70.0, kMissing, kMissing}};
    PgfLine second;
    second.points = {{0.5, 55.0, kMissing, kMissing}};
    second.dashes = {4.0, 2.0};
    plot.lines = {first, second};
    return plot;
}

}  // namespace

class TestPgfFigure : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyPointIsInTheData() {
        const PgfFigure made = pgfFigure(somePlot(), {}, "a.dat");
        const auto rows = tableOf(made.data);
        QCOMPARE(rows[0],
                 (QByteArrayList{"x1", "y1", "minus1", "plus1", "sx1", "sy1", "x2", "y2"}));
        QCOMPARE(rows.size(), 4);
        QCOMPARE(rows[1],
                 (QByteArrayList{"0.1", "61.25", "1.25", "1.25", "0.1", "60", "0.5", "55"}));
        QCOMPARE(rows[2][0].toDouble(), 1.0 / 3.0);  // in full
        QCOMPARE(rows[2].mid(1), (QByteArrayList{"70", "0", "0", "0.1", "62.5", "nan", "nan"}));
        QCOMPARE(rows[3].mid(0, 4), (QByteArrayList{"nan", "nan", "nan", "nan"}));
        QCOMPARE(QByteArray::fromStdString(made.tex).count("{a.dat}"), 3);
    }

    void theStyleIsSaid() {
        FigureStyle style;
        style.width = 83.3;
        style.legend = LegendPlace::bottom_right;
        style.y_range = AxisRange{40.0, 80.0};
        style.x_range = AxisRange{-1.0, 1.0};
        PgfPlot plot = somePlot();
        plot.x_log = true;
        const QByteArray tex = QByteArray::fromStdString(pgfFigure(plot, style, "a.dat").tex);
        for (const char* said :
             {"width=83.30mm", "xmode=log", "ymin=40", "ymax=80", "xmax=1", "legend pos=south east",
              "\\addlegendentry{VS\\_1}", "xlabel={$\\nu$ of class weight $\\alpha_y$, phase 2}",
              "ylabel={balanced test accuracy (\\%)}", "rgb,255:red,0;green,114;blue,178",
              "dash pattern=on 4.00pt off 2.00pt"}) {
            QVERIFY2(tex.contains(said), (tex + "\nlacks " + said).constData());
        }
        QVERIFY(!tex.contains("xmin"));  // a logarithmic axis has no place for it
        style.legend = LegendPlace::none;
        const PgfFigure bare = pgfFigure(plot, style, "a.dat");
        QVERIFY(bare.tex.find("legendentry") == std::string::npos);
    }

    void aLegendAboveHasTheColumnsThatFit() {
        const auto columns = [](const std::string& name, double width) {
            PgfPlot plot;
            plot.lines.resize(4);
            for (PgfLine& line : plot.lines) line.name = name;
            FigureStyle style;
            style.width = width;
            const QByteArray tex = QByteArray::fromStdString(pgfFigure(plot, style, "a.dat").tex);
            const qsizetype at = tex.indexOf("legend columns=");
            return tex.mid(at + 15, tex.indexOf(',', at) - at - 15).toInt();
        };
        QCOMPARE(columns("CE", 180.0), 4);
        QCOMPARE(columns("LDAM+DRW (ν = 0.2, seed = 1)", 180.0), 3);
        QCOMPARE(columns("LDAM+DRW (ν = 0.2, seed = 1)", 90.0), 1);
        QCOMPARE(columns("LDAM+DRW (ν = 0.2)", 90.0), 2);
        QCOMPARE(columns(std::string(300, 'x'), 90.0), 1);
    }

    void aGridHasEveryCell() {
        PgfGrid grid;
        grid.columns = {"0", "0.5"};
        grid.rows = {"τ_1", "2"};
        grid.values = {60.0, 70.5, kMissing, 65.0};
        grid.best = 1;
        const PgfFigure made = pgfFigure(grid, {}, "g.dat");
        QCOMPARE(QByteArray::fromStdString(made.data),
                 QByteArray("x y value\n0 0 60\n1 0 70.5\n0 1 nan\n1 1 65\n"));
        for (const char* said : {"mesh/cols=2", "{70.5}", "\\fill [white] (axis cs:-0.5,0.5)",
                                 "yticklabels={{$\\tau_1$},{2}}", "point meta max=70.5"}) {
            QVERIFY2(made.tex.find(said) != std::string::npos, made.tex.c_str());
        }
    }
};

BALLAST_TEST(TestPgfFigure)
#include "tst_pgf_figure.moc"
