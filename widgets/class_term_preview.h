#pragma once

#include <QStringList>
#include <QWidget>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/experiment/class_terms.h"

namespace ballast {

/// The terms of one phase and what to call it, e.g. "epochs 0–9".
struct PhaseTerms {
    QString label;
    ClassTerms terms;
};

/// What a config means for each class: training images as bars on a log axis, majority and minority
/// shaded apart, and below them α_y, β_y and Δ_y of each phase.
class ClassTermPreview : public QWidget {
    Q_OBJECT
public:
    enum class Plot { class_counts, alpha, beta, delta };

    explicit ClassTermPreview(QWidget* parent = nullptr);
    ~ClassTermPreview() override;

    /// Dims what is shown: it is of an earlier config, as the one in the editor is not valid.
    void setOutdated(bool outdated);
    bool isOutdated() const;
    bool hasData() const;

    /// Empty names number the classes. All vectors of `phases` have one number per class.
    void setData(const QStringList& class_names, const std::vector<std::int64_t>& class_counts,
                 const std::vector<PhaseTerms>& phases);
    /// Says `reason` in place of the plots, e.g. while the config has an error.
    void setUnavailable(const QString& reason);

    /// What a plot draws; `phase` is 0 for the class counts. Empty where there is no such curve.
    std::vector<double> drawn(Plot plot, int phase) const;
    /// In the order in which they are drawn; empty: they are numbered.
    QStringList classNames() const;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace ballast
