#include "app/desktop/settings_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include "app/desktop/settings.h"
#include "core/results/workspace.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

/// What is asked for, and a sentence of help under it.
void addRow(QFormLayout& form, const QString& label, QWidget* row, QWidget* field,
            const QString& help) {
    field->setAccessibleDescription(help);
    auto* words = new QLabel(help);
    words->setWordWrap(true);
    words->setForegroundRole(QPalette::PlaceholderText);
    auto* both = new QVBoxLayout;
    both->setSpacing(kSpace1);
    both->addWidget(row);
    both->addWidget(words);
    if (label.isEmpty()) return form.addRow(QString(), both);
    auto* name = new QLabel(label);
    name->setBuddy(field);
    form.addRow(name, both);
}

}  // namespace

SettingsDialog::SettingsDialog(Settings& settings, QWidget* parent)
    : QDialog(parent),
      settings_(settings),
      theme_(new QComboBox),
      workspace_(new QLineEdit),
      opens_last_(new QCheckBox(tr("At start open the &last workspace"))),
      count_(new QSpinBox),
      threads_(new QSpinBox),
      problem_(new QLabel),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel)) {
    setWindowTitle(tr("Settings"));
    setMinimumWidth(520);
    theme_->setObjectName(QStringLiteral("settings_theme"));
    theme_->addItem(tr("As the system"), static_cast<int>(Theme::system));
    theme_->addItem(tr("Light"), static_cast<int>(Theme::light));
    theme_->addItem(tr("Dark"), static_cast<int>(Theme::dark));
    theme_->setCurrentIndex(theme_->findData(static_cast<int>(settings_.theme())));
    workspace_->setObjectName(QStringLiteral("settings_workspace"));
    workspace_->setText(settings_.defaultWorkspace());
    workspace_->setPlaceholderText(text(defaultWorkspace().string()));
    workspace_->setClearButtonEnabled(true);
    workspace_->setAccessibleName(tr("Default workspace"));
    opens_last_->setObjectName(QStringLiteral("settings_opens_last"));
    opens_last_->setChecked(settings_.opensLastWorkspace());
    count_->setObjectName(QStringLiteral("settings_slots"));
    count_->setRange(1, kMostSlots);
    count_->setValue(static_cast<int>(settings_.slotDevices().size()));
    threads_->setObjectName(QStringLiteral("settings_threads"));
    threads_->setRange(0, kMostThreads);
    threads_->setSpecialValueText(tr("all, shared"));
    threads_->setValue(settings_.slotThreads());

    auto* browse = new QPushButton(tr("&Browse…"));
    connect(browse, &QPushButton::clicked, this, &SettingsDialog::browse);
    auto* folder = new QWidget;
    auto* across = new QHBoxLayout(folder);
    across->setContentsMargins(0, 0, 0, 0);
    across->setSpacing(kSpace2);
    across->addWidget(workspace_, 1);
    across->addWidget(browse);

    auto* form = new QFormLayout;
    form->setVerticalSpacing(kSpace4);
    addRow(*form, tr("&Theme"), theme_, theme_,
           tr("Of the window; exported figures have styles of their own."));
    addRow(*form, tr("Default &workspace"), folder, workspace_,
           tr("Where runs are kept if nobody says otherwise. $BALLAST_WORKSPACE and --workspace go "
              "before it."));
    addRow(*form, {}, opens_last_, opens_last_, tr("Rather than the default one."));
    addRow(*form, tr("Runs &side by side"), count_, count_,
           tr("How many runs are trained at a time; the same as in Slots and queue."));
    addRow(
        *form, tr("Threads &each"), threads_, threads_,
        tr("Of runs that begin from now on, where their config leaves them open. A run keeps the "
           "threads it began with, as its numbers depend on them."));

    problem_->setWordWrap(true);
    problem_->setObjectName(QStringLiteral("settings_problem"));
    connect(workspace_, &QLineEdit::textChanged, this, &SettingsDialog::check);
    connect(buttons_, &QDialogButtonBox::accepted, this, &SettingsDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* rows = new QVBoxLayout(this);
    rows->setSpacing(kSpace3);
    rows->addLayout(form);
    rows->addWidget(problem_);
    rows->addWidget(buttons_);
    check();
}

QString SettingsDialog::problem() const {
    return problem_->text();
}

/// A folder need not be there yet.
void SettingsDialog::check() {
    const QString folder = workspace_->text().trimmed();
    QString sentence;
    if (!folder.isEmpty() && !QFileInfo(folder).isAbsolute()) {
        sentence =
            tr("Default workspace: “%1” is not a whole path; it must begin with “/”.").arg(folder);
    } else if (QFileInfo(folder).exists() && !QFileInfo(folder).isDir()) {
        sentence = tr("Default workspace: %1 is a file; choose a folder.").arg(folder);
    }
    problem_->setText(sentence);
    problem_->setVisible(!sentence.isEmpty());
    QPalette palette = problem_->palette();
    palette.setColor(QPalette::WindowText, plotColors().error);
    problem_->setPalette(palette);
    buttons_->button(QDialogButtonBox::Ok)->setEnabled(sentence.isEmpty());
}

void SettingsDialog::browse() {
    const QString folder = QFileDialog::getExistingDirectory(
        this, tr("Default workspace"),
        workspace_->text().isEmpty() ? workspace_->placeholderText() : workspace_->text());
    if (!folder.isEmpty()) workspace_->setText(folder);
}

void SettingsDialog::accept() {
    if (!problem().isEmpty()) return;
    settings_.setTheme(static_cast<Theme>(theme_->currentData().toInt()));
    settings_.setDefaultWorkspace(workspace_->text().trimmed());
    settings_.setOpensLastWorkspace(opens_last_->isChecked());
    settings_.setSlotDevices(slotDevicesFor(settings_.slotDevices(), count_->value()));
    settings_.setSlotThreads(threads_->value());
    QDialog::accept();
}

}  // namespace ballast
