#pragma once

#include <QProcess>
#include <QProcessEnvironment>
#include <string>

namespace ballast {

/// What ballast-cli (the one that ctest names in $BALLAST_CLI) answered.
struct CliAnswer {
    int code = -1;  // -1: it crashed, hung or did not start
    QByteArray out;
    QByteArray err;
    bool says(const char* words) const { return err.contains(words); }
};

inline QString cliProgram() {
    return qEnvironmentVariable("BALLAST_CLI");
}

/// Runs it to its end. `environment`: NAME=VALUE, over this process's own.
inline CliAnswer runCli(const QStringList& arguments, const QByteArray& input = {},
                        const QStringList& environment = {}) {
    QProcess process;
    QProcessEnvironment variables = QProcessEnvironment::systemEnvironment();
    for (const QString& setting : environment) {
        variables.insert(setting.section('=', 0, 0), setting.section('=', 1));
    }
    process.setProcessEnvironment(variables);
    process.start(cliProgram(), arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(240'000) || process.exitStatus() != QProcess::NormalExit) {
        process.kill();
        process.waitForFinished();
        return {-1, process.readAllStandardOutput(), process.readAllStandardError()};
    }
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

}  // namespace ballast
