#include "app/desktop/pages/experiment_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>

#include "core/experiment/catalog.h"
#include "core/experiment/class_terms.h"
#include "core/experiment/config_json.h"
#include "core/experiment/imbalance.h"
#include "widgets/class_term_preview.h"
#include "widgets/config_form.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/schedule_timeline.h"

namespace ballast {
namespace {

QString text(std::string_view utf8) {
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

/// "epochs 0–9" for phase `index`.
QString phaseLabel(const RunConfig& config, std::size_t index) {
    const int first = config.phases[index].from;
    const int last = index + 1 < config.phases.size() ? config.phases[index + 1].from - 1
                                                      : config.training.epochs - 1;
    return first == last ? ExperimentPage::tr("epoch %1").arg(first)
                         : ExperimentPage::tr("epochs %1–%2").arg(first).arg(last);
}

}  // namespace

ExperimentPage::ExperimentPage(QWidget* parent)
    : QWidget(parent),
      splitter_(new QSplitter(Qt::Horizontal)),
      form_(new ConfigForm),
      timeline_(new ScheduleTimeline),
      preview_(new ClassTermPreview),
      summary_(new QLabel),
      obstacle_(new QLabel),
      start_(new QPushButton(icon(QStringLiteral("play")), tr("Start training"))) {
    auto* meaning = new QWidget;
    auto* column = new QVBoxLayout(meaning);
    column->setContentsMargins(kSpace3, kSpace3, kSpace3, kSpace3);
    column->setSpacing(kSpace2);
    column->addWidget(summary_);
    column->addWidget(timeline_, 2);
    column->addWidget(preview_, 5);
    summary_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    summary_->setAccessibleName(tr("What the config means"));

    auto* footer = new QHBoxLayout;
    footer->setSpacing(kSpace3);
    footer->addWidget(obstacle_, 1);
    footer->addWidget(start_);
    column->addLayout(footer);
    obstacle_->setObjectName(QStringLiteral("obstacle"));
    obstacle_->setWordWrap(true);
    obstacle_->setAccessibleName(tr("Why training cannot start"));
    start_->setObjectName(QStringLiteral("start"));
    start_->setDefault(true);
    start_->setToolTip(tr("Queue a run of this config (Ctrl+Return)"));

    splitter_->addWidget(form_);
    splitter_->addWidget(meaning);
    splitter_->setStretchFactor(0, 0);
    splitter_->setStretchFactor(1, 1);
    splitter_->setChildrenCollapsible(false);
    splitter_->setSizes({460, 820});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter_);

    connect(start_, &QPushButton::clicked, this, &ExperimentPage::startRequested);
    connect(form_, &ConfigForm::edited, this, &ExperimentPage::update);
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

void ExperimentPage::update() {
    const nlohmann::json json = form_->config();
    problems_ = checkConfig(json);
    form_->setProblems(problems_);
    timeline_->setEnabled(problems_.empty());  // it still shows the last config that was right
    const RunConfig config = problems_.empty() ? configFromJson(json, "the config") : RunConfig();
    const DatasetInfo& dataset = *findDataset(config.data.dataset);
    if (problems_.empty() && dataset.listed()) {
        preview_->setUnavailable(tr("How large the classes are stands in the data set's list."));
        timeline_->setConfig(config);
        summary_->setText(text(dataset.help));
    } else if (problems_.empty()) {
        const std::vector<std::int64_t> counts = classCounts(config.data);
        QStringList names;
        for (const std::string_view name : dataset.class_names) names.append(text(name));
        std::vector<PhaseTerms> phases;
        for (std::size_t i = 0; i < config.phases.size(); ++i) {
            phases.push_back({phaseLabel(config, i), classTerms(config.phases[i], counts)});
        }
        preview_->setData(names, counts, phases);
        timeline_->setConfig(config);
        const auto images = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
        summary_->setText(
            tr("%1: %L2 training images in %3 classes, the largest %L4, the smallest %L5")
                .arg(text(dataset.label))
                .arg(images)
                .arg(dataset.classes)
                .arg(*std::ranges::max_element(counts))
                .arg(*std::ranges::min_element(counts)));
    } else {
        preview_->setUnavailable(tr("The preview returns when the marked fields are right."));
        summary_->setText(problems_.size() == 1
                              ? tr("One field needs attention")
                              : tr("%1 fields need attention").arg(problems_.size()));
    }
    Q_EMIT changed();
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
