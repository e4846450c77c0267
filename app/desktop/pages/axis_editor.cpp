#include "app/desktop/pages/axis_editor.h"

#include <QAbstractItemView>
#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QGridLayout>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QToolButton>
#include <algorithm>

#include "core/experiment/class_rules.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_settings.h"
#include "core/experiment/field_words.h"
#include "widgets/axis_text.h"
#include "widgets/field_editors.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/typeable_text.h"

namespace ballast {
namespace {

using nlohmann::json;

constexpr int kTypeableRole = Qt::UserRole + 1;

/// Finds fields by any part of their label or pointer, typed with or without the paper's letters.
class FieldCompleter : public QCompleter {
public:
    FieldCompleter(QAbstractItemModel* fields, QObject* parent) : QCompleter(fields, parent) {
        setCompletionRole(kTypeableRole);
        setCompletionMode(QCompleter::PopupCompletion);
        setFilterMode(Qt::MatchContains);
        setCaseSensitivity(Qt::CaseInsensitive);
    }
    QString pathFromIndex(const QModelIndex& index) const override {
        return index.data(Qt::DisplayRole).toString();
    }
    QStringList splitPath(const QString& typed) const override { return {typeable(typed)}; }
};

void addField(const Field& field, const std::string& pointer, const json& value,
              std::vector<AxisField>& fields) {
    if (field.type == FieldType::class_rule && value.is_object()) {
        const ClassRuleInfo* rule = findClassRule(value.value("rule", ""));
        if (rule != nullptr && rule->parameter &&
            value.contains(std::string(rule->parameter->name))) {
            const RuleParameter& parameter = *rule->parameter;
            const std::string part = pointer + "/" + std::string(parameter.name);
            fields.push_back({part, text(fieldInWords(part)), text(parameter.help)});
        }
    }
    fields.push_back({pointer, text(fieldInWords(pointer)), text(field.help)});
}

}  // namespace

std::vector<AxisField> axisFields(const json& config) {
    std::vector<AxisField> fields;
    for (const Field& field : configFields()) {
        const std::string pattern(field.pointer);
        if (pattern == "/name" || pattern == "/training/seed") continue;
        const std::size_t star = pattern.find("/*");
        if (star == std::string::npos) {
            const json::json_pointer at(pattern);
            addField(field, pattern, config.contains(at) ? config.at(at) : json(), fields);
            continue;
        }
        const json::json_pointer list(pattern.substr(0, star));
        const std::size_t size = config.contains(list) ? config.at(list).size() : 0;
        for (std::size_t i = 0; i < size; ++i) {
            const std::string pointer =
                pattern.substr(0, star) + "/" + std::to_string(i) + pattern.substr(star + 2);
            const json::json_pointer at(pointer);
            addField(field, pointer, config.contains(at) ? config.at(at) : json(), fields);
        }
    }
    return fields;
}

AxisEditor::AxisEditor(QWidget* parent)
    : QWidget(parent),
      field_(new QComboBox),
      values_(new QLineEdit),
      moves_(new QCheckBox(tr("Move the learning-rate step along"))),
      problem_(new ErrorLabel) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(kSpace2);
    grid->setVerticalSpacing(kSpace1);
    auto* remove = new QToolButton;
    remove->setIcon(icon(QStringLiteral("remove")));
    remove->setAutoRaise(true);
    remove->setToolTip(tr("Remove this axis"));
    remove->setAccessibleName(tr("Remove this axis"));
    remove->setObjectName(QStringLiteral("remove"));
    grid->addWidget(field_, 0, 0);
    grid->addWidget(remove, 0, 1);
    grid->addWidget(values_, 1, 0, 1, 2);
    grid->addWidget(moves_, 2, 0, 1, 2);
    grid->addWidget(problem_, 3, 0, 1, 2);
    grid->setColumnStretch(0, 1);
    // Whoever types a field and goes on to its values must not press Remove with a space.
    setTabOrder(field_, values_);
    setTabOrder(values_, moves_);
    setTabOrder(moves_, remove);

    field_->setObjectName(QStringLiteral("field"));
    field_->setAccessibleName(tr("Field to vary"));
    field_->setEditable(true);
    field_->setInsertPolicy(QComboBox::NoInsert);
    field_->setMinimumContentsLength(24);
    field_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    field_->lineEdit()->setPlaceholderText(tr("Type to search a field"));
    field_->setCompleter(new FieldCompleter(field_->model(), field_));
    values_->setObjectName(QStringLiteral("values"));
    values_->setAccessibleName(tr("Values"));
    values_->setPlaceholderText(tr("0, 0.1, 0.5   or   0 … 0.5 step 0.05   or   1e-4 … 0.1 log 7"));
    moves_->setObjectName(QStringLiteral("moves"));
    moves_->setChecked(true);
    problem_->setObjectName(QStringLiteral("problem"));
    problem_->setWordWrap(true);
    problem_->hide();
    dress();

