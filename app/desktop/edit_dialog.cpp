#include "app/desktop/edit_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/base/error.h"
#include "core/experiment/catalog.h"
#include "core/experiment/class_rules.h"
#include "core/experiment/field_words.h"
#include "widgets/contract_view.h"
#include "widgets/field_editors.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

using nlohmann::json;

constexpr const char* kRate = "/optimizer/lr";

/// The shortest number that is as good to twelve digits.
double rounded(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.12g", value);
    return std::strtod(text, nullptr);
}

}  // namespace

EditDialog::EditDialog(Mode mode, const RunConfig& config, std::vector<std::int64_t> class_counts,
                       std::vector<int> epochs, QWidget* parent)
    : QDialog(parent),
      mode_(mode),
      config_(config),
      counts_(std::move(class_counts)),
      epochs_(std::move(epochs)),
      epoch_(new QComboBox),
      next_phase_(new QCheckBox(tr("The next phase begins here"))),
      form_(new QFormLayout),
      problem_(new ErrorLabel),
      contract_(new ContractView) {
    const bool fork = mode_ == Mode::fork;
    const QString name = config_.name.empty() ? tr("the run") : text(config_.name);
    setWindowTitle(fork ? tr("Fork %1").arg(name) : tr("Edit %1 from here on").arg(name));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace4, kSpace4, kSpace4, kSpace4);
    column->setSpacing(kSpace3);
    auto* words = new QLabel(
        fork ? tr("A new run takes over everything up to a checkpoint and starts from there.")
             : tr("The run continues as it is until the epoch, then with what is changed here. It "
                  "is "
                  "written into its config, so it can be trained again the same way."));
    words->setWordWrap(true);
    column->addWidget(words);

    form_->setHorizontalSpacing(kSpace4);
    form_->setVerticalSpacing(kSpace2);
    for (const int epoch : epochs_) {
        epoch_->addItem(epoch == 1 ? tr("after 1 epoch") : tr("after %1 epochs").arg(epoch), epoch);
    }
    const auto before_end = std::ranges::lower_bound(epochs_, config_.training.epochs);
    epoch_->setCurrentIndex(std::max(0, static_cast<int>(before_end - epochs_.begin()) - 1));
    epoch_->setObjectName(QStringLiteral("epoch"));
    epoch_->setEnabled(epochs_.size() > 1);
    epoch_->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    form_->addRow(fork ? tr("Fork") : tr("Change"), epoch_);
    next_phase_->setObjectName(QStringLiteral("next_phase"));
    form_->addRow(QString(), next_phase_);
    column->addLayout(form_);
    problem_->setObjectName(QStringLiteral("problem"));
    problem_->setWordWrap(true);
    problem_->hide();
    column->addWidget(problem_);
    column->addWidget(contract_, 1);

    auto* buttons = new QDialogButtonBox;
    buttons->addButton(tr("Cancel"), QDialogButtonBox::RejectRole);
    accept_ =
        buttons->addButton(fork ? tr("Fork") : tr("Edit the run"), QDialogButtonBox::AcceptRole);
    accept_->setObjectName(QStringLiteral("accept"));
    accept_->setDefault(true);
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(epoch_, &QComboBox::currentIndexChanged, this, &EditDialog::makeLines);
    connect(next_phase_, &QCheckBox::clicked, this, &EditDialog::makeLines);
    makeLines();
    resize(680, 640);
}

int EditDialog::epoch() const {
    return epoch_->currentData().toInt();
}

void EditDialog::setEpoch(int epoch) {
    const int index = epoch_->findData(epoch);
    if (index >= 0) epoch_->setCurrentIndex(index);
}

bool EditDialog::nextPhaseNow() const {
    return next_phase_->isEnabled() && next_phase_->isChecked();
}

QString EditDialog::problem() const {
    return problem_->text();
}

RunConfig EditDialog::inForce() const {
    if (!nextPhaseNow()) return config_;
    try {
        return editedFrom(config_, counts_, epoch(), {}, true).config;
    } catch (const ConfigError&) {  // update() says why
        return config_;
    }
}

void EditDialog::addLine(const QString& label, const std::string& pointer, const json& value) {
    Line line{label, {}, pointer, value, new QLineEdit};
    line.editor->setObjectName(text(pointer));
    line.editor->setAccessibleName(label);
    line.editor->setText(textOf(value));
    connect(line.editor, &QLineEdit::textEdited, this, &EditDialog::update);
    form_->addRow(label, line.editor);
    lines_.push_back(line);
}

