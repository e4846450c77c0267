#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "app/desktop/comparison.h"

class QComboBox;
class QLabel;

namespace ballast {

class SurfacePlot;

/// Which classes test images are taken for: of a setting, or in how far that differs from another.
class CompareConfusion : public QWidget {
    Q_OBJECT
public:
    explicit CompareConfusion(QWidget* parent = nullptr);

    void setComparison(std::shared_ptr<const Comparison> comparison);
    /// Nothing is drawn; the sentence says why.
    void clear(const QString& sentence);

    SurfacePlot& plot() { return *plot_; }

Q_SIGNALS:
    void settingsChosen(ballast::ResponseAt of, std::optional<ballast::ResponseAt> minus);

private:
    void fillSettings();

    QComboBox* of_;
    QComboBox* minus_;
    SurfacePlot* plot_;
    QLabel* nothing_;
    QLabel* notes_;
    std::vector<ResponseAt> points_;           // that can be chosen
    std::shared_ptr<const Comparison> shown_;  // never null
};

}  // namespace ballast
