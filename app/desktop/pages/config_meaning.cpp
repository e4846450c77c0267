#include "app/desktop/pages/config_meaning.h"

#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>

#include "app/desktop/attempt.h"
#include "core/experiment/catalog.h"
#include "core/experiment/class_terms.h"
#include "core/experiment/config_advice.h"
#include "core/theory/fisher_consistency.h"
#include "widgets/class_term_preview.h"
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
    return first == last ? ConfigMeaning::tr("epoch %1").arg(first)
                         : ConfigMeaning::tr("epochs %1–%2").arg(first).arg(last);
}

/// Why the terms of a phase are not known before its run; "" where they are.
QString openTerms(const Phase& phase) {
    if (choosesWeights(phase)) {
        return ConfigMeaning::tr("the run chooses α_y where the phase begins; drawn as with ν = 1");
    }
    if (choosesShifts(phase)) {
        return ConfigMeaning::tr("the run chooses Δ_y where the phase begins; drawn as with τ = 1");
    }
    if (usesEstimates(phase)) {
        return ConfigMeaning::tr("the run estimates κ_y; drawn as with κ_y = 1");
    }
    return {};
}

}  // namespace

ConfigMeaning::ConfigMeaning(CountClasses count_classes, NameClasses name_classes)
    : count_classes_(std::move(count_classes)),
      name_classes_(std::move(name_classes)),
      summary_(new QLabel),
      fisher_(new QLabel),
      advice_(new QLabel),
      timeline_(new ScheduleTimeline),
      preview_(new ClassTermPreview) {
    summary_->setWordWrap(true);
    summary_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    summary_->setAccessibleName(tr("What the config means"));
    fisher_->setObjectName(QStringLiteral("fisher"));
    fisher_->setWordWrap(true);
    fisher_->setTextFormat(Qt::RichText);
    fisher_->setAccessibleName(tr("Fisher consistency of each phase"));
    advice_->setObjectName(QStringLiteral("advice"));
    advice_->setWordWrap(true);
    advice_->setAccessibleName(tr("What may be meant otherwise"));
    advice_->hide();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace3, kSpace3, kSpace3, kSpace2);
    column->setSpacing(kSpace2);
    column->addWidget(summary_);
    column->addWidget(fisher_);
    column->addWidget(advice_);
    column->addWidget(timeline_, 2);
    column->addWidget(preview_, 5);
}

void ConfigMeaning::show(const CheckedConfig& checked, const QStringList& notes) {
    const bool right = checked.config.has_value();
    timeline_->setEnabled(right);  // it still shows the last config that was right
    // What is said of the config before stays where it is, so that nothing below it moves.
    fisher_->setEnabled(right);
    advice_->setEnabled(right);
    if (right) {
        fisher_->show();
        timeline_->show();
        showMeaning(*checked.config, notes);
    } else {
        QString words = checked.problems.size() == 1
                            ? tr("One field needs attention")
                            : tr("%1 fields need attention").arg(checked.problems.size());
        if (preview_->hasData()) {
            words += tr("; below is what the config meant before");
        } else {
            preview_->setUnavailable(tr("The preview returns when the marked fields are right."));
        }
        summary_->setText(words);
    }
    preview_->setOutdated(!right);
}

void ConfigMeaning::forget() {
    preview_->setUnavailable(QString());
    fisher_->hide();
    advice_->hide();
    timeline_->hide();
}

const std::vector<std::int64_t>& ConfigMeaning::countsOf(const DataConfig& wanted) {
    if (counts_.empty() || !(wanted == counted_)) {
        counts_ = count_classes_(wanted);
        names_ = name_classes_ ? name_classes_(wanted) : std::vector<std::string>();
        counted_ = wanted;
    }
    return counts_;
}

void ConfigMeaning::showMeaning(const RunConfig& config, const QStringList& notes) {
    QStringList advice;
    for (const std::string& sentence : adviceOn(config)) advice << text(sentence);
    advice << notes;
    advice_->setText(advice.join(QLatin1Char('\n')));
    advice_->setVisible(!advice.isEmpty());
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
        const Phase& phase = config.phases[i];
        const FisherConsistency fisher =
            fisherConsistency(phase, lossOf(config.loss, phase), terms, counts);
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

}  // namespace ballast
