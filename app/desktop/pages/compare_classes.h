#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "app/desktop/comparison.h"

class QComboBox;
class QLabel;

namespace ballast {

class ClassDifferencePlot;
class SurfacePlot;

/// By class: which test images a setting gets right and which it takes for another class, or in how
/// far that differs from a second setting.
class CompareClasses : public QWidget {
    Q_OBJECT
public:
    explicit CompareClasses(QWidget* parent = nullptr);

    void setComparison(std::shared_ptr<const Comparison> comparison);
    /// Nothing is drawn; the sentence says why.
    void clear(const QString& sentence);

    ClassDifferencePlot& bars() { return *bars_; }
    SurfacePlot& plot() { return *plot_; }

Q_SIGNALS:
    void settingsChosen(ballast::ResponseAt of, std::optional<ballast::ResponseAt> minus);

private:
    void fillSettings();
    QString title() const;

    QComboBox* of_;
    QComboBox* minus_;
    ClassDifferencePlot* bars_;
    SurfacePlot* plot_;
    QLabel* heading_;
    QLabel* nothing_;
    QLabel* notes_;
    std::vector<ResponseAt> points_;           // that can be chosen
    std::shared_ptr<const Comparison> shown_;  // never null
};

}  // namespace ballast
