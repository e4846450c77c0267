#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/desktop/checked_config.h"
#include "core/experiment/config.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSplitter;

namespace ballast {

class ClassTermPreview;
class ConfigForm;
class ScheduleTimeline;

/// Where a config is made: the method, the form, and beside it what it means — the schedule with
/// its phases, the class counts and the class terms — following every edit.
class ExperimentPage : public QWidget {
    Q_OBJECT
public:
    /// Training images of each class of a data set on this machine; may throw Error.
    using CountClasses = std::function<std::vector<std::int64_t>(const DataConfig&)>;

    /// What they are called; empty: they have numbers only. May throw Error.
    using NameClasses = std::function<std::vector<std::string>(const DataConfig&)>;

    explicit ExperimentPage(CountClasses count_classes, NameClasses name_classes = {},
                            QWidget* parent = nullptr);

    void setConfig(const nlohmann::json& config);

    /// Makes the config that of a method (core/experiment/presets.h) for the data it has now; data,
    /// network, seed and device stay. `protocol` empty: so do the epochs.
    void applyPreset(const QString& method, const QString& protocol);
    nlohmann::json config() const;
    /// config(), checked.
    const CheckedConfig& checked() const { return checked_; }
    ConfigForm& form() { return *form_; }
    ScheduleTimeline& timeline() { return *timeline_; }
    ClassTermPreview& preview() { return *preview_; }

    /// For who looks for a method first.
    void focusMethod();

    /// Why the config cannot be trained now; empty: it can, and Start is enabled.
    void setObstacle(const QString& reason);
    QString obstacle() const;

    QByteArray layoutState() const;
    void restoreLayout(const QByteArray& state);

Q_SIGNALS:
    /// Once after every edit and after setConfig(), with the only check that is made of it.
    void changed(const ballast::CheckedConfig& checked);
    void startRequested();

private:
    void update();
    void moveStepsAlong();
    void showMeaning(const RunConfig& config);
    const std::vector<std::int64_t>& countsOf(const DataConfig& wanted);
    QWidget* makeMethodRow();

    CountClasses count_classes_;
    NameClasses name_classes_;
    DataConfig counted_;  // whose counts and names are kept: reading a list takes a while
    std::vector<std::int64_t> counts_;
    std::vector<std::string> names_;
    QSplitter* splitter_;
    QComboBox* method_;
    QString shown_method_;  // of the config as it is
    QStringList notes_;     // of the preset that was chosen, until it is edited
    QComboBox* protocol_;
    ConfigForm* form_;
    ScheduleTimeline* timeline_;
    ClassTermPreview* preview_;
    QLabel* summary_;
    QLabel* fisher_;
    QLabel* advice_;
    QLabel* obstacle_;
    QPushButton* start_;
    std::optional<RunConfig> shown_config_;  // the last that was valid
    CheckedConfig checked_ = checkedConfig(nlohmann::json::object());
};

}  // namespace ballast
