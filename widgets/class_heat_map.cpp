#include "widgets/class_heat_map.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHelpEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "widgets/palette.h"
#include "widgets/plot_style.h"

namespace ballast {
namespace {

/// From 0 to the scale; from 0 to the largest values; around 0.
enum class Colors { share, size, sign };

/// What a map can show. Adding one is a line here.
struct Quantity {
    const char* name;
    const char* label;
    const char* unit;
    double scale;
    Colors colors;
    int decimals;
    const std::vector<double>& (*values)(const EpochRecord&);
};

using Values = const std::vector<double>&;
constexpr Quantity kQuantities[] = {
    {"training-accuracy", QT_TR_NOOP("Training accuracy"), " %", 100.0, Colors::share, 1,
     [](const EpochRecord& r) -> Values { return r.streaming.accuracy; }},
    {"test-accuracy", QT_TR_NOOP("Test accuracy"), " %", 100.0, Colors::share, 1,
     [](const EpochRecord& r) -> Values { return r.test_accuracy; }},
    {"min-logit", QT_TR_NOOP("Smallest logit, B_y(f)"), "", 1.0, Colors::sign, 2,
     [](const EpochRecord& r) -> Values { return r.streaming.min_logit; }},
    // Eq. 15, as the trainer recorded it from B_y(f) and the epoch's α, β and Δ.
    {"lipschitz", QT_TR_NOOP("Local Lipschitz constant, μ_y"), "", 1.0, Colors::size, 3,
     [](const EpochRecord& r) -> Values { return r.streaming.lipschitz; }},
};

constexpr int kLeastRow = 2;  // pixels; below, neighbouring classes are averaged
constexpr int kScaleWidth = 90;
constexpr int kScaleRoom = 220;  // with its numbers

QColor between(std::span<const QColor> stops, double share) {
    const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(stops.size() - 1);
    const auto low = std::min(static_cast<std::size_t>(at), stops.size() - 2);
    const double t = at - static_cast<double>(low);
    const auto mix = [&](int a, int b) { return static_cast<int>(std::lround(a + t * (b - a))); };
    const QColor& a = stops[low];
    const QColor& b = stops[low + 1];
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

}  // namespace

ClassHeatMap::ClassHeatMap(QWidget* parent)
    : QWidget(parent),
      quantity_(new QComboBox(this)),
      title_(new QLabel(this)),
      remark_(new QLabel(this)) {
    setObjectName(QStringLiteral("class_heat_map"));
    setAccessibleName(tr("Classes over the epochs"));
    setMouseTracking(true);
    quantity_->setObjectName(QStringLiteral("quantity"));
    quantity_->setAccessibleName(tr("What the colours show"));
    for (const Quantity& quantity : kQuantities) {
        quantity_->addItem(tr(quantity.label), QString::fromLatin1(quantity.name));
    }
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    title_->setFont(bold);
    remark_->setObjectName(QStringLiteral("remark"));
    remark_->setForegroundRole(QPalette::PlaceholderText);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace3, kSpace1, kSpace3, 0);
    auto* header = new QHBoxLayout;
    header->setSpacing(kSpace3);
    header->addWidget(title_);
    header->addWidget(quantity_);
    header->addWidget(remark_, 1);
    remark_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // ends at the scale
    scale_room_ = new QSpacerItem(kScaleRoom, 0, QSizePolicy::Fixed, QSizePolicy::Minimum);
    header->addItem(scale_room_);
    layout->addLayout(header);
    layout->addStretch(1);
    connect(quantity_, &QComboBox::currentIndexChanged, this, &ClassHeatMap::changed);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);  // last: it is a change, at which the picture is made
    clear(tr("Select a run to see its classes"));
}

