#pragma once

#include <QDialog>
#include <QString>
#include <QStringList>
#include <functional>
#include <vector>

class QLineEdit;
class QListWidget;

namespace ballast {

/// Something that can be done, by name.
struct Command {
    QString name;      // "Export figures…"
    QString where;     // "File", or the page that has it
    QString shortcut;  // as people read it; "": none
    QString help;      // what it does, or why it cannot be done now
    bool enabled = true;
    std::function<void()> run;
};

/// How well a command answers to what is typed: 0 not at all, else the larger the better. Every
/// word must be in its name or place; words that begin one count more, and those of the name more
/// than those of the place.
int commandMatch(const Command& command, const QString& typed);

/// Every command by name, with its shortcut: a line to type in above those that answer to it, the
/// best first. Return does the current one after the palette has closed; Escape closes it. What
/// cannot be done now stands grey at the end.
class CommandPalette : public QDialog {
    Q_OBJECT
public:
    /// `recent`: names of commands that come first as long as nothing is typed.
    CommandPalette(std::vector<Command> commands, QStringList recent, QWidget* parent);

    QLineEdit& line() { return *line_; }
    QListWidget& list() { return *list_; }

Q_SIGNALS:
    /// The command is about to be done.
    void chosen(const QString& name);

protected:
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill();
    void runCurrent();

    std::vector<Command> commands_;
    QStringList recent_;
    QLineEdit* line_;
    QListWidget* list_;
};

}  // namespace ballast
