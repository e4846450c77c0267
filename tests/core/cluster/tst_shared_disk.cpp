#include "core/cluster/shared_disk.h"

#include <QtTest>

#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestSharedDisk : public QObject {
    Q_OBJECT

    static constexpr const char* kMounts =
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        "40 22 0:40 / /home rw,noatime - nfs4 server:/home rw,vers=4.2,local_lock=none\n"
        "41 22 0:41 / /old rw - nfs server:/old rw,vers=3,nolock,local_lock=all\n"
        "42 22 0:42 / /my\\040disk rw - lustre mds@tcp:/fs rw,localflock\n"
        "43 40 0:43 / /home/tmp rw - tmpfs tmpfs rw,size=1g\n";

    static MountedDisk at(const char* path) { return diskOf(path, kMounts); }

private Q_SLOTS:
    void disks() {
        QVERIFY(at("/home/ada/w") ==
                (MountedDisk{"/home", "nfs4", "rw,noatime,rw,vers=4.2,local_lock=none"}));
        QCOMPARE(at("/homes").folder, "/");
        QCOMPARE(at("/home/tmp/x").kind, "tmpfs");
        QCOMPARE(at("/my disk/w").kind, "lustre");
        QVERIFY(diskOf("/x", "").folder.empty());
        QVERIFY(isLocalDisk(at("/usr")) && isLocalDisk(at("/home/tmp")));
        QVERIFY(!isLocalDisk(at("/home")) && !isLocalDisk(at("/my disk")));
    }

    void whereLocksDoNotHold() {
        QCOMPARE(lockObstacle(at("/home/ada")), "");
        QCOMPARE(lockObstacle(at("/usr")), "");
        for (const auto& [path, words] :
             {std::pair("/old/w", "/old (nfs) is mounted with nolock"),
              std::pair("/my disk",
                        "mounted with localflock: each machine has locks of its own")}) {
            const QString said = QString::fromStdString(lockObstacle(at(path)));
            QVERIFY2(said.contains(words) && said.contains("two nodes"), qPrintable(said));
        }
        QVERIFY(!lockObstacle({"/n", "nfs4", "rw,local_lock=flock"}).empty());
        QVERIFY(!lockObstacle({"/n", "fuse.sshfs", "rw"}).empty());
        QVERIFY(!lockObstacle({"/n", "cifs", "rw,nobrl"}).empty());
        QVERIFY(lockObstacle({"/n", "lustre", "rw,flock"}).empty());
    }

    void here() {
        const QTemporaryDir folder;
        const std::filesystem::path there = folder.filePath("slurm").toStdString();
        QVERIFY(!diskHere(there / "deep/down").kind.empty());
        requireLocks(there);
        QCOMPARE(QDir(folder.filePath("slurm"))
                     .entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
                 QStringList{});
    }
};

BALLAST_TEST(TestSharedDisk)
#include "tst_shared_disk.moc"
