#include "app/desktop/pages/compare_picture.h"

#include <QLabel>
#include <QVBoxLayout>
#include <cmath>

#include "app/desktop/pages/compare_notes.h"
#include "widgets/response_plot.h"
#include "widgets/surface_plot.h"

namespace ballast {
ComparePicture::ComparePicture(QWidget* parent)
    : QWidget(parent),
      plot_(new ResponsePlot),
      surface_(new SurfacePlot),
      notes_(makeNotes()),
      shown_(std::make_shared<Comparison>()) {
    setBackgroundRole(QPalette::Base);  // as the plots on it
    setAutoFillBackground(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(plot_, 1);
    column->addWidget(surface_, 1);
    column->addWidget(notes_);
    surface_->hide();
    connect(plot_, &ResponsePlot::pointChosen, this, &ComparePicture::pointChosen);
    connect(surface_, &SurfacePlot::cellChosen, this, [this](std::size_t x, std::size_t y) {
        const SurfaceCell& cell = shown_->surface.surface.at(x, y);
        if (cell.values.empty()) return;
        if (const auto at = shown_->pointOf(cell.values.front().run)) Q_EMIT pointChosen(*at);
    });
    connect(plot_, &ResponsePlot::menuRequested, this, &ComparePicture::requestPlotMenu);
    connect(surface_, &SurfacePlot::menuRequested, this, &ComparePicture::requestCellMenu);
}

/// Beside the points, what is missing at the nearest place of the axis.
void ComparePicture::requestPlotMenu(std::optional<ResponseAt> at, double position,
                                     const QPoint& place) {
    const std::vector<ResponseLine>& lines = shown_->picture.curves.lines;
    std::vector<MissingRuns> missing;
    if (at) {
        const FieldValue& x = lines[at->first].points[at->second].x;
        if (auto here = shown_->missingAt(at->first, x)) missing.push_back(*here);
        Q_EMIT menuRequested(at, missing, place);
        return;
    }
    const ResponsePoint* nearest = nullptr;
    for (const ResponseLine& line : lines) {
        for (const ResponsePoint& point : line.points) {
            const bool nearer = nearest == nullptr || std::abs(point.position - position) <
                                                          std::abs(nearest->position - position);
            if (nearer) nearest = &point;
        }
    }
    for (const MissingRuns& one : shown_->missing) {
        if (nearest != nullptr && one.x == nearest->x) missing.push_back(one);
    }
    Q_EMIT menuRequested({}, missing, place);
}

void ComparePicture::requestCellMenu(std::size_t x, std::size_t y, const QPoint& place) {
    const Surface& surface = shown_->surface.surface;
    const SurfaceCell& cell = surface.at(x, y);
    const auto at = cell.values.empty() ? std::nullopt : shown_->pointOf(cell.values.front().run);
    const auto line = at ? std::optional(at->first) : shown_->lineOfRow(y);
    std::vector<MissingRuns> missing;
    if (line) {
        if (auto here = shown_->missingAt(*line, surface.xs[x])) missing.push_back(*here);
    }
    Q_EMIT menuRequested(at, missing, place);
}

void ComparePicture::clear(const QString& sentence) {
    shown_ = std::make_shared<Comparison>();
    plot_->clear(sentence);
    plot_->show();
    surface_->hide();
    showNotes(*notes_, {}, {});
}

void ComparePicture::setComparison(std::shared_ptr<const Comparison> comparison) {
    shown_ = std::move(comparison);
    plot_->setPicture(shown_->picture);
    showNotes(*notes_, shown_->picture.curves.protocol, shown_->picture.curves.warnings);
    const bool grid = !shown_->surface.surface.xs.empty();
    if (grid) surface_->setPicture(shown_->surface);
    surface_->setVisible(grid);
    plot_->setVisible(!grid);
}

void ComparePicture::setMarked(std::optional<ResponseAt> at) {
    plot_->setMarked(at);
    surface_->setMarked(at ? shown_->cellOf(*at) : std::nullopt);
}

std::optional<ResponseAt> ComparePicture::marked() const {
    return plot_->marked();
}

}  // namespace ballast
