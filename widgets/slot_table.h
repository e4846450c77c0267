#pragma once

#include <QStringList>
#include <QWidget>
#include <vector>

class QComboBox;
class QGridLayout;
class QLabel;
class QProgressBar;

namespace ballast {

/// A slot and what it trains, in words.
struct SlotRow {
    QString device;    // of its next run: "auto", "cpu", "cuda:0"
    QString threads;   // "2 threads"
    QString run;       // its name; empty: none
    QString state;     // the epoch, or why none
    double done = -1;  // of the run, 0 … 1; negative: none
    QString pace;      // "320 images/s"
    QString left;      // "2 min left"
    bool ending = false;
    bool operator==(const SlotRow&) const = default;
};

/// The slots, a line each: device, threads, the run with its progress, pace and time left. Where a
/// machine has more than one device, each slot's can be chosen.
class SlotTable : public QWidget {
    Q_OBJECT
public:
    explicit SlotTable(QWidget* parent = nullptr);

    void setRows(const std::vector<SlotRow>& rows);
    const std::vector<SlotRow>& rows() const { return rows_; }

    /// What can be chosen besides "auto"; one device alone is no choice.
    void setDevices(const QStringList& devices);
    void setChangeable(bool changeable);

Q_SIGNALS:
    /// The user wants these devices, of the slots that are not ending.
    void devicesChosen(const QStringList& devices);

private:
    struct Line {
        QLabel* number;
        QLabel* device;
        QComboBox* choice;
        QLabel* threads;
        QLabel* run;
        QLabel* state;
        QProgressBar* bar;
        QLabel* pace;
        QLabel* left;
    };

    void addLine();
    void show(std::size_t line, const SlotRow& row);
    void choose();

    QGridLayout* grid_;
    std::vector<Line> lines_;
    std::vector<SlotRow> rows_;
    QStringList devices_;
    bool changeable_ = true;
};

}  // namespace ballast
