#include <QDir>
#include <QFile>
#include <QMimeDatabase>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/support/test_program.h"

/// The types of Ballast's files: that desktops tell them by name, and that the menu entry opens all
/// of them.
class TestFileTypes : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    const QString packaging_ = qEnvironmentVariable("BALLAST_SOURCE") + "/packaging";

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(QDir(folder_.path()).mkpath("mime/packages"));
        QVERIFY(QFile::copy(packaging_ + "/ballast-mime.xml",
                            folder_.path() + "/mime/packages/ballast.xml"));
        qputenv("XDG_DATA_HOME", folder_.path().toLocal8Bit());
    }

    void namesTellTypes_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("type");
        QTest::newRow("config") << "a.ballast.json"
                                << "application/vnd.ballast.config+json";
        QTest::newRow("pdf") << "a.ballast.pdf"
                             << "application/vnd.ballast.figure+pdf";
        QTest::newRow("svg") << "a.ballast.svg"
                             << "image/vnd.ballast.figure+svg";
        QTest::newRow("png") << "a.ballast.png"
                             << "image/vnd.ballast.figure+png";
        QTest::newRow("others") << "a.json"
                                << "application/json";
    }
    void namesTellTypes() {
        QFETCH(QString, file);
        QFETCH(QString, type);
        QCOMPARE(QMimeDatabase().mimeTypeForFile(file, QMimeDatabase::MatchExtension).name(), type);
    }

    void theMenuEntryOpensThem() {
        QFile entry(packaging_ + "/ballast.desktop");
        QVERIFY(entry.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(entry.readAll());
        QVERIFY(text.contains("\nExec=ballast %f\n"));
        const QString types = text.section("\nMimeType=", 1).section('\n', 0, 0);
        QFile page(packaging_ + "/ballast.metainfo.xml");
        QVERIFY(page.open(QIODevice::ReadOnly));
        const QString provided = QString::fromUtf8(page.readAll());
        int ours = 0;
        for (const QMimeType& type : QMimeDatabase().allMimeTypes()) {
            if (!type.name().contains("vnd.ballast.")) continue;
            ++ours;
            QVERIFY2(types.contains(type.name() + ';'), qPrintable(type.name()));
            QVERIFY2(provided.contains("<mediatype>" + type.name() + "</mediatype>"),
                     qPrintable(type.name()));
            QCOMPARE(type.iconName(), QStringLiteral("ballast"));
        }
        QCOMPARE(ours, 4);
        QCOMPARE(types.count(';'), ours);
    }
};

BALLAST_TEST(TestFileTypes)
#include "tst_file_types.moc"
