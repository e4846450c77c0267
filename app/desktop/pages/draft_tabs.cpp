#include "app/desktop/pages/draft_tabs.h"

#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QTabBar>
#include <QToolButton>
#include <algorithm>

#include "app/desktop/drafts.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

/// Tabs of a readable width, however long their names are.
class NarrowTabs : public QTabBar {
protected:
    QSize tabSizeHint(int index) const override {
        const QSize hint = QTabBar::tabSizeHint(index);
        return {std::min(hint.width(), fontMetrics().averageCharWidth() * 34), hint.height()};
    }
};

/// Their names; equal ones are numbered.
QStringList tabNames(const Drafts& drafts) {
    QStringList names;
    QStringList plain;
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        const QString name = text(drafts.at(i).name());
        const auto before = plain.count(name);
        plain << name;
        names << (before == 0 ? name : QStringLiteral("%1 (%2)").arg(name).arg(before + 1));
    }
    return names;
}

}  // namespace

DraftTabs::DraftTabs(QWidget* parent) : QWidget(parent), bar_(new NarrowTabs) {
    bar_->setObjectName(QStringLiteral("drafts"));
    bar_->setAccessibleName(tr("Drafts"));
    bar_->setDocumentMode(true);
    bar_->setDrawBase(false);
    bar_->setExpanding(false);
    bar_->setElideMode(Qt::ElideMiddle);
    bar_->setUsesScrollButtons(true);
    bar_->setMovable(true);
    bar_->setFocusPolicy(Qt::StrongFocus);
    auto* add = new QToolButton;
    add->setObjectName(QStringLiteral("new_draft"));
    add->setIcon(icon(QStringLiteral("add")));
    add->setAutoRaise(true);
    add->setFocusPolicy(Qt::StrongFocus);
    add->setToolTip(tr("New draft (Ctrl+T)"));
    add->setAccessibleName(tr("New draft"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpace3, kSpace1, kSpace3, 0);
    layout->setSpacing(kSpace1);
    layout->addWidget(bar_, 1);
    layout->addWidget(add);
    connect(bar_, &QTabBar::currentChanged, this, &DraftTabs::chosen);
    connect(bar_, &QTabBar::tabMoved, this, &DraftTabs::moved);
    connect(add, &QToolButton::clicked, this, &DraftTabs::newRequested);
}

/// With a button that closes it; by the keyboard there is an action for that.
void DraftTabs::addTab() {
    auto* close = new QToolButton;
    close->setIcon(icon(QStringLiteral("close")));
    close->setIconSize({12, 12});
    close->setAutoRaise(true);
    close->setFocusPolicy(Qt::NoFocus);
    close->setToolTip(tr("Close the draft (Ctrl+W); it can be reopened"));
    close->setAccessibleName(tr("Close the draft"));
    bar_->setTabButton(bar_->addTab(QString()), QTabBar::RightSide, close);
    // Later: the button goes with the tab.
    connect(
        close, &QToolButton::clicked, this,
        [this, close] {
            for (int i = 0; i < bar_->count(); ++i) {
                if (bar_->tabButton(i, QTabBar::RightSide) == close) {
                    return Q_EMIT closeRequested(i);
                }
            }
        },
        Qt::QueuedConnection);
}

void DraftTabs::show(const Drafts& drafts) {
    const QSignalBlocker quiet(bar_);
    const int count = static_cast<int>(drafts.size());
    while (bar_->count() > count) bar_->removeTab(bar_->count() - 1);
    while (bar_->count() < count) addTab();
    const QStringList names = tabNames(drafts);
    for (int i = 0; i < count; ++i) {
        const Draft& draft = drafts.at(static_cast<std::size_t>(i));
        const bool differs = draft.differsFromFile();
        QString shown = differs ? names[i] + QLatin1Char('*') : names[i];
        shown.replace(QLatin1Char('&'), QStringLiteral("&&"));
        if (bar_->tabText(i) != shown) bar_->setTabText(i, shown);
        QStringList tip{names[i]};
        if (!draft.file.empty()) tip << text(draft.file);
        if (differs) tip << tr("It differs from its file.");
        bar_->setTabToolTip(i, tip.join(QLatin1Char('\n')));
        bar_->setAccessibleTabName(
            i, differs ? tr("%1, differs from its file").arg(names[i]) : names[i]);
    }
    bar_->setCurrentIndex(static_cast<int>(drafts.currentIndex()));
}

}  // namespace ballast
