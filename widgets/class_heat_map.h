#pragma once

#include <QImage>
#include <QStringList>
#include <QWidget>
#include <optional>
#include <span>
#include <vector>

#include "widgets/heat_grid.h"
#include "widgets/run_curves.h"

class QComboBox;
class QLabel;
class QSpacerItem;

namespace ballast {

/// One run's classes over its epochs, or what it has more than another: training accuracy, test
/// accuracy, B_y(f) or μ_y (Eq. 15) as colours, the
/// classes from the most frequent above to the rarest below, and beside it their values at the
/// crosshair's epoch, or the latest, as bars. Its epochs stand under those of LivePlots. Where
/// there are more classes than lines of pixels, neighbours are averaged, and it says so.
class ClassHeatMap : public QWidget {
    Q_OBJECT
public:
    explicit ClassHeatMap(QWidget* parent = nullptr);

    /// Without records. Empty names number the classes.
    void setRun(const RunPlotInfo& run, const QStringList& class_names);
    /// Shows the run less this one, epoch by epoch where both have values; where their class counts
    /// differ, a sentence says that there is no difference. Until the next setRun().
    void subtract(const RunPlotInfo& reference, std::span<const EpochRecord> records);
    /// No run: says `reason`.
    void clear(const QString& reason);
    void setRecords(std::span<const EpochRecord> records);
    /// Takes a record; one of the same or a later epoch is replaced (a resumed run).
    void append(const EpochRecord& record);

    /// In epochs done, as on the plots.
    void setEpochs(double first, double last);
    void setCrosshair(std::optional<int> epochs_done);
    /// The width of the column beside the plots.
    void setBarsWidth(int width);

    /// What is shown: "training-accuracy", "test-accuracy", "min-logit",
    /// "lipschitz".
    void setQuantity(const QString& name);
    QString quantity() const;

    /// What is drawn, for tests; `position` 0 is the most frequent class.
    const HeatGrid& grid() const { return grid_; }
    std::size_t classAt(int position) const;
    QString remark() const;
    const QString& reason() const { return reason_; }
    /// The ends of the colours.
    double lowest() const { return lowest_; }
    double highest() const { return highest_; }
    int epochsDone() const { return static_cast<int>(epochs_.size()); }
    QSize sizeHint() const override { return {600, 220}; }
    QSize minimumSizeHint() const override { return {200, 120}; }

Q_SIGNALS:
    void pointedAt(int epochs_done);
    void pointerLeft();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Epoch {
        std::vector<std::vector<double>> values;  // of each quantity
    };

    static void put(std::vector<Epoch>& epochs, const EpochRecord& record);
    /// As shown, of a 0-based epoch.
    std::vector<double> valuesOf(std::size_t epoch, std::size_t quantity) const;
    QRect area() const;  // of the map
    double xOf(double epochs_done) const;
    int positionAt(int y) const;
    QString className(std::size_t class_index) const;
    void render();
    void changed();
    QColor colorOf(double value) const;
    void paintMarks(QPainter& painter) const;
    void paintNames(QPainter& painter) const;
    void paintBars(QPainter& painter) const;
    void paintScale(QPainter& painter) const;
    std::vector<double> shownValues() const;

    QComboBox* quantity_;
    QLabel* title_;
    QLabel* remark_;
    QSpacerItem* scale_room_ = nullptr;  // in the header, over the scale and the bars
    RunPlotInfo run_;
    QStringList names_;
    QString reason_;
    std::vector<std::size_t> order_;        // classes by frequency
    std::vector<Epoch> epochs_;             // [e]: of epoch e
    std::optional<RunPlotInfo> reference_;  // which is subtracted
    std::vector<Epoch> reference_epochs_;
    HeatGrid grid_;
    QImage image_;
    bool stale_ = true;
    double lowest_ = 0.0;  // of the colours
    double highest_ = 1.0;
    double first_ = 0.0;
    double last_ = 10.0;
    int bars_width_ = 200;
    std::optional<int> crosshair_;
};

}  // namespace ballast
