#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "core/analysis/capsule_file.h"
#include "core/analysis/capsule_runs.h"
#include "core/base/atomic_file.h"
#include "core/base/checksum.h"
#include "core/base/error.h"
#include "core/results/owned_run.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

namespace {

FigureCapsule someCapsule() {
    FigureDescription figure;
    figure.x = "/phases/1/alpha/nu";
    figure.title = "ν > 0 & <x> \"é\"";
    figure.style = "cvpr-column";
    FigureStyle style;
    style.width = 83.3;
    return figureCapsule(figure, style,
                         {{"20260101-120000-abc", std::string(64, 'a')},
                          {"20260101-120001-abd", std::string(64, '0')}});
}

/// The least of each kind of file that is read.
std::string somePng() {
    std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
    png += std::string(13 + 4, '\1');
    return png + std::string("\0\0\0\0IEND\xae\x42\x60\x82", 12);
}
std::string someSvg() {
    return "<?xml version=\"1.0\"?>\n<svg width=\"9mm\"><title>t</title></svg>\n";
}
std::string somePdf(const std::string& xmp) {
    return "%PDF-1.4\n1 0 obj\nstream\n" + xmp + "endstream\nendobj\n%%EOF\n";
}

std::vector<std::string> carriers() {
    const std::string text = capsuleText(someCapsule());
    return {pngWithCapsule(somePng(), text), svgWithCapsule(someSvg(), text),
            somePdf(capsuleXmp(text, "ν & <t>"))};
}

/// The capsule's JSON with a change, and a checksum that fits.
std::string changed(const std::function<void(json&)>& how) {
    json object = json::parse(capsuleText(someCapsule()));
    object.erase("sha256");
    how(object);
    const std::string text = object.dump();
    object["sha256"] = sha256Hex(std::as_bytes(std::span(text)));
    return object.dump();
}

template<class Failure>
std::string sentenceOfRefusal(const std::function<void()>& what) {
    try {
        what();
    } catch (const Failure& error) {
        return error.what();
    }
    return "nothing was thrown";
}

}  // namespace

class TestFigureCapsule : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::filesystem::path write(const std::string& content) {
        const std::filesystem::path file = folder_.path().toStdString() + "/figure";
        replaceFile(file, content);
        return file;
    }

