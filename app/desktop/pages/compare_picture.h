#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "app/desktop/comparison.h"

class QLabel;

namespace ballast {

class ResponsePlot;
class SurfacePlot;

/// What a comparison draws, lines or a grid, and beneath it what must be known to read it.
class ComparePicture : public QWidget {
    Q_OBJECT
public:
    explicit ComparePicture(QWidget* parent = nullptr);

    void setComparison(std::shared_ptr<const Comparison> comparison);
    /// Nothing is drawn; the sentence says why.
    void clear(const QString& sentence);

    void setMarked(std::optional<ResponseAt> at);
    std::optional<ResponseAt> marked() const;

    ResponsePlot& plot() { return *plot_; }
    SurfacePlot& surface() { return *surface_; }

Q_SIGNALS:
    void pointChosen(const ballast::ResponseAt& at);

private:
    void setNotes(const ResponseCurves& curves);

    ResponsePlot* plot_;
    SurfacePlot* surface_;  // in its place
    QLabel* notes_;
    std::shared_ptr<const Comparison> shown_;  // never null
};

}  // namespace ballast
