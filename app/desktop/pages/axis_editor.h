#pragma once

#include <QString>
#include <QWidget>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

class QCheckBox;
class QComboBox;
class QLineEdit;

namespace ballast {

class ErrorLabel;

/// A field that an axis can vary.
struct AxisField {
    std::string pointer;  // concrete: "/phases/1/alpha/nu"
    QString text;         // "ν of class weight α_y, phase 2"
    QString help;
};

/// The fields of `config` (one with all its defaults), and the parameters of the rules it has; not
/// the name and the seed, which a sweep sets itself.
std::vector<AxisField> axisFields(const nlohmann::json& config);

/// One axis of a sweep: a field, its values as text, and beneath them what is wrong.
class AxisEditor : public QWidget {
    Q_OBJECT
public:
    explicit AxisEditor(QWidget* parent = nullptr);

    /// The fields to choose from, and the config they are of. The choice stays.
    void setFields(const std::vector<AxisField>& fields, const nlohmann::json& config);

    /// Shows an axis of a sweep's JSON: an object of pointers and values. Fields that go together
    /// in another way than a phase's start and its learning-rate step are kept, but not editable.
    void setAxis(const nlohmann::json& axis);
    nlohmann::json axis() const;

    std::string pointer() const;
    /// What is wrong with the text; empty: nothing.
    QString textProblem() const;
    void setProblem(const QString& sentence);
    void focusField();

Q_SIGNALS:
    void edited();
    void removeRequested();

private:
    void choose();
    void dress();
    std::string stepToMove() const;

    QComboBox* field_;
    QLineEdit* values_;
    QCheckBox* moves_;
    ErrorLabel* problem_;
    std::vector<AxisField> fields_;
    nlohmann::json config_;
    std::string pointer_;
    nlohmann::json fixed_;  // an axis that cannot be edited here, or null
};

}  // namespace ballast
