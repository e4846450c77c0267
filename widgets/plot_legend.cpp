#include "widgets/plot_legend.h"

#include <QFontMetrics>
#include <QLabel>
#include <QPainter>
#include <QPixmap>
#include <QSignalBlocker>
#include <QToolButton>
#include <algorithm>

#include "widgets/flow_layout.h"
#include "widgets/palette.h"

namespace ballast {
namespace {

constexpr int kChipLetters = 44;  // of a run's name
constexpr QSize kSwatch{12, 12};

QIcon swatch(int color_index, bool on, qreal scale) {
    QPixmap pixels(kSwatch * scale);
    pixels.setDevicePixelRatio(scale);
    pixels.fill(Qt::transparent);
    QPainter painter(&pixels);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor color = seriesColor(color_index);
    painter.setPen(QPen(color, 1.5));
    painter.setBrush(on ? QBrush(color) : Qt::NoBrush);
    painter.drawRoundedRect(QRectF(1, 1, 10, 10), 2.5, 2.5);
    return QIcon(pixels);
}

}  // namespace

LegendChip runChip(const RunPlotInfo& run, bool on) {
    LegendChip chip;
    chip.name = QStringLiteral("chip/") + run.id;
    chip.text = run.name;
    chip.tip =
        on ? PlotLegend::tr("Hide %1").arg(run.name) : PlotLegend::tr("Show %1").arg(run.name);
    chip.color_index = run.color_index;
    chip.on = on;
    chip.runs = {run.id};
    return chip;
}

/// As many of the group's seeds as are `shown`.
LegendChip groupChip(const PlotGroup& group, int shown) {
    const auto all = static_cast<int>(group.runs.size());
    const QString seeds =
        shown > 0 && shown < all
            ? PlotLegend::tr("%1 of %2 seeds").arg(shown).arg(all)
            : (all == 1 ? PlotLegend::tr("1 seed") : PlotLegend::tr("%1 seeds").arg(all));
    LegendChip chip;
    chip.name = QStringLiteral("group/") + group.runs.front();
    chip.text = QStringLiteral("%1 · %2").arg(group.label, seeds);
    chip.tip = shown > 0 ? PlotLegend::tr("Hide all runs of %1").arg(chip.text)
                         : PlotLegend::tr("Show all runs of %1").arg(chip.text);
    chip.color_index = group.color_index;
    chip.on = shown > 0;
    chip.runs = group.runs;
    return chip;
}

PlotLegend::PlotLegend(QWidget* parent)
    : QWidget(parent), flow_(new FlowLayout(kSpace1, this)), more_(new QLabel(this)) {
    more_->setObjectName(QStringLiteral("more_chips"));
    more_->setContentsMargins(kSpace2, kSpace1, 0, 0);
    more_->setForegroundRole(QPalette::PlaceholderText);
    more_->setToolTip(tr("Selected runs stand first"));
    more_->hide();
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

PlotLegend::~PlotLegend() {
    // A button that dies under the pointer may report its leave.
    for (const Shown& shown : shown_) shown.button->removeEventFilter(this);
}

void PlotLegend::setChips(const std::vector<LegendChip>& chips, int more) {
    more_->setText(tr("%L1 more").arg(more));
    more_->setVisible(more > 0);
    std::vector<Shown> wanted;
    for (const LegendChip& chip : chips) {
        const auto old = std::ranges::find(shown_, chip.name,
                                           [](const Shown& shown) { return shown.chip.name; });
        if (old == shown_.end()) {
            wanted.push_back({chip, makeButton(chip.name)});
            dress(wanted.back());
            continue;
        }
        wanted.push_back({chip, old->button});
        if (old->chip != chip) dress(wanted.back());
        old->button = nullptr;
    }
    for (const Shown& gone : shown_) {
        if (gone.button != nullptr) drop(gone.button);
    }
    const bool same_order = std::ranges::equal(
        shown_, wanted, [](const Shown& a, const Shown& b) { return a.chip.name == b.chip.name; });
    shown_ = std::move(wanted);
    if (same_order) return;
    while (QLayoutItem* item = flow_->takeAt(0)) delete item;
    for (const Shown& shown : shown_) flow_->addWidget(shown.button);
    flow_->addWidget(more_);
}

void PlotLegend::restyle() {
    for (const Shown& shown : shown_) dress(shown);
}

QToolButton* PlotLegend::makeButton(const QString& name) {
    auto* button = new QToolButton(this);
    button->setObjectName(name);
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setIconSize(kSwatch);
    button->setFocusPolicy(Qt::StrongFocus);
    button->installEventFilter(this);  // what the pointer is on stands out
    connect(button, &QToolButton::toggled, this, [this, button](bool on) {
        const auto found = std::ranges::find(shown_, button, &Shown::button);
        if (found == shown_.end()) return;
        found->chip.on = on;
        dress(*found);
        const QStringList runs = found->chip.runs;  // an answer may change the chips
        Q_EMIT toggled(runs, on);
    });
    button->show();
    return button;
}

void PlotLegend::dress(const Shown& shown) const {
    const LegendChip& chip = shown.chip;
    QToolButton& button = *shown.button;
    // Long names would take a line each; the tool tip has them whole.
    const QFontMetrics metrics = button.fontMetrics();
    button.setText(
        metrics.elidedText(chip.text, Qt::ElideRight, kChipLetters * metrics.averageCharWidth()));
    button.setIcon(swatch(chip.color_index, chip.on, devicePixelRatioF()));
    button.setAccessibleName(tr("Show %1 on the plots").arg(chip.text));
    button.setToolTip(chip.tip);
    const QSignalBlocker quiet(button);
    button.setChecked(chip.on);
}

void PlotLegend::drop(QToolButton* button) {
    button->disconnect(this);
    button->removeEventFilter(this);
    button->hide();
    flow_->removeWidget(button);
    button->deleteLater();
}

bool PlotLegend::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Leave) Q_EMIT pointedAt({});
    if (event->type() == QEvent::Enter) {
        const auto found = std::ranges::find(shown_, watched, &Shown::button);
        if (found != shown_.end()) Q_EMIT pointedAt(found->chip.runs);
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace ballast
