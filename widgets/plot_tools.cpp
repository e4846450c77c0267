#include "widgets/plot_tools.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>

#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/panels.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr double kSmoothings[] = {0.0, 0.6, 0.9, 0.97};

}  // namespace

PlotTools::PlotTools(QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace3);
    makeMeansButton();
    makeViewButton();
    QToolButton* add =
        addButton(QStringLiteral("add_panel"), QStringLiteral("add"), tr("Add a plot"));
    add->setPopupMode(QToolButton::InstantPopup);
    more_ = new QMenu(add);
    add->setMenu(more_);
    connect(more_, &QMenu::aboutToShow, this, &PlotTools::offerPanels);
    QToolButton* fit = addButton(QStringLiteral("fit"), QStringLiteral("fit"),
                                 tr("Show everything (F, or double-click a plot)"));
    connect(fit, &QToolButton::clicked, this, &PlotTools::fitRequested);
    setView({});
}

void PlotTools::setView(const PlotView& view) {
    view_ = view;
    means_->setChecked(view.means);
    for (const auto& [action, is] : choices_) action->setChecked(is(view));
}

void PlotTools::setPanels(const QStringList& names) {
    panels_ = names;
}

QToolButton* PlotTools::addButton(const QString& name, const QString& icon_name,
                                  const QString& tip) {
    auto* button = new QToolButton(this);
    button->setObjectName(name);
    button->setAutoRaise(true);
    if (!icon_name.isEmpty()) button->setIcon(icon(icon_name));
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    layout()->addWidget(button);
    return button;
}

/// A choice of the view: exclusive among those of `group`, where one is given.
void PlotTools::addChoice(QMenu& menu, const QString& text, QActionGroup* group,
                          std::function<bool(const PlotView&)> is,
                          std::function<void(PlotView&, bool)> choose) {
    QAction* action = menu.addAction(text);
    action->setCheckable(true);
    if (group != nullptr) group->addAction(action);
    connect(action, &QAction::triggered, this, [this, choose](bool on) {
        PlotView wanted = view_;
        choose(wanted, on);
        Q_EMIT viewChosen(wanted);
    });
    choices_.push_back({action, std::move(is)});
}

void PlotTools::makeMeansButton() {
    means_ = addButton(QStringLiteral("means"), {},
                       tr("Draw runs that differ in the seed only as mean and band"));
    means_->setText(tr("Mean over seeds"));
    means_->setToolButtonStyle(Qt::ToolButtonTextOnly);
    means_->setCheckable(true);
    means_->setPopupMode(QToolButton::MenuButtonPopup);
    connect(means_, &QToolButton::clicked, this, [this](bool on) {
        PlotView wanted = view_;
        wanted.means = on;
        Q_EMIT viewChosen(wanted);
    });
    auto* menu = new QMenu(means_);
    auto* bands = new QActionGroup(menu);
    for (const Spread spread :
         {Spread::standard_deviation, Spread::standard_error, Spread::range, Spread::t_interval}) {
        addChoice(
            *menu, tr("Band: %1").arg(spreadName(spread)), bands,
            [spread](const PlotView& v) { return v.spread == spread; },
            [spread](PlotView& v, bool) { v.spread = spread; });
    }
    menu->addSeparator();
    addChoice(
        *menu, tr("Single seeds, faint"), nullptr, [](const PlotView& v) { return v.single_seeds; },
        [](PlotView& v, bool on) { v.single_seeds = on; });
    means_->setMenu(menu);
}

void PlotTools::makeViewButton() {
    QToolButton* button =
        addButton(QStringLiteral("view"), QStringLiteral("settings"), tr("Epochs and smoothing"));
    button->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(button);
    auto* axis = new QActionGroup(menu);
    for (const bool since_t0 : {false, true}) {
        addChoice(
            *menu, since_t0 ? tr("Epochs since T₀") : tr("Epochs done"), axis,
            [since_t0](const PlotView& v) { return v.since_t0 == since_t0; },
            [since_t0](PlotView& v, bool) { v.since_t0 = since_t0; });
    }
    menu->addSeparator();
    auto* smoothings = new QActionGroup(menu);
    for (const double weight : kSmoothings) {
        addChoice(
            *menu,
            weight == 0.0 ? tr("No smoothing") : tr("Smoothing %1: exponential mean").arg(weight),
            smoothings, [weight](const PlotView& v) { return v.smoothing == weight; },
            [weight](PlotView& v, bool) { v.smoothing = weight; });
    }
    button->setMenu(menu);
}

/// Fills the menu of those that can be added.
void PlotTools::offerPanels() {
    more_->clear();
    for (const Panel& panel : panels()) {
        const QString name = text(panel.name);
        if (panels_.contains(name)) continue;
        connect(more_->addAction(panel.title), &QAction::triggered, this,
                [this, name] { Q_EMIT panelAdded(name); });
    }
    if (more_->isEmpty()) more_->addAction(tr("All plots are shown"))->setEnabled(false);
}

}  // namespace ballast
