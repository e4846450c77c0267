#pragma once

#include <QStringList>
#include <filesystem>
#include <functional>

#include "widgets/view_menu.h"

namespace ballast {

class WorkingSet;

/// Sets of ticked runs that a workspace keeps by name: ticks one's runs and no others, saves what
/// is ticked, removes one.
class SetMenu : public ViewMenu {
    Q_OBJECT
public:
    /// `set` must outlive the menu.
    SetMenu(WorkingSet& set, std::filesystem::path workspace, QWidget* parent = nullptr);

    /// An action above the sets that ticks these runs alone.
    void addChoice(const QString& words, const QString& tip,
                   const std::function<QStringList()>& runs);

Q_SIGNALS:
    void failed(const QString& sentence);

protected:
    void readViews() override;

private:
    void write();

    WorkingSet& set_;
    const std::filesystem::path workspace_;
    // Of the choices: a menu that is filled anew deletes its own actions, and disconnects all of
    // them from itself.
    QObject* owner_;
    QList<QAction*> choices_;
};

}  // namespace ballast
