// How long figures take: bench_figures [POINTS]. A page-wide response curve in every format, and a
// grid of 50 × 50 as the window shows it; each against the plain text of its values.
#include <QApplication>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "widgets/palette.h"
#include "widgets/response_export.h"
#include "widgets/surface_plot.h"

using namespace ballast;

namespace {

/// Milliseconds, the fastest of five.
template<class Work>
double fastest(Work work) {
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
        const auto start = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count());
    }
    return best;
}

SeedSpread spreadAbout(double mean) {
    SeedSpread spread;
    spread.mean = mean;
    spread.lower = mean - 0.01;
    spread.upper = mean + 0.01;
    spread.n = 3;
    return spread;
}

ResponsePicture curves(int points) {
    ResponsePicture picture;
    picture.percent = true;
    picture.curves.x_label = "ν of class weight α_y, phase 2";
    picture.curves.y_label = "balanced test accuracy, best epoch";
    for (int l = 0; l < 6; ++l) {
        ResponseLine line;
        line.name = "method " + std::to_string(l);
        for (int p = 0; p < points; ++p) {
            ResponsePoint point;
            point.x = point.position = 1.0 * p / points;
            const double mean = 0.6 + 0.02 * l + 0.1 * p / points;
            for (std::uint64_t seed = 0; seed < 3; ++seed) {
                point.values.push_back({"run", seed, mean + 0.01 * static_cast<double>(seed)});
            }
            point.spread = spreadAbout(mean);
            line.points.push_back(std::move(point));
        }
        picture.curves.lines.push_back(std::move(line));
    }
    return picture;
}

SurfacePicture grid(int side) {
    SurfacePicture picture;
    picture.percent = true;
    picture.surface.x_label = "ν";
    picture.surface.y_label = "τ";
    for (int i = 0; i < side; ++i) {
        picture.surface.xs.emplace_back(1.0 * i);
        picture.surface.ys.emplace_back(1.0 * i);
    }
    for (int i = 0; i < side * side; ++i) {
        SurfaceCell cell;
        cell.spread = spreadAbout(0.4 + 0.4 * (i * 37 % (side * side)) / (side * side));
        picture.surface.cells.push_back(std::move(cell));
    }
    return picture;
}

}  // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    const int points = argc > 1 ? std::atoi(argv[1]) : 50;
    const PaperFigure figure = paperFigure(curves(points));
    const FigureStyle style = builtInStyles().back().style;
    const double plain = fastest([&] { figure.csv(); });
    std::printf("6 lines of %d points, %.0f × %.0f mm\n", points, style.width, style.height);
    for (const FigureFormat& format : figureFormats()) {
        const double took = fastest([&] { format.write(figure, style, QStringLiteral("figure")); });
        std::printf("%-5s %7.1f ms, %6.1f times its values as text\n", format.name, took,
                    took / plain);
    }
    SurfacePlot plot;
    plot.resize(900, 600);
    SurfacePicture cells = grid(50);
    const double values = fastest([&] { paperFigure(cells).csv(); });
    plot.show();
    const double drawn = fastest([&] {
        cells.surface.cells[0].spread.mean += 0.001;  // the same again would not be drawn
        plot.setPicture(cells);
        QApplication::processEvents();
        plot.grab();
    });
    std::printf("grid of 50 × 50 on the screen: %.1f ms, %.1f times its values as text\n", drawn,
                drawn / values);
    return 0;
}
