#include "widgets/field_editors.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QStandardItemModel>
#include <QToolButton>
#include <QWheelEvent>
#include <algorithm>

#include "core/experiment/class_rules.h"
#include "core/experiment/rule_json.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

using nlohmann::json;

/// "N_C" as N with a small C below.
QString withSubscripts(std::string_view symbol) {
    QString html;
    const QString plain = text(symbol).toHtmlEscaped();
    for (qsizetype i = 0; i < plain.size(); ++i) {
        if (plain[i] == QLatin1Char('_') && i + 1 < plain.size()) {
            html += QStringLiteral("<sub>%1</sub>").arg(plain[++i]);
        } else {
            html += plain[i];
        }
    }
    return html;
}

const RuleParameter* parameterOf(const std::string& rule) {
    const ClassRuleInfo* info = findClassRule(rule);
    return info && info->parameter ? &*info->parameter : nullptr;
}

std::string ruleName(const json& rule) {
    if (rule.is_array()) return "values";
    if (rule.is_string()) return rule.get<std::string>();
    if (rule.is_object() && rule.contains("rule")) {
        const json& name = rule["rule"];
        return name.is_string() ? name.get<std::string>() : name.dump();
    }
    return rule.dump();
}

}  // namespace

FieldRow::FieldRow(const Field& field, std::string pointer, int label_width, QWidget* parent)
    : QWidget(parent), field_(field), pointer_(std::move(pointer)) {
    auto* grid = new QGridLayout(this);
    // Two pixels on every side for the red frame; at the left also for the bar of what differs.
    grid->setContentsMargins(kSpace2, 2, 2, 2);
    grid->setHorizontalSpacing(kSpace3);
    grid->setVerticalSpacing(2);
    label_ = new QLabel(labelText(field), this);
    label_->setTextFormat(Qt::RichText);
    label_->setFixedWidth(label_width);
    grid->addWidget(label_, 0, 0);
    auto* box = new QWidget(this);
    line_ = new QHBoxLayout(box);
    line_->setContentsMargins(0, 0, 0, 0);
    line_->setSpacing(kSpace2);
    grid->addWidget(box, 0, 1);
    grid->setColumnStretch(1, 1);

    switch (field.type) {
        case FieldType::text:
        case FieldType::integer:
        case FieldType::number:
            text_ = makeLine(field.type == FieldType::integer);
            break;
        case FieldType::choice:
            combo_ = makeCombo(false);
            break;
        case FieldType::model:
        case FieldType::device:
            combo_ = makeCombo(true);
            break;
        case FieldType::class_rule:
            makeRule();
            break;
    }
    if (!field.unit.empty()) {
        auto* unit = new QLabel(text(field.unit), this);
        unit->setForegroundRole(QPalette::PlaceholderText);
        line_->addWidget(unit);
    }
    if (field.type == FieldType::integer || field.type == FieldType::number) line_->addStretch(1);
    label_->setBuddy(editors_.front());
    reset_ = new QToolButton(this);
    reset_->setObjectName(text(pointer_ + "/reset"));
    reset_->setIcon(icon(QStringLiteral("reset")));
    reset_->setAutoRaise(true);
    reset_->setFocusPolicy(Qt::StrongFocus);
    // Its place is kept, so that editors end at one line.
    QSizePolicy kept = reset_->sizePolicy();
    kept.setRetainSizeWhenHidden(true);
    reset_->setSizePolicy(kept);
    reset_->hide();
    grid->addWidget(reset_, 0, 2);
    connect(reset_, &QToolButton::clicked, this, [this] {
        const json value = reference_;
        setValue(value);
        focusEditor();  // the button goes
        Q_EMIT settled();
        Q_EMIT edited(pointer_, value);
        Q_EMIT settled();
    });
    problem_ = new ErrorLabel(this);
    problem_->hide();
    grid->addWidget(problem_, 1, 1);
}

QString FieldRow::labelText(const Field& field) {
    QString html = text(field.label).toHtmlEscaped();
    if (!field.symbol.empty()) {
        html += QStringLiteral("&nbsp;&nbsp;<i>%1</i>").arg(withSubscripts(field.symbol));
    }
    return html;
}

