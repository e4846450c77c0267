#pragma once

#include <exception>
#include <functional>
#include <thread>
#include <vector>

#include "core/base/free_port.h"
#include "core/learning/parallel/ranks.h"

namespace ballast {

/// `work` as each of `size` processes would do it, here in threads, over real sockets. What one of
/// them throws is thrown on.
inline void withRanks(int size, const std::function<void(Ranks&)>& work, int patience = 45) {
    const int port = freePort();
    std::vector<std::exception_ptr> problems(static_cast<std::size_t>(size));
    {
        std::vector<std::jthread> threads;
        for (int rank = 0; rank < size; ++rank) {
            threads.emplace_back([&, rank] {
                try {
                    ProcessRank where{rank, size, rank, size, "127.0.0.1", port};
                    where.patience = patience;
                    Ranks ranks(where);
                    ranks.introduction("");
                    ranks.join();
                    work(ranks);
                } catch (...) {
                    problems[static_cast<std::size_t>(rank)] = std::current_exception();
                }
            });
        }
    }
    for (const std::exception_ptr& problem : problems) {
        if (problem) std::rethrow_exception(problem);
    }
}

}  // namespace ballast
