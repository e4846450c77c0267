#pragma once

#include <QFrame>

class QLabel;
class QToolButton;

namespace ballast {

class RunController;

/// The strip that says that nothing is written to the workspace, and why, for as long as that is
/// so, with a button that tries again to be the one who writes.
class ReadOnlyNotice : public QFrame {
    Q_OBJECT
public:
    /// `controller` must outlive it.
    explicit ReadOnlyNotice(RunController& controller, QWidget* parent = nullptr);

    QString sentence() const;

Q_SIGNALS:
    void failed(const QString& sentence);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void refresh();

    RunController& controller_;
    QLabel* symbol_;
    QLabel* text_;
    QToolButton* retry_;
};

}  // namespace ballast
