#include "app/desktop/pages/experiment_page.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>

#include "app/desktop/attempt.h"
#include "core/experiment/catalog.h"
#include "core/experiment/class_terms.h"
#include "core/experiment/config_advice.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_settings.h"
#include "core/experiment/presets.h"
#include "core/theory/fisher_consistency.h"
#include "widgets/class_term_preview.h"
#include "widgets/config_form.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/schedule_timeline.h"

namespace ballast {
namespace {

/// "epochs 0–9" for phase `index`.
QString phaseLabel(const RunConfig& config, std::size_t index) {
    const int first = config.phases[index].from;
    const int last = index + 1 < config.phases.size() ? config.phases[index + 1].from - 1
                                                      : config.training.epochs - 1;
    return first == last ? ExperimentPage::tr("epoch %1").arg(first)
                         : ExperimentPage::tr("epochs %1–%2").arg(first).arg(last);
}

/// Why the terms of a phase are not known before its run; "" where they are.
QString openTerms(const Phase& phase) {
    if (choosesWeights(phase)) {
        return ExperimentPage::tr(
            "the run chooses α_y where the phase begins; drawn as with ν = 1");
    }
    if (usesEstimates(phase)) {
        return ExperimentPage::tr("the run estimates κ_y; drawn as with κ_y = 1");
    }
    return {};
}

}  // namespace

ExperimentPage::ExperimentPage(CountClasses count_classes, NameClasses name_classes,
                               QWidget* parent)
    : QWidget(parent),
      count_classes_(std::move(count_classes)),
      name_classes_(std::move(name_classes)),
      splitter_(new QSplitter(Qt::Horizontal)),
      method_(new QComboBox),
      protocol_(new QComboBox),
      form_(new ConfigForm),
      timeline_(new ScheduleTimeline),
      preview_(new ClassTermPreview),
      summary_(new QLabel),
      fisher_(new QLabel),
      advice_(new QLabel),
      obstacle_(new QLabel),
      start_(new QPushButton(icon(QStringLiteral("play")), tr("Start training"))) {
    auto* shown = new QWidget;
    auto* column = new QVBoxLayout(shown);
    column->setContentsMargins(kSpace3, kSpace3, kSpace3, kSpace2);
    column->setSpacing(kSpace2);
    column->addWidget(summary_);
    summary_->setWordWrap(true);
    column->addWidget(fisher_);
    advice_->setObjectName(QStringLiteral("advice"));
    advice_->setWordWrap(true);
    advice_->setAccessibleName(tr("What may be meant otherwise"));
    advice_->hide();
    column->addWidget(advice_);
    fisher_->setObjectName(QStringLiteral("fisher"));
    fisher_->setWordWrap(true);
    fisher_->setTextFormat(Qt::RichText);
    fisher_->setAccessibleName(tr("Fisher consistency of each phase"));
    column->addWidget(timeline_, 2);
    column->addWidget(preview_, 5);
    summary_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    summary_->setAccessibleName(tr("What the config means"));

    // On a small screen the preview scrolls; what starts the training stays in view.
    auto* scroll = new QScrollArea;
    scroll->setWidget(shown);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* meaning = new QWidget;
    auto* right = new QVBoxLayout(meaning);
    right->setContentsMargins(0, 0, 0, 0);
    right->setSpacing(0);
    right->addWidget(scroll, 1);
    auto* footer = new QHBoxLayout;
    footer->setContentsMargins(kSpace3, kSpace1, kSpace3, kSpace3);
    footer->setSpacing(kSpace3);
    footer->addWidget(obstacle_, 1);
    footer->addWidget(start_);
    right->addLayout(footer);
    obstacle_->setObjectName(QStringLiteral("obstacle"));
    obstacle_->setWordWrap(true);
    obstacle_->setAccessibleName(tr("Why training cannot start"));
    start_->setObjectName(QStringLiteral("start"));
    start_->setDefault(true);
    start_->setToolTip(tr("Queue a run of this config (Ctrl+Return)"));

    auto* editor = new QWidget;
    auto* editor_column = new QVBoxLayout(editor);
    editor_column->setContentsMargins(0, 0, 0, 0);
    editor_column->setSpacing(0);
    editor_column->addWidget(makeMethodRow());
    editor_column->addWidget(form_, 1);
    splitter_->addWidget(editor);
    splitter_->addWidget(meaning);
    splitter_->setStretchFactor(0, 0);
    splitter_->setStretchFactor(1, 1);
    splitter_->setChildrenCollapsible(false);
    splitter_->setSizes({460, 820});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter_);