void ClassHeatMap::setRun(const RunPlotInfo& run, const QStringList& class_names) {
    run_ = run;
    reference_.reset();
    reference_epochs_.clear();
    names_ = class_names;
    reason_.clear();
    epochs_.clear();
    order_.resize(run.class_counts.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::stable_sort(order_, std::greater<>{},
                             [&](std::size_t y) { return run_.class_counts[y]; });
    title_->setText(tr("Per class: %1").arg(run.name));
    changed();
}

void ClassHeatMap::subtract(const RunPlotInfo& reference, std::span<const EpochRecord> records) {
    if (reference.class_counts != run_.class_counts) {
        return clear(
            tr("%1 and %2 have other classes or other numbers of training images: there is "
               "no difference class by class")
                .arg(run_.name, reference.name));
    }
    reference_ = reference;
    reference_epochs_.clear();
    for (const EpochRecord& record : records) put(reference_epochs_, record);
    title_->setText(tr("Per class: A − B, A: %1, B: %2").arg(run_.name, reference.name));
    changed();
}

void ClassHeatMap::clear(const QString& reason) {
    run_ = {};
    reference_.reset();
    reference_epochs_.clear();
    order_.clear();
    epochs_.clear();
    reason_ = reason;
    title_->setText(tr("Per class"));
    changed();
}

void ClassHeatMap::setRecords(std::span<const EpochRecord> records) {
    epochs_.clear();
    for (const EpochRecord& record : records) put(epochs_, record);
    changed();
}

void ClassHeatMap::append(const EpochRecord& record) {
    put(epochs_, record);
    changed();
}

void ClassHeatMap::put(std::vector<Epoch>& epochs, const EpochRecord& record) {
    if (record.epoch < 0) return;
    epochs.resize(static_cast<std::size_t>(record.epoch));
    Epoch epoch;
    for (const Quantity& quantity : kQuantities) {
        epoch.values.push_back(quantity.values(record));
        for (double& value : epoch.values.back()) value *= quantity.scale;
    }
    epochs.push_back(std::move(epoch));
}

std::vector<double> ClassHeatMap::valuesOf(std::size_t epoch, std::size_t quantity) const {
    if (epoch >= epochs_.size() || epochs_[epoch].values.empty()) return {};
    std::vector<double> values = epochs_[epoch].values[quantity];
    if (!reference_) return values;
    const bool there = epoch < reference_epochs_.size() && !reference_epochs_[epoch].values.empty();
    if (!there) return {};
    const std::vector<double>& less = reference_epochs_[epoch].values[quantity];
    if (less.size() != values.size()) return {};
    for (std::size_t y = 0; y < values.size(); ++y) values[y] -= less[y];
    return values;
}

void ClassHeatMap::setEpochs(double first, double last) {
    if (first == first_ && last == last_) return;
    first_ = first;
    last_ = last;
    update();
}

void ClassHeatMap::setCrosshair(std::optional<int> epochs_done) {
    if (epochs_done == crosshair_) return;
    crosshair_ = epochs_done;
    update();
}

void ClassHeatMap::setBarsWidth(int width) {
    if (width == bars_width_) return;
    bars_width_ = width;
    scale_room_->changeSize(width + kScaleRoom, 0, QSizePolicy::Fixed, QSizePolicy::Minimum);
    layout()->invalidate();
    changed();
}

void ClassHeatMap::setQuantity(const QString& name) {
    const int index = quantity_->findData(name);
    if (index >= 0) quantity_->setCurrentIndex(index);
}

QString ClassHeatMap::quantity() const {
    return quantity_->currentData().toString();
}

std::size_t ClassHeatMap::classAt(int position) const {
    return order_.at(static_cast<std::size_t>(position));
}

QString ClassHeatMap::remark() const {
    return remark_->text();
}

QString ClassHeatMap::className(std::size_t class_index) const {
    const auto index = static_cast<qsizetype>(class_index);
    return index < names_.size() ? names_[index] : QString::number(index);
}

void ClassHeatMap::changed() {
    stale_ = true;
    render();
    update();
}

QRect ClassHeatMap::area() const {
    // The plots' margins (PlotPanel::restyle), so that the epochs stand under one another.
    const QFontMetrics metrics(screenScale().font);
    const int left = metrics.horizontalAdvance(QStringLiteral("−1000")) + kSpace4;
    const int top = std::max(quantity_->sizeHint().height(), metrics.height()) + 2 * kSpace1;
    const int right = width() - bars_width_ - kSpace3;
    return {left, top, std::max(1, right - left), std::max(1, height() - top - kSpace2)};
}

double ClassHeatMap::xOf(double epochs_done) const {
    const QRect map = area();
    return map.left() + (epochs_done - first_) / (last_ - first_) * map.width();
}

int ClassHeatMap::positionAt(int y) const {
    const QRect map = area();
    if (grid_.rows == 0 || y < map.top() || y > map.bottom()) return -1;
    const int row = (y - map.top()) * grid_.rows / map.height();
    return std::min(row * grid_.classes_per_row, static_cast<int>(order_.size()) - 1);
}

QColor ClassHeatMap::colorOf(double value) const {
    static const std::array kShares = {QColor(0x44, 0x01, 0x54), QColor(0x3b, 0x52, 0x8b),
                                       QColor(0x21, 0x91, 0x8c), QColor(0x5e, 0xc9, 0x62),
                                       QColor(0xfd, 0xe7, 0x25)};  // viridis
    static const std::array kAroundZero = {QColor(0x21, 0x66, 0xac), QColor(0x92, 0xc5, 0xde),
                                           QColor(0xf7, 0xf7, 0xf7), QColor(0xf4, 0xa5, 0x82),
                                           QColor(0xb2, 0x18, 0x2b)};
    if (std::isnan(value)) return plotColors().grid;
    const double share = (value - lowest_) / (highest_ - lowest_);
    const bool around_zero =
        reference_ || kQuantities[quantity_->currentIndex()].colors == Colors::sign;
    return between(!around_zero ? std::span<const QColor>(kShares) : kAroundZero, share);
}

/// Makes the picture: one pixel a cell, scaled as it is painted.
void ClassHeatMap::render() {
    if (!stale_) return;
    stale_ = false;
    const auto index = static_cast<std::size_t>(quantity_->currentIndex());
    const Quantity& quantity = kQuantities[index];
    std::vector<std::vector<double>> values;
    for (std::size_t epoch = 0; epoch < epochs_.size(); ++epoch) {
        values.push_back(valuesOf(epoch, index));
    }
    const QRect map = area();
    grid_ = heatGrid(values, order_, std::max(1, map.height() / kLeastRow), map.width());
    lowest_ = 0.0;
    highest_ = quantity.scale;
    const bool around_zero = reference_ || quantity.colors == Colors::sign;
    if (around_zero || quantity.colors != Colors::share) {
        std::vector<double> sizes;
        for (const double value : grid_.values) {
            if (std::isfinite(value)) sizes.push_back(std::abs(value));
        }
        highest_ = sizes.empty() ? 1.0 : std::max(1e-6, robustRange(std::move(sizes)).second);
        if (around_zero) lowest_ = -highest_;
    }
    image_ = QImage(std::max(1, grid_.columns), std::max(1, grid_.rows), QImage::Format_RGB32);
    for (int row = 0; row < grid_.rows; ++row) {
        for (int column = 0; column < grid_.columns; ++column) {
            image_.setPixelColor(column, row, colorOf(grid_.at(row, column)));
        }
    }
    QStringList remarks;
    const bool any = std::ranges::any_of(grid_.values, [](double v) { return !std::isnan(v); });
    if (!order_.empty()) {
        if (reference_) remarks << tr("red: larger in A, blue: larger in B");
        remarks << tr("%1 classes, the most frequent above").arg(order_.size());
        if (grid_.classes_per_row > 1) {
            remarks << tr("a row is the mean of %1").arg(grid_.classes_per_row);
        }
        if (grid_.epochs_per_column > 1) {
            remarks << tr("a column is the mean of %1 epochs").arg(grid_.epochs_per_column);
        }
        if (!epochs_.empty() && !any) {
            remarks << (reference_ ? tr("no epoch with values of both runs")
                                   : tr("no values in this run's records"));
        }
    }
    remark_->setText(remarks.join(QStringLiteral(" · ")));
    remark_->setToolTip(remark_->text());
}

std::vector<double> ClassHeatMap::shownValues() const {
    // The latest that both have.
    const int both = reference_ ? std::min(epochsDone(), static_cast<int>(reference_epochs_.size()))
                                : epochsDone();
    const int epochs = crosshair_ ? *crosshair_ : both;
    if (epochs < 1 || epochs > epochsDone()) return {};
    return valuesOf(static_cast<std::size_t>(epochs - 1),
                    static_cast<std::size_t>(quantity_->currentIndex()));
}

void ClassHeatMap::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setFont(screenScale().font);
    const QRect map = area();
    if (!reason_.isEmpty() || epochs_.empty()) {
        painter.setPen(plotColors().muted);
        painter.drawText(
            map, Qt::AlignCenter | Qt::TextWordWrap,
            reason_.isEmpty() ? tr("The first values appear here after the first epoch") : reason_);
        return;
    }
    painter.save();
    painter.setClipRect(map);
    // An epoch's column ends where the plots have its point, so phases begin between columns.
    const double step = grid_.epochs_per_column;
    const QRectF target(QPointF(xOf(0.0), map.top()),
                        QPointF(xOf(step * grid_.columns), map.bottom() + 1));
    painter.drawImage(target, image_, image_.rect());
    paintMarks(painter);
    painter.restore();
    paintNames(painter);
    paintBars(painter);
    paintScale(painter);
}

