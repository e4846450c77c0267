// make_workspace FOLDER [RUNS [EPOCHS [CLASSES]]]: a workspace full of made-up runs, to try lists,
// tables and the window with.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "tests/bench/workspace_maker.h"

int main(int argc, char** argv) {
    const auto number = [&](int at, int fallback) {
        return argc > at ? std::atoi(argv[at]) : fallback;
    };
    if (argc < 2 || argc > 5 || argv[1][0] == '-') {
        std::fprintf(stderr, "usage: make_workspace FOLDER [RUNS [EPOCHS [CLASSES]]]\n");
        return 2;
    }
    try {
        ballast::makeWorkspace(argv[1], {number(2, 1000), number(3, 200), number(4, 10)});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "make_workspace: %s\n", error.what());
        return 1;
    }
    return 0;
}
