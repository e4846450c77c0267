#pragma once

#include <QDialog>
#include <QString>

#include "core/cluster/job_sizes.h"

class QCheckBox;
class QDialogButtonBox;
class QLineEdit;
class QSpinBox;

namespace ballast {

class ErrorLabel;

/// Asks what the jobs of a sweep shall ask Slurm for; what stays empty is taken from measured runs
/// or left to the cluster. Remembers the last answer while the program runs.
class ClusterDialog : public QDialog {
    Q_OBJECT
public:
    /// `what` says which runs: "12 runs".
    explicit ClusterDialog(const QString& what, QWidget* parent = nullptr);

    JobWishes wishes() const;
    /// Nobody asked for a number of threads: another that shares more may be taken.
    bool threadsAreOpen() const;
    bool sharedWorkspace() const;

    /// What is wrong with it as it stands; empty: nothing.
    QString problem() const;

    void accept() override;

private:
    void check();

    QLineEdit* partition_;
    QCheckBox* gpu_;
    QSpinBox* threads_;
    QLineEdit* time_;
    QLineEdit* memory_;
    QSpinBox* side_by_side_;
    QCheckBox* shared_;
    ErrorLabel* problem_;
    QDialogButtonBox* buttons_;
};

}  // namespace ballast
