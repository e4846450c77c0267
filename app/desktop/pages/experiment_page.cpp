#include "app/desktop/pages/experiment_page.h"

#include <QDataStream>
#include <QHBoxLayout>
#include <QIODevice>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>

#include "app/desktop/pages/draft_tabs.h"
#include "app/desktop/pages/field_finder.h"
#include "app/desktop/pages/method_row.h"
#include "core/experiment/catalog.h"
#include "core/experiment/config_advice.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_settings.h"
#include "core/experiment/field_words.h"
#include "core/experiment/presets.h"
#include "widgets/config_form.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/saved_list.h"
#include "widgets/schedule_timeline.h"

namespace ballast {
namespace {

constexpr quint32 kLayoutMark = 0x42451901;  // a splitter's own state begins otherwise

/// The preset that is meant by a method and a protocol ("": the epochs stay) for a config's data.
PresetRequest requestFor(const RunConfig& config, const std::string& method,
                         const std::string& protocol) {
    PresetRequest request{method,
                          config.data.dataset,
                          std::string(nameOf(config.data.imbalance.profile)),
                          config.data.imbalance.ratio,
                          protocol,
                          0};
    if (protocol.empty()) {
        const bool second_stage = config.phases.back().trainable != Trainable::all;
        request.epochs = second_stage ? config.phases.back().from : config.training.epochs;
    }
    return request;
}

/// Of a preset's config only what it sets: the rest is the user's, also the name.
nlohmann::json setByPreset(const RunConfig& preset, bool with_protocol) {
    nlohmann::json set = toJson(preset);
    for (const Field& field : configFields()) {
        const bool by_preset =
            field.set_by == SetBy::method || (with_protocol && field.set_by == SetBy::protocol);
        if (by_preset && field.pointer != "/name") continue;
        const nlohmann::json::json_pointer at{std::string(field.pointer)};
        if (set.contains(at)) set[at.parent_pointer()].erase(at.back());
    }
    return set;
}

}  // namespace

ExperimentPage::ExperimentPage(CountClasses count_classes, NameClasses name_classes,
                               QWidget* parent)
    : QWidget(parent),
      splitter_(new QSplitter(Qt::Horizontal)),
      tabs_(new DraftTabs),
      method_(new MethodRow),
      finder_(new FieldFinder),
      form_(new ConfigForm),
      meaning_(new ConfigMeaning(std::move(count_classes), std::move(name_classes))),
      obstacle_(new QLabel),
      start_(new QPushButton(icon(QStringLiteral("play")), tr("Start training"))) {
    splitter_->addWidget(makeEditor());
    splitter_->addWidget(makeRight());
    splitter_->setStretchFactor(0, 0);
    splitter_->setStretchFactor(1, 1);
    splitter_->setChildrenCollapsible(false);
    splitter_->setSizes({460, 820});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter_);

    connect(start_, &QPushButton::clicked, this, &ExperimentPage::startRequested);
    connect(tabs_, &DraftTabs::chosen, this, &ExperimentPage::chooseDraft);
    connect(tabs_, &DraftTabs::newRequested, this, &ExperimentPage::newDraftRequested);
    connect(tabs_, &DraftTabs::closeRequested, this, &ExperimentPage::closeDraftRequested);
    connect(tabs_, &DraftTabs::moved, this, [this](int from, int to) {
        drafts_.move(static_cast<std::size_t>(from), static_cast<std::size_t>(to));
        tabs_->show(drafts_);
        Q_EMIT draftsChanged();
    });
    connect(method_, &MethodRow::chosen, this, &ExperimentPage::applyPreset);
    connect(finder_, &FieldFinder::changed, this,
            [this] { form_->setFilter(finder_->typed(), finder_->onlyDiffering()); });
    connect(finder_, &FieldFinder::left, form_, &ConfigForm::focusFirst);
    connect(form_, &ConfigForm::filterCleared, finder_, &FieldFinder::clear);
    connect(form_, &ConfigForm::edited, this, &ExperimentPage::edited);
    connect(form_, &ConfigForm::settled, this, [this] { drafts_.current().history.settle(); });
    connect(&timeline(), &ScheduleTimeline::phaseMoved, this, [this](int phase, int epoch) {
        form_->setValue("/phases/" + std::to_string(phase) + "/from", epoch);
    });
    connect(&timeline(), &ScheduleTimeline::stepsChanged, this,
            [this](const std::vector<LrStep>& steps) {
                nlohmann::json list = nlohmann::json::array();
                for (const LrStep& step : steps) {
                    list.push_back({{"from", step.from}, {"factor", step.factor}});
                }
                form_->setValue("/lr_schedule/steps", list);
            });
    connect(&timeline(), &ScheduleTimeline::radiusChanged, this, [this](int phase, double radius) {
        form_->setValue("/phases/" + std::to_string(phase) + "/sam_radius", radius);
    });
    connect(&timeline(), &ScheduleTimeline::fieldRequested, this,
            [this](const QString& pointer) { form_->focusField(pointer.toStdString()); });
    connect(&timeline(), &ScheduleTimeline::settled, this,
            [this] { drafts_.current().history.settle(); });
    tabs_->show(drafts_);
}

