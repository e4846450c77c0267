#pragma once

#include <QDialog>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/experiment/config_edit.h"

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLineEdit;
class QPushButton;

namespace ballast {

class ContractView;
class ErrorLabel;

/// Asks what shall change from an epoch on, and shows the contract before it is accepted. It makes
/// no run and reads no file.
class EditDialog : public QDialog {
    Q_OBJECT
public:
    enum class Mode {
        edit,  // this run, from its next epoch on
        fork   // another run that starts from a checkpoint of this one
    };

    /// `epochs`: after how many epochs the run can change, at least one, ascending; the last one
    /// before the run's end is chosen.
    EditDialog(Mode mode, const RunConfig& config, std::vector<std::int64_t> class_counts,
               std::vector<int> epochs, QWidget* parent = nullptr);

    int epoch() const;
    bool nextPhaseNow() const;
    /// What was changed, as editedFrom() takes it.
    std::vector<Setting> settings() const;
    /// The edit as shown; nothing while something is wrong.
    const std::optional<ConfigEdit>& result() const { return edit_; }

    void setEpoch(int epoch);
    ContractView& contract() { return *contract_; }
    /// What is wrong, or empty.
    QString problem() const;

private:
    /// A line for one value. `settings` turns what is typed into settings of the config.
    struct Line {
        QString label;
        QString unit;
        std::string pointer;
        nlohmann::json value;  // in force
        QLineEdit* editor = nullptr;
    };

    void makeLines();
    void addLine(const QString& label, const std::string& pointer, const nlohmann::json& value);
    Setting settingOf(const Line& line) const;
    /// The config with the next phase begun where that is asked for.
    RunConfig inForce() const;
    void update();

    const Mode mode_;
    const RunConfig config_;
    const std::vector<std::int64_t> counts_;
    const std::vector<int> epochs_;
    QComboBox* epoch_;
    QCheckBox* next_phase_;
    QFormLayout* form_;
    std::vector<Line> lines_;
    ErrorLabel* problem_;
    ContractView* contract_;
    QPushButton* accept_;
    std::optional<ConfigEdit> edit_;
};

}  // namespace ballast
