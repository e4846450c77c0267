#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace ballast {

class RunController;

/// What the Runs page shows of a workspace without runs: three ways to begin. Where nothing can be
/// written, those that would are disabled and say why.
class Welcome : public QWidget {
    Q_OBJECT
public:
    /// `controller` must outlive it.
    explicit Welcome(RunController& controller, QWidget* parent = nullptr);

Q_SIGNALS:
    void demoRequested();
    void presetRequested();
    void importRequested();  // of other programs
    void fileRequested();    // a config, a sweep or a figure
    void workspaceRequested();

private:
    void refresh();

    RunController& controller_;
    QPushButton* demo_;
    QPushButton* import_;
    QLabel* where_;
};

}  // namespace ballast
