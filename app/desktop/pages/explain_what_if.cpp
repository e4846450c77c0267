#include "app/desktop/pages/explain_what_if.h"

#include <QVBoxLayout>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/desktop/explained_figure.h"
#include "core/analysis/capsule_runs.h"
#include "core/base/error.h"
#include "core/base/human_text.h"
#include "core/runs/learning.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

using nlohmann::json;

/// What the page can say of the run once it is read: saved logits first, then the best epoch.
int firstChoice(const std::vector<LogitsOffer>& offers, int wanted) {
    const auto named = [&](const char* name) {
        return std::ranges::find_if(offers, [&](const LogitsOffer& offer) {
            return offer.name.find(name) != std::string::npos;
        });
    };
    if (std::ranges::find(offers, wanted, &LogitsOffer::epochs_done) != offers.end()) return wanted;
    const auto saved = std::ranges::find(offers, true, &LogitsOffer::saved);
    if (saved != offers.end()) return saved->epochs_done;
    const auto best = named("best");
    if (best != offers.end()) return best->epochs_done;
    return offers.empty() ? 0 : offers.back().epochs_done;
}

QString stateWords(const LogitsOffer& offer) {
    if (offer.saved) return ExplainWhatIf::tr("logits are saved");
    return offer.checkpoint ? ExplainWhatIf::tr("logits can be made from the checkpoint")
                            : ExplainWhatIf::tr("the checkpoint is gone");
}

WhatIfSubject subjectOf(const SavedLogits& logits, std::vector<std::string> names) {
    WhatIfSubject subject;
    subject.names = std::move(names);
    subject.class_counts = logits.class_counts;
    for (const LogitSplit split : {LogitSplit::test, LogitSplit::validation, LogitSplit::train}) {
        if (logits.of(split)) subject.splits.push_back(split);
    }
    subject.tde_alpha = logits.head.tde_alpha;
    subject.tde_obstacle = text(tdeObstacle(logits));
    subject.tau_norm_obstacle = text(tauNormObstacle(logits.head));
    return subject;
}

}  // namespace