/// One line for each value of the epoch; what was typed for another epoch is kept where it differs.
void EditDialog::makeLines() {
    std::vector<Setting> typed;
    for (const Line& line : lines_) {
        const json now = numberOrText(line.editor->text());
        if (now != line.value) typed.push_back({line.pointer, now});
        form_->removeRow(line.editor);
    }
    lines_.clear();
    const int at = epoch();
    const std::size_t phase_index = phaseIndexAt(config_.phases, at);
    const bool has_next =
        at > 0 && phase_index + 1 < config_.phases.size() && config_.phases[phase_index].from != at;
    next_phase_->setEnabled(has_next);
    if (!has_next) next_phase_->setChecked(false);
    next_phase_->setToolTip(
        phase_index + 1 < config_.phases.size()
            ? tr("Now it begins after %1 epochs").arg(config_.phases[phase_index + 1].from)
            : tr("There is no other phase"));

    const RunConfig now = inForce();
    const Phase& phase = phaseAt(now, at);
    if (mode_ == Mode::fork) {
        addLine(tr("Name"), "/name", config_.name + tr(" · from epoch %1").arg(at).toStdString());
    }
    addLine(tr("Epochs"), "/training/epochs", config_.training.epochs);
    addLine(tr("Learning rate"), kRate, rounded(learningRateAt(now, at)));
    addLine(tr("Weight decay"),
            phase.weight_decay ? "/phase/weight_decay" : "/optimizer/weight_decay",
            weightDecayAt(now, at));
    addLine(tr("SAM radius"), "/phase/sam_radius", phase.sam_radius);
    const std::pair<const char*, const ClassRule*> rules[] = {
        {"alpha", &phase.alpha}, {"beta", &phase.beta}, {"delta", &phase.delta}};
    for (const auto& [key, rule] : rules) {
        const ClassRuleInfo* info = findClassRule(rule->rule);
        for (const auto& [parameter, value] : rule->parameters) {
            const bool known = info != nullptr && info->parameter;
            addLine(known ? tr("%1 of %2").arg(text(info->parameter->symbol), text(info->label))
                          : text(parameter),
                    std::string("/phase/") + key + "/" + parameter, value);
        }
    }
    for (const Setting& setting : typed) {
        const auto line = std::ranges::find(lines_, setting.pointer, &Line::pointer);
        if (line == lines_.end()) continue;
        line->editor->setText(textOf(setting.value));
    }
    for (const Line& line : lines_) {
        if (line.pointer == "/name") continue;
        line.editor->setMaximumWidth(line.editor->fontMetrics().averageCharWidth() * 22);
    }
    update();
}

/// The rate that is typed is the one in force; the config's is the base of its schedule.
Setting EditDialog::settingOf(const Line& line) const {
    const json typed = line.pointer == "/name" ? json(line.editor->text().toStdString())
                                               : numberOrText(line.editor->text());
    if (line.pointer != kRate || !typed.is_number() || line.value.get<double>() <= 0.0) {
        return {line.pointer, typed};
    }
    return {line.pointer,
            rounded(config_.optimizer.lr * typed.get<double>() / line.value.get<double>())};
}

std::vector<Setting> EditDialog::settings() const {
    std::vector<Setting> settings;
    for (const Line& line : lines_) {
        const bool renamed = line.pointer == "/name";
        if (!renamed && numberOrText(line.editor->text()) == line.value) continue;
        settings.push_back(settingOf(line));
    }
    return settings;
}

void EditDialog::update() {
    QString problem;
    const std::vector<Setting> wanted = settings();
    try {
        edit_ = editedFrom(config_, counts_, epoch(), wanted, nextPhaseNow());
    } catch (const ConfigError& error) {
        edit_.reset();
        QStringList lines;
        for (const Problem& found : error.problems()) {
            const auto line = std::ranges::find(lines_, found.pointer, &Line::pointer);
            lines << (line == lines_.end() ? text(fieldInWords(found.pointer)) : line->label) +
                         QStringLiteral(": ") + text(found.message);
        }
        problem = lines.isEmpty() ? text(error.what()) : lines.join(QLatin1Char('\n'));
    }
    problem_->setText(problem);
    problem_->setVisible(!problem.isEmpty());
    contract_->setEnabled(edit_.has_value());  // while something is wrong, the last right one
    if (edit_) contract_->setContract(edit_->contract);
    RunConfig unnamed = edit_ ? edit_->config : config_;
    unnamed.name = config_.name;
    accept_->setEnabled(edit_.has_value() && unnamed != config_);
    accept_->setToolTip(accept_->isEnabled() || !edit_ ? QString()
                                                       : tr("Nothing but the name is changed yet"));
}

}  // namespace ballast