void ClassHeatMap::paintMarks(QPainter& painter) const {
    const QRect map = area();
    const PlotColors colors = plotColors();
    const auto line = [&](double x, const QPen& pen) {
        painter.setPen(QPen(QColor(255, 255, 255, 150), 3));  // seen on any colour
        painter.drawLine(QPointF(x, map.top()), QPointF(x, map.bottom()));
        painter.setPen(pen);
        painter.drawLine(QPointF(x, map.top()), QPointF(x, map.bottom()));
    };
    for (std::size_t i = 1; i < run_.phase_starts.size(); ++i) {
        line(xOf(run_.phase_starts[i]), QPen(Qt::black, 1.2, Qt::DotLine));
    }
    if (!crosshair_) return;
    const QRectF column(QPointF(xOf(*crosshair_ - 1), map.top()),
                        QPointF(xOf(*crosshair_), map.bottom()));
    painter.setPen(QPen(Qt::white, 3));
    painter.drawRect(column);
    painter.setPen(QPen(colors.accent, 1));
    painter.drawRect(column);
}

/// Beside their rows, as many as fit.
void ClassHeatMap::paintNames(QPainter& painter) const {
    const QRect map = area();
    const QFontMetrics metrics(painter.font());
    const double row = static_cast<double>(map.height()) / std::max(1, grid_.rows);
    const int every = std::max(1, static_cast<int>(std::ceil(metrics.height() / row)));
    painter.setPen(plotColors().muted);
    for (int i = 0; i < grid_.rows; i += every) {
        const QString name = className(classAt(i * grid_.classes_per_row));
        const double middle = map.top() + (i + 0.5) * row;
        const QRectF place(kSpace1, middle - metrics.height() / 2.0, map.left() - 2 * kSpace1,
                           metrics.height());
        if (place.bottom() > height()) break;
        painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter,
                         metrics.elidedText(name, Qt::ElideRight, static_cast<int>(place.width())));
    }
}

