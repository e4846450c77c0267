#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/analysis/figure_description.h"
#include "core/base/error.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

class TestFigureDescription : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void roundTrip_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("least") << QByteArray(R"({"x": "/phases/1/alpha/nu"})");
        QTest::newRow("response") << QByteArray(
            R"({"format": 1, "figure": "response", "x": "T0", "x_scale": "log", "y": "at:20",
                "lines": ["method"], "where": ["best>0.5"], "spread": "interval",
                "seeds_as_points": false, "title": "T₀", "style": "paper"})");
        QTest::newRow("surface") << QByteArray(
            R"({"figure": "surface", "x": "/phases/1/alpha/nu", "y": "/data/imbalance/ratio",
                "y_scale": "log", "value": "few"})");
        QTest::newRow("classes") << QByteArray(R"({"figure": "classes", "of": ["method=VS"]})");
        QTest::newRow("confusion") << QByteArray(
            R"({"figure": "confusion", "of": ["method=VS"], "minus": ["method=CE"]})");
        QTest::newRow("curves") << QByteArray(
            R"({"figure": "curves", "panel": "min-logit", "runs": ["a", "b"], "since_t0": true,
                "smoothing": 0.6, "means": true, "log": true, "seeds_as_points": false})");
        QTest::newRow("bound") << QByteArray(
            R"({"figure": "bound", "runs": ["a", "a"], "epochs": [160, 200],
                "source": "streaming", "title": "before and after"})");
        QTest::newRow("bound-sums") << QByteArray(R"({"figure": "bound-sums", "runs": ["a"]})");
        QTest::newRow("what-if") << QByteArray(
            R"({"figure": "what-if", "runs": ["a"], "epochs": [20], "split": "validation",
                "tde": 0.5, "tau_norm": 0.5, "gamma": -0.1, "tau": 1.25, "weights": [1, 0, 2.5]})");
        QTest::newRow("parallel") << QByteArray(
            R"({"figure": "parallel", "axes": ["ratio", "T0:1"], "spread": "range"})");
    }
    void roundTrip() {
        QFETCH(const QByteArray, text);
        const json given = json::parse(text);
        const FigureDescription made = figureFromJson(given, "a.json");
        const json written = toJson(made);
        QVERIFY(figureFromJson(written, "a.json") == made);
        for (const auto& [key, value] : given.items()) QCOMPARE(written[key], value);
    }

    void defaults() {
        const FigureDescription made = figureFromJson({{"x", "T0"}}, "a.json");
        QCOMPARE(made.y, std::string("best"));
        QCOMPARE(made.lines, (std::vector<std::string>{"method", "data"}));
        QVERIFY(made.seeds_as_points);
        QVERIFY(figureFromJson({{"x", "T0"}, {"lines", json::array()}}, "a.json").lines.empty());
    }

    void problems_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char* text, const char* said) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(said);
        };
        row("[]", "a.json: [] is no figure");
        row(R"({"format": 2, "fig": 1})", "a.json: /format is 2, newer than this version");
        row(R"({"format": "1"})", "/format is \"1\", which is no format number; allowed: 1");
        row(R"({"figure": "respons"})",
            "/figure: \"respons\" is none of response, surface, "
            "parallel, classes, confusion, curves, bound, bound-sums, what-if; did you mean "
            "\"response\"?");
        row(R"({"figure": "response"})", "/x: is missing; give a field");
        row(R"({"x": "T0", "lins": []})", "/lins: unknown key \"lins\"; did you mean \"lines\"?");
        row(R"({"x": "T0", "value": "best"})", "in a figure of kind response");
        row(R"({"x": "/phases/1/alpha/mu"})", "/x: no field \"/phases/1/alpha/mu\" of a run");
        row(R"({"x": 3})", "/x: 3 is no field");
        row(R"({"x": "T0", "y": "bset"})", "/y: no field \"bset\" of a run; did you mean best?");
        row(R"({"x": "T0", "x_scale": "logg"})",
            "/x_scale: \"logg\" is none of auto, linear, log, "
            "categories; did you mean \"log\"?");
        row(R"({"x": "T0", "spread": 1})", "/spread: 1 is none of std, error, range, interval");
        row(R"({"x": "T0", "lines": "method"})", "/lines: \"method\" is not a list");
        row(R"({"x": "T0", "lines": ["method", 1]})", "/lines/1: 1 is not text");
        row(R"({"x": "T0", "lines": ["methd"]})", "/lines/0: no field \"methd\"");
        row(R"({"x": "T0", "lines": ["T0"]})", "/lines: holds \"T0\", which is x");
        row(R"({"x": "T0", "where": ["best=>1"]})", "/where/0: \"best=>1\": unknown operator");
        row(R"({"x": "T0", "seeds_as_points": "yes"})", "/seeds_as_points: \"yes\" is neither");
        row(R"({"x": "T0", "title": 1})", "/title: 1 is not text");
        row(R"({"figure": "surface", "x": "T0"})", "/y: is missing");
        row(R"({"figure": "bound"})", "/runs: must hold the IDs of one run or two");
        row(R"({"figure": "bound", "runs": ["a"]})", "/epochs: must hold a number of epochs done");
        row(R"({"figure": "bound", "runs": ["a"], "epochs": [0]})",
            "/epochs/0: 0 is no whole number from 1 on");
        row(R"({"figure": "bound", "runs": ["a"], "epochs": [3], "source": "all"})",
            "/source: \"all\" is none of exact, streaming");
        row(R"({"figure": "bound-sums", "runs": []})", "/runs: must hold the IDs of runs");
        row(R"({"figure": "what-if", "runs": ["a", "b"], "epochs": [3, 3]})",
            "/runs: must hold the ID of one run");
        row(R"({"figure": "what-if", "runs": ["a"], "epochs": [3], "weights": [1, -1]})",
            "/weights/1: -1 is no number from 0");
        row(R"({"figure": "what-if", "runs": ["a"], "epochs": [3], "where": []})",
            "/where: unknown key \"where\"");
        row(R"({"figure": "curves"})", "/panel: is missing; give a plot's name");
        row(R"({"figure": "curves", "panel": "loss", "smoothing": 1})",
            "/smoothing: 1 is no number from 0 to 0.999");
        row(R"({"figure": "curves", "panel": "loss", "runs": "all"})",
            "/runs: \"all\" is not a list");
        row(R"({"figure": "curves", "panel": "loss", "x": "T0"})", "in a figure of kind curves");
        row(R"({"figure": "surface", "x": "T0", "y": "T0"})", "/y: is \"T0\" as x is");
        row(R"({"figure": "confusion", "of": ["nonsense=1"]})", "/of/0: ");
        row(R"({"figure": "confusion", "value": "best"})", "in a figure of kind confusion");
        row(R"({"figure": "parallel"})", "/axes: is missing or empty");
    }
    void problems() {
        QFETCH(const QByteArray, text);
        QFETCH(const QByteArray, said);
        const std::string error = complaintOf([&] { figureFromJson(json::parse(text), "a.json"); });
        QVERIFY2(error.find(said.toStdString()) != std::string::npos, error.c_str());
    }

    void allProblemsAtOnce() {
        try {
            figureFromJson({{"x", "nothing"}, {"spread", "sd"}, {"seeds", true}}, "a.json");
            QFAIL("accepted");
        } catch (const ConfigError& error) {
            QCOMPARE(error.problems().size(), std::size_t{3});
        }
    }
};

BALLAST_TEST(TestFigureDescription)
#include "tst_figure_description.moc"