private Q_SLOTS:
    void roundTrip() {
        const std::string text = capsuleText(someCapsule());
        QVERIFY(std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }));
        QVERIFY(capsuleFromText(text, "f.pdf") == someCapsule());
        for (const std::string& file : carriers())
            QVERIFY(readCapsule(write(file)) == someCapsule());
    }

    void whatTheFileIsIsToldByItsContent() {
        QVERIFY(mayCarryCapsule("a.PDF"));
        QVERIFY(!mayCarryCapsule("a.json"));
        const std::string without =
            sentenceOfRefusal<ConfigError>([&] { readCapsule(write("%PDF-1.4\n%%EOF\n")); });
        QVERIFY2(without.find("carries no figure of Ballast's: it is a PDF") != std::string::npos,
                 without.c_str());
        for (const std::string& other :
             {somePng(), someSvg(), std::string("GIF89a"), std::string()}) {
            QVERIFY_THROWS_EXCEPTION(ConfigError, readCapsule(write(other)));
        }
        const std::string text = capsuleText(someCapsule());
        const std::string twice = svgWithCapsule(svgWithCapsule(someSvg(), text), text);
        const std::string several =
            sentenceOfRefusal<DamagedFileError>([&] { readCapsule(write(twice)); });
        QVERIFY2(several.find("several figures") != std::string::npos, several.c_str());
    }

    void refused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("said");
        const auto row = [](const char* name, const std::string& text, const char* said) {
            QTest::newRow(name) << QByteArray::fromStdString(text) << QByteArray(said);
        };
        row("newer", changed([](json& c) { c["format"] = 2; }),
            "f.png: the figure's capsule has format 2; this version of Ballast reads format 1");
        row("no format", changed([](json& c) { c["format"] = 0; }), "/format is 0");
        row("another key", changed([](json& c) { c["command"] = "rm"; }),
            "has the key \"command\", which Ballast does not write");
        row("figure", changed([](json& c) { c["figure"]["x"] = "/phases/1/alpha/mu"; }),
            "f.png (its capsule) /figure");
        row("style", changed([](json& c) { c["style"]["width"] = -1; }),
            "/width: -1 is no number from 15");
        row("hash", changed([](json& c) { c["runs"][0]["config"] = "zz"; }),
            "/runs/0/config is \"zz\", not a SHA-256 in hex digits");
        row("run", changed([](json& c) { c["runs"][1]["path"] = "/etc"; }), "/runs/1 is");
        row("way out", changed([](json& c) { c["runs"][0]["id"] = "../../x"; }),
            "/runs/0/id is \"../../x\", not a run's ID");
        row("runs", changed([](json& c) { c["runs"] = 3; }), "/runs is 3");
        row("no list", "[]", "is [], not an object");
        row("deep", std::string(100'000, '['), "nested too deeply");
        row("no JSON", "{\"format\": 1,", "cannot be read");
        std::string by_hand = capsuleText(someCapsule());
        by_hand.replace(by_hand.find("abc"), 3, "abe");
        row("by hand", by_hand, "was changed after Ballast wrote it");
    }
    void refused() {
        QFETCH(const QByteArray, text);
        QFETCH(const QByteArray, said);
        const std::string sentence =
            sentenceOfRefusal<Error>([&] { capsuleFromText(text.toStdString(), "f.png"); });
        QVERIFY2(QByteArray::fromStdString(sentence).contains(said), sentence.c_str());
    }

    /// Nothing but our errors, and never another figure than the one that was written.
    void mutatedFiles() {
        std::mt19937 random(15);
        int read = 0;
        for (const std::string& file : carriers()) {
            for (int n = 0; n < 400; ++n) {
                std::string mutated = file;
                for (unsigned change = 0; change < 1 + random() % 3; ++change) {
                    const std::size_t at = random() % mutated.size();
                    switch (random() % 4) {
                        case 0:
                            mutated[at] = static_cast<char>(random() % 256);
                            break;
                        case 1:
                            mutated.erase(at, 1 + random() % 40);
                            break;
                        case 2:
                            mutated.insert(at, mutated.substr(random() % mutated.size(), 30));
                            break;
                        default:
                            mutated.resize(at + 1);
                    }
                }
                try {
                    QVERIFY(capsuleIn(mutated, "figure") == someCapsule());
                    ++read;
                } catch (const Error&) {
                }
            }
        }
        QVERIFY(read > 20);  // changes beside the capsule
        QVERIFY(read < 1000);
    }

    /// Also where the checksum fits, as someone could make it.
    void mutatedValues() {
        std::mt19937 random(16);
        const json replacements[] = {nullptr,
                                     -1,
                                     1e300,
                                     "",
                                     "x",
                                     json::array(),
                                     json::object(),
                                     true,
                                     json::array({json::object()}),
                                     "/phases/9/alpha/nu"};
        for (int n = 0; n < 400; ++n) {
            const std::string text = changed([&](json& capsule) {
                std::vector<json*> places;
                const std::function<void(json&)> collect = [&](json& value) {
                    places.push_back(&value);
                    if (value.is_structured()) {
                        for (json& member : value) collect(member);
                    }
                };
                for (json& member : capsule) collect(member);
                *places[random() % places.size()] =
                    replacements[random() % std::size(replacements)];
            });
            try {
                capsuleFromText(text, "f.pdf");
            } catch (const Error&) {
            }
        }
    }

    void runsAreHereMissingOrChanged() {
        QTemporaryDir folder;
        const std::filesystem::path workspace = folder.path().toStdString();
        std::vector<std::string> ids;
        RunFolders folders;
        for (int i = 0; i < 3; ++i) {
            RunDescription description;
            description.config.training.epochs = 5 + i;
            description.config_as_given = json::object();
            const auto run = OwnedRun::create(workspace, description);
            ids.push_back(run.filename().string());
            folders[ids.back()] = run;
        }
        ResponseCurves curves;
        curves.lines.resize(1);
        curves.lines[0].points.resize(1);
        for (const std::string& id : ids) curves.lines[0].points[0].values.push_back({id, 0, 0.5});
        const auto runs = drawnRuns(curves, folders);
        QCOMPARE(runs.size(), std::size_t{3});
        QVERIFY(runs[0].config_hash != runs[1].config_hash);
        const FigureCapsule capsule = figureCapsule({}, {}, runs);
        QCOMPARE(checkRuns(capsule, workspace).sentence(),
                 std::string("All 3 runs of the figure are here."));
        // A name is no setting; a number of epochs is.
        const auto edit = [&](const std::string& id, const char* key, const json& value) {
            const auto file = folders.at(id) / "run.json";
            json object = json::parse(readFile(file));
            object["config"][json::json_pointer(key)] = value;
            replaceFile(file, object.dump());
        };
        edit(ids[0], "/name", "another");
        edit(ids[1], "/training/epochs", 9);
        std::filesystem::remove_all(folders.at(ids[2]));
        const CapsuleCheck check = checkRuns(capsule, workspace);
        QCOMPARE(check.here, (std::vector<std::string>{ids[0], ids[1]}));
        QCOMPARE(check.changed, std::vector<std::string>{ids[1]});
        QCOMPARE(check.missing, std::vector<std::string>{ids[2]});
        QCOMPARE(check.sentence(), "2 of the figure's 3 runs are here. 1 is missing: " + ids[2] +
                                       ". 1 has another config than the figure shows: " + ids[1] +
                                       ".");
    }
};

BALLAST_TEST(TestFigureCapsule)
#include "tst_figure_capsule.moc"
