#pragma once

#include <QWidget>

#include "core/analysis/class_differences.h"

class QCustomPlot;
class QLabel;

namespace ballast {

/// For which classes one setting is better than another: a bar for each class, most training images
/// first, with its 95 % interval over seeds.
class ClassDifferencePlot : public QWidget {
    Q_OBJECT
public:
    explicit ClassDifferencePlot(QWidget* parent = nullptr);

    /// `title` says which settings: "VS at 0.2 − CE at 0".
    void setDifferences(const QString& title, const ClassDifferences& differences);
    /// Nothing is drawn; the sentence says why.
    void clear(const QString& sentence);

    QString title() const;
    /// The bars' heights in percentage points, from the left.
    const std::vector<double>& bars() const { return bars_; }

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void draw();
    void turnNames();
    QString wordsFor(std::size_t bar) const;

    QLabel* title_;
    QLabel* summary_;
    QCustomPlot* plot_;
    QLabel* nothing_;
    ClassDifferences differences_;
    std::vector<double> bars_;
};

}  // namespace ballast
