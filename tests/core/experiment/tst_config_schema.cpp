#include <QtTest>
#include <cmath>
#include <filesystem>
#include <regex>
#include <set>

#include "core/base/atomic_file.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_schema.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// What is wrong with `value` by a JSON Schema of the kind that ballast-cli writes; "" if nothing.
std::string schemaProblem(const json& value, const json& schema, const std::string& at = "") {
    const auto hasType = [&](const std::string& type) {
        if (type == "object") return value.is_object();
        if (type == "array") return value.is_array();
        if (type == "string") return value.is_string();
        if (type == "null") return value.is_null();
        if (type == "integer") {
            return value.is_number() && value.get<double>() == std::floor(value.get<double>());
        }
        return type == "number" && value.is_number();
    };
    if (!schema.is_object()) return at + ": " + schema.dump() + " is not a schema";
    for (const auto& [key, rule] : schema.items()) {
        bool good = true;
        if (key == "type") {
            good = rule.is_array()
                       ? std::ranges::any_of(
                             rule, [&](const json& one) { return hasType(one.get<std::string>()); })
                       : hasType(rule.get<std::string>());
        } else if (key == "const") {
            good = value == rule;
        } else if (key == "enum") {
            good = std::ranges::find(rule, value) != rule.end();
        } else if (key == "pattern") {
            good = std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>()));
        } else if (key == "minimum") {
            good = value.is_null() || value.get<double>() >= rule.get<double>();
        } else if (key == "maximum") {
            good = value.is_null() || value.get<double>() <= rule.get<double>();
        } else if (key == "exclusiveMinimum") {
            good = value.is_null() || value.get<double>() > rule.get<double>();
        } else if (key == "exclusiveMaximum") {
            good = value.is_null() || value.get<double>() < rule.get<double>();
        } else if (key == "minItems") {
            good = value.size() >= rule.get<std::size_t>();
        } else if (key == "required") {
            for (const json& name : rule) good = good && value.contains(name.get<std::string>());
        } else if (key == "anyOf") {
            for (const json& one : rule) {
                if (!one.is_object()) return at + ": " + one.dump() + " is not a schema";
            }
            good = std::ranges::any_of(
                rule, [&](const json& one) { return schemaProblem(value, one, at).empty(); });
        } else if (key == "items") {
            for (const json& element : value) {
                if (const auto text = schemaProblem(element, rule, at + "/*"); !text.empty()) {
                    return text;
                }
            }
        } else if (key == "properties" && value.is_object()) {
            for (const auto& [name, child] : value.items()) {
                if (!rule.contains(name)) {
                    if (schema.value("additionalProperties", true)) continue;
                    return at + "/" + name + ": unknown";
                }
                const auto text = schemaProblem(child, rule[name], at + "/" + name);
                if (!text.empty()) return text;
            }
        } else {
            static const std::set<std::string> kOthers = {
                "$schema", "title", "description", "default", "examples", "additionalProperties"};
            if (!kOthers.contains(key) && key != "properties") {
                return at + ": unknown keyword " + key;
            }
        }
        if (!good) return at + ": " + value.dump() + " against " + key + " " + rule.dump();
    }
    return "";
}

/// The config that a schema's defaults make; every default is checked where it stands.
json defaultsOf(const json& schema, std::vector<std::string>& problems, int& count,
                const std::string& at = "") {
    if (schema.contains("default")) {
        ++count;
        if (auto text = schemaProblem(schema["default"], schema, at); !text.empty()) {
            problems.push_back(text);
        }
        return schema["default"];
    }
    if (schema.contains("const")) return schema["const"];
    json made;
    if (schema.contains("properties")) {
        for (const auto& [name, child] : schema["properties"].items()) {
            json value = defaultsOf(child, problems, count, at + "/" + name);
            if (!value.is_null()) made[name] = value;
        }
    } else if (schema.contains("items")) {
        json element = defaultsOf(schema["items"], problems, count, at + "/*");
        if (!element.is_null()) made.push_back(element);
    }
    return made;
}

}  // namespace

class TestConfigSchema : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void knowsEveryField() {
        const json schema = json(configSchema());
        for (const Field& field : configFields()) {
            std::string path;
            std::string pointer(field.pointer);
            for (std::size_t start = 1; start <= pointer.size();) {
                const std::size_t end = std::min(pointer.find('/', start), pointer.size());
                const std::string token = pointer.substr(start, end - start);
                path += token == "*" ? "/items" : "/properties/" + token;
                start = end + 1;
            }
            QVERIFY2(schema.contains(json::json_pointer(path)), path.c_str());
            QVERIFY2(schema.at(json::json_pointer(path)).contains("description"), path.c_str());
        }
        QCOMPARE(schema["properties"]["training"]["properties"]["batch_size"]["default"].get<int>(),
                 128);
        QCOMPARE(schema["properties"]["loss"]["properties"]["reduction"]["enum"],
                 json({"weighted-mean", "mean"}));
    }

    void agreesWithTheReader() {
        const json schema = json(configSchema());
        QVERIFY(schema.is_object());
        std::vector<std::string> problems;
        int defaults = 0;
        const json config = defaultsOf(schema, problems, defaults);
        QVERIFY2(problems.empty(), problems.empty() ? "" : problems.front().c_str());
        QVERIFY(defaults >= 25);
        for (const Problem& problem : checkConfig(config)) {
            QFAIL((problem.pointer + ": " + problem.message).c_str());
        }
        QVERIFY(configFromJson(config, "defaults") == RunConfig{});

        // Schema and reader agree, in good and in bad.
        const json whole = json(toJson(RunConfig{}));
        QCOMPARE(schemaProblem(whole, schema), std::string());
        const fs::path demos =
            fs::path(qEnvironmentVariable("BALLAST_SOURCE").toStdString()) / "experiments/demo";
        int demo_files = 0;
        for (const auto& entry : fs::directory_iterator(demos)) {
            if (entry.path().extension() != ".json") continue;
            ++demo_files;
            const json demo = json::parse(readFile(entry.path()));
            QCOMPARE(schemaProblem(demo, schema), std::string());
            QVERIFY(checkConfig(demo).empty());
        }
        QVERIFY(demo_files >= 3);
        for (const auto& [pointer, value] : std::vector<std::pair<std::string, json>>{
                 {"/traning", 1},
                 {"/optimizer/lr", 0},
                 {"/optimizer/momentum", 1},
                 {"/training/epochs", 0.5},
                 {"/training/device", "gpu"},
                 {"/data/dataset", "mnist"},
                 {"/phases/0/beta", {{"rule", "cdt"}, {"gamma", -1}}},
                 {"/phases/0/alpha", {{"rule", "la"}}},
                 {"/phases", json::array()},
                 {"/format", 2}}) {
            json bad = whole;
            bad[json::json_pointer(pointer)] = value;
            QVERIFY2(!schemaProblem(bad, schema).empty(), pointer.c_str());
            QVERIFY2(!checkConfig(bad).empty(), pointer.c_str());
        }
    }
};

BALLAST_TEST(TestConfigSchema)
#include "tst_config_schema.moc"