    connect(start_, &QPushButton::clicked, this, &ExperimentPage::startRequested);
    connect(form_, &ConfigForm::edited, this, [this] {
        notes_.clear();  // they were of the preset as it was
        moveStepsAlong();
        update();
    });
    connect(timeline_, &ScheduleTimeline::phaseMoved, this, [this](int phase, int epoch) {
        form_->setValue("/phases/" + std::to_string(phase) + "/from", epoch);
    });
}

void ExperimentPage::setConfig(const nlohmann::json& config) {
    form_->setConfig(config);
    update();
}

nlohmann::json ExperimentPage::config() const {
    return form_->config();
}

/// The method by name, or what the user makes of it, and the protocol to take its epochs from.
QWidget* ExperimentPage::makeMethodRow() {
    method_->setObjectName(QStringLiteral("method"));
    method_->setAccessibleName(tr("Method"));
    method_->setEditable(true);
    method_->setInsertPolicy(QComboBox::NoInsert);
    method_->setToolTip(tr("Choose a method, or type one: %1").arg(text(presetGrammar())));
    std::string_view group;
    for (const PresetInfo& info : presets()) {
        if (!group.empty() && info.group != group) method_->insertSeparator(method_->count());
        group = info.group;
        method_->addItem(text(info.name));
        method_->setItemData(method_->count() - 1, text(info.help), Qt::ToolTipRole);
    }
    protocol_->setObjectName(QStringLiteral("protocol"));
    protocol_->setAccessibleName(tr("Protocol"));
    protocol_->addItem(tr("keep the epochs"), QString());
    for (const ProtocolInfo& info : protocols()) {
        protocol_->addItem(text(info.name), text(info.name));
        protocol_->setItemData(protocol_->count() - 1, text(info.help), Qt::ToolTipRole);
    }
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(kSpace3 + 2, kSpace3, kSpace3, kSpace1);
    layout->setSpacing(kSpace2);
    auto* label = new QLabel(tr("Method"));
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    label->setFont(bold);
    label->setBuddy(method_);
    layout->addWidget(label);
    layout->addWidget(method_, 3);
    layout->addWidget(protocol_, 2);
    // The method that is shown already is not applied again: it would undo what was edited since.
    const auto choose = [this](const QString& name) {
        if (name != shown_method_) applyPreset(name, protocol_->currentData().toString());
    };
    // Queued: the box also chooses as it loses the focus, and then the form must not be rebuilt.
    connect(method_, &QComboBox::textActivated, this, choose, Qt::QueuedConnection);
    // What is typed need not be in the list.
    connect(
        method_->lineEdit(), &QLineEdit::returnPressed, this,
        [this, choose] { choose(method_->currentText()); }, Qt::QueuedConnection);
    connect(protocol_, &QComboBox::activated, this, [this] {
        if (method_->currentText() == tr("Custom")) return;  // it has no protocol to follow
        applyPreset(method_->currentText(), protocol_->currentData().toString());
    });
    return row;
}

void ExperimentPage::applyPreset(const QString& method, const QString& protocol) {
    const RunConfig before = checked_.config.value_or(RunConfig());
    PresetRequest request{method.toStdString(),
                          before.data.dataset,
                          std::string(nameOf(before.data.imbalance.profile)),
                          before.data.imbalance.ratio,
                          protocol.toStdString(),
                          0};
    if (protocol.isEmpty()) {
        const bool second_stage = before.phases.back().trainable != Trainable::all;
        request.epochs = second_stage ? before.phases.back().from : before.training.epochs;
    }
    try {
        const RunConfig config = takenOver(before, presetConfig(request), !protocol.isEmpty());
        notes_.clear();
        for (const std::string& note : presetNotes(request)) notes_ << text(note);
        setConfig(nlohmann::json(toJson(config)));
    } catch (const Error& error) {
        update();
        setObstacle(text(error.what()));
    }
}

