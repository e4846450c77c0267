#pragma once

#include <QWidget>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/experiment/config.h"

class QLabel;
class QPushButton;
class QSplitter;

namespace ballast {

class ClassTermPreview;
class ConfigForm;
class ScheduleTimeline;

/// Where a config is made: the form, and beside it what it means — the schedule with its phases,
/// the class counts and the class terms — following every edit.
class ExperimentPage : public QWidget {
    Q_OBJECT
public:
    explicit ExperimentPage(QWidget* parent = nullptr);

    void setConfig(const nlohmann::json& config);
    nlohmann::json config() const;
    const std::vector<Problem>& problems() const { return problems_; }
    ConfigForm& form() { return *form_; }
    ScheduleTimeline& timeline() { return *timeline_; }
    ClassTermPreview& preview() { return *preview_; }

    /// Why the config cannot be trained now; empty: it can, and Start is enabled.
    void setObstacle(const QString& reason);
    QString obstacle() const;

    QByteArray layoutState() const;
    void restoreLayout(const QByteArray& state);

Q_SIGNALS:
    /// After every edit, and after setConfig().
    void changed();
    void startRequested();

private:
    void update();

    QSplitter* splitter_;
    ConfigForm* form_;
    ScheduleTimeline* timeline_;
    ClassTermPreview* preview_;
    QLabel* summary_;
    QLabel* obstacle_;
    QPushButton* start_;
    std::vector<Problem> problems_;
};

}  // namespace ballast
