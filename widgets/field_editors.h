#pragma once

#include <QWidget>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/experiment/config_fields.h"
#include "widgets/field_text.h"

class QComboBox;
class QHBoxLayout;
class QToolButton;

namespace ballast {

/// One field: label and symbol, editor, unit, and beneath it what is wrong. Where its value is not
/// the reference's, a bar at its left says so, and a button at its right sets it back.
class FieldRow : public QWidget {
    Q_OBJECT
public:
    /// `pointer` is concrete ("/phases/1/alpha"); it becomes the editor's objectName.
    FieldRow(const Field& field, std::string pointer, int label_width, QWidget* parent);

    const std::string& pointer() const { return pointer_; }
    /// Pointers of all editors in this row, the row's own first.
    std::vector<std::string> pointers() const;

    /// Shows a value; leaves alone what already means the same, so that a cursor stays.
    void setValue(const nlohmann::json& value);
    nlohmann::json value() const;
    void setReadOnly(bool read_only);
    /// See ConfigForm::disableChoice().
    void disableChoice(const std::string& choice, const QString& reason);
    /// How many numbers a new list of class values has.
    void setClasses(int classes) { classes_ = classes; }

    /// Marks the editor of `pointer` (or the row's first) and says why; empty clears all.
    void setProblem(const std::string& pointer, const QString& message);
    QString problem() const;
    void focusEditor();

    /// The value it has in what `name` calls, a preset; nullptr: none to compare with.
    void setReference(const nlohmann::json* value, const QString& name);
    bool differs() const { return !reference_.is_discarded(); }

    /// All that someone may look for: label, symbol, pointer, help.
    QString searchText() const;

    /// Label and symbol, as rich text.
    static QString labelText(const Field& field);
    QString helpText() const;

Q_SIGNALS:
    /// The user changed the value; a null takes the key away ("inherit").
    void edited(const std::string& pointer, const nlohmann::json& value);
    void focused(const QString& help);
    /// What was typed or chosen is done: the next edit is another one.
    void settled();

protected:
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QLineEdit* makeLine(bool whole);
    QComboBox* makeCombo(bool editable);
    void makeRule();
    void addEditor(QWidget* editor, const std::string& pointer, const QString& name);
    void setCombo(const std::string& name);
    std::string comboName() const;
    void setRule(const nlohmann::json& value);
    nlohmann::json ruleValue() const;
    void dressRule();
    void changed();
    bool means(const nlohmann::json& one, const nlohmann::json& other) const;
    QString inWords(const nlohmann::json& value) const;

    const Field& field_;
    const std::string pointer_;
    QHBoxLayout* line_ = nullptr;
    QLabel* label_ = nullptr;
    ErrorLabel* problem_ = nullptr;
    QLineEdit* text_ = nullptr;   // text, integer, number
    QComboBox* combo_ = nullptr;  // choices and rules
    QLabel* symbol_ = nullptr;    // of a rule's parameter
    QLineEdit* parameter_ = nullptr;
    QLineEdit* values_ = nullptr;
    std::vector<QWidget*> editors_;
    QWidget* marked_ = nullptr;
    QToolButton* reset_ = nullptr;
    nlohmann::json reference_ = nlohmann::json::value_t::discarded;  // where the value differs
    nlohmann::json rule_;  // the rule as last set or edited
    int classes_ = 10;
    bool setting_ = false;
    bool read_only_ = false;
};

}  // namespace ballast