ExplainWhatIf::ExplainWhatIf(const Learning& learning, DataStore store, QWidget* parent)
    : QWidget(parent), learning_(learning), store_(std::move(store)), view_(new WhatIfView(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(view_);
    connect(view_, &WhatIfView::epochChosen, this, &ExplainWhatIf::chooseEpoch);
    connect(view_, &WhatIfView::makeRequested, this, [this] { load(true); });
    connect(view_, &WhatIfView::splitChosen, this, &ExplainWhatIf::evaluate);
    connect(view_, &WhatIfView::adjustmentChanged, this, &ExplainWhatIf::evaluate);
    connect(view_, &WhatIfView::bestTauRequested, this, &ExplainWhatIf::tune);
}

void ExplainWhatIf::setMayMake(bool may) {
    may_make_ = may;
    refresh();
}

void ExplainWhatIf::setRun(const std::filesystem::path& folder) {
    if (folder == folder_) return;
    folder_ = folder;
    reading_.cancel();
    tuning_.cancel();
    making_ = false;
    view_->setSearching(false);
    logits_.reset();
    read_ = {};
    view_->setEpochs({}, 0);
    if (folder.empty()) {
        view_->setMissing(tr("Choose a run to adjust its logits after training."));
        return;
    }
    view_->setMissing(tr("Reading the run …"));
    refresh();
}

void ExplainWhatIf::showEpoch(int epochs_done, LogitSplit split, const WhatIf& adjustment) {
    wanted_split_ = split;
    epochs_done_ = epochs_done;
    logits_.reset();
    view_->setAdjustment(clamped(adjustment));
    refresh();
}

void ExplainWhatIf::refresh() {
    if (folder_.empty() || making_) return;
    reading_.restart(
        [folder = folder_](BackgroundJob::Task&) {
            ReadRun read;
            read.run = readableRun(folder);
            read.offers = logitsOffers(read.run);
            for (std::size_t y = 0; y < read.run.description.class_counts.size(); ++y) {
                read.names.push_back(className(read.run.description, y));
            }
            return read;
        },
        [this](ReadRun read) { showRun(std::move(read)); },
        [this](const QString& sentence) { view_->setMissing(sentence); });
}

void ExplainWhatIf::showRun(ReadRun read) {
    read_ = std::move(read);
    epochs_done_ = firstChoice(read_.offers, epochs_done_);
    std::vector<WhatIfEpoch> epochs;
    for (const LogitsOffer& offer : read_.offers) {
        epochs.push_back({offer.epochs_done, text(offer.name), stateWords(offer)});
    }
    view_->setEpochs(epochs, epochs_done_);
    if (epochs.empty()) {
        view_->setMissing(tr("The run has no epochs yet."));
        return;
    }
    chooseEpoch(epochs_done_);
}

const LogitsOffer* ExplainWhatIf::offer() const {
    const auto found = std::ranges::find(read_.offers, epochs_done_, &LogitsOffer::epochs_done);
    return found == read_.offers.end() ? nullptr : &*found;
}

QString ExplainWhatIf::missingSentence(const LogitsOffer* offer) const {
    QString sentence = tr("The logits after %1 epochs are not saved.").arg(epochs_done_);
    if (offer == nullptr || !offer->checkpoint) {
        return sentence + u' ' +
               tr("Their checkpoint is gone, so they cannot be made; a run keeps those of its best "
                  "epoch, of T₀ and the last two.");
    }
    if (!may_make_) {
        return sentence + u' ' +
               tr("They can be made from the checkpoint where the workspace can be written to; "
                  "here "
                  "it is read-only.");
    }
    sentence += u' ' + tr("They can be made from the checkpoint: one pass over the images");
    const RunDescription& description = read_.run.description;
    const auto bytes = logitsBytes(description.config, description.class_counts);
    return sentence + (bytes ? tr(", and about %1 on disk.").arg(text(sizeText(*bytes)))
                             : QStringLiteral("."));
}

void ExplainWhatIf::chooseEpoch(int epochs_done) {
    if (logits_ && logits_->epochs_done == epochs_done && epochs_done_ == epochs_done) return;
    epochs_done_ = epochs_done;
    logits_.reset();
    reading_.cancel();
    tuning_.cancel();
    making_ = false;
    view_->setSearching(false);
    const LogitsOffer* chosen = offer();
    if (chosen != nullptr && chosen->saved) return load(false);
    const bool can_make = may_make_ && chosen != nullptr && chosen->checkpoint;
    view_->setMissing(missingSentence(chosen), can_make ? tr("Make them") : QString());
}

void ExplainWhatIf::load(bool make) {
    making_ = make;
    view_->setMissing(make ? tr("Making the logits after %1 epochs …").arg(epochs_done_)
                           : tr("Reading the logits after %1 epochs …").arg(epochs_done_));
    struct Loaded {
        SavedLogits logits;
        std::vector<std::string> said;
    };
    reading_.restart(
        [&learning = learning_, store = store_, folder = folder_,
         epochs = epochs_done_](BackgroundJob::Task& task) {
            Loaded loaded;
            loaded.logits =
                logitsOfRun(learning, folder, epochs, store, loaded.said, task.cancelled());
            return loaded;
        },
        [this](Loaded loaded) {
            making_ = false;
            for (LogitsOffer& one : read_.offers) {
                if (one.epochs_done == loaded.logits.epochs_done) one.saved = true;
            }
            for (const std::string& line : loaded.said) Q_EMIT said(text(line));
            showLogits(std::move(loaded.logits));
        },
        [this](const QString& sentence) {
            making_ = false;
            view_->setMissing(sentence);
        });
}

void ExplainWhatIf::showLogits(SavedLogits logits) {
    logits_ = std::make_shared<const SavedLogits>(std::move(logits));
    view_->setSubject(subjectOf(*logits_, read_.names));
    if (wanted_split_) view_->setSplit(*std::exchange(wanted_split_, {}));
    evaluate();
}

void ExplainWhatIf::evaluate() {
    if (!logits_) return;
    const bool started = evaluating_.start(
        [logits = logits_, split = view_->split(),
         adjustment = view_->adjustment()](BackgroundJob::Task&) {
            return Results{whatIf(*logits, split, {}), whatIf(*logits, split, adjustment)};
        },
        [this, of = std::weak_ptr(logits_)](const Results& results) {
            if (logits_ && of.lock() == logits_) {
                view_->setResults(results.before, results.after);
                Q_EMIT resultsShown();
            }
            if (std::exchange(evaluate_again_, false)) evaluate();
        },
        [this](const QString& sentence) {
            Q_EMIT said(sentence);
            if (std::exchange(evaluate_again_, false)) evaluate();
        });
    if (!started) evaluate_again_ = true;
}

void ExplainWhatIf::tune(LogitSplit split) {
    if (!logits_) return;
    view_->setSearching(true);
    tuning_.restart(
        [logits = logits_, split, adjustment = view_->adjustment()](BackgroundJob::Task& task) {
            return bestTau(*logits, split, adjustment, task.cancelled());
        },
        [this](const BestTau& best) {
            view_->setSearching(false);
            view_->setTuned(best);
        },
        [this](const QString& sentence) {
            view_->setSearching(false);
            Q_EMIT said(sentence);
        });
}

ExportRequest ExplainWhatIf::exportRequest(const std::filesystem::path& workspace) const {
    if (!hasResults()) throw ConfigError("there is no what-if to export");
    const QString name = text(read_.run.description.config.name);
    ExportRequest request;
    request.figures.push_back(
        {{},
         paperFigure(view_->picture(), tr("%1 after %2 epochs, %3")
                                           .arg(name.isEmpty() ? text(read_.run.id) : name)
                                           .arg(epochs_done_)
                                           .arg(view_->title())),
         [run = read_.run.id, folder = folder_,
          figure = whatIfFigure(read_.run.id, epochs_done_, view_->split(), view_->adjustment())](
             const FigureStyle& style) {
             const std::vector<std::string> runs{run};
             return capsuleText(figureCapsule(figure, style, drawnRuns(runs, {{run, folder}})));
         }});
    request.workspace = workspace;
    return request;
}

QByteArray ExplainWhatIf::state() const {
    const WhatIf& made = view_->adjustment();
    const json object = {{"format", 1},
                         {"tau", made.tau},
                         {"gamma", made.gamma},
                         {"tau_norm", made.tau_norm},
                         {"tde", made.tde},
                         {"weights", made.weights},
                         {"split", nameOf(view_->split())}};
    return QByteArray::fromStdString(object.dump());
}

void ExplainWhatIf::restoreState(const QByteArray& state) {
    const json object = json::parse(state.begin(), state.end(), nullptr, false);
    try {
        if (object.at("format") != 1) return;
        WhatIf made;
        made.tau = object.at("tau").get<double>();
        made.gamma = object.at("gamma").get<double>();
        made.tau_norm = object.at("tau_norm").get<double>();
        made.tde = object.value("tde", 0.0);
        made.weights = object.at("weights").get<std::vector<double>>();
        const auto split = logitSplitFrom(object.at("split").get<std::string>());
        view_->setAdjustment(clamped(made));
        if (split) view_->setSplit(*split);
    } catch (const json::exception&) {
        return;
    }
    evaluate();
}

}  // namespace ballast
