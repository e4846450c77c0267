#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QToolButton;
class QVBoxLayout;

namespace ballast {

/// A part of a form beneath a header that folds it: a section with a line below its title, or a
/// framed card for one entry of a list. A folded one says beside its title what it hides.
/// The header's objectName is "fold/" and the section's.
class FormSection : public QWidget {
    Q_OBJECT
public:
    enum class Look { section, card };

    /// `key` becomes the objectName: "data", "phases/0".
    FormSection(const QString& title, const QString& key, Look look, QWidget* parent);

    /// Where its fields go.
    QVBoxLayout* body() const { return body_; }
    /// The line of the title, for buttons at its end.
    QHBoxLayout* header() const { return header_; }

    bool isFolded() const { return folded_; }
    void setFolded(bool folded);
    /// Shows the body whatever is folded, as while a search is on.
    void setHeldOpen(bool open);

    /// What its fields say while they cannot be seen: how many are wrong, how many differ.
    void setHidden(int wrong, int differing);

Q_SIGNALS:
    /// The user folded or opened it.
    void foldedChanged();

private:
    void dress();

    QToolButton* title_;
    QLabel* note_;
    QWidget* inside_;
    QHBoxLayout* header_;
    QVBoxLayout* body_;
    bool folded_ = false;
    bool held_open_ = false;
    int wrong_ = 0;
    int differing_ = 0;
};

}  // namespace ballast
