#include <QtTest>
#include <charconv>
#include <sstream>

#include "core/results/run_export.h"
#include "tests/core/results/made_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestRunExport : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Every number of every record is found again, bit for bit, and none twice.
    void everyNumberInFull() {
        RunSummary run;
        run.id = "id";
        run.description.config.name = "a, \"b\"";
        run.description.class_counts = {5000, 50};
        run.records = {madeRecord(0, 1.0 / 3.0), madeRecord(1, 2.0 / 3.0)};
        EpochRecord& last = run.records[1];
        last.phase = 1;
        last.exact = last.streaming;
        last.exact->accuracy = {0.1 + 0.2, kMissing};
        last.validation_accuracy = {0.25, 0.75};
        last.balanced_validation_accuracy = 0.5;
        last.kappa = {1.0 / 7.0, 2.0};
        last.teacher_mean = {0.9, 1.0 / 3.0 - 0.2};
        std::ostringstream out;
        writeCsvHeader(out);
        writeCsv(run, out);

        const QStringList lines = QString::fromStdString(out.str()).split('\n');
        const QStringList names = lines[0].split(',');
        // epoch: 1 + 3 streaming + 2 test; then also 3 exact, 2 validation, 2 terms, 2 teacher
        QCOMPARE(lines.size(), 1 + 6 + 15 + 1);
        const auto cell = [&](int epoch, const char* source, const char* class_number,
                              const char* column) -> QString {
            for (QString line : lines.mid(1)) {
                const QStringList cells = line.replace("\"a, \"\"b\"\"\"", "name").split(',');
                if (cells.size() != names.size()) continue;
                if (cells[names.indexOf("epoch")] == QString::number(epoch) &&
                    cells[names.indexOf("source")] == source &&
                    cells[names.indexOf("class")] == class_number) {
                    return cells[names.indexOf(column)];
                }
            }
            return "no such row";
        };
        const auto number = [&](const QString& text) {
            double value = 0.0;
            const std::string digits = text.toStdString();
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
            return value;
        };
        QCOMPARE(number(cell(0, "epoch", "", "balanced_test_accuracy")), 1.0 / 3.0);
        QCOMPARE(number(cell(1, "epoch", "", "balanced_validation_accuracy")), 0.5);
        QCOMPARE(cell(0, "epoch", "", "balanced_validation_accuracy"), QString());
        QCOMPARE(number(cell(1, "epoch", "", "loss")), 1.0);
        QCOMPARE(number(cell(1, "epoch", "", "weight_decay")), 2e-4);
        QCOMPARE(number(cell(1, "epoch", "", "learning_rate")), 0.1);
        QCOMPARE(number(cell(1, "epoch", "", "many")), 2.0 / 3.0);
        QCOMPARE(cell(1, "epoch", "", "medium"), QString());
        QCOMPARE(number(cell(1, "epoch", "", "few")), 2.0 / 9.0);
        QCOMPARE(cell(1, "epoch", "", "phase"), QString("1"));
        QCOMPARE(number(cell(0, "streaming", "", "majority_accuracy")), 0.9);
        QCOMPARE(number(cell(0, "streaming", "", "accuracy_ratio")), 0.1 / 0.9);
        QCOMPARE(number(cell(0, "streaming", "1", "min_logit")), -2.0);
        QCOMPARE(number(cell(0, "streaming", "1", "min_margin")), 1.0);
        QCOMPARE(number(cell(0, "streaming", "1", "lipschitz")), 2.0);
        QCOMPARE(number(cell(0, "streaming", "1", "observed_lipschitz")), 4.0);
        QCOMPARE(number(cell(0, "streaming", "1", "bound_term")), 6e-7);
        QCOMPARE(cell(0, "streaming", "1", "class_images"), QString("50"));
        QCOMPARE(cell(0, "exact", "0", "accuracy"), QString("no such row"));
        QCOMPARE(number(cell(1, "exact", "0", "accuracy")), 0.1 + 0.2);
        QCOMPARE(cell(1, "exact", "1", "accuracy"), QString());
        QCOMPARE(number(cell(1, "test", "1", "accuracy")), 2.0 / 9.0);
        QCOMPARE(number(cell(1, "validation", "1", "accuracy")), 0.75);
        run.description.class_names = {"cat", "a,b"};
        std::ostringstream named;
        writeCsv(run, named);
        QVERIFY(QString::fromStdString(named.str()).contains(",\"a,b\"\n"));
        QCOMPARE(number(cell(1, "terms", "0", "kappa")), 1.0 / 7.0);
        QCOMPARE(number(cell(1, "teacher", "1", "teacher_mean")), 1.0 / 3.0 - 0.2);
        QCOMPARE(cell(0, "teacher", "1", "teacher_mean"), QString("no such row"));
        QCOMPARE(cell(0, "streaming", "1", "class_name"), QString("automobile"));
        QCOMPARE(cell(0, "epoch", "", "class_name"), QString());
        QVERIFY(lines[1].startsWith("id,\"a, \"\"b\"\"\",cifar10,long-tailed,100,0,0,0,epoch,,,"));
    }
};

BALLAST_TEST(TestRunExport)
#include "tst_run_export.moc"
