#pragma once

#include <QRectF>
#include <cstddef>
#include <vector>

#include "core/analysis/parallel.h"
#include "widgets/paper_figure.h"

class QImage;
class QPainter;

namespace ballast {

/// Runs as lines through several fields, and how their result reads.
struct ParallelPicture {
    ParallelCoordinates drawn;
    bool percent = false;  // the result is a share of 1, shown in %
    int better = 1;        // −1 where smaller results are better
};

/// A part of an axis in its positions; the result's axis follows those of the fields.
struct ParallelBrush {
    std::size_t axis = 0;
    double lower = 0.0;
    double upper = 0.0;
    bool operator==(const ParallelBrush&) const = default;
};

/// For each line whether it goes through the brushes: on every brushed axis through one of them.
/// Without brushes all do.
std::vector<bool> brushedLines(const ParallelPicture& picture,
                               const std::vector<ParallelBrush>& brushes);

/// "0.5", "VS", "71.3": a place on an axis for people.
QString parallelWords(const ParallelPicture& picture, std::size_t axis, double position);

/// Where the axes stand in an area, in its units: one for each field and one for the result.
class ParallelPlaces {
public:
    ParallelPlaces(const ParallelPicture& picture, const QRectF& area, const QFont& font);

    std::size_t axes() const { return picture_.drawn.axes.size() + 1; }
    double x(std::size_t axis) const;
    double y(std::size_t axis, double position) const;
    double positionAt(std::size_t axis, double y) const;
    double areaLeft() const { return area_left_; }
    double top() const { return top_; }
    double bottom() const { return bottom_; }
    /// Between two axes.
    double gap() const { return gap_; }
    std::pair<double, double> range(std::size_t axis) const;
    /// Where a line crosses an axis.
    double position(const ParallelLine& line, std::size_t axis) const;

private:
    const ParallelPicture& picture_;
    double area_left_ = 0.0;
    double left_ = 0.0;
    double gap_ = 0.0;
    double top_ = 0.0;
    double bottom_ = 0.0;
    std::pair<double, double> results_;
};

/// How things look: the plot's colours, the type, a pixel or its like on paper.
struct ParallelLook {
    const PlotColors& colors;
    const PlotScale& scale;
    bool dark = false;
};

/// Draws lines, the best on top, in the colour of their result; those for which `brushed` is false
/// are faint.
void paintParallelLines(QPainter& painter, const ParallelPlaces& places,
                        const ParallelPicture& picture, const std::vector<bool>& brushed,
                        const ParallelLook& look);

/// The same of many lines into a picture of pixels, without anti-aliasing: of 1,000 in a few
/// milliseconds.
void drawParallelLines(QImage& image, const ParallelPlaces& places, const ParallelPicture& picture,
                       const std::vector<bool>& brushed, const ParallelLook& look);

/// Draws the axes with their values, and beside the result's axis the scale of colours.
void paintParallelAxes(QPainter& painter, const ParallelPlaces& places,
                       const ParallelPicture& picture, const ParallelLook& look);

/// For print. For LaTeX every axis goes from 0 to 1.
PaperFigure paperFigure(const ParallelPicture& picture);

}  // namespace ballast
