#include "widgets/epoch_scrubber.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QSignalBlocker>
#include <QSlider>
#include <QStyle>
#include <QStyleOptionSlider>
#include <QToolButton>
#include <algorithm>
#include <functional>

#include "widgets/palette.h"

namespace ballast {
namespace {

/// A slider over the measured epochs, by their number, with marks between them.
class MarkedSlider : public QSlider {
public:
    MarkedSlider() : QSlider(Qt::Horizontal) {}

    void setMarks(std::vector<double> marks) {
        marks_ = std::move(marks);
        update();
    }

    std::function<void(bool forward)> turn_phase;

protected:
    void paintEvent(QPaintEvent* event) override {
        QSlider::paintEvent(event);
        if (maximum() <= minimum()) return;
        QStyleOptionSlider option;
        initStyleOption(&option);
        const QRect handle =
            style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, this);
        const int room = width() - handle.width();
        QPainter painter(this);
        painter.setPen(QPen(plotColors().text, 1.0));
        for (const double mark : marks_) {
            const double share = (mark - minimum()) / (maximum() - minimum());
            const int x = handle.width() / 2 + static_cast<int>(share * room);
            painter.drawLine(x, 1, x, height() / 2 - kSpace1);
            painter.drawLine(x, height() / 2 + kSpace1, x, height() - 1);
        }
    }

    void keyPressEvent(QKeyEvent* event) override {
        const bool forward = event->key() == Qt::Key_PageDown;
        if ((forward || event->key() == Qt::Key_PageUp) && turn_phase) return turn_phase(forward);
        QSlider::keyPressEvent(event);
    }

private:
    std::vector<double> marks_;
};

QToolButton* phaseButton(const char* name, Qt::ArrowType arrow, const QString& tip) {
    auto* button = new QToolButton;
    button->setObjectName(QLatin1String(name));
    button->setArrowType(arrow);
    button->setAutoRaise(true);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    return button;
}

}  // namespace

EpochScrubber::EpochScrubber(QWidget* parent)
    : QWidget(parent),
      back_(phaseButton("phase_before", Qt::LeftArrow, tr("To the phase before (Page Up)"))),
      forward_(phaseButton("phase_after", Qt::RightArrow, tr("To the next phase (Page Down)"))),
      words_(new QLabel) {
    auto* slider = new MarkedSlider;
    slider->turn_phase = [this](bool forward) { forward ? nextPhase() : previousPhase(); };
    slider_ = slider;
    slider_->setObjectName(QStringLiteral("epoch_slider"));
    slider_->setAccessibleName(tr("Epoch"));
    slider_->setToolTip(
        tr("The epoch that is shown; ← and → by one that is measured, Page Up and Down by phases"));
    words_->setObjectName(QStringLiteral("epoch_words"));
    words_->setMinimumWidth(words_->fontMetrics().horizontalAdvance(
        tr("after epoch %1 of %2, phase %3").arg(8888).arg(8888).arg(8)));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace1);
    row->addWidget(back_);
    row->addWidget(slider_, 1);
    row->addWidget(forward_);
    row->addSpacing(kSpace2);
    row->addWidget(words_);
    connect(slider_, &QSlider::valueChanged, this, [this] {
        say();
        if (!epochs_.empty()) Q_EMIT epochChosen(epoch());
    });
    connect(back_, &QToolButton::clicked, this, &EpochScrubber::previousPhase);
    connect(forward_, &QToolButton::clicked, this, &EpochScrubber::nextPhase);
    setEpochs({}, {}, 0);
}

void EpochScrubber::setEpochs(const std::vector<int>& epochs_done,
                              const std::vector<int>& phase_starts, int all_epochs) {
    const int before = epoch();
    epochs_ = epochs_done;
    starts_ = phase_starts;
    all_epochs_ = all_epochs;
    const QSignalBlocker blocker(slider_);
    slider_->setRange(0, std::max(0, static_cast<int>(epochs_.size()) - 1));
    slider_->setEnabled(epochs_.size() > 1);
    std::vector<double> marks;
    for (const int start : starts_) {
        // After the last epoch that is not later than the phase's beginning.
        const auto after = std::ranges::upper_bound(epochs_, start) - epochs_.begin();
        if (after > 0 && after < std::ssize(epochs_))
            marks.push_back(static_cast<double>(after) - 0.5);
    }
    static_cast<MarkedSlider*>(slider_)->setMarks(std::move(marks));
    setEpoch(before);
}

int EpochScrubber::epoch() const {
    const auto index = static_cast<std::size_t>(slider_ ? slider_->value() : 0);
    return index < epochs_.size() ? epochs_[index] : 0;
}

void EpochScrubber::setEpoch(int epochs_done) {
    const QSignalBlocker blocker(slider_);
    const auto after = std::ranges::upper_bound(epochs_, epochs_done) - epochs_.begin();
    slider_->setValue(std::max(0, static_cast<int>(after) - 1));
    say();
}

bool EpochScrubber::atLast() const {
    return slider_->value() == slider_->maximum();
}

QString EpochScrubber::words() const {
    return words_->text();
}

int EpochScrubber::phaseOf(int epochs_done) const {
    return static_cast<int>(std::ranges::lower_bound(starts_, epochs_done) - starts_.begin());
}

void EpochScrubber::choose(std::size_t index) {
    slider_->setValue(static_cast<int>(index));
}

void EpochScrubber::previousPhase() {
    const int phase = phaseOf(epoch());
    if (phase == 0 || epochs_.empty()) return choose(0);
    const int start = starts_[static_cast<std::size_t>(phase - 1)];
    const auto after = std::ranges::upper_bound(epochs_, start) - epochs_.begin();
    choose(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, after - 1)));
}

void EpochScrubber::nextPhase() {
    if (epochs_.empty()) return;
    const auto phase = static_cast<std::size_t>(phaseOf(epoch()));
    if (phase >= starts_.size()) return choose(epochs_.size() - 1);
    const auto after = std::ranges::upper_bound(epochs_, starts_[phase]) - epochs_.begin();
    choose(std::min(epochs_.size() - 1, static_cast<std::size_t>(after)));
}

void EpochScrubber::say() {
    const bool any = !epochs_.empty();
    words_->setText(!any              ? QString()
                    : starts_.empty() ? tr("after epoch %1 of %2").arg(epoch()).arg(all_epochs_)
                                      : tr("after epoch %1 of %2, phase %3")
                                            .arg(epoch())
                                            .arg(all_epochs_)
                                            .arg(phaseOf(epoch()) + 1));
    back_->setEnabled(any && !starts_.empty() && slider_->value() > 0);
    forward_->setEnabled(any && !starts_.empty() && slider_->value() < slider_->maximum());
}

}  // namespace ballast
