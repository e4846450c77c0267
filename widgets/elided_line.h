#pragma once

#include <QLabel>

namespace ballast {

/// One line of plain text, cut with an ellipsis where there is too little room; it asks for none.
class ElidedLine : public QLabel {
    Q_OBJECT
public:
    explicit ElidedLine(QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace ballast
