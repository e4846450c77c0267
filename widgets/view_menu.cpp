#include "widgets/view_menu.h"

#include <QInputDialog>

namespace ballast {

ViewMenu::ViewMenu(std::function<QByteArray()> present, QWidget* parent)
    : QMenu(parent),
      present_(std::move(present)),
      words_{tr("Save view…"), tr("Remove view"),
             tr("Name of this filter, grouping, columns and order:")} {
    setToolTipsVisible(true);
    connect(this, &QMenu::aboutToShow, this, &ViewMenu::fill);
}

bool ViewMenu::save(const QString& given) {
    const QString name = given.simplified();
    if (name.isEmpty()) return false;
    views_[name] = present_();
    Q_EMIT viewsChanged();
    return true;
}

void ViewMenu::remove(const QString& name) {
    if (views_.remove(name) > 0) Q_EMIT viewsChanged();
}

QString ViewMenu::presentName() const {
    return views_.key(present_());
}

void ViewMenu::fill() {
    readViews();
    clear();
    delete removal_;
    addActions(leading_);
    if (!leading_.isEmpty() && !views_.isEmpty()) addSeparator();
    const QString present = presentName();
    for (auto view = views_.cbegin(); view != views_.cend(); ++view) {
        // A name may hold what marks a shortcut.
        QAction* action =
            addAction(QString(view.key()).replace(QLatin1Char('&'), QStringLiteral("&&")));
        action->setCheckable(true);
        action->setChecked(view.key() == present);
        connect(action, &QAction::triggered, this,
                [this, saved = view.value()] { Q_EMIT chosen(saved); });
    }
    if (!isEmpty()) addSeparator();
    QAction* save = addAction(words_.save);
    save->setEnabled(obstacle_.isEmpty());
    save->setToolTip(obstacle_);
    connect(save, &QAction::triggered, this, &ViewMenu::askForName);
    if (views_.isEmpty() || !obstacle_.isEmpty()) return;
    removal_ = addMenu(words_.remove);
    for (const QString& name : views_.keys()) {
        QAction* action =
            removal_->addAction(QString(name).replace(QLatin1Char('&'), QStringLiteral("&&")));
        connect(action, &QAction::triggered, this, [this, name] { remove(name); });
    }
}

void ViewMenu::askForName() {
    bool accepted = false;
    const QString title = QString(words_.save).remove(QStringLiteral("…"));
    const QString name = QInputDialog::getText(parentWidget(), title, words_.prompt,
                                               QLineEdit::Normal, presentName(), &accepted);
    if (accepted) save(name);
}

}  // namespace ballast
