#pragma once

#include <QStringList>
#include <QWidget>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/desktop/checked_config.h"
#include "core/experiment/config.h"

class QLabel;

namespace ballast {

class ClassTermPreview;
class ScheduleTimeline;

/// What a config means: its data in a sentence, Fisher consistency, what has no effect, the
/// schedule with its phases, class counts and class terms.
class ConfigMeaning : public QWidget {
    Q_OBJECT
public:
    /// Training images of each class of a data set on this machine; may throw Error.
    using CountClasses = std::function<std::vector<std::int64_t>(const DataConfig&)>;
    /// What they are called; empty: they have numbers only. May throw Error.
    using NameClasses = std::function<std::vector<std::string>(const DataConfig&)>;

    ConfigMeaning(CountClasses count_classes, NameClasses name_classes);

    /// `notes`: what is to be said beside what the config itself gives reason to. Of one that is
    /// not right it is said, and the last that was right stays, dimmed.
    void show(const CheckedConfig& checked, const QStringList& notes);
    /// What it showed was another config's.
    void forget();

    ScheduleTimeline& timeline() { return *timeline_; }
    ClassTermPreview& preview() { return *preview_; }

private:
    void showMeaning(const RunConfig& config, const QStringList& notes);
    const std::vector<std::int64_t>& countsOf(const DataConfig& wanted);

    CountClasses count_classes_;
    NameClasses name_classes_;
    DataConfig counted_;  // whose counts and names are kept: reading a list takes a while
    std::vector<std::int64_t> counts_;
    std::vector<std::string> names_;
    QLabel* summary_;
    QLabel* fisher_;
    QLabel* advice_;
    ScheduleTimeline* timeline_;
    ClassTermPreview* preview_;
};

}  // namespace ballast
