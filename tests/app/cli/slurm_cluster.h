#pragma once

#include <pwd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRandomGenerator>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <csignal>
#include <memory>
#include <vector>

#include "core/base/free_port.h"

namespace ballast {

/// A Slurm of one node on the loopback, in a folder and on ports of its own: munged, slurmctld and
/// slurmd in the foreground, ended with their owner, also where that is killed. Programs find it by
/// SLURM_CONF, which is set for this process and its children.
class SlurmCluster {
public:
    ~SlurmCluster() {
        if (!daemons_.empty()) run("scancel", {"--quiet", "--me"});
        for (int i = 0; i < 100 && !run("squeue", {"--me", "--noheader"}).isEmpty(); ++i) {
            QTest::qWait(100);
        }
        while (!daemons_.empty()) {
            daemons_.back()->terminate();
            if (!daemons_.back()->waitForFinished(10'000)) daemons_.back()->kill();
            daemons_.back()->waitForFinished(5'000);
            daemons_.pop_back();
        }
        endWhatIsLeft();
        qunsetenv("SLURM_CONF");
    }

    /// Why it cannot be had; empty where it runs.
    QString start() {
        for (const char* program :
             {"munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol"}) {
            if (pathOf(program).isEmpty()) {
                return QStringLiteral("%1 is not installed: apt-get install slurm-wlm munge")
                    .arg(program);
            }
        }
        QFile::setPermissions(folder_.path(), kEverybody);  // munged is another user
        for (const char* name : {"munge", "state", "spool"}) QDir(folder_.path()).mkdir(name);
        write("slurm.conf", configuration());
        // From 23.11 on it would look for the system's control groups.
        write("cgroup.conf", olderThan(23) ? "" : "CgroupPlugin=disabled\n");
        qputenv("SLURM_CONF", path("slurm.conf").toUtf8());
        if (const QString problem = startMunge(); !problem.isEmpty()) return problem;
        launch("slurmctld", {"-D", "-f", path("slurm.conf")});
        launch("slurmd", {"-D", "-f", path("slurm.conf"), "-N", host()});
        for (int i = 0; i < 150; ++i) {
            if (run("sinfo", {"--noheader", "--format=%t"}).trimmed() == "idle") return {};
            QTest::qWait(100);
        }
        return "its node does not become idle: " + log("slurmctld") + log("slurmd");
    }

    /// Slurm's controller ends and begins again, as where the machine that it is on restarts.
    void restartController() {
        const auto controller = std::ranges::find_if(
            daemons_, [](const auto& daemon) { return daemon->program().endsWith("slurmctld"); });
        if (controller == daemons_.end()) return;
        (*controller)->terminate();  // killed, Slurm itself forgets what is seconds old
        (*controller)->waitForFinished();
        (*controller)->start();
        (*controller)->waitForStarted();
        for (int i = 0; i < 100 && run("sinfo", {"--noheader"}).isEmpty(); ++i) QTest::qWait(100);
    }

    /// What a program prints; its errors are dropped.
    static QString run(const QString& program, const QStringList& arguments) {
        QProcess process;
        process.start(pathOf(program), arguments);
        process.waitForFinished(60'000);
        return QString::fromUtf8(process.readAllStandardOutput());
    }

    static QString host() { return QSysInfo::machineHostName().section('.', 0, 0); }

    QString log(const QString& name) const {
        QFile file(path(name + ".log"));
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()).right(2000)
                                              : QString();
    }

private:
    static constexpr auto kEverybody =
        QFile::Permissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner |
                           QFile::ReadGroup | QFile::ExeGroup | QFile::ReadOther | QFile::ExeOther);

    QString path(const QString& name) const { return folder_.filePath(name); }

    /// Steps and jobs that have lost their daemon, known by the SLURM_CONF they were started with.
    void endWhatIsLeft() const {
        const QByteArray ours = "SLURM_CONF=" + path("slurm.conf").toUtf8();
        for (const QString& process : QDir("/proc").entryList(QDir::Dirs)) {
            const pid_t id = process.toInt();
            QFile environment("/proc/" + process + "/environ");
            if (id <= 0 || id == ::getpid() || !environment.open(QIODevice::ReadOnly)) continue;
            if (environment.readAll().split('\0').contains(ours)) ::kill(id, SIGKILL);
        }
    }

    /// Daemons lie in folders that are not in every user's PATH.
    static QString pathOf(const QString& program) {
        const QString found = QStandardPaths::findExecutable(program);
        return found.isEmpty() ? QStandardPaths::findExecutable(program, {"/usr/sbin", "/sbin"})
                               : found;
    }

    static bool olderThan(int version) {
        return run("slurmd", {"-V"}).section(' ', 1, 1).section('.', 0, 0).toInt() < version;
    }

    void write(const QString& name, const QString& text) const {
        QFile file(path(name));
        if (file.open(QIODevice::WriteOnly)) file.write(text.toUtf8());
    }

    QString configuration() const {
        const QString user = QString::fromUtf8(::getpwuid(::geteuid())->pw_name);
        // A requeued job waits until credentials have expired, else two minutes.
        return QStringLiteral(
                   "ClusterName=ballast\n"
                   "SlurmctldHost=%1(127.0.0.1)\nSlurmctldPort=%2\nSlurmdPort=%3\n"
                   "AuthType=auth/munge\nAuthInfo=socket=%4/munge/"
                   "socket,cred_expire=5\nCredType=cred/munge\n"
                   "SlurmUser=%5\nSlurmdUser=%5\n"
                   "StateSaveLocation=%4/state\nSlurmdSpoolDir=%4/spool\n"
                   "SlurmctldPidFile=%4/slurmctld.pid\nSlurmdPidFile=%4/slurmd.pid\n"
                   "ProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\n"
                   "SelectType=select/cons_tres\nSelectTypeParameters=CR_CPU\n"
                   "SwitchType=switch/none\nMpiDefault=none\nJobAcctGatherType=jobacct_gather/"
                   "none\n"
                   "AccountingStorageType=accounting_storage/none\n"
                   "ReturnToService=2\nSlurmdParameters=config_overrides\nKillWait=5\n"
                   "SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=1\n"
                   "NodeName=%1 NodeAddr=127.0.0.1 CPUs=4 RealMemory=8000 State=UNKNOWN\n"
                   "PartitionName=main Nodes=%1 Default=YES MaxTime=INFINITE State=UP\n")
            .arg(host())
            .arg(freePort())
            .arg(freePort())
            .arg(folder_.path(), user);
    }

    /// As a user of its own where this one is root, who may not run it.
    QString startMunge() {
        QByteArray key(128, '\0');
        QRandomGenerator::system()->generate(key.begin(), key.end());
        QFile file(path("munge/key"));
        if (!file.open(QIODevice::WriteOnly)) return "no key can be written";
        file.write(key);
        file.close();
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
        uid_t user = ::geteuid();
        if (user == 0) {
            const passwd* munge = ::getpwnam("munge");
            if (munge == nullptr) return "there is no user munge for munged to run as";
            user = munge->pw_uid;
            if (::chown(path("munge").toUtf8().constData(), user, munge->pw_gid) != 0 ||
                ::chown(path("munge/key").toUtf8().constData(), user, munge->pw_gid) != 0) {
                return "the user munge cannot be given a folder";
            }
        }
        QFile::setPermissions(path("munge"), kEverybody);
        launch("munged",
               {"--foreground", "--key-file=" + path("munge/key"),
                "--socket=" + path("munge/socket"), "--log-file=" + path("munge/log"),
                "--pid-file=" + path("munge/pid"), "--seed-file=" + path("munge/seed")},
               user);
        for (int i = 0; i < 100; ++i) {
            if (QFile::exists(path("munge/socket"))) return {};
            QTest::qWait(50);
        }
        return "munged does not start: " + log("munged");
    }

    void launch(const QString& program, const QStringList& arguments, uid_t user = ::geteuid()) {
        auto process = std::make_unique<QProcess>();
        process->setProcessChannelMode(QProcess::MergedChannels);
        process->setStandardOutputFile(path(program + ".log"));
        process->setChildProcessModifier([user] {
            if (user != ::geteuid() && ::setuid(user) != 0) ::_exit(1);
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        });
        process->start(pathOf(program), arguments);
        process->waitForStarted();
        daemons_.push_back(std::move(process));
    }

    const QTemporaryDir folder_;
    std::vector<std::unique_ptr<QProcess>> daemons_;
};

}  // namespace ballast
