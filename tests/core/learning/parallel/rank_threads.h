#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <exception>
#include <functional>
#include <thread>
#include <vector>

#include "core/learning/parallel/ranks.h"

namespace ballast {

/// A port of this machine that nothing listens on.
inline int portForRanks() {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size);
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(socket);
    return ntohs(address.sin_port);
}

/// `work` as each of `size` processes would do it, here in threads, over real sockets. What one of
/// them throws is thrown on.
inline void withRanks(int size, const std::function<void(Ranks&)>& work, int patience = 45) {
    const int port = portForRanks();
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
