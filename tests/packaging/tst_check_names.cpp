#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/test_program.h"

class TestCheckNames : public QObject {
    Q_OBJECT

    /// What the check says of two files whose anonymous namespaces hold these lines.
    static QString said(const QString& first, const QString& second,
                        const char* folder = "core/b/") {
        const QTemporaryDir root;
        const std::pair<QString, QString> files[] = {
            {QStringLiteral("core/a/one.cpp"), first},
            {QString::fromLatin1(folder) + "two.cpp", second}};
        for (const auto& [name, line] : files) {
            QDir(root.path()).mkpath(QFileInfo(name).path());
            QFile file(root.filePath(name));
            if (!file.open(QIODevice::WriteOnly)) return QStringLiteral("cannot write");
            const QString text =
                "namespace ballast {\nnamespace {\n\n" + line +
                "\n\n}  // namespace\n\nint shared(int);\n}  // namespace ballast\n";
            file.write(text.toUtf8());
        }
        return saidOf(root.path());
    }

    static QString saidOf(const QString& root) {
        QProcess check;
        check.setProcessChannelMode(QProcess::MergedChannels);
        check.start(qEnvironmentVariable("BALLAST_SOURCE") + "/packaging/check_names.sh", {root});
        if (!check.waitForFinished()) return QStringLiteral("no answer");
        const QString output = QString::fromUtf8(check.readAll());
        return (check.exitCode() == 0) == output.isEmpty() ? output : "exit code and " + output;
    }

private Q_SLOTS:
    void namesOfOneTargetDiffer_data() {
        QTest::addColumn<QString>("first");
        QTest::addColumn<QString>("second");
        QTest::addColumn<QString>("name");
        QTest::newRow("functions") << "int f(int a) {"
                                   << "std::string f(const std::string& a) {"
                                   << "f";
        QTest::newRow("templates") << "template<class T>\nT* made(T t) {"
                                   << "void made(int) {"
                                   << "made";
        QTest::newRow("types") << "struct Cell {"
                               << "class Cell final {"
                               << "Cell";
        QTest::newRow("alias") << "using Cell = int;"
                               << "struct Cell {"
                               << "Cell";
        QTest::newRow("constants") << "constexpr int kMost = 3;"
                                   << "const std::string kMost{\"a\"};"
                                   << "kMost";
    }
    void namesOfOneTargetDiffer() {
        QFETCH(QString, first);
        QFETCH(QString, second);
        QFETCH(QString, name);
        QCOMPARE(said(first, second),
                 "core/a/one.cpp, core/b/two.cpp: " + name + " is the name of both\n");
        QCOMPARE(said(first, second, "core/learning/"), QString());  // another target
    }

    void namesOfHeadersAreTaken() {
        const QTemporaryDir root;
        QDir(root.path()).mkpath(QStringLiteral("widgets"));
        const std::pair<const char*, QByteArray> files[] = {
            {"widgets/a.h", "namespace ballast {\nQString text(std::string_view utf8);\n}\n"},
            {"widgets/b.h", "namespace ballast {\nQString text(int number);\n}\n"},
            {"widgets/c.cpp", "namespace {\n\nQString text(bool yes) {\n}\n\n}  // namespace\n"}};
        for (const auto& [name, content] : files) {
            QFile file(root.filePath(QLatin1String(name)));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(content);
        }
        QCOMPARE(saidOf(root.path()),
                 QStringLiteral("widgets/b.h, widgets/c.cpp: text is the name of both\n"));
    }

    void othersMayBeEqual() {
        QCOMPARE(said("int f(int a) {\n    g(a);", "int h() {\n    g(1);"), QString());
        QCOMPARE(said("using Kind = A::Kind;", "using Kind = A::Kind;"), QString());
        QCOMPARE(said("// f(x)", "int f(int x) {"), QString());
    }
};

BALLAST_TEST(TestCheckNames)
#include "tst_check_names.moc"
