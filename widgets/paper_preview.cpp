#include "widgets/paper_preview.h"

#include <QElapsedTimer>
#include <QLabel>
#include <QPixmap>
#include <QScreen>
#include <QTimer>
#include <algorithm>

#include "widgets/palette.h"

namespace ballast {
namespace {

constexpr int kRedrawSoon = 30;    // ms from a change until it is drawn
constexpr int kLate = 2000;        // … at most, where drawing takes long
constexpr double kMostDots = 600;  // an inch; a sheet of 400 mm has then 90 megapixels

/// Dots an inch; a screen that does not know its size is taken for what the desktop says.
double dotsPerInch(const QWidget& widget) {
    const QScreen* screen = widget.screen();
    const double physical = screen->physicalDotsPerInch();
    return physical > 60.0 && physical < 500.0 ? physical : screen->logicalDotsPerInch();
}

}  // namespace

PaperPreview::PaperPreview(QWidget* parent)
    : QScrollArea(parent), sheet_(new QLabel), soon_(new QTimer(this)) {
    setObjectName(QStringLiteral("paper_preview"));
    sheet_->setAccessibleName(tr("The figure as it will be on paper"));
    sheet_->setMargin(0);
    setWidget(sheet_);
    setAlignment(Qt::AlignCenter);
    setBackgroundRole(QPalette::Mid);
    soon_->setSingleShot(true);
    soon_->setInterval(kRedrawSoon);
    connect(soon_, &QTimer::timeout, this, &PaperPreview::draw);
}

void PaperPreview::setFigure(const PaperFigure& figure) {
    figure_ = figure;
    soon_->start();
}

void PaperPreview::setStyle(const FigureStyle& style) {
    style_ = style;
    soon_->start();
}

void PaperPreview::setMagnification(double magnification) {
    magnification_ = magnification;
    soon_->start();
}

void PaperPreview::draw() {
    if (!figure_.compose) return;
    QElapsedTimer timer;
    timer.start();
    const double ratio = devicePixelRatioF();
    image_ = paperImage(style_, figure_.compose,
                        std::min(dotsPerInch(*this) * magnification_ * ratio, kMostDots));
    QPixmap picture = QPixmap::fromImage(image_);
    picture.setDevicePixelRatio(ratio);
    sheet_->setPixmap(picture);
    sheet_->resize(picture.deviceIndependentSize().toSize());
    // A picture of very many lines waits until the user rests.
    soon_->setInterval(std::clamp(2 * static_cast<int>(timer.elapsed()), kRedrawSoon, kLate));
    Q_EMIT drawn();
}

}  // namespace ballast
