#include "tests/support/test_program.h"

#include <QFileInfo>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#ifdef BALLAST_TESTS_WITH_WIDGETS
#include <QApplication>
using Application = QApplication;
#else
using Application = QCoreApplication;
#endif

namespace ballast::tests {
namespace {

struct Test {
    MakeTest make;
    Prepare prepare;
};

std::map<std::string, Test>& tests() {
    static std::map<std::string, Test> registered;
    return registered;
}

}  // namespace

bool registerTest(const char* file, MakeTest make, Prepare prepare) {
    const QString name = QFileInfo(QString::fromUtf8(file)).completeBaseName();
    return tests().emplace(name.toStdString(), Test{make, prepare}).second;
}

}  // namespace ballast::tests

/// PROGRAM [TEST] [Qt Test's arguments]: one test class, or all of them.
int main(int argc, char** argv) {
    using namespace ballast::tests;
    std::vector<Test> chosen;
    if (argc > 1 && argv[1][0] != '-') {
        const auto found = tests().find(argv[1]);
        if (found == tests().end()) {
            std::fprintf(stderr, "there is no test %s; there are:\n", argv[1]);
            for (const auto& [name, test] : tests()) std::fprintf(stderr, "  %s\n", name.c_str());
            return 2;
        }
        chosen.push_back(found->second);
        argv[1] = argv[0];
        --argc;
        ++argv;
    } else {
        for (const auto& [name, test] : tests()) chosen.push_back(test);
    }
    for (const Test& test : chosen) {
        if (test.prepare != nullptr) test.prepare();
    }
    const Application application(argc, argv);
    int failures = 0;
    for (const Test& test : chosen) {
        const std::unique_ptr<QObject> object(test.make());
        failures += QTest::qExec(object.get(), argc, argv);
    }
    return failures;
}
