#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "app/desktop/checked_config.h"
#include "app/desktop/drafts.h"
#include "app/desktop/pages/config_meaning.h"

class QLabel;
class QPushButton;
class QSplitter;

namespace ballast {

class ConfigForm;
class DraftTabs;
class FieldFinder;
class MethodRow;

/// Where configs are made: drafts as tabs, the method, the form, and beside it what the config
/// means, following every edit. Every edit can be undone, whoever made it.
class ExperimentPage : public QWidget {
    Q_OBJECT
public:
    using CountClasses = ConfigMeaning::CountClasses;
    using NameClasses = ConfigMeaning::NameClasses;

    explicit ExperimentPage(CountClasses count_classes, NameClasses name_classes = {},
                            QWidget* parent = nullptr);

    /// Changes the draft's config, as one step; what a draft begins with is no step. `words` say
    /// what was done.
    void setConfig(const nlohmann::json& config, const QString& words = tr("Another config"));

    /// Makes the config that of a method (core/experiment/presets.h) for the data it has now; data,
    /// network, seed and device stay. `protocol` empty: so do the epochs.
    void applyPreset(const QString& method, const QString& protocol);
    nlohmann::json config() const;
    /// config(), checked.
    const CheckedConfig& checked() const { return checked_; }
    ConfigForm& form() { return *form_; }
    ScheduleTimeline& timeline() { return meaning_->timeline(); }
    ClassTermPreview& preview() { return meaning_->preview(); }

    const Drafts& drafts() const { return drafts_; }
    /// Shows a config from elsewhere, perhaps of `file`, see Drafts::open().
    void openConfig(const nlohmann::json& config, const QString& file = {});
    /// A draft of its own for `config`.
    void addDraft(const nlohmann::json& config);
    void chooseDraft(int draft);
    /// Where it is the last one, a draft of `config` takes its place.
    void closeDraft(int draft, const nlohmann::json& config);
    void reopenDraft();
    /// The draft has been written to `file`.
    void savedTo(const QString& file);
    /// What Drafts::toJson() gave.
    void restoreDrafts(const nlohmann::json& saved);

    void undo();
    void redo();
    /// Goes to the line that finds fields.
    void find();

    /// For who looks for a method first.
    void focusMethod();

    /// Why the config cannot be trained now; empty: it can, and Start is enabled.
    void setObstacle(const QString& reason);
    QString obstacle() const;

    QByteArray layoutState() const;
    void restoreLayout(const QByteArray& state);

Q_SIGNALS:
    /// Once after every edit and after another config is shown, with the only check that is made
    /// of it.
    void changed(const ballast::CheckedConfig& checked);
    /// Drafts, their histories or their order changed; behind changed().
    void draftsChanged();
    void newDraftRequested();
    void closeDraftRequested(int draft);
    void startRequested();

private:
    QWidget* makeEditor();
    QWidget* makeRight();
    void edited(const QString& pointer);
    void showDraft();
    void update();
    void compareWithPreset();
    void moveStepsAlong();

    Drafts drafts_;
    QSplitter* splitter_;
    DraftTabs* tabs_;
    MethodRow* method_;
    FieldFinder* finder_;
    ConfigForm* form_;
    ConfigMeaning* meaning_;
    QLabel* obstacle_;
    QPushButton* start_;
    QStringList notes_;                      // of the preset that was chosen, until it is edited
    std::optional<RunConfig> shown_config_;  // the draft's last that was valid
    CheckedConfig checked_ = checkedConfig(nlohmann::json::object());
};

}  // namespace ballast
