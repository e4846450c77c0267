#pragma once

#include <QWidget>

#include "widgets/panels.h"
#include "widgets/plot_view.h"

class QAction;
class QLabel;
class QToolButton;

namespace ballast {

/// The line above a live plot: what it shows, with a menu of what it could show instead, a note,
/// and a button that takes it away.
class PlotHeader : public QWidget {
    Q_OBJECT
public:
    explicit PlotHeader(QWidget* parent = nullptr);

    void setPanel(const Panel& panel);
    /// Says how the values are shown.
    void describe(const PlotView& view, bool log);
    void setNote(const QString& text);
    void setRemovable(bool removable);
    /// Fonts and colours of the theme in use.
    void restyle();
    QString title() const;
    QString note() const;

Q_SIGNALS:
    void panelChosen(const QString& name);  // another in its place
    void logChosen(bool log);
    void removeRequested();

private:
    void makeMenu();

    const Panel* panel_ = nullptr;
    QLabel* title_;
    QLabel* note_;
    QToolButton* choose_;
    QToolButton* remove_;
    QAction* log_;
};

}  // namespace ballast
