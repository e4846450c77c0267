#pragma once

#include <QWidget>

#include "core/analysis/figure_style.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFontComboBox;
class QLabel;
class QLineEdit;

namespace ballast {

/// The choices of a figure's style.
class StyleEditor : public QWidget {
    Q_OBJECT
public:
    explicit StyleEditor(QWidget* parent = nullptr);

    void setStyle(const FigureStyle& style);
    /// The last choices that make a style: an axis' range that is none stays as it was.
    const FigureStyle& style() const { return style_; }
    /// What is wrong with a range, in a sentence; "": nothing.
    QString problem() const;

Q_SIGNALS:
    /// The user changed something.
    void changed();

private:
    struct Range {
        QLineEdit* lower;
        QLineEdit* upper;
    };
    QDoubleSpinBox* makeNumber(const char* name, double least, double most, double step,
                               const QString& unit);
    Range makeRange(const char* name);
    void read();

    QDoubleSpinBox* width_;
    QDoubleSpinBox* height_;
    QFontComboBox* font_;
    QDoubleSpinBox* tick_size_;
    QDoubleSpinBox* label_size_;
    QDoubleSpinBox* legend_size_;
    QDoubleSpinBox* line_width_;
    QComboBox* legend_;
    QCheckBox* grey_safe_;
    Range x_range_;
    Range y_range_;
    QDoubleSpinBox* png_dpi_;
    QLabel* problem_;
    FigureStyle style_;
    bool filling_ = false;
};

}  // namespace ballast
