#pragma once

#include <QWidget>

class QLineEdit;
class QToolButton;

namespace ballast {

/// The line above the form that finds fields, and beside it how many differ from the preset; as a
/// button it shows only these.
class FieldFinder : public QWidget {
    Q_OBJECT
public:
    explicit FieldFinder(QWidget* parent = nullptr);

    QString typed() const;
    bool onlyDiffering() const;
    /// Says how many fields differ from `preset`; 0: nothing is said, and all are shown.
    void setDiffering(int fields, const QString& preset);
    void focusLine();
    void clear();

Q_SIGNALS:
    /// Other fields are to be shown.
    void changed();
    /// The user is done with the line and wants a field.
    void left();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QLineEdit* line_;
    QToolButton* differing_;
};

}  // namespace ballast
