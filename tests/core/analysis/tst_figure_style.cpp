#include <QTemporaryDir>
#include <QtTest>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/analysis/named_styles.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

namespace {

std::string sentenceOfConfigError(const std::function<void()>& what) {
    try {
        what();
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "nothing was thrown";
}

}  // namespace

class TestFigureStyle : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void roundTrip_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("least") << QByteArray("{}");
        QTest::newRow("all") << QByteArray(
            R"({"format": 1, "width": 174.6, "height": 64.5, "font": "Nimbus Roman",
                "tick_size": 6.5, "label_size": 8, "legend_size": 7, "line_width": 0.75,
                "legend": "bottom-right", "grey_safe": true, "x_range": [0.001, 1],
                "y_range": [40, 80.5], "png_dpi": 600})");
        QTest::newRow("no range") << QByteArray(R"({"x_range": null, "legend": "none"})");
    }
    void roundTrip() {
        QFETCH(const QByteArray, text);
        const json given = json::parse(text);
        const FigureStyle made = styleFromJson(given, "a.json");
        const json written = toJson(made);
        QVERIFY(styleFromJson(written, "a.json") == made);
        for (const auto& [key, value] : given.items()) QCOMPARE(written[key], value);
        const json figure = {{"x", "T0"}, {"style", written}};
        const FigureDescription drawn = figureFromJson(figure, "f.json");
        QVERIFY(std::get<FigureStyle>(drawn.style) == made);
        QCOMPARE(json(toJson(drawn))["style"], written);
    }

    void widthsHaveNames() {
        for (const BuiltInStyle& venue : builtInStyles()) {
            const json given = {{"width", venue.name}};
            QCOMPARE(styleFromJson(given, "a.json").width, venue.style.width);
            QVERIFY(styleFromJson(json(toJson(venue.style)), "a.json") == venue.style);
        }
        QCOMPARE(styleFromJson(json{{"width", "cvpr-column"}}, "a.json").width, 83.3);
    }

    void problems_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char* text, const char* said) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(said);
        };
        row("[]", "a.json: [] is no style; a style is an object");
        row(R"({"format": 2, "widht": 1})", "a.json: /format is 2, newer than this version");
        row(R"({"format": true})", "/format is true, which is no format number; allowed: 1");
        row(R"({"widht": 80})", "/widht: unknown key \"widht\"; did you mean \"width\"?");
        row(R"({"width": 5})", "/width: 5 is no number from 15 to 400 mm");
        row(R"({"width": "cvpr-colum"})", "did you mean \"cvpr-column\"?");
        row(R"({"height": "60"})", "/height: \"60\" is no number from 15 to 400 mm");
        row(R"({"font": ""})", "/font: \"\" is no family's name");
        row(R"({"tick_size": 2})", "/tick_size: 2 is no number from 3 to 36 points");
        row(R"({"line_width": 0})", "/line_width: 0 is no number from 0.1 to 6 points");
        row(R"({"legend": "topleft"})", "did you mean \"top-left\"?");
        row(R"({"grey_safe": 1})", "/grey_safe: 1 is neither true nor false");
        row(R"({"x_range": [1, 1]})", "/x_range: [1,1] is neither null nor two numbers");
        row(R"({"y_range": [0]})", "/y_range: [0] is neither null nor two numbers");
        row(R"({"width": 400, "height": 400, "png_dpi": 1200})",
            "/png_dpi: 1200 makes 357 megapixels of this width and height; at most 100");
    }
    void problems() {
        QFETCH(const QByteArray, text);
        QFETCH(const QByteArray, said);
        const std::string sentence =
            sentenceOfConfigError([&] { styleFromJson(json::parse(text), "a.json"); });
        QVERIFY2(QByteArray::fromStdString(sentence).contains(said), sentence.c_str());
    }

    void aFigureNamesWhatIsWrongInItsStyle() {
        const json figure = {{"x", "T0"}, {"style", {{"format", 3}, {"line_widt", 1}}}};
        const std::string sentence =
            sentenceOfConfigError([&] { figureFromJson(figure, "f.json"); });
        QVERIFY2(sentence.find("/style/line_widt: unknown key") != std::string::npos,
                 sentence.c_str());
        QVERIFY2(sentence.find("/style/format: 3 is no format") != std::string::npos,
                 sentence.c_str());
    }

    void stylesAreKeptByName() {
        QTemporaryDir folder;
        const std::filesystem::path workspace = folder.path().toStdString();
        QVERIFY(readNamedStyles(workspace).empty());
        FigureStyle style;
        style.width = 120;
        writeNamedStyles(workspace, {{"thesis", style}});
        QVERIFY(readNamedStyles(workspace) == (NamedStyles{{"thesis", style}}));
        FigureDescription figure;
        QVERIFY(styleOf(figure, workspace, "f") == FigureStyle());
        figure.style = "thesis";
        QVERIFY(styleOf(figure, workspace, "f") == style);
        QVERIFY(styleGiven("tpami-page", workspace).width == 181.9);
        figure.style = "thesiss";
        const std::string unknown =
            sentenceOfConfigError([&] { styleOf(figure, workspace, "f.json"); });
        QCOMPARE(unknown, std::string("f.json: /style: no style \"thesiss\"; did you mean "
                                      "\"thesis\"?"));
        const std::string taken = sentenceOfConfigError([&] {
            writeNamedStyles(workspace, {{"cvpr-page", style}});
        });
        QVERIFY2(taken.find("built-in") != std::string::npos, taken.c_str());
        const auto file = namedStylesFile(workspace);
        const std::string newer = R"({"format": 2, "styles": {}})";
        replaceFile(file, newer);
        QVERIFY_THROWS_EXCEPTION(ConfigError, writeNamedStyles(workspace, {{"thesis", style}}));
        QCOMPARE(readFile(file), newer);
        replaceFile(file, R"({"styles": {"a": {"widht": 3}, "b": 4}})");
        const std::string wrong = sentenceOfConfigError([&] { readNamedStyles(workspace); });
        QVERIFY2(wrong.find("/styles/a/widht: unknown key") != std::string::npos, wrong.c_str());
        QVERIFY2(wrong.find("/styles/b: 4 is no style") != std::string::npos, wrong.c_str());
    }
};

BALLAST_TEST(TestFigureStyle)
#include "tst_figure_style.moc"
