#pragma once

#include <QImage>
#include <QPointF>
#include <QRgb>
#include <QString>
#include <span>
#include <vector>

#include "widgets/plot_series.h"
#include "widgets/qcustomplot_wrapper.h"

// For widgets/*.cpp only.

class QTimer;

namespace ballast {

/// A line or the markers of a series as thin as a pixel.
struct CrowdCurve {
    enum class Look { line, dashes, dots, rings, best };
    std::vector<QPointF> points;  // by ascending x; NaN is a gap
    Look look = Look::line;
};

struct CrowdSeries {
    QString id;
    QRgb color = 0;  // opaque
    std::vector<CrowdCurve> curves;
};

/// A series with a panel's curves, in the panel's order; of a run last a ring around its best
/// epoch, where the panel marks it. Without bands.
CrowdSeries crowdSeries(const PlotSeries& series, const Panel& panel, const PlotView& view);

/// From a plot's values to the pixels of a picture: x' = x · x_scale + x_offset, and y alike.
struct PixelMap {
    double x_scale = 1.0;
    double x_offset = 0.0;
    double y_scale = 1.0;
    double y_offset = 0.0;
    bool log = false;  // of log10 y
    bool operator==(const PixelMap&) const = default;
};

/// Draws all points of all series, later ones over earlier ones, without anti-aliasing: of 1,000
/// runs in some milliseconds where QPainter takes seconds. Where several points share a column of
/// pixels, all of them are joined in it.
void drawCrowd(QImage& image, std::span<const CrowdSeries> series, const PixelMap& map);

/// The many curves of a plot that do not stand out, behind the others, in a picture as large as the
/// axes. While the user zooms or pans, a picture that takes long is moved and stretched with the
/// axes, and drawn again as soon as they rest.
class PlotCrowd : public QCPLayerable {
public:
    PlotCrowd(QCustomPlot& plot, const QString& layer);

    void setSeries(std::vector<CrowdSeries> series);
    const std::vector<CrowdSeries>& series() const { return series_; }

protected:
    QRect clipRect() const override;
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
    void draw(QCPPainter* painter) override;

private:
    PixelMap mapNow(QSize size) const;
    QRectF movedPicture(const PixelMap& now) const;

    QCustomPlot& plot_;
    QTimer* settle_;
    std::vector<CrowdSeries> series_;
    QImage image_;
    PixelMap map_;  // of the picture
    bool stale_ = true;
    qint64 drawn_in_ = 0;  // ms
};

}  // namespace ballast
