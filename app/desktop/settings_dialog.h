#pragma once

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace ballast {

class Settings;

/// The few things that are settings of the program: theme, what opens at start, what trains side by
/// side. What belongs to a run stands in its config. Nothing is kept before it is accepted.
class SettingsDialog : public QDialog {
    Q_OBJECT
public:
    /// `settings` must outlive it.
    explicit SettingsDialog(Settings& settings, QWidget* parent = nullptr);

    /// Why the settings as they are cannot be kept; "": they can.
    QString problem() const;

    /// Keeps them; the window then makes them hold.
    void accept() override;

private:
    void check();
    void browse();

    Settings& settings_;
    QComboBox* theme_;
    QLineEdit* workspace_;
    QCheckBox* opens_last_;
    QSpinBox* count_;
    QSpinBox* threads_;
    QLabel* problem_;
    QDialogButtonBox* buttons_;
};

}  // namespace ballast