const std::vector<std::int64_t>& ExperimentPage::countsOf(const DataConfig& wanted) {
    if (counts_.empty() || !(wanted == counted_)) {
        counts_ = count_classes_(wanted);
        names_ = name_classes_ ? name_classes_(wanted) : std::vector<std::string>();
        counted_ = wanted;
    }
    return counts_;
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
    const bool right = checked_.config.has_value();
    if (right) shown_config_ = checked_.config;
    form_->setProblems(checked_.problems);
    timeline_->setEnabled(right);  // it still shows the last config that was right
    fisher_->setVisible(right);
    if (right) {
        showMeaning(*checked_.config);
    } else {
        QString words = checked_.problems.size() == 1
                            ? tr("One field needs attention")
                            : tr("%1 fields need attention").arg(checked_.problems.size());
        if (preview_->hasData()) {
            words += tr("; below is what the config meant before");
        } else {
            preview_->setUnavailable(tr("The preview returns when the marked fields are right."));
        }
        summary_->setText(words);
        advice_->hide();
    }
    preview_->setOutdated(!right);
    Q_EMIT changed(checked_);
}

void ExperimentPage::showMeaning(const RunConfig& config) {
    QStringList advice;
    for (const std::string& sentence : adviceOn(config)) advice << text(sentence);
    advice << notes_;
    advice_->setText(advice.join(QLatin1Char('\n')));
    advice_->setVisible(!advice.isEmpty());
    const std::string preset = presetOf(config);
    shown_method_ = preset.empty() ? tr("Custom") : text(preset);
    method_->setCurrentText(shown_method_);
    timeline_->setConfig(config);
    const DatasetInfo& dataset = *findDataset(config.data.dataset);
    std::vector<std::int64_t> counts;
    const bool counted = attempt([&] { counts = countsOf(config.data); },
                                 [&](const QString& sentence) {
                                     fisher_->hide();
                                     preview_->setUnavailable(sentence);
                                     summary_->setText(text(dataset.help));
                                 });
    if (!counted) return;
    // Files may hold their classes in any order; people read them from the largest to the smallest.
    std::vector<std::size_t> order(counts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order,
                             [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
    const auto sorted = [&](const auto& values) {
        auto result = values;
        for (std::size_t i = 0; i < order.size(); ++i) result[i] = values[order[i]];
        return result;
    };
    QStringList names;
    for (const std::size_t y : order) {
        if (!names_.empty()) names.append(text(names_[y]));
    }
    std::vector<PhaseTerms> phases;
    QStringList verdicts;
    QStringList reasons;
    for (std::size_t i = 0; i < config.phases.size(); ++i) {
        ClassTerms terms = classTerms(config.phases[i], counts);
        const FisherConsistency fisher = fisherConsistency(terms, counts);
        QString verdict = fisher.consistent ? tr("yes") : tr("no");
        QString reason = text(fisher.reason).toHtmlEscaped();
        if (const QString open = openTerms(config.phases[i]); !open.isEmpty()) {
            verdict = tr("open");
            reason = open;
        }
        verdicts.append(QStringLiteral("%1 <b>%2</b>").arg(phaseLabel(config, i), verdict));
        reason.replace(QStringLiteral("_y"), QStringLiteral("<sub>y</sub>"));
        if (!reasons.contains(reason)) reasons.append(reason);
        terms.alpha = sorted(terms.alpha);
        terms.beta = sorted(terms.beta);
        terms.delta = sorted(terms.delta);
        phases.push_back({phaseLabel(config, i), std::move(terms)});
    }
    preview_->setData(names, sorted(counts), phases);
    fisher_->setText(tr("Fisher consistent (Eq. 4)?") + QStringLiteral(" ") +
                     verdicts.join(QStringLiteral(", ")) + QStringLiteral(" — ") +
                     reasons.join(QStringLiteral("; ")));
    const auto images = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    summary_->setText(tr("%1: %L2 training images in %3 classes, the largest %L4, the smallest %L5")
                          .arg(text(dataset.label))
                          .arg(images)
                          .arg(counts.size())
                          .arg(*std::ranges::max_element(counts))
                          .arg(*std::ranges::min_element(counts)));
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
    return splitter_->saveState();
}

void ExperimentPage::restoreLayout(const QByteArray& state) {
    if (!state.isEmpty()) splitter_->restoreState(state);
}

}  // namespace ballast
