#include "core/learning/kernels/team.h"
#include "tests/support/test_program.h"

#include <QtTest>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace ballast;

class TestTeam : public QObject {
    Q_OBJECT

    /// program(team) on so many threads.
    template<class Program>
    static void run(Team& team, int members, Program program) {
        std::vector<std::jthread> threads;
        for (int i = 0; i < members; ++i) threads.emplace_back([&] { program(team); });
    }

private Q_SLOTS:
    void membersMeetAfterEachPart_data() {
        QTest::addColumn<int>("members");
        for (const int members : {1, 2, 5}) QTest::addRow("%d", members) << members;
    }
    void membersMeetAfterEachPart() {
        QFETCH(const int, members);
        constexpr int kParts = 300;
        std::vector<std::atomic<int>> done(7);
        int parts = 0;
        std::atomic<bool> whole = true;
        Team team(members);
        run(team, members, [&](Team& of_it) {
            for (int part = 0; part < kParts; ++part) {
                const auto count = static_cast<std::int64_t>(part % 8);  // also none, or fewer
                of_it.share(
                    count,
                    [&](std::int64_t i) {
                        ++done[static_cast<std::size_t>(i)];
                        if (part % 50 == 3)
                            std::this_thread::sleep_for(std::chrono::milliseconds(1));
                    },
                    [&] {
                        ++parts;
                        for (std::size_t i = 0; i < done.size(); ++i) {
                            const int expected = static_cast<std::int64_t>(i) < count ? 1 : 0;
                            whole = whole && done[i].exchange(0) == expected;
                        }
                    });
                if (parts != part + 1) whole = false;  // nobody has gone on
            }
        });
        QVERIFY(whole);
        QCOMPARE(parts, kParts);
        team.rethrow();
    }

    // Nobody is left waiting, and nothing is done after it.
    void anExceptionEndsTheWork_data() {
        QTest::addColumn<bool>("alone");
        QTest::newRow("in shared work") << false;
        QTest::newRow("in what one does") << true;
    }
    void anExceptionEndsTheWork() {
        QFETCH(const bool, alone);
        std::atomic<int> later{0};
        Team team(3);
        run(team, 3, [&](Team& of_it) {
            of_it.share(
                10,
                [&](std::int64_t i) {
                    if (!alone && i == 4) throw std::runtime_error("four");
                },
                [&] {
                    if (alone) throw std::runtime_error("four");
                });
            of_it.share(
                10, [&](std::int64_t) { ++later; }, [&] { ++later; });
        });
        QCOMPARE(later.load(), 0);
        QVERIFY_EXCEPTION_THROWN(team.rethrow(), std::runtime_error);
    }
};

BALLAST_TEST(TestTeam)
#include "tst_team.moc"
