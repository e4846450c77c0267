#include "core/learning/parallel/ranks.h"

#include <QtTest>
#include <mutex>
#include <thread>

#include "core/base/error.h"
#include "tests/core/learning/parallel/rank_threads.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

/// What a failed check inside a rank's thread throws.
void require(bool condition, const char* what) {
    if (!condition) throw std::logic_error(what);
}

}  // namespace

class TestRanks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sharesAreAllRows() {
        for (const std::int64_t rows : {0, 1, 2, 7, 128}) {
            for (const int size : {1, 2, 3, 8}) {
                std::int64_t at = 0;
                for (int rank = 0; rank < size; ++rank) {
                    const Share share{rank, size};
                    QCOMPARE(share.begin(rows), at);
                    at = share.end(rows);
                    QVERIFY(share.count(rows) <= (rows + size - 1) / size);
                }
                QCOMPARE(at, rows);
            }
        }
    }

    void oneProcessChangesNothing() {
        Ranks one;
        torch::Tensor values = torch::tensor({1.0, -2.0});
        const torch::Tensor before = values.clone();
        one.sum(values);
        one.least(values);
        QVERIFY(torch::equal(values, before));
        QVERIFY(one.whole(values, 2).is_same(values));
        QCOMPARE(one.textOfFirst("a"), std::string("a"));
        one.tell(Command::step);
        one.keepInTouch();
        QVERIFY(!one.many() && one.first() && !one.stopAsked());
    }

    void numbersOfAll() {
        if (!hasProcessGroups()) QSKIP("this build has no c10d with Gloo");
        withRanks(3, [](Ranks& ranks) {
            const int rank = ranks.share().rank;
            torch::Tensor sum = torch::full({4}, rank + 1.0, torch::kFloat64);
            ranks.sum(sum);
            require(sum.eq(6.0).all().item<bool>(), "1 + 2 + 3");
            torch::Tensor least = torch::tensor({rank, -rank, 5}, torch::kInt64);
            ranks.least(least);
            require(torch::equal(least, torch::tensor({0, -2, 5}, torch::kInt64)), "least");

            const torch::Tensor all = torch::arange(14, torch::kFloat32).view({7, 2});
            const Share share = ranks.share();
            const torch::Tensor own = all.narrow(0, share.begin(7), share.count(7));
            require(torch::equal(ranks.whole(own, 7), all), "all rows");
            const torch::Tensor none = all.narrow(0, 0, share.count(1));
            require(torch::equal(ranks.whole(none, 1), all.narrow(0, 0, 1)), "one row");

            // Of several types and layouts, in place.
            const std::vector<torch::Tensor> tensors{
                torch::full({2, 3, 4, 4}, rank + 0.5).contiguous(torch::MemoryFormat::ChannelsLast),
                torch::full({}, std::int64_t{rank + 7}, torch::kInt64),
                torch::full({3}, rank + 1.5)};
            ranks.takeFromFirst(tensors);
            require(tensors[0].eq(0.5).all().item<bool>() && tensors[1].item<int>() == 7 &&
                        tensors[2].eq(1.5).all().item<bool>(),
                    "the first one's");
            require(ranks.textOfFirst(rank == 0 ? "B_y(f)" : "x") == "B_y(f)", "its text");
            require(ranks.textOfFirst("").empty(), "no text");
        });
    }

    void theFirstSaysWhatToDo() {
        if (!hasProcessGroups()) QSKIP("this build has no c10d with Gloo");
        std::mutex mutex;
        std::vector<Command> heard;
        bool asked = false;
        withRanks(
            2,
            [&](Ranks& ranks) {
                if (ranks.first()) {
                    ranks.tell(Command::epoch);
                    ranks.keepInTouch();  // it has just said something
                    std::this_thread::sleep_for(std::chrono::milliseconds(500));
                    ranks.keepInTouch();
                    ranks.tell(Command::step);
                    asked = ranks.stopAsked();
                    ranks.tell(Command::end);
                    return;
                }
                for (Command command = Command::wait; command != Command::end;) {
                    command = ranks.hear(heard.size() == 1);
                    const std::lock_guard lock(mutex);
                    heard.push_back(command);
                }
            },
            3);
        QCOMPARE(heard, (std::vector<Command>{Command::epoch, Command::wait, Command::step,
                                              Command::end}));
        QVERIFY(asked);
    }

    void aLostProcessIsSaid() {
        if (!hasProcessGroups()) QSKIP("this build has no c10d with Gloo");
        QElapsedTimer timer;
        timer.start();
        try {
            withRanks(
                2,
                [](Ranks& ranks) {
                    if (!ranks.first()) {  // hangs, then goes
                        std::this_thread::sleep_for(std::chrono::milliseconds(2500));
                        return;
                    }
                    torch::Tensor values = torch::zeros({1000});
                    ranks.sum(values);
                },
                1);
            QFAIL("nothing was said");
        } catch (const Error& error) {
            const std::string text = error.what();
            QVERIFY2(text.find("process 0 of 2: another process") != std::string::npos,
                     text.c_str());
            QVERIFY2(text.find("for 1 s") != std::string::npos, text.c_str());
            QCOMPARE(error.exitCode(), ExitCode::run_failed);
        }
        QVERIFY(timer.elapsed() < 20'000);
    }

    /// Of three processes one has nothing to do or cannot go on, before or after the first has said
    /// what the run is: the others hear of it at once.
    void oneLeavesEarly_data() {
        QTest::addColumn<int>("who");
        QTest::addColumn<bool>("said");
        QTest::newRow("the first, silently") << 0 << false;
        QTest::newRow("the first, after its words") << 0 << true;
        QTest::newRow("another") << 2 << true;
    }

    void oneLeavesEarly() {
        if (!hasProcessGroups()) QSKIP("this build has no c10d with Gloo");
        QFETCH(const int, who);
        QFETCH(const bool, said);
        const int port = freePort();
        std::vector<std::string> answers(3);
        QElapsedTimer timer;
        timer.start();
        {
            std::vector<std::jthread> threads;
            for (int rank = 0; rank < 3; ++rank) {
                threads.emplace_back([&, rank] {
                    std::string& answer = answers[static_cast<std::size_t>(rank)];
                    try {
                        Ranks ranks({rank, 3, rank, 3, "127.0.0.1", port});
                        if (rank == who && !said) return;
                        const auto text = ranks.introduction("which run");
                        answer = text.value_or("nothing");
                        if (rank == who || !text) return;
                        ranks.join();
                    } catch (const Error& error) {
                        answer = error.what();
                    }
                });
            }
        }
        QVERIFY(timer.elapsed() < 10'000);
        for (int rank = 0; rank < 3; ++rank) {
            if (rank == who) continue;
            const std::string& answer = answers[static_cast<std::size_t>(rank)];
            const std::string expected = said ? "process " + std::to_string(rank) +
                                                    " of 3: process " + std::to_string(who) +
                                                    " has ended before the run began; it says why"
                                              : "nothing";
            QCOMPARE(answer, expected);
        }
    }

    void theyJoinOnce() {
        if (!hasProcessGroups()) QSKIP("this build has no c10d with Gloo");
        withRanks(2, [](Ranks& ranks) {
            torch::Tensor one = torch::ones({1});
            ranks.sum(one);
            ranks.join();
            ranks.sum(one);
            require(one.item<float>() == 4.0f, "the same processes");
        });
    }

    void whatTheNetworkLacks() {
        if (!hasProcessGroups()) QSKIP("this build has no c10d with Gloo");
        const int port = freePort();
        const Ranks first({0, 2, 0, 2, "127.0.0.1", port});
        const auto problemOf = [&](int rank) {
            try {
                const Ranks ranks({rank, 2, 0, 2, "127.0.0.1", port});
                return std::string();
            } catch (const Error& error) {
                return std::string(error.what());
            }
        };
        QCOMPARE(problemOf(0), "process 0 of 2: port " + std::to_string(port) +
                                   " of this machine cannot be used; is it taken? MASTER_PORT "
                                   "names another one, in all processes");
        qputenv("GLOO_SOCKET_IFNAME", "none0");
        const std::string interface = problemOf(1);
        qunsetenv("GLOO_SOCKET_IFNAME");
        QVERIFY2(interface.starts_with("the environment variable GLOO_SOCKET_IFNAME: \"none0\" is "
                                       "no network interface of this machine; allowed: ") &&
                     interface.find("lo") != std::string::npos,
                 interface.c_str());
        const Ranks second({1, 2, 0, 2, "127.0.0.1", port});  // so that the first need not wait
    }

    void nobodyComes() {
        if (!hasProcessGroups()) QSKIP("this build has no c10d with Gloo");
        ProcessRank where{1, 2, 1, 2, "127.0.0.1", freePort()};
        where.joining = 1;
        try {
            Ranks ranks(where);
            QFAIL("nothing was said");
        } catch (const Error& error) {
            const std::string text = error.what();
            QVERIFY2(text.find("process 1 of 2") != std::string::npos &&
                         text.find("MASTER_PORT") != std::string::npos,
                     text.c_str());
        }
    }
};

BALLAST_TEST(TestRanks)
#include "tst_ranks.moc"
