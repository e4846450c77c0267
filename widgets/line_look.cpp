#include "widgets/line_look.h"

#include <array>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/qcustomplot_wrapper.h"

namespace ballast {
namespace {

constexpr double kLightest = 0.6;  // of white; lighter lines are lost on it

const std::array<std::vector<double>, 6>& dashPatterns() {
    static const std::array<std::vector<double>, 6> kPatterns = {{{},
                                                                  {4.0, 2.0},
                                                                  {1.2, 1.6},
                                                                  {6.0, 1.8, 1.2, 1.8},
                                                                  {8.0, 2.5},
                                                                  {4.0, 1.6, 1.2, 1.6, 1.2, 1.6}}};
    return kPatterns;
}

struct Marker {
    QCPScatterStyle::ScatterShape shape;
    bool open;
    double size;  // of equal weight to the eye
};
constexpr std::array<Marker, 7> kGreySafeMarkers = {
    {{QCPScatterStyle::ssDisc, false, 1.0},
     {QCPScatterStyle::ssSquare, true, 0.9},
     {QCPScatterStyle::ssTriangle, false, 1.15},
     {QCPScatterStyle::ssDiamond, true, 1.15},
     {QCPScatterStyle::ssTriangleInverted, false, 1.15},
     {QCPScatterStyle::ssCircle, true, 1.0},
     {QCPScatterStyle::ssSquare, false, 0.9}}};

}  // namespace

LineLook lineLook(int index, int count, bool grey_safe, bool dark) {
    if (!grey_safe) return {seriesColor(index, dark), {}, 0};
    const double share = count > 1 ? static_cast<double>(index) / (count - 1) : 0.0;
    const auto grey = static_cast<int>(std::lround(255.0 * kLightest * share));
    const auto at = static_cast<std::size_t>(index);
    return {QColor(grey, grey, grey), dashPatterns()[at % dashPatterns().size()],
            static_cast<int>(at % kGreySafeMarkers.size())};
}

PgfLine pgfLine(const LineLook& look) {
    PgfLine line;
    line.rgb = look.color.rgb() & 0xffffffu;
    line.dashes = look.dashes;
    line.marker = look.marker;
    return line;
}

QPen penOf(const LineLook& look, double width) {
    QPen pen(look.color, width);
    pen.setJoinStyle(Qt::RoundJoin);
    if (look.dashes.empty()) return pen;
    pen.setCapStyle(Qt::FlatCap);
    pen.setDashPattern(QList<qreal>(look.dashes.begin(), look.dashes.end()));
    return pen;
}

QCPScatterStyle markerOf(const LineLook& look, double width, double size) {
    const Marker& marker = kGreySafeMarkers[static_cast<std::size_t>(look.marker)];
    return {marker.shape, QPen(look.color, width),
            marker.open ? QBrush(Qt::white) : QBrush(look.color), size * marker.size};
}

}  // namespace ballast
