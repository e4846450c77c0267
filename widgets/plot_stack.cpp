#include "widgets/plot_stack.h"

#include <QVBoxLayout>
#include <algorithm>

#include "widgets/plot_panel.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr double kLeastEpochs = 2.0;  // in view

}  // namespace

PlotStack::PlotStack(QWidget* parent) : QWidget(parent), column_(new QVBoxLayout(this)) {
    column_->setContentsMargins(0, 0, 0, 0);
    column_->setSpacing(0);
}

void PlotStack::setPanels(const QStringList& names) {
    std::vector<const Panel*> wanted;
    for (const QString& name : names) {
        const Panel* panel = findPanel(name.toStdString());
        if (panel != nullptr && std::ranges::find(wanted, panel) == wanted.end()) {
            wanted.push_back(panel);
        }
    }
    if (wanted.empty()) wanted.push_back(&ballast::panels().front());
    while (panels_.size() > wanted.size()) {
        panels_.back()->hide();
        panels_.back()->deleteLater();
        panels_.pop_back();
    }
    while (panels_.size() < wanted.size()) addPanel(*wanted[panels_.size()]);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        PlotPanel* panel = panels_[i];
        if (&panel->panel() != wanted[i]) panel->setPanel(*wanted[i]);
        panel->setPlace(i == 0, i + 1 == wanted.size());
        panel->setRemovable(wanted.size() > 1);
        panel->setEpochs(first_epoch_, last_epoch_);
        panel->setCrosshair(crosshair_);
    }
    Q_EMIT panelsReplaced();
}

QStringList PlotStack::panelNames() const {
    QStringList names;
    for (const PlotPanel* panel : panels_) names << text(panel->panel().name);
    return names;
}

void PlotStack::showEpochs(double first, double last, bool with_room) {
    if (with_room) last += std::min(std::max(1.0, (last - first) * 0.01), 0.5);
    if (last - first < kLeastEpochs) {
        const double center = (first + last) / 2.0;
        first = center - kLeastEpochs / 2.0;
        last = center + kLeastEpochs / 2.0;
    }
    first_epoch_ = first;
    last_epoch_ = last;
    for (PlotPanel* panel : panels_) {
        panel->setEpochs(first, last);
        panel->replotSoon();
    }
    Q_EMIT epochsInViewChanged();
}

void PlotStack::setCrosshair(std::optional<int> epoch) {
    crosshair_ = epoch;
    for (PlotPanel* panel : panels_) panel->setCrosshair(epoch);
}

void PlotStack::addPanel(const Panel& shown) {
    auto* panel = new PlotPanel(shown, this);
    panels_.push_back(panel);
    column_->addWidget(panel, 1);
    connect(panel, &PlotPanel::fitRequested, this, &PlotStack::fitRequested);
    connect(panel, &PlotPanel::pointedAt, this, &PlotStack::pointedAt);
    connect(panel, &PlotPanel::pointerLeft, this, &PlotStack::pointerLeft);
    connect(panel, &PlotPanel::pressed, this, &PlotStack::pressed);
    connect(panel, &PlotPanel::eventActivated, this, &PlotStack::eventActivated);
    connect(panel, &PlotPanel::epochsChangedByUser, this, &PlotStack::epochsChosen);
    connect(panel, &PlotPanel::logChosen, this,
            [this, panel](bool log) { Q_EMIT logChosen(text(panel->panel().name), log); });
    connect(panel, &PlotPanel::panelChosen, this,
            [this, panel](const QString& name) { choose(panel, name); });
    // Later: the button that asks goes with the panel.
    connect(
        panel, &PlotPanel::removeRequested, this, [this, panel] { choose(panel, {}); },
        Qt::QueuedConnection);
}

/// Puts another panel in the place of one, or takes it away; one that is shown elsewhere changes
/// places with it.
void PlotStack::choose(const PlotPanel* panel, const QString& name) {
    QStringList names = panelNames();
    const auto at = std::ranges::find(panels_, panel) - panels_.begin();
    if (at == std::ssize(panels_)) return;
    if (name.isEmpty()) {
        names.removeAt(at);
    } else {
        const qsizetype other = names.indexOf(name);
        if (other >= 0) names[other] = names[at];
        names[at] = name;
    }
    setPanels(names);
    Q_EMIT panelsChosen();
}

}  // namespace ballast
