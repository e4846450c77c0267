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
    /// A menu is wanted: for a point, or for a place without one. `missing`: what could be trained
    /// there.
    void menuRequested(const std::optional<ballast::ResponseAt>& at,
                       const std::vector<ballast::MissingRuns>& missing, const QPoint& place);

private:
    void requestPlotMenu(std::optional<ResponseAt> at, double position, const QPoint& place);
    void requestCellMenu(std::size_t x, std::size_t y, const QPoint& place);

    ResponsePlot* plot_;
    SurfacePlot* surface_;  // in its place
    QLabel* notes_;
    std::shared_ptr<const Comparison> shown_;  // never null
};

}  // namespace ballast
