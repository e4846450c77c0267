#pragma once

#include <QScrollArea>
#include <QStringList>
#include <span>

#include "core/results/transition.h"

class QLabel;

namespace ballast {

/// A card for each phase change of a run: what changed, and what it did to majority, minority and
/// balanced test accuracy, to B_y(f) and to single classes.
class TransitionView : public QScrollArea {
    Q_OBJECT
public:
    explicit TransitionView(QWidget* parent = nullptr);

    /// Empty names number the classes.
    void setTransitions(const QString& run_name, std::span<const Transition> transitions,
                        const QStringList& class_names);
    /// No run: says `reason`.
    void clear(const QString& reason);

    QString text() const;  // without the marks of rich text

private:
    QLabel* label_;
};

}  // namespace ballast