QWidget* ExperimentPage::makeEditor() {
    auto* editor = new QWidget;
    auto* column = new QVBoxLayout(editor);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(tabs_);
    column->addWidget(method_);
    column->addWidget(finder_);
    column->addWidget(form_, 1);
    return editor;
}

QWidget* ExperimentPage::makeRight() {
    // On a small screen the meaning scrolls; what starts the training stays in view.
    auto* scroll = new QScrollArea;
    scroll->setWidget(meaning_);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    obstacle_->setObjectName(QStringLiteral("obstacle"));
    obstacle_->setWordWrap(true);
    obstacle_->setAccessibleName(tr("Why training cannot start"));
    start_->setObjectName(QStringLiteral("start"));
    start_->setDefault(true);
    start_->setToolTip(tr("Queue a run of this config (Ctrl+Return)"));
    auto* footer = new QHBoxLayout;
    footer->setContentsMargins(kSpace3, kSpace1, kSpace3, kSpace3);
    footer->setSpacing(kSpace3);
    footer->addWidget(obstacle_, 1);
    footer->addWidget(start_);
    auto* right = new QWidget;
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(scroll, 1);
    column->addLayout(footer);
    return right;
}

void ExperimentPage::setConfig(const nlohmann::json& config, const QString& words) {
    if (drafts_.current().isFresh() && drafts_.current().config().empty()) {
        return openConfig(config);
    }
    notes_.clear();
    drafts_.current().history.settle();
    drafts_.current().history.record(config, {}, words.toStdString());
    form_->setConfig(config);
    update();
}

nlohmann::json ExperimentPage::config() const {
    return form_->config();
}

void ExperimentPage::openConfig(const nlohmann::json& config, const QString& file) {
    drafts_.open(config, file.toStdString());
    showDraft();
}

void ExperimentPage::addDraft(const nlohmann::json& config) {
    drafts_.add(config);
    showDraft();
}

void ExperimentPage::chooseDraft(int draft) {
    if (draft < 0 || draft == static_cast<int>(drafts_.currentIndex())) return;
    drafts_.choose(static_cast<std::size_t>(draft));
    showDraft();
}

void ExperimentPage::closeDraft(int draft, const nlohmann::json& config) {
    if (draft < 0) return;
    drafts_.close(static_cast<std::size_t>(draft), config);
    showDraft();
}

void ExperimentPage::reopenDraft() {
    drafts_.reopen();
    showDraft();
}

void ExperimentPage::savedTo(const QString& file) {
    drafts_.saved(file.toStdString());
    tabs_->show(drafts_);
    Q_EMIT draftsChanged();
}

void ExperimentPage::restoreDrafts(const nlohmann::json& saved) {
    drafts_ = Drafts::fromJson(saved);
    showDraft();
}

void ExperimentPage::showDraft() {
    notes_.clear();
    shown_config_.reset();
    meaning_->forget();
    method_->setMethod(text(drafts_.current().history.preset().method));
    form_->setConfig(drafts_.current().config());
    update();
}

void ExperimentPage::undo() {
    const std::string field = drafts_.current().history.undo();
    notes_.clear();
    form_->setConfig(drafts_.current().config());
    if (!field.empty()) form_->reveal(field);
    update();
}

