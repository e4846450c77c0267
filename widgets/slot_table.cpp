#include "widgets/slot_table.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QProgressBar>

#include "widgets/elided_line.h"
#include "widgets/palette.h"

namespace ballast {
namespace {

QString deviceWords(const QString& device) {
    if (device == QLatin1String("cpu")) return SlotTable::tr("CPU");
    if (device == QLatin1String("auto")) return SlotTable::tr("automatic");
    return device;
}

}  // namespace

SlotTable::SlotTable(QWidget* parent) : QWidget(parent), grid_(new QGridLayout(this)) {
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setHorizontalSpacing(kSpace3);
    grid_->setVerticalSpacing(kSpace2);
    grid_->setColumnStretch(3, 1);
    setAccessibleName(tr("Slots"));
}

void SlotTable::setDevices(const QStringList& devices) {
    if (devices_ == devices) return;
    devices_ = devices;
    for (const Line& line : lines_) {
        const QSignalBlocker quiet(line.choice);
        line.choice->clear();
        line.choice->addItem(deviceWords(QStringLiteral("auto")), QStringLiteral("auto"));
        for (const QString& device : devices_) line.choice->addItem(deviceWords(device), device);
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) show(i, rows_[i]);
}

void SlotTable::setChangeable(bool changeable) {
    changeable_ = changeable;
    for (const Line& line : lines_) line.choice->setEnabled(changeable);
}

void SlotTable::setRows(const std::vector<SlotRow>& rows) {
    while (lines_.size() < rows.size()) addLine();
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        const bool there = i < rows.size();
        const bool same = there && i < rows_.size() && rows_[i] == rows[i];
        if (same) continue;
        if (there) show(i, rows[i]);
        if (there) continue;
        const Line& line = lines_[i];
        for (QWidget* part : std::initializer_list<QWidget*>{line.number, line.device, line.choice,
                                                             line.threads, line.run, line.state,
                                                             line.bar, line.pace, line.left}) {
            part->hide();
        }
    }
    rows_ = rows;
}

void SlotTable::addLine() {
    const int row = static_cast<int>(lines_.size());
    Line line{new QLabel, new QLabel,       new QComboBox, new QLabel, new ElidedLine,
              new QLabel, new QProgressBar, new QLabel,    new QLabel};
    line.number->setText(QString::number(row + 1));
    line.number->setForegroundRole(QPalette::PlaceholderText);
    line.choice->setObjectName(QStringLiteral("slot_device_%1").arg(row));
    line.choice->setAccessibleName(tr("Device of slot %1").arg(row + 1));
    line.choice->setToolTip(tr("Where the slot trains, from its next run on"));
    line.choice->setEnabled(changeable_);
    line.choice->addItem(deviceWords(QStringLiteral("auto")), QStringLiteral("auto"));
    for (const QString& device : devices_) line.choice->addItem(deviceWords(device), device);
    connect(line.choice, &QComboBox::activated, this, &SlotTable::choose);
    line.run->setMinimumWidth(120);
    line.bar->setTextVisible(false);
    line.bar->setRange(0, 1000);
    line.bar->setFixedSize(80, 8);
    line.bar->setAccessibleName(tr("Progress of the run in slot %1").arg(row + 1));
    for (QLabel* number : {line.pace, line.left}) {
        number->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    }
    auto* device = new QWidget;
    auto* both = new QHBoxLayout(device);
    both->setContentsMargins(0, 0, 0, 0);
    both->addWidget(line.device);
    both->addWidget(line.choice);
    grid_->addWidget(line.number, row, 0);
    grid_->addWidget(device, row, 1);
    grid_->addWidget(line.threads, row, 2);
    grid_->addWidget(line.run, row, 3);
    grid_->addWidget(line.state, row, 4);
    grid_->addWidget(line.bar, row, 5);
    grid_->addWidget(line.pace, row, 6);
    grid_->addWidget(line.left, row, 7);
    lines_.push_back(line);
}

void SlotTable::show(std::size_t index, const SlotRow& row) {
    const Line& line = lines_[index];
    line.number->show();
    const bool can_choose = devices_.size() > 1 && !row.ending;
    line.device->setVisible(!can_choose);
    line.choice->setVisible(can_choose);
    line.device->setText(deviceWords(devices_.size() == 1 ? devices_.front() : row.device));
    line.choice->setCurrentIndex(line.choice->findData(row.device));
    line.threads->setText(row.threads);
    line.threads->show();
    line.run->setText(row.run.isEmpty() ? row.state : row.run);
    line.run->setToolTip(row.run);
    line.run->setForegroundRole(row.run.isEmpty() ? QPalette::PlaceholderText
                                                  : QPalette::WindowText);
    line.state->setText(row.run.isEmpty() ? QString() : row.state);
    line.state->show();
    line.run->show();
    line.bar->setVisible(row.done >= 0);
    line.bar->setValue(static_cast<int>(1000 * row.done));
    line.pace->setText(row.pace);
    line.pace->show();
    line.left->setText(row.left);
    line.left->show();
}

void SlotTable::choose() {
    QStringList devices;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (!rows_[i].ending) devices << lines_[i].choice->currentData().toString();
    }
    Q_EMIT devicesChosen(devices);
}

}  // namespace ballast
