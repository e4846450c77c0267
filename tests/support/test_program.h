#pragma once

#include <QtTest>

/// The tests of a room are one program; each class registers itself under its file's name, and
/// main() runs the one it is told to: core_tests tst_config_json -silent.
namespace ballast::tests {

using MakeTest = QObject* (*)();
using Prepare = void (*)();

/// Called before main(). `prepare` runs before there is an application, for what needs a process
/// with one thread.
bool registerTest(const char* file, MakeTest make, Prepare prepare);

}  // namespace ballast::tests

#define BALLAST_TEST_PREPARED(Class, prepare)                                                 \
    [[maybe_unused]] static const bool k##Class##IsRegistered = ballast::tests::registerTest( \
        __FILE__, []() -> QObject* { return new Class; }, prepare);

#define BALLAST_TEST(Class) BALLAST_TEST_PREPARED(Class, nullptr)