void FieldRow::addEditor(QWidget* editor, const std::string& pointer, const QString& name) {
    editor->setObjectName(QString::fromStdString(pointer));
    editor->setAccessibleName(name);
    editor->setAccessibleDescription(text(field_.help));
    editor->setToolTip(text(field_.help));
    editor->setFocusPolicy(Qt::StrongFocus);
    editor->installEventFilter(this);
    editors_.push_back(editor);
}

QLineEdit* FieldRow::makeLine(bool whole) {
    const bool is_text = field_.type == FieldType::text;
    QLineEdit* edit = is_text ? new QLineEdit(this) : new NumberEdit(whole, this);
    if (!is_text) edit->setFixedWidth(fontMetrics().averageCharWidth() * 15);
    if (field_.nullable) {
        edit->setPlaceholderText(text(field_.absent));
    }
    line_->addWidget(edit, is_text ? 1 : 0);
    addEditor(edit, pointer_, text(field_.label));
    connect(edit, &QLineEdit::textEdited, this, [this] { changed(); });
    connect(edit, &QLineEdit::editingFinished, this, &FieldRow::settled);
    return edit;
}

QComboBox* FieldRow::makeCombo(bool editable) {
    auto* combo = new QComboBox(this);
    combo->setEditable(editable);
    combo->setInsertPolicy(QComboBox::NoInsert);
    combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo->setMinimumContentsLength(10);
    for (const CatalogEntry& entry : field_.choices) {
        combo->addItem(text(entry.label), text(entry.name));
        combo->setItemData(combo->count() - 1, text(entry.help), Qt::ToolTipRole);
    }
    line_->addWidget(combo, 1);
    addEditor(combo, pointer_, text(field_.label));
    connect(combo, &QComboBox::activated, this, [this] {
        Q_EMIT settled();
        changed();
        Q_EMIT settled();
    });
    if (editable) {
        combo->lineEdit()->installEventFilter(this);
        connect(combo->lineEdit(), &QLineEdit::textEdited, this, [this] { changed(); });
        connect(combo->lineEdit(), &QLineEdit::editingFinished, this, &FieldRow::settled);
    }
    return combo;
}

void FieldRow::makeRule() {
    combo_ = new QComboBox(this);
    combo_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo_->setMinimumContentsLength(8);
    for (const ClassRuleInfo* rule : rulesFor(field_.term)) {
        combo_->addItem(text(rule->label), text(rule->name));
        combo_->setItemData(combo_->count() - 1, text(rule->formula), Qt::ToolTipRole);
    }
    line_->addWidget(combo_, 1);
    addEditor(combo_, pointer_, text(field_.label));
    symbol_ = new QLabel(this);
    line_->addWidget(symbol_);
    parameter_ = new NumberEdit(false, this);
    parameter_->setFixedWidth(fontMetrics().averageCharWidth() * 10);
    line_->addWidget(parameter_);
    addEditor(parameter_, pointer_ + "/parameter", tr("%1, parameter").arg(text(field_.label)));
    values_ = new QLineEdit(this);
    values_->setPlaceholderText(tr("one number per class: 1, 0.5, …"));
    line_->addWidget(values_, 2);
    addEditor(values_, pointer_ + "/values",
              tr("%1, one number per class").arg(text(field_.label)));
    values_->setToolTip(tr("One number per class, in the data set's order, separated by commas"));
    connect(combo_, &QComboBox::activated, this, [this] {
        const std::string name = comboName();
        if (name == "values") {
            const double neutral = field_.term == ClassTerm::delta ? 0.0 : 1.0;
            rule_ = std::vector<double>(static_cast<std::size_t>(classes_), neutral);
        } else if (const RuleParameter* parameter = parameterOf(name)) {
            rule_ = {{"rule", name}, {std::string(parameter->name), parameter->default_value}};
        } else {
            rule_ = name;
        }
        dressRule();
        Q_EMIT settled();
        changed();
        Q_EMIT settled();
        Q_EMIT focused(helpText());
    });
    connect(parameter_, &QLineEdit::textEdited, this, [this](const QString& text) {
        const std::string name = ruleName(rule_);
        if (!rule_.is_object()) rule_ = {{"rule", name}};
        if (const RuleParameter* parameter = parameterOf(name)) {
            rule_[std::string(parameter->name)] = numberOrText(text);
        }
        changed();
    });
    connect(values_, &QLineEdit::textEdited, this, [this](const QString& text) {
        rule_ = listOf(text);
        changed();
    });
    connect(parameter_, &QLineEdit::editingFinished, this, &FieldRow::settled);
    connect(values_, &QLineEdit::editingFinished, this, &FieldRow::settled);
}

