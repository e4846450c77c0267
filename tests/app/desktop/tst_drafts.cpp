#include "app/desktop/drafts.h"

#include <QtTest>

#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

namespace {

json draftNamed(const char* name) {
    return {{"name", name}};
}

std::string namesOf(const Drafts& drafts) {
    std::string names;
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        names += (i == drafts.currentIndex() ? ">" : " ") + drafts.at(i).name();
    }
    return names;
}

Drafts three() {
    Drafts drafts;
    drafts.open(draftNamed("a"));
    drafts.add(draftNamed("b"));
    drafts.add(draftNamed("c"));
    return drafts;
}

}  // namespace

class TestDrafts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void thereIsAlwaysOne() {
        Drafts drafts;
        QCOMPARE(namesOf(drafts), std::string(">Untitled"));
        drafts.close(0, draftNamed("new"));
        QCOMPARE(namesOf(drafts), std::string(">new"));
        drafts.choose(7);
        drafts.close(7, json::object());
        QCOMPARE(namesOf(drafts), std::string(">new"));
    }

    void whatIsOpenedTakesTheFreshDraftOrItsOwn() {
        Drafts drafts;
        drafts.open(draftNamed("a"));
        QCOMPARE(namesOf(drafts), std::string(">a"));
        drafts.current().history.record({{"name", "a"}, {"seed", 1}}, "/seed", "Seed");
        drafts.open(draftNamed("b"), "/configs/nu.json");
        QCOMPARE(namesOf(drafts), std::string(" a>nu"));
        drafts.choose(0);
        drafts.open(draftNamed("b"), "/configs/nu.json");  // there already
        QCOMPARE(namesOf(drafts), std::string(" a>nu"));
        drafts.open(draftNamed("changed"), "/configs/nu.json");  // the file is another by now
        QCOMPARE(namesOf(drafts), std::string(" a>nu"));
        QCOMPARE(drafts.current().config(), draftNamed("changed"));
        // Edits are never replaced.
        drafts.current().history.record(draftNamed("edited"), "/name", "Name");
        QVERIFY(drafts.current().differsFromFile());
        drafts.open(draftNamed("changed"), "/configs/nu.json");
        QCOMPARE(namesOf(drafts), std::string(" a nu>nu"));
        QVERIFY(!drafts.current().differsFromFile());
    }

    void savingBindsToTheFile() {
        Drafts drafts = three();
        drafts.saved("/tmp/mine.json");
        QCOMPARE(namesOf(drafts), std::string(" a b>mine"));
        QVERIFY(!drafts.current().differsFromFile());
        drafts.current().history.record(draftNamed("d"), "", "edit");
        QVERIFY(drafts.current().differsFromFile());
        drafts.current().history.undo();
        QVERIFY(!drafts.current().differsFromFile());
    }

    void closedDraftsComeBackWithTheirHistory() {
        Drafts drafts = three();
        drafts.choose(1);
        drafts.current().history.record({{"name", "b"}, {"seed", 2}}, "/seed", "Seed");
        drafts.close(1, json::object());
        QCOMPARE(namesOf(drafts), std::string(" a>c"));
        drafts.close(1, json::object());
        QCOMPARE(namesOf(drafts), std::string(">a"));
        drafts.reopen();
        QCOMPARE(namesOf(drafts), std::string(" a>c"));
        drafts.reopen();
        QCOMPARE(namesOf(drafts), std::string(" a>b c"));
        QCOMPARE(drafts.current().config()["seed"], json(2));
        drafts.current().history.undo();
        QCOMPARE(drafts.current().config(), draftNamed("b"));
        QVERIFY(!drafts.canReopen());
        // One before the current one does not change which is current.
        drafts.choose(2);
        drafts.close(0, json::object());
        QCOMPARE(namesOf(drafts), std::string(" b>c"));
    }

    void movingKeepsTheCurrentDraft() {
        for (std::size_t current = 0; current < 3; ++current) {
            for (std::size_t from = 0; from < 3; ++from) {
                for (std::size_t to = 0; to < 3; ++to) {
                    Drafts drafts = three();
                    drafts.choose(current);
                    const std::string name = drafts.current().name();
                    const std::string moved = drafts.at(from).name();
                    drafts.move(from, to);
                    QCOMPARE(drafts.current().name(), name);
                    QCOMPARE(drafts.at(to).name(), moved);
                    QCOMPARE(drafts.size(), std::size_t{3});
                }
            }
        }
    }

    void allOfItComesBackFromSettings() {
        Drafts drafts = three();
        drafts.saved("/tmp/mine.json");
        drafts.current().history.record({{"name", "c"}, {"training", {{"epochs", "ten"}}}}, "", "");
        drafts.current().history.setPreset({"VS+DRW", "paper-200"});
        drafts.close(0, json::object());
        drafts.choose(0);
        Drafts again = Drafts::fromJson(json::parse(drafts.toJson().dump()));
        QCOMPARE(namesOf(again), namesOf(drafts));
        QCOMPARE(again.toJson(), drafts.toJson());
        again.choose(1);
        QVERIFY(again.current().differsFromFile());
        QCOMPARE(again.current().history.preset().method, std::string("VS+DRW"));
        again.reopen();
        QCOMPARE(again.current().name(), std::string("a"));
    }

    void nonsenseInSettingsIsLeftOut() {
        for (
            const char* saved :
            {"null", "[]", "{}", R"({"drafts": 3, "closed": "x", "current": -1})",
             R"({"drafts": [1, {"config": 2}, {"config": {"name": 5}, "file": 7}], "current": 99})"}) {
            Drafts drafts = Drafts::fromJson(json::parse(saved));
            QCOMPARE(namesOf(drafts), std::string(">Untitled"));
        }
    }
};

BALLAST_TEST(TestDrafts)
#include "tst_drafts.moc"
