#include "widgets/plot_header.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>

#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qt_text.h"

namespace ballast {

PlotHeader::PlotHeader(QWidget* parent)
    : QWidget(parent),
      title_(new QLabel(this)),
      note_(new QLabel(this)),
      choose_(new QToolButton(this)),
      remove_(new QToolButton(this)),
      log_(new QAction(tr("Logarithmic values"), this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(kSpace3, kSpace1, kSpace3, 0);
    row->setSpacing(kSpace1);
    makeMenu();
    remove_->setObjectName(QStringLiteral("remove_panel"));
    remove_->setAutoRaise(true);
    remove_->setIcon(icon(QStringLiteral("remove")));
    remove_->setToolTip(tr("Remove this plot"));
    remove_->setAccessibleName(tr("Remove this plot"));
    connect(remove_, &QToolButton::clicked, this, &PlotHeader::removeRequested);
    row->addWidget(title_);
    row->addWidget(choose_);
    row->addSpacing(kSpace3);
    row->addWidget(note_);
    row->addStretch(1);
    row->addWidget(remove_);
    restyle();
}

void PlotHeader::makeMenu() {
    choose_->setObjectName(QStringLiteral("panel"));
    choose_->setAutoRaise(true);
    choose_->setPopupMode(QToolButton::InstantPopup);
    choose_->setArrowType(Qt::DownArrow);
    choose_->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }"));
    choose_->setIconSize({10, 10});
    choose_->setFocusPolicy(Qt::StrongFocus);
    choose_->setToolTip(tr("Choose what this plot shows"));
    auto* menu = new QMenu(choose_);
    for (const Panel& choice : panels()) {
        connect(menu->addAction(choice.title), &QAction::triggered, this,
                [this, name = text(choice.name)] { Q_EMIT panelChosen(name); });
    }
    menu->addSeparator();
    log_->setObjectName(QStringLiteral("log"));
    log_->setCheckable(true);
    connect(log_, &QAction::triggered, this, &PlotHeader::logChosen);
    menu->addAction(log_);
    choose_->setMenu(menu);
}

void PlotHeader::setPanel(const Panel& panel) {
    panel_ = &panel;
    describe({}, log_->isChecked());
    log_->setVisible(panel.positive);
    choose_->setAccessibleName(tr("Plot: %1. Choose another").arg(panel.title));
}

void PlotHeader::describe(const PlotView& view, bool log) {
    log_->setChecked(log);
    QStringList remarks;
    if (!panel_->unit.isEmpty()) remarks << panel_->unit;
    if (view.smoothing > 0.0) remarks << tr("smoothed, %1").arg(view.smoothing);
    if (log) remarks << tr("log");
    QString title = panel_->title.toHtmlEscaped();
    if (!remarks.isEmpty()) {
        title += QStringLiteral("  <span style='font-weight:400'>%1</span>")
                     .arg(remarks.join(QStringLiteral(" · ")));
    }
    title_->setText(title.replace(QStringLiteral("B_y"), QStringLiteral("B<sub>y</sub>")));
}

void PlotHeader::setNote(const QString& text) {
    note_->setText(text);
}

void PlotHeader::setRemovable(bool removable) {
    remove_->setVisible(removable);
}

void PlotHeader::restyle() {
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    title_->setFont(bold);
    note_->setFont(screenScale().font);
    QPalette muted = note_->palette();
    muted.setColor(QPalette::WindowText, plotColors().muted);
    note_->setPalette(muted);
}

QString PlotHeader::title() const {
    return title_->text();
}

QString PlotHeader::note() const {
    return note_->text();
}

}  // namespace ballast
