#pragma once

#include <QFrame>

class QLabel;
class QToolButton;

namespace ballast {

/// A strip for one sentence above the window's content. Hidden while it has nothing to say; Escape
/// or its button dismisses it.
class Banner : public QFrame {
    Q_OBJECT
public:
    enum class Kind { info, error };

    explicit Banner(QWidget* parent = nullptr);

    /// Shows `sentence` in place of what stood there before; empty hides the strip.
    void showMessage(const QString& sentence, Kind kind = Kind::info);
    QString message() const;
    Kind kind() const { return kind_; }

public Q_SLOTS:
    void dismiss();

Q_SIGNALS:
    void dismissed();

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QLabel* text_;
    QLabel* symbol_;
    QToolButton* close_;
    Kind kind_ = Kind::info;
};

}  // namespace ballast