/// Shows what rule_ says: the rule's own parameter, or the list.
void FieldRow::dressRule() {
    const std::string name = ruleName(rule_);
    setCombo(name);
    const RuleParameter* parameter = parameterOf(name);
    const bool list = rule_.is_array();
    symbol_->setVisible(parameter != nullptr);
    parameter_->setVisible(parameter != nullptr);
    values_->setVisible(list);
    if (parameter) {
        const std::string key(parameter->name);
        symbol_->setText(text(parameter->symbol));
        parameter_->setObjectName(QString::fromStdString(pointer_ + "/" + key));
        parameter_->setToolTip(text(parameter->help));
        parameter_->setAccessibleName(
            tr("%1, parameter %2").arg(text(field_.label), text(parameter->symbol)));
        const json shown =
            rule_.is_object() && rule_.contains(key) ? rule_[key] : json(parameter->default_value);
        if (numberOrText(parameter_->text()) != shown) parameter_->setText(textOf(shown));
    }
    if (list && listOf(values_->text()) != rule_) values_->setText(listText(rule_));
}

std::vector<std::string> FieldRow::pointers() const {
    std::vector<std::string> list;
    for (const QWidget* editor : editors_) list.push_back(editor->objectName().toStdString());
    return list;
}

void FieldRow::disableChoice(const std::string& choice, const QString& reason) {
    if (combo_ == nullptr) return;
    const int index = combo_->findData(text(choice));
    auto* items = qobject_cast<QStandardItemModel*>(combo_->model());
    if (index < 0 || items == nullptr) return;
    items->item(index)->setEnabled(reason.isEmpty());
    const auto entry = std::ranges::find(field_.choices, choice, &CatalogEntry::name);
    combo_->setItemData(index, reason.isEmpty() ? text(entry->help) : reason, Qt::ToolTipRole);
}

void FieldRow::setCombo(const std::string& name) {
    int index = combo_->findData(QString::fromStdString(name));
    if (combo_->isEditable()) {
        if (comboName() == name) return;
        combo_->setCurrentIndex(index);
        if (index < 0) combo_->setEditText(QString::fromStdString(name));
        return;
    }
    if (index < 0) {
        // Not of the catalogue: shown as it is, for the problem to stand beneath it.
        combo_->addItem(QString::fromStdString(name), QString::fromStdString(name));
        index = combo_->count() - 1;
    }
    combo_->setCurrentIndex(index);
}

std::string FieldRow::comboName() const {
    if (combo_->isEditable()) {
        const QString typed = combo_->currentText();
        const int index = combo_->findText(typed);
        return (index < 0 ? typed.trimmed() : combo_->itemData(index).toString()).toStdString();
    }
    return combo_->currentData().toString().toStdString();
}

void FieldRow::setValue(const json& value) {
    setting_ = true;
    if (field_.type == FieldType::class_rule) {
        rule_ = value;
        dressRule();
    } else if (combo_) {
        setCombo(value.is_string() ? value.get<std::string>() : value.dump());
    } else if (this->value() != value || text_->text().isEmpty()) {
        text_->setText(textOf(value));
    }
    setting_ = false;
}

json FieldRow::value() const {
    switch (field_.type) {
        case FieldType::class_rule:
            return rule_;
        case FieldType::choice:
        case FieldType::model:
        case FieldType::device:
            return comboName();
        case FieldType::text:
            return text_->text().toStdString();
        case FieldType::integer:
        case FieldType::number:
            break;
    }
    if (field_.nullable && text_->text().trimmed().isEmpty()) return nullptr;
    return numberOrText(text_->text());
}

void FieldRow::changed() {
    if (!setting_) Q_EMIT edited(pointer_, value());
}

void FieldRow::setReadOnly(bool read_only) {
    read_only_ = read_only;
    for (QWidget* editor : editors_) {
        if (auto* line = qobject_cast<QLineEdit*>(editor)) {
            line->setReadOnly(read_only);
        } else {
            editor->setEnabled(!read_only);
        }
    }
}

