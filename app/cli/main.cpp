#include <array>
#include <iostream>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "core/base/error.h"

namespace {

/// In the order of --help.
constexpr std::array kCommands = {
    ballast::addRunCommand,      ballast::addSweepCommand,     ballast::addSegmentCommand,
    ballast::addResumeCommand,   ballast::addDataCommands,     ballast::addLossCommand,
    ballast::addSchemaCommand,   ballast::addPresetCommands,   ballast::addBenchCommands,
    ballast::addRunsCommand,     ballast::addExportCommand,    ballast::addTableCommand,
    ballast::addEvaluateCommand, ballast::addForkCommand,      ballast::addEditCommand,
    ballast::addConfigCommand,   ballast::addImportCommand,    ballast::addExportWeightsCommand,
    ballast::addNoteCommand,     ballast::addFigureCommand,    ballast::addCompareCommand,
    ballast::addPaperCommand,    ballast::addReproduceCommand, ballast::addBoundCommand,
    ballast::addWhatIfCommand,   ballast::addPagesCommands,
};

int run(int argc, char** argv) {
    using namespace ballast;
    CommandLine cli;
    for (const auto add : kCommands) add(cli);
    try {
        cli.app.parse(argc, argv);
        return cli.exit_code;
    } catch (const CLI::ParseError& error) {
        const int code = cli.app.exit(error);
        return code == 0 ? 0 : static_cast<int>(ExitCode::bad_config);
    } catch (const Error& error) {
        std::cerr << "ballast-cli: " << error.what() << std::endl;
        return static_cast<int>(error.exitCode());
    } catch (const std::exception& error) {
        std::cerr << "ballast-cli: " << sentenceOf(error) << std::endl;
        return static_cast<int>(ExitCode::run_failed);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int code = run(argc, argv);
    if (code == 0) return 0;
    // After a failure nothing waits: a thread of OpenBLAS that finds no memory asks for it for
    // ever, and exit() would wait for that thread.
    std::cout.flush();
    std::fflush(nullptr);
    std::_Exit(code);
}
