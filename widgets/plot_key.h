#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>

namespace ballast {

/// Says what the lines, markers and bands of live plots mean, once for all plots.
class PlotKey : public QWidget {
    Q_OBJECT
public:
    explicit PlotKey(QWidget* parent = nullptr);

    /// What the bands are: "lowest to highest class" at first.
    void setBand(const QString& text);
    QString band() const { return band_; }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QStringList texts() const;

    QString band_ = tr("lowest to highest class");
};

}  // namespace ballast
