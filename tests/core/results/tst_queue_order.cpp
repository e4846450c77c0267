#include "core/results/queue_order.h"

#include <QtTest>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestQueueOrder : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    const std::filesystem::path workspace_ = folder_.path().toStdString();

private Q_SLOTS:
    void whatIsWrittenIsRead() {
        QVERIFY(readQueueOrder(workspace_ / "none").empty());
        const std::vector<std::string> order{"b", "a", "run \"c\""};
        writeQueueOrder(workspace_ / "new", order);
        QVERIFY(readQueueOrder(workspace_ / "new") == order);
        writeQueueOrder(workspace_ / "new", {});
        QVERIFY(readQueueOrder(workspace_ / "new").empty());
    }

    void damagedAndNewerFilesAreNamed() {
        for (const char* content : {"{", "[]", R"({"format": 1, "runs": [3]})"}) {
            replaceFile(queueOrderFile(workspace_), content);
            QVERIFY_THROWS_EXCEPTION(DamagedFileError, readQueueOrder(workspace_));
        }
        replaceFile(queueOrderFile(workspace_), R"({"format": 2, "runs": []})");
        try {
            readQueueOrder(workspace_);
            QFAIL("a newer format was read");
        } catch (const StorageError& error) {
            QVERIFY(std::string(error.what()).find("queue.json has format 2") != std::string::npos);
        }
    }
};

BALLAST_TEST(TestQueueOrder)
#include "tst_queue_order.moc"
