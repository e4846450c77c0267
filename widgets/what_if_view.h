#pragma once

#include <QWidget>
#include <vector>

#include "core/theory/what_if.h"
#include "widgets/what_if_picture.h"

class QComboBox;
class QCustomPlot;
class QLabel;
class QPushButton;
class QStackedWidget;

namespace ballast {

class SurfacePlot;
class WhatIfControls;

/// An epoch of the run whose logits are there or can be made.
struct WhatIfEpoch {
    int epochs_done = 0;
    QString name;   // "best", "T₀", or ""
    QString state;  // "saved", "from the checkpoint", "checkpoint is gone"
};

/// What saved logits say, as far as the view must know it.
struct WhatIfSubject {
    std::vector<std::string> names;          // of the classes; "": numbers only
    std::vector<std::int64_t> class_counts;  // training images
    std::vector<LogitSplit> splits;          // that there are logits of
    QString tau_norm_obstacle;               // why no τ-norm; "" where it can be
    double tde_alpha = 0.0;                  // of De-confound, as evaluated
    QString tde_obstacle;                    // why no other; "" where it can be
};

/// A run's logits adjusted after training: controls on the left, what comes of it on the right. It
/// computes nothing: it says what was chosen, and its owner sets the results.
class WhatIfView : public QWidget {
    Q_OBJECT
public:
    explicit WhatIfView(QWidget* parent = nullptr);

    /// The run's epochs, and which is chosen, by epochs done.
    void setEpochs(const std::vector<WhatIfEpoch>& epochs, int chosen);

    /// Says in place of the results that there are none, e.g. "The logits after 20 epochs are not
    /// saved". `offer`: what the button says that makes them; "": no button.
    void setMissing(const QString& sentence, const QString& offer = {});

    /// Logits are there now; results follow by setResults(). The split stays chosen where there is
    /// one, else test images are.
    void setSubject(const WhatIfSubject& subject);
    void setResults(const WhatIfResult& before, const WhatIfResult& after);

    /// As WhatIfControls says.
    void setTuned(const BestTau& best);
    void setSearching(bool searching);

    const WhatIf& adjustment() const;
    void setAdjustment(const WhatIf& adjustment);
    LogitSplit split() const { return split_; }
    /// Nothing where there are no logits of that split.
    void setSplit(LogitSplit split);

    /// What is shown, to be exported.
    const WhatIfPicture& picture() const { return picture_; }
    /// "test images, τ = 1, γ = 0.1"
    QString title() const;

Q_SIGNALS:
    void epochChosen(int epochs_done);
    void makeRequested();
    void splitChosen(ballast::LogitSplit split);
    void adjustmentChanged(const ballast::WhatIf& adjustment);
    void bestTauRequested(ballast::LogitSplit split);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* makeChoices();
    QWidget* makeResults();
    QWidget* makeMissing();
    void draw();
    void drawBars();
    void showNumbers();
    QString barWords(std::size_t bar) const;
    QString binWords(std::size_t bin) const;

    QComboBox* epochs_;
    QComboBox* splits_;
    WhatIfControls* controls_;
    QStackedWidget* right_;
    QLabel* missing_;
    QPushButton* make_;
    QLabel* balanced_;
    QLabel* balanced_before_;
    QLabel* groups_;
    QLabel* bars_title_;
    QCustomPlot* bars_;
    QLabel* reliability_title_;
    QCustomPlot* reliability_;
    QLabel* confusion_title_;
    SurfacePlot* confusion_;
    LogitSplit split_ = LogitSplit::test;
    WhatIfPicture picture_;
};

}  // namespace ballast
