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
    auto* folder = new QHBoxLayout;
    folder->setSpacing(kSpace2);
    folder->addWidget(workspace_, 1);
    folder->addWidget(browse);

    auto* form = new QFormLayout;
    form->setVerticalSpacing(kSpace1);
    form->addRow(tr("&Theme"), theme_);
    addHelp(*form, tr("Of the window; exported figures have styles of their own."));
    form->addRow(tr("Default &workspace"), folder);
    addHelp(*form, tr("Where runs are kept if nobody says otherwise. $BALLAST_WORKSPACE and "
                      "--workspace go before it."));
    form->addRow(QString(), opens_last_);
    addHelp(*form, tr("Rather than the default one."));
    form->addRow(tr("Runs &side by side"), count_);
    addHelp(*form, tr("How many runs are trained at a time; the same as in Slots and queue."));
    form->addRow(tr("Threads &each"), threads_);
    addHelp(*form, tr("Of runs that begin from now on, where their config leaves them open. A run "
                      "keeps the threads it began with, as its numbers depend on them."));
    static_cast<QLabel*>(form->labelForField(folder))->setBuddy(workspace_);

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

void SettingsDialog::addHelp(QFormLayout& form, const QString& words) {
    auto* help = new QLabel(words);
    help->setWordWrap(true);
    help->setForegroundRole(QPalette::PlaceholderText);
    help->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    help->setContentsMargins(0, 0, 0, kSpace3);
    const auto* row = form.itemAt(form.rowCount() - 1, QFormLayout::FieldRole);
    if (row->widget() != nullptr) row->widget()->setAccessibleDescription(words);
    form.addRow(QString(), help);
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