void ExperimentPage::redo() {
    const std::string field = drafts_.current().history.redo();
    notes_.clear();
    form_->setConfig(drafts_.current().config());
    if (!field.empty()) form_->reveal(field);
    update();
}

void ExperimentPage::find() {
    finder_->focusLine();
}

void ExperimentPage::applyPreset(const QString& method, const QString& protocol) {
    const RunConfig before = checked_.config.value_or(RunConfig());
    try {
        const PresetRequest request =
            requestFor(before, method.toStdString(), protocol.toStdString());
        const RunConfig config = takenOver(before, presetConfig(request), !protocol.isEmpty());
        QStringList notes;
        for (const std::string& note : presetNotes(request)) notes << text(note);
        const nlohmann::json made = toJson(config);
        EditHistory& history = drafts_.current().history;
        history.settle();
        history.record(made, {}, tr("Method %1").arg(method).toStdString());
        history.setPreset({method.toStdString(), protocol.toStdString()});
        form_->setConfig(made);
        notes_ = notes;
        update();
    } catch (const Error& error) {
        update();
        setObstacle(text(error.what()));
    }
}

void ExperimentPage::edited(const QString& pointer) {
    notes_.clear();  // they were of the preset as it was
    moveStepsAlong();
    const std::string field = pointer.toStdString();
    const std::string words =
        findField(field) != nullptr ? fieldInWords(field) : tr("Phases or steps").toStdString();
    drafts_.current().history.record(form_->config(), field, words);
    update();
}

/// A learning-rate step that stands where a phase begins moves along with it.
void ExperimentPage::moveStepsAlong() {
    if (!shown_config_) return;
    nlohmann::json config = form_->config();
    const std::vector<Setting> moves = stepsThatFollow(*shown_config_, config);
    if (moves.empty()) return;
    for (const Setting& move : moves) setField(config, move.pointer, move.value);
    form_->setConfig(config);
}

void ExperimentPage::update() {
    checked_ = checkedConfig(form_->config());
    EditHistory& history = drafts_.current().history;
    if (checked_.config) {
        shown_config_ = checked_.config;
        const std::string method = presetOf(*checked_.config);
        if (!method.empty()) history.setPreset({method, history.preset().protocol});
        method_->setMethod(text(method));
    }
    method_->setProtocol(text(history.preset().protocol));
    compareWithPreset();
    form_->setProblems(checked_.problems);
    meaning_->show(checked_, notes_);
    tabs_->show(drafts_);
    Q_EMIT changed(checked_);
    Q_EMIT draftsChanged();
}

/// Marks what choosing the draft's method once more would change. While the config is not right, it
/// is compared with the preset as it was.
void ExperimentPage::compareWithPreset() {
    const auto& [method, protocol] = drafts_.current().history.preset();
    if (checked_.config || !shown_config_) {
        nlohmann::json reference = nlohmann::json::object();
        try {
            if (checked_.config && !method.empty()) {
                const RunConfig& now = *checked_.config;
                const RunConfig preset = takenOver(
                    now, presetConfig(requestFor(now, method, protocol)), !protocol.empty());
                reference = setByPreset(preset, !protocol.empty());
            }
        } catch (const ConfigError&) {
        }
        form_->setReference(reference, text(method));
    }
    finder_->setDiffering(form_->differing(), text(method));
}

void ExperimentPage::focusMethod() {
    method_->setFocus(Qt::OtherFocusReason);
}

void ExperimentPage::setObstacle(const QString& reason) {
    obstacle_->setText(reason);
    start_->setEnabled(reason.isEmpty());
}

QString ExperimentPage::obstacle() const {
    return obstacle_->text();
}

QByteArray ExperimentPage::layoutState() const {
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    stream << kLayoutMark << splitter_->saveState() << form_->folded();
    return state;
}

void ExperimentPage::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    quint32 mark = 0;
    stream >> mark;
    if (mark != kLayoutMark) {  // of a version without folds
        if (!state.isEmpty()) splitter_->restoreState(state);
        return;
    }
    QByteArray splitter;
    QStringList folded;
    stream >> splitter >> SavedList(folded);
    splitter_->restoreState(splitter);
    form_->setFolded(folded);
}

}  // namespace ballast
