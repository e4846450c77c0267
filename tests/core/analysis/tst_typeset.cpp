#include <QtTest>

#include "core/analysis/typeset.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestTypeset : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void labels_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("typeset");
        const auto row = [](const char* text, const char* typeset) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(typeset);
        };
        row("B_y(f)", "$B_y(f)$");
        row("T₀, the last phase's first epoch", "$T_0$, the last phase's first epoch");
        row("T0", "$T_0$");
        row("T05", "T05");
        row("AT0", "AT0");
        row("α ∝ π^−ν from T₀ on", "$\\alpha \\propto \\pi^{-\\nu}$ from $T_0$ on");
        row("π_y^(−ν)", "$\\pi_y^{-\\nu}$");
        row("π_y⁻¹", "$\\pi_y^{-1}$");
        row("ν of class weight α_y, phase 2", "$\\nu$ of class weight $\\alpha_y$, phase 2");
        row("N_min", "$N_{\\mathrm{min}}$");
        row("κ̂_y", "$\\hat{\\kappa}_y$");
        row("lr_factor", "lr\\_factor");
        row("snake_case_name", "snake\\_case\\_name");
        row("balanced test accuracy (%)", "balanced test accuracy (\\%)");
        row("a & b #1 {x} ~ $5 \\",
            "a \\& b \\#1 \\{x\\} \\textasciitilde{} \\$5 \\textbackslash{}");
        row("71 ± 2", "71 $\\pm$ 2");
        row("0–10 … “x”", "0--10 \\ldots{} ``x''");
        row("CE+ADRW", "CE+ADRW");
        row("π v_y", "$\\pi v_y$");
        row("πv_y", "$\\pi v_y$");
        row("a_", "a\\_");
        row("x^", "x\\^{}");
        row("α_(", "$\\alpha$\\_(");
        row("Étude ñ", "Étude ñ");
        row("β̃_y and μ̂", "$\\tilde{\\beta}_y$ and $\\hat{\\mu}$");
        row("[1 − softmax_y]", "[1 $- \\mathrm{softmax}_y$]");
        row("softmax of a softmaxer_y", "softmax of a softmaxer\\_y");
        row("x_a_b", "$x_{ab}$");  // two indices in a row are an error in LaTeX
        row("π_y^(−ν_k)", "$\\pi_y^{-\\nu_k}$");
        row("", "");
    }
    void labels() {
        QFETCH(const QString, text);
        QFETCH(const QString, typeset);
        QCOMPARE(QString::fromStdString(typesetLabel(text.toStdString())), typeset);
    }

    void parts() {
        const auto symbol = [](const char* text) { return LabelPart{text, true, {}, {}}; };
        const auto words = [](const char* text) { return LabelPart{text, false, {}, {}}; };
        LabelPart alpha = symbol("α");
        alpha.below = {symbol("y")};
        QVERIFY((labelParts("ν of weight α_y, in %") ==
                 std::vector{symbol("ν"), words(" of weight "), alpha, words(", in %")}));
        LabelPart pi = symbol("π");
        pi.below = {symbol("y")};
        pi.above = {symbol("−"), symbol("ν")};
        QVERIFY(labelParts("π_y^−ν") == std::vector{pi});
        LabelPart t0 = symbol("T");
        t0.below = {symbol("0")};
        QVERIFY(labelParts("T₀") == std::vector{t0});
        QVERIFY(labelParts("lr_factor") == std::vector{words("lr_factor")});
        QVERIFY(labelParts("").empty());
    }

    /// Any bytes end, and no dollar is left open.
    void anyBytes() {
        const std::string pieces[] = {"α", "_", "^", "(", ")", "T",    "0", "−",  " ",
                                      "x", "₀", "$", "%", "é", "\xff", "{", "⁻¹", "fg"};
        std::uint32_t state = 1;
        for (int n = 0; n < 3000; ++n) {
            std::string label;
            for (int i = 0; i < 8; ++i) {
                state = state * 1664525u + 1013904223u;
                label += pieces[(state >> 16) % std::size(pieces)];
            }
            std::string typeset = typesetLabel(label);
            int dollars = 0;
            for (std::size_t i = 0; i < typeset.size(); ++i) {
                if (typeset[i] == '\\')
                    ++i;
                else if (typeset[i] == '$')
                    ++dollars;
            }
            QVERIFY2(dollars % 2 == 0, (label + " gave " + typeset).c_str());
        }
    }
};

BALLAST_TEST(TestTypeset)
#include "tst_typeset.moc"
