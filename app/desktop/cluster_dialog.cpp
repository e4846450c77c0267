#include "app/desktop/cluster_dialog.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "app/desktop/attempt.h"
#include "core/cluster/job_request.h"
#include "widgets/field_text.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr int kMostJobs = 100'000;

/// As it was answered last.
struct LastAnswer {
    QString partition;
    bool gpu = false;
    int threads = 0;
    QString time;
    QString memory;
    int side_by_side = 0;
    bool shared = false;
};
LastAnswer& lastAnswer() {
    static LastAnswer answer;
    return answer;
}

/// The sentence of an error of the command line, with a field's name in place of an option's.
QString sentenceFor(const QString& field, const QString& sentence) {
    const auto option = sentence.indexOf(QStringLiteral(": "));
    const bool named = sentence.startsWith(QStringLiteral("--")) && option > 0;
    return field + QStringLiteral(": ") + (named ? sentence.mid(option + 2) : sentence);
}

}  // namespace

ClusterDialog::ClusterDialog(const QString& what, QWidget* parent)
    : QDialog(parent),
      partition_(new QLineEdit(lastAnswer().partition)),
      gpu_(new QCheckBox(tr("Train each run on a &GPU"))),
      threads_(new QSpinBox),
      time_(new QLineEdit(lastAnswer().time)),
      memory_(new QLineEdit(lastAnswer().memory)),
      side_by_side_(new QSpinBox),
      shared_(new QCheckBox(tr("The nodes see this workspace by the &same path"))),
      problem_(new ErrorLabel),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel)) {
    setWindowTitle(tr("Submit to Slurm"));
    setMinimumWidth(520);
    partition_->setObjectName(QStringLiteral("cluster_partition"));
    partition_->setPlaceholderText(tr("the cluster's default"));
    gpu_->setObjectName(QStringLiteral("cluster_gpu"));
    gpu_->setChecked(lastAnswer().gpu);
    threads_->setObjectName(QStringLiteral("cluster_threads"));
    threads_->setRange(0, 1024);
    threads_->setSpecialValueText(tr("two, or what shares more"));
    threads_->setValue(lastAnswer().threads);
    time_->setObjectName(QStringLiteral("cluster_time"));
    time_->setPlaceholderText(tr("of measured runs, or the partition's"));
    time_->setToolTip(tr("90 (minutes), 12:00:00, 1-12 (a day and a half)"));
    memory_->setObjectName(QStringLiteral("cluster_memory"));
    memory_->setPlaceholderText(tr("of measured runs, or the partition's"));
    memory_->setToolTip(tr("1500M, 4G"));
    side_by_side_->setObjectName(QStringLiteral("cluster_side_by_side"));
    side_by_side_->setRange(0, kMostJobs);
    side_by_side_->setSpecialValueText(tr("no limit"));
    side_by_side_->setValue(lastAnswer().side_by_side);
    shared_->setObjectName(QStringLiteral("cluster_shared"));
    shared_->setChecked(lastAnswer().shared);
    shared_->setToolTip(
        tr("Only needed where the workspace lies on a disk of this machine that the nodes mount "
           "under the same path."));
    problem_->setObjectName(QStringLiteral("cluster_problem"));
    problem_->setWordWrap(true);
    buttons_->button(QDialogButtonBox::Ok)->setText(tr("Submit"));

    auto* words = new QLabel(
        tr("%1, as jobs of Slurm. What runs share is a job of its own, on which their jobs wait. "
           "A job whose time is up submits the rest itself; nothing is lost.")
            .arg(what));
    words->setWordWrap(true);
    auto* form = new QFormLayout;
    form->setVerticalSpacing(kSpace2);
    form->addRow(tr("&Partition"), partition_);
    form->addRow(QString(), gpu_);
    form->addRow(tr("&Threads of each run"), threads_);
    form->addRow(tr("T&ime limit of a job"), time_);
    form->addRow(tr("&Memory of a job"), memory_);
    form->addRow(tr("Jobs of an &array at a time"), side_by_side_);
    form->addRow(QString(), shared_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace4, kSpace4, kSpace4, kSpace4);
    column->setSpacing(kSpace3);
    column->addWidget(words);
    column->addLayout(form);
    column->addWidget(problem_);
    column->addStretch(1);
    column->addWidget(buttons_);
    for (QLineEdit* line : {partition_, time_, memory_}) {
        connect(line, &QLineEdit::textChanged, this, &ClusterDialog::check);
    }
    connect(buttons_, &QDialogButtonBox::accepted, this, &ClusterDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    check();
}

JobWishes ClusterDialog::wishes() const {
    JobWishes wishes;
    wishes.partition = partition_->text().trimmed().toStdString();
    wishes.gpus = gpu_->isChecked() ? 1 : 0;
    if (threads_->value() > 0) wishes.threads = threads_->value();
    wishes.array_limit = side_by_side_->value();
    if (const QString time = time_->text().trimmed(); !time.isEmpty()) {
        wishes.seconds = timeLimitSeconds(time.toStdString());
    }
    if (const QString memory = memory_->text().trimmed(); !memory.isEmpty()) {
        wishes.memory_mib = memoryMebibytes(memory.toStdString());
    }
    return wishes;
}

bool ClusterDialog::threadsAreOpen() const {
    return threads_->value() == 0;
}

bool ClusterDialog::sharedWorkspace() const {
    return shared_->isChecked();
}

QString ClusterDialog::problem() const {
    const auto wrong = [](const QString& field, QLineEdit* line, auto read) {
        QString sentence;
        const QString value = line->text().trimmed();
        if (!value.isEmpty()) {
            attempt([&] { read(value.toStdString()); },
                    [&](const QString& said) { sentence = sentenceFor(field, said); });
        }
        return sentence;
    };
    QString found = wrong(tr("Partition"), partition_, requirePartitionName);
    if (found.isEmpty()) found = wrong(tr("Time limit"), time_, timeLimitSeconds);
    if (found.isEmpty()) found = wrong(tr("Memory"), memory_, memoryMebibytes);
    return found;
}

void ClusterDialog::check() {
    const QString found = problem();
    problem_->setText(found);
    problem_->setVisible(!found.isEmpty());
    buttons_->button(QDialogButtonBox::Ok)->setEnabled(found.isEmpty());
}

void ClusterDialog::accept() {
    if (!problem().isEmpty()) return;
    lastAnswer() = {partition_->text(), gpu_->isChecked(),      threads_->value(),   time_->text(),
                    memory_->text(),    side_by_side_->value(), shared_->isChecked()};
    QDialog::accept();
}

}  // namespace ballast