/// The values of one epoch, in the column beside the plots.
void ClassHeatMap::paintBars(QPainter& painter) const {
    const std::vector<double> values = shownValues();
    if (values.empty()) return;
    const QRect map = area();
    const PlotColors colors = plotColors();
    const QFontMetrics metrics(painter.font());
    const Quantity& quantity = kQuantities[quantity_->currentIndex()];
    const double row = static_cast<double>(map.height()) / std::max(1, grid_.rows);
    const bool numbers = row >= metrics.height() - 2;
    const int number_width = numbers ? metrics.horizontalAdvance(QStringLiteral("−000.0")) : 0;
    const QRectF field(map.right() + kSpace3 + kSpace2, map.top(),
                       bars_width_ - kSpace3 - kSpace2 - number_width - kSpace2, map.height());
    const auto x = [&](double value) {
        const double share = (value - lowest_) / (highest_ - lowest_);
        return field.left() + std::clamp(share, 0.0, 1.0) * field.width();
    };
    const HeatGrid bars =
        heatGrid(std::span(&values, 1), order_, std::max(1, map.height() / kLeastRow), 1);
    for (int i = 0; i < bars.rows; ++i) {
        const double value = bars.at(i, 0);
        if (std::isnan(value)) continue;
        const double top = map.top() + i * row;
        const double gap = row > 4.0 ? 1.0 : 0.0;
        painter.fillRect(
            QRectF(QPointF(x(0.0), top + gap), QPointF(x(value), top + row - gap)).normalized(),
            seriesColor(run_.color_index));
        if (!numbers) continue;
        painter.setPen(colors.text);
        painter.drawText(QRectF(field.right(), top, number_width + kSpace2, row),
                         Qt::AlignRight | Qt::AlignVCenter,
                         readableNumber(value, quantity.decimals));
    }
    painter.setPen(QPen(colors.axis, 1));
    painter.drawLine(QPointF(x(0.0), map.top()), QPointF(x(0.0), map.bottom()));
    painter.setPen(colors.muted);
    const QRectF caption(field.left(), 0, field.width() + number_width + kSpace2, map.top());
    painter.drawText(caption, Qt::AlignRight | Qt::AlignVCenter,
                     crosshair_ ? tr("epoch %1").arg(*crosshair_) : tr("latest"));
}

