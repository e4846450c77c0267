#include "app/desktop/pages/compare_picture.h"

#include <QLabel>
#include <QVBoxLayout>

#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/response_plot.h"
#include "widgets/surface_plot.h"

namespace ballast {
namespace {

constexpr int kMostNotes = 3;

/// A warning without the place in the figure's file, which is not on the screen.
QString inWords(const std::string& warning) {
    QString words = text(warning);
    if (words.startsWith(QLatin1Char('/'))) words = words.section(QStringLiteral(": "), 1);
    if (!words.isEmpty()) words[0] = words[0].toUpper();
    return words;
}

}  // namespace

ComparePicture::ComparePicture(QWidget* parent)
    : QWidget(parent),
      plot_(new ResponsePlot),
      surface_(new SurfacePlot),
      notes_(new QLabel),
      shown_(std::make_shared<Comparison>()) {
    notes_->setObjectName(QStringLiteral("comparison_notes"));
    notes_->setWordWrap(true);
    notes_->setTextFormat(Qt::PlainText);
    notes_->setForegroundRole(QPalette::PlaceholderText);
    notes_->setContentsMargins(kSpace3, 0, kSpace3, kSpace2);
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
}

void ComparePicture::clear(const QString& sentence) {
    shown_ = std::make_shared<Comparison>();
    plot_->clear(sentence);
    plot_->show();
    surface_->hide();
    notes_->clear();
    notes_->hide();
}

void ComparePicture::setComparison(std::shared_ptr<const Comparison> comparison) {
    shown_ = std::move(comparison);
    plot_->setPicture(shown_->picture);
    setNotes(shown_->picture.curves);
    const bool grid = !shown_->surface.surface.xs.empty();
    if (grid) surface_->setPicture(shown_->surface);
    surface_->setVisible(grid);
    plot_->setVisible(!grid);
}

void ComparePicture::setNotes(const ResponseCurves& curves) {
    QStringList notes{text(curves.protocol)};
    QStringList all;
    for (const std::string& warning : curves.warnings) {
        all << QStringLiteral("⚠ ") + inWords(warning);
    }
    notes << all.mid(0, kMostNotes);
    if (all.size() > kMostNotes) notes << tr("… and %1 more").arg(all.size() - kMostNotes);
    notes_->setText(notes.join(QLatin1Char('\n')));
    notes_->setToolTip(all.size() > kMostNotes ? all.join(QLatin1Char('\n')) : QString());
    notes_->setVisible(!notes_->text().isEmpty());
}

void ComparePicture::setMarked(std::optional<ResponseAt> at) {
    plot_->setMarked(at);
}

std::optional<ResponseAt> ComparePicture::marked() const {
    return plot_->marked();
}

}  // namespace ballast
