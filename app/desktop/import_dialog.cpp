#include "app/desktop/import_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QGroupBox>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

#include "widgets/field_text.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr int kMostNames = 4;
constexpr int kSeriesLetters = 20;
constexpr int kWidth = 760;

/// "200 values, 0.1 to 0.714", of one run.
QString valuesInWords(const std::map<std::int64_t, double>& series) {
    const auto by_value = [](const auto& a, const auto& b) { return a.second < b.second; };
    const auto [least, most] = std::ranges::minmax_element(series, by_value);
    const auto number = [](double value) { return QLocale().toString(value, 'g', 4); };
    const auto count = static_cast<qlonglong>(series.size());
    return (count == 1 ? ImportDialog::tr("1 value, %1").arg(number(least->second))
                       : ImportDialog::tr("%L1 values, %2 to %3")
                             .arg(count)
                             .arg(number(least->second), number(most->second)));
}

}  // namespace

ImportDialog::ImportDialog(std::vector<NamedConfig> configs, QString folder, QWidget* parent)
    : QDialog(parent),
      configs_(std::move(configs)),
      folder_(std::move(folder)),
      path_(new QLineEdit),
      found_(new QLabel),
      numbers_(new QGroupBox(tr("Which number is what"))),
      config_(new QComboBox),
      balanced_(new QLabel),
      problem_(new ErrorLabel),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel)) {
    setWindowTitle(tr("Import runs of other programs"));
    setMinimumWidth(kWidth);
    auto* words = new QLabel(
        tr("A folder of the authors' public code (args.txt, log_train.csv, log_test.csv); a CSV "
           "file, as Weights & Biases exports one; an event file of TensorBoard, a run of MLflow's "
           "file store, or a folder of those. Each run becomes a finished run here."));
    words->setTextFormat(Qt::PlainText);
    words->setWordWrap(true);
    path_->setObjectName(QStringLiteral("import_path"));
    path_->setPlaceholderText(tr("File or folder"));
    path_->setAccessibleName(tr("File or folder"));
    auto* file = new QPushButton(tr("Choose a &file…"));
    auto* directory = new QPushButton(tr("Choose a f&older…"));
    auto* where = new QHBoxLayout;
    where->setSpacing(kSpace2);
    where->addWidget(path_, 1);
    where->addWidget(file);
    where->addWidget(directory);

    found_->setObjectName(QStringLiteral("import_found"));
    found_->setTextFormat(Qt::PlainText);
    found_->setWordWrap(true);
    auto* grid = new QGridLayout(numbers_);
    grid->setHorizontalSpacing(kSpace3);
    grid->setVerticalSpacing(kSpace2);
    grid->setColumnStretch(1, 1);
    for (const TrackedColumn& column : trackedColumns()) {
        const std::string name(column.name);
        const Row row{new QComboBox, new QLabel};
        row.series->setObjectName(QStringLiteral("import_") + text(name));
        row.series->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        row.series->setMinimumContentsLength(kSeriesLetters);
        auto* label = new QLabel(text(std::string(column.label)));
        label->setBuddy(row.series);
        const int line = grid->rowCount();
        grid->addWidget(label, line, 0);
        grid->addWidget(row.series, line, 1);
        grid->addWidget(row.values, line, 2);
        rows_[name] = row;
        connect(row.series, &QComboBox::currentIndexChanged, this, [this, name] {
            showValues(name);
            check();
        });
    }
    config_->setObjectName(QStringLiteral("import_config"));
    for (const NamedConfig& each : configs_) config_->addItem(each.name);
    config_->setToolTip(
        tr("A config of the Experiment page: its data, network and method, with as many epochs as "
           "the numbers have. Trackers do not know them."));
    auto* trained = new QLabel(tr("&What was trained"));
    trained->setBuddy(config_);
    const int last = grid->rowCount();
    grid->addWidget(trained, last, 0);
    grid->addWidget(config_, last, 1);
    numbers_->hide();
    balanced_->setText(
        tr("Accuracies are taken for balanced ones, the mean over classes. A usual test accuracy "
           "is the same only where all classes have as many test images."));
    balanced_->setWordWrap(true);
    balanced_->hide();

    problem_->setObjectName(QStringLiteral("import_problem"));
    problem_->setWordWrap(true);
    buttons_->button(QDialogButtonBox::Ok)->setText(tr("Import"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace4, kSpace4, kSpace4, kSpace4);
    column->setSpacing(kSpace3);
    column->addWidget(words);
    column->addLayout(where);
    column->addWidget(found_);
    column->addWidget(numbers_);
    column->addWidget(balanced_);
    column->addWidget(problem_);
    column->addStretch(1);
    column->addWidget(buttons_);
    connect(file, &QPushButton::clicked, this, &ImportDialog::chooseFile);
    connect(directory, &QPushButton::clicked, this, &ImportDialog::chooseFolder);
    connect(path_, &QLineEdit::editingFinished, this, &ImportDialog::ask);
    connect(path_, &QLineEdit::textEdited, this, &ImportDialog::check);
    connect(buttons_, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    check();
}

/// The line loses its focus only after this, and would ask then.
ImportDialog::~ImportDialog() {
    path_->disconnect(this);
}

QString ImportDialog::path() const {
    return path_->text().trimmed();
}

void ImportDialog::setPath(const QString& path) {
    path_->setText(path);
    ask();
}

void ImportDialog::chooseFile() {
    const QString file = QFileDialog::getOpenFileName(this, tr("File with runs"), folder_);
    if (!file.isEmpty()) setPath(file);
}

void ImportDialog::chooseFolder() {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder with runs"), folder_);
    if (!folder.isEmpty()) setPath(folder);
}

void ImportDialog::ask() {
    if (path() == asked_) return;
    asked_ = path();
    authors_ = false;
    scalars_.clear();
    numbers_->hide();
    balanced_->hide();
    problem_->clear();
    found_->setText(asked_.isEmpty() ? QString() : tr("Reading…"));
    check();
    if (asked_.isEmpty()) {
        Q_EMIT pathChosen({});
        return;
    }
    folder_ = QFileInfo(asked_).absolutePath();
    Q_EMIT pathChosen(asked_);
}

void ImportDialog::setAuthorsLogs() {
    authors_ = true;
    found_->setText(tr("Logs of the authors' public code: they say what was trained."));
    check();
}

void ImportDialog::setScalars(std::vector<LoggedScalars> runs) {
    scalars_ = std::move(runs);
    QStringList names;
    for (const LoggedScalars& run : scalars_) {
        if (!run.name.empty() && names.size() < kMostNames) names << text(run.name);
    }
    const auto count = static_cast<qlonglong>(scalars_.size());
    QString sentence = count == 1 ? tr("1 run") : tr("%L1 runs").arg(count);
    if (!names.isEmpty()) {
        const QString all = names.join(QStringLiteral(", "));
        sentence +=
            QStringLiteral(": ") + (count > names.size() ? tr("%1 and others").arg(all) : all);
    }
    found_->setText(sentence);
    fillSeries();
    numbers_->show();
    balanced_->show();
    check();
    adjustSize();
}

void ImportDialog::setProblem(const QString& sentence) {
    found_->clear();
    problem_->setText(sentence);
    asked_.clear();  // the same path may be tried again
    check();
}

/// What the usual names suggest is chosen; of runs with different numbers the first that has one
/// says which.
void ImportDialog::fillSeries() {
    std::set<std::string> names;
    suggested_.clear();
    for (const LoggedScalars& run : scalars_) {
        for (const auto& [name, series] : run.series) names.insert(name);
        suggested_.merge(suggestedColumns(run));
    }
    for (const auto& [column, row] : rows_) {
        const QSignalBlocker quiet(row.series);
        row.series->clear();
        row.series->addItem(tr("none"), QString());
        for (const std::string& name : names) row.series->addItem(text(name), text(name));
        const auto found = suggested_.find(column);
        row.series->setCurrentIndex(
            found == suggested_.end() ? 0 : row.series->findData(text(found->second)));
        showValues(column);
    }
}

void ImportDialog::showValues(const std::string& column) {
    const Row& row = rows_.at(column);
    const std::string name = row.series->currentData().toString().toStdString();
    QString words;
    for (const LoggedScalars& run : scalars_) {
        const auto series = run.series.find(name);
        if (series == run.series.end()) continue;
        words = valuesInWords(series->second);
        break;
    }
    row.values->setText(words);
}

ColumnChoice ImportDialog::columns() const {
    ColumnChoice choice;
    for (const auto& [column, row] : rows_) {
        const std::string chosen = row.series->currentData().toString().toStdString();
        const auto found = suggested_.find(column);
        if (chosen != (found == suggested_.end() ? "" : found->second)) choice[column] = chosen;
    }
    return choice;
}

const nlohmann::json& ImportDialog::config() const {
    return configs_[static_cast<std::size_t>(std::max(0, config_->currentIndex()))].config;
}

void ImportDialog::check() {
    const bool shown = !asked_.isEmpty() && path() == asked_;
    const std::string first(trackedColumns().front().name);
    const bool has_test = !rows_.at(first).series->currentData().toString().isEmpty();
    if (!scalars_.empty()) {
        problem_->setText(has_test ? QString()
                                   : tr("Which number is the balanced test accuracy? No run is "
                                        "compared without."));
    }
    problem_->setVisible(!problem_->text().isEmpty());
    found_->setVisible(!found_->text().isEmpty());
    buttons_->button(QDialogButtonBox::Ok)
        ->setEnabled(shown && (authors_ || (!scalars_.empty() && has_test)));
}

}  // namespace ballast
