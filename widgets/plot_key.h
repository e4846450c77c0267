#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>
#include <vector>

#include "core/results/run_events.h"

namespace ballast {

/// Says what the lines, markers and bands of live plots mean, once for all plots.
class PlotKey : public QWidget {
    Q_OBJECT
public:
    explicit PlotKey(QWidget* parent = nullptr);

    /// What the bands are: "lowest to highest class" at first.
    void setBand(const QString& text);
    QString band() const { return band_; }
    /// Which marks of events are on the plots.
    void setEvents(const std::vector<HistoryEvent::Kind>& kinds);
    QSize sizeHint() const override;
    /// Marks of events give way to others in the row.
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QStringList texts() const;
    int widthOf(const QStringList& texts) const;

    std::vector<HistoryEvent::Kind> events_;
    QString band_ = tr("lowest to highest class");
};

}  // namespace ballast
