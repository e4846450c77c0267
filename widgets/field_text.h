#pragma once

#include <QLabel>
#include <QLineEdit>
#include <nlohmann/json.hpp>

namespace ballast {

/// A JSON value as a person would type it; numbers in their shortest form that reads back the same.
QString textOf(const nlohmann::json& value);
/// What was typed as JSON: a number where all of it is one ("2e-4"), otherwise the text itself.
nlohmann::json numberOrText(const QString& text);
/// "1, 0.5, 2" and back. An entry that is no number stays text.
QString listText(const nlohmann::json& list);
nlohmann::json listOf(const QString& text);

/// A line for a number: free typing; Up and Down change whole numbers by one.
class NumberEdit : public QLineEdit {
    Q_OBJECT
public:
    explicit NumberEdit(bool whole, QWidget* parent = nullptr);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    bool whole_;
};

/// A sentence in the theme's colour for what is wrong, also after a change of theme.
class ErrorLabel : public QLabel {
    Q_OBJECT
public:
    explicit ErrorLabel(QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace ballast
