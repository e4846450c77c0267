#pragma once

#include <QByteArray>
#include <QMap>
#include <QMenu>
#include <QPointer>
#include <functional>

namespace ballast {

/// Saved views by name: a menu that takes one up, saves the present one and removes one. What a
/// view is made of is its owner's matter.
class ViewMenu : public QMenu {
    Q_OBJECT
public:
    using Views = QMap<QString, QByteArray>;

    /// `present` is asked for the view that is shown.
    explicit ViewMenu(std::function<QByteArray()> present, QWidget* parent = nullptr);

    /// What the menu says, where it is not views that it saves.
    struct Words {
        QString save;
        QString remove;
        QString prompt;
    };
    void setWords(const Words& words) { words_ = words; }
    /// Actions above the saved views.
    void setLeading(const QList<QAction*>& actions) { leading_ = actions; }

    /// Why nothing can be saved and removed; "": it can.
    void setObstacle(const QString& reason) { obstacle_ = reason; }

    void setViews(const Views& views) { views_ = views; }
    const Views& views() const { return views_; }

    /// Saves the present view, in place of one of that name. A name of blanks is none: false.
    bool save(const QString& name);
    void remove(const QString& name);

    /// The name of the view that is shown as it was saved, or "".
    QString presentName() const;

Q_SIGNALS:
    void chosen(const QByteArray& view);
    void viewsChanged();

protected:
    /// Before the menu is shown: where others save views too, setViews() may bring them up to date.
    virtual void readViews() {}

private:
    void fill();
    void askForName();

    const std::function<QByteArray()> present_;
    Words words_;
    QString obstacle_;
    QList<QAction*> leading_;
    Views views_;
    QPointer<QMenu> removal_;
};

}  // namespace ballast
