#pragma once

#include <QFrame>

class QHBoxLayout;
class QPushButton;

namespace ballast {

/// A frame for one of several ways to begin: an icon, a title, a few sentences, and buttons below.
class ChoiceCard : public QFrame {
    Q_OBJECT
public:
    ChoiceCard(const QString& icon_name, const QString& title, const QString& words,
               QWidget* parent = nullptr);

    /// Buttons stand one above the other, in the order in which they are added.
    QPushButton* addButton(const QString& words, const QString& tip, bool first_choice = false);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QWidget* symbol_;
    QString icon_name_;
};

}  // namespace ballast