void ClassHeatMap::paintScale(QPainter& painter) const {
    const QRect map = area();
    const QFontMetrics metrics(painter.font());
    const Quantity& quantity = kQuantities[quantity_->currentIndex()];
    QString low = QString::number(lowest_, 'g', 3);
    if (reference_) low.prepend(tr("A − B: "));
    const QString high = QString::number(highest_, 'g', 3) + QString::fromLatin1(quantity.unit);
    double x = map.right() - kScaleWidth - metrics.horizontalAdvance(high) - kSpace1;
    const double middle = map.top() / 2.0;
    painter.setPen(plotColors().muted);
    const double text = middle + (metrics.ascent() - metrics.descent()) / 2.0;
    painter.drawText(QPointF(x - metrics.horizontalAdvance(low) - kSpace1, text), low);
    for (int i = 0; i < kScaleWidth; ++i) {
        const double value = lowest_ + (highest_ - lowest_) * i / (kScaleWidth - 1);
        painter.fillRect(QRectF(x + i, middle - 5, 1, 10), colorOf(value));
    }
    painter.drawText(QPointF(x + kScaleWidth + kSpace1, text), high);
}

void ClassHeatMap::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    changed();
}

void ClassHeatMap::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (changesLooks(*event)) changed();
}

void ClassHeatMap::mouseMoveEvent(QMouseEvent* event) {
    const QRect map = area();
    const double x = event->position().x();
    if (x < map.left() || x > map.right()) {
        Q_EMIT pointerLeft();
        return;
    }
    const double epoch = first_ + (x - map.left()) / map.width() * (last_ - first_);
    Q_EMIT pointedAt(std::max(1, static_cast<int>(std::ceil(epoch))));
}

void ClassHeatMap::leaveEvent(QEvent* event) {
    QWidget::leaveEvent(event);
    Q_EMIT pointerLeft();
}

bool ClassHeatMap::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int position = positionAt(help->pos().y());
    const std::vector<double> values = shownValues();
    if (position < 0 || values.empty()) {
        QToolTip::hideText();
        return true;
    }
    QStringList lines;
    for (int i = position; i < position + grid_.classes_per_row && lines.size() < 12; ++i) {
        if (i >= static_cast<int>(order_.size())) break;
        const std::size_t y = classAt(i);
        const double value = y < values.size() ? values[y] : kMissing;
        lines << tr("%1, %2 training images: %3")
                     .arg(className(y))
                     .arg(run_.class_counts[y])
                     .arg(readableNumber(value, kQuantities[quantity_->currentIndex()].decimals) +
                          QString::fromLatin1(kQuantities[quantity_->currentIndex()].unit));
    }
    QToolTip::showText(help->globalPos(), lines.join(QLatin1Char('\n')), this);
    return true;
}

}  // namespace ballast