void FieldRow::setProblem(const std::string& pointer, const QString& message) {
    marked_ = nullptr;
    if (!message.isEmpty()) {
        marked_ = editors_.front();
        for (QWidget* editor : editors_) {
            if (editor->objectName() == QString::fromStdString(pointer)) marked_ = editor;
        }
        if (marked_->isHidden()) marked_ = editors_.front();
        if (field_.type == FieldType::class_rule && rule_.is_array()) marked_ = values_;
    }
    for (QWidget* editor : editors_) {
        const bool wrong = editor == marked_;
        editor->setProperty("invalid", wrong);
        editor->setAccessibleDescription(wrong ? message : text(field_.help));
    }
    problem_->setText(message);
    problem_->setVisible(!message.isEmpty());
    update();
}

QString FieldRow::problem() const {
    return problem_->text();
}

void FieldRow::focusEditor() {
    editors_.front()->setFocus(Qt::OtherFocusReason);
}

/// Whether both stand for the same value, however they are written.
bool FieldRow::means(const json& one, const json& other) const {
    if (one == other || field_.type != FieldType::class_rule) return one == other;
    std::vector<Problem> problems;
    const ClassRule first = classRuleFromJson(one, field_.term, pointer_, problems);
    const ClassRule second = classRuleFromJson(other, field_.term, pointer_, problems);
    return problems.empty() && first == second;
}

QString FieldRow::inWords(const json& value) const {
    if (value.is_null()) return text(field_.absent);
    if (value.is_string() && combo_ != nullptr) {
        const int index = combo_->findData(text(value.get_ref<const std::string&>()));
        if (index >= 0) return combo_->itemText(index);
    }
    if (field_.type != FieldType::class_rule) return textOf(value);
    const std::string name = ruleName(value);
    if (value.is_array()) return tr("one number per class");
    const ClassRuleInfo* info = findClassRule(name);
    QString words = info ? text(info->label) : text(name);
    if (const RuleParameter* parameter = parameterOf(name)) {
        const std::string key(parameter->name);
        if (value.contains(key)) {
            words += QStringLiteral(", %1 = %2").arg(text(parameter->symbol), textOf(value[key]));
        }
    }
    return words;
}

void FieldRow::setReference(const json* value, const QString& name) {
    const bool differs = value != nullptr && !means(this->value(), *value);
    reference_ = differs ? *value : json(json::value_t::discarded);
    reset_->setVisible(differs && !read_only_);
    if (differs) {
        const QString words = inWords(*value);
        reset_->setToolTip(tr("%1: %2. Click to set it back").arg(name, words));
        reset_->setAccessibleName(tr("%1: back to %2, as %3").arg(text(field_.label), words, name));
    }
    update();
}

QString FieldRow::searchText() const {
    return (QStringList{text(field_.label), text(field_.symbol), text(pointer_), text(field_.help)})
        .join(QLatin1Char(' '));
}

QString FieldRow::helpText() const {
    QString html = QStringLiteral("<b>%1</b>&nbsp; %2")
                       .arg(labelText(field_), text(field_.help).toHtmlEscaped());
    if (field_.type == FieldType::integer || field_.type == FieldType::number) {
        html += QStringLiteral(" <span style='color:%1'>%2</span>")
                    .arg(plotColors().muted.name(),
                         tr("Allowed: %1")
                             .arg(QString::fromStdString(allowedText(field_)).toHtmlEscaped()));
    } else if (combo_) {
        const QString more = combo_->currentData(Qt::ToolTipRole).toString();
        if (!more.isEmpty()) {
            html += QStringLiteral("<br><i>%1:</i> %2")
                        .arg(combo_->currentText().toHtmlEscaped(), more.toHtmlEscaped());
        }
    }
    return html;
}

void FieldRow::paintEvent(QPaintEvent* event) {
    QWidget::paintEvent(event);
    if (differs()) QPainter(this).fillRect(1, 3, 3, label_->height(), plotColors().accent);
    if (!marked_ || marked_->isHidden()) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(plotColors().error, 2));
    const QRect editor(marked_->mapTo(this, QPoint(0, 0)), marked_->size());
    painter.drawRoundedRect(QRectF(editor).adjusted(-1, -1, 1, 1), 3, 3);
}

bool FieldRow::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::FocusIn) Q_EMIT focused(helpText());
    // Undo and redo are those of the whole config, not of a line's text.
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
            event->ignore();
            return true;
        }
    }
    // A wheel that scrolls the form must not change what happens to lie under it.
    if (event->type() == QEvent::Wheel && watched == combo_ && !combo_->hasFocus()) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace ballast