    connect(field_, &QComboBox::activated, this, [this] { choose(); });
    connect(field_->lineEdit(), &QLineEdit::editingFinished, this, [this] { choose(); });
    connect(values_, &QLineEdit::textEdited, this, &AxisEditor::edited);
    connect(moves_, &QCheckBox::clicked, this, &AxisEditor::edited);
    connect(remove, &QToolButton::clicked, this, &AxisEditor::removeRequested);
}

void AxisEditor::setFields(const std::vector<AxisField>& fields, const json& config) {
    const QSignalBlocker quiet(field_);
    fields_ = fields;
    config_ = config;
    field_->clear();
    for (const AxisField& entry : fields_) {
        field_->addItem(entry.text + QStringLiteral("   ") + text(entry.pointer));
        const int last = field_->count() - 1;
        field_->setItemData(last, entry.help, Qt::ToolTipRole);
        field_->setItemData(last, typeable(field_->itemText(last)), kTypeableRole);
    }
    dress();
}

/// What stands in the box, chosen or typed: an entry of the list, or a pointer.
void AxisEditor::choose() {
    const QString typed = field_->currentText().trimmed();
    std::string chosen = pointer_;
    const int index = field_->findText(field_->currentText(), Qt::MatchFixedString);
    if (index >= 0) {
        chosen = fields_[static_cast<std::size_t>(index)].pointer;
    } else if (typed.startsWith(QLatin1Char('/'))) {
        chosen = typed.toStdString();
    }
    const bool same = chosen == pointer_;
    pointer_ = chosen;
    dress();
    if (!same) Q_EMIT edited();
}

void AxisEditor::dress() {
    const QSignalBlocker quiet(field_);
    const bool fixed = !fixed_.is_null();
    field_->setEnabled(!fixed);
    values_->setEnabled(!fixed);
    const auto found = std::ranges::find(fields_, pointer_, &AxisField::pointer);
    if (fixed) {
        QStringList names;
        for (const auto& [name, values] : fixed_.items()) names << text(name);
        field_->setCurrentText(names.join(tr(" together with ")));
        values_->setText(names.isEmpty() ? QString() : axisText(fixed_.begin().value()));
    } else if (found != fields_.end()) {
        field_->setCurrentIndex(static_cast<int>(found - fields_.begin()));
        field_->lineEdit()->setCursorPosition(0);
        field_->setToolTip(found->help);
    } else {
        field_->setCurrentIndex(-1);
        field_->setCurrentText(text(pointer_));
    }
    moves_->setVisible(!fixed && !stepToMove().empty());
}

/// The learning-rate step that stands at the start of the phase this axis moves, or "".
std::string AxisEditor::stepToMove() const {
    if (fieldPattern(pointer_) != "/phases/*/from") return {};
    const json::json_pointer at(pointer_);
    const json::json_pointer list("/lr_schedule/steps");
    if (!config_.contains(at) || !config_.contains(list)) return {};
    const json& steps = config_.at(list);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (steps[i].value("from", json()) == config_.at(at)) {
            return "/lr_schedule/steps/" + std::to_string(i) + "/from";
        }
    }
    return {};
}

void AxisEditor::setAxis(const json& axis) {
    fixed_ = nullptr;
    pointer_.clear();
    json values;
    std::size_t others = 0;
    for (const auto& [name, given] : axis.items()) {
        if (pointer_.empty() || fieldPattern(name) == "/phases/*/from") {
            pointer_ = name;
            values = given;
        }
    }
    const std::string step = stepToMove();
    bool moves = false;
    for (const auto& [name, given] : axis.items()) {
        if (name == pointer_) continue;
        if (name == step && given == values) {
            moves = true;
        } else {
            ++others;
        }
    }
    if (others > 0) fixed_ = axis;
    moves_->setChecked(moves);
    values_->setText(axisText(values));
    dress();
}

json AxisEditor::axis() const {
    if (!fixed_.is_null()) return fixed_;
    const json values = axisValues(values_->text()).values;
    json axis = {{pointer_, values}};
    if (moves_->isChecked() && !stepToMove().empty()) axis[stepToMove()] = values;
    return axis;
}

std::string AxisEditor::pointer() const {
    return pointer_;
}

QString AxisEditor::textProblem() const {
    if (!fixed_.is_null()) return {};
    if (pointer_.empty()) return tr("Choose a field to vary");
    return axisValues(values_->text()).problem;
}

void AxisEditor::setProblem(const QString& sentence) {
    problem_->setText(sentence);
    problem_->setVisible(!sentence.isEmpty());
}

void AxisEditor::focusField() {
    field_->setFocus(Qt::OtherFocusReason);
}

}  // namespace ballast
