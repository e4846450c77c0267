#pragma once

#include <QScrollArea>
#include <QStringList>
#include <optional>
#include <span>
#include <vector>

#include "core/results/transition.h"

class QLabel;
class QVBoxLayout;

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

    /// Scrolls to the card of the change at that epoch (epochs done); the nearest before it, where
    /// there is none.
    void showTransition(int epoch);

    QString text() const;  // without the marks of rich text

private:
    struct Card {
        int epoch = 0;
        QLabel* label = nullptr;
    };

    QLabel* addLabel(const QString& text);
    void drop();
    void scrollToWanted();

    QVBoxLayout* column_;
    std::vector<QLabel*> labels_;  // from above
    std::vector<Card> cards_;
    std::optional<int> wanted_;  // the epoch whose card is to be seen
};

}  // namespace ballast
