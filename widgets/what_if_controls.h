#pragma once

#include <QWidget>
#include <array>
#include <optional>

#include "core/theory/what_if.h"

class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QSlider;

namespace ballast {

/// Sliders and number fields of τ, γ and τ-norm, the decision weights as a list, and the search for
/// the best τ. What is typed beyond a useful range is clamped, and that is said.
class WhatIfControls : public QWidget {
    Q_OBJECT
public:
    explicit WhatIfControls(QWidget* parent = nullptr);

    const WhatIf& adjustment() const { return adjustment_; }
    /// Says nothing to the outside. Weights of another number of classes are left out, and τ-norm
    /// where it cannot be.
    void setAdjustment(const WhatIf& adjustment);

    /// How many decision weights there must be.
    void setClasses(int classes);
    /// Why the head cannot be τ-normalised, which is then off; "" where it can.
    void setTauNormObstacle(const QString& why);
    /// The α_TDE that the logits have, of De-confound; nothing where there is no effect to take
    /// off, and then nothing is said of it.
    void setEffect(std::optional<double> tde_alpha);
    /// Why τ cannot be tuned on validation images; "" where it can. It can always on test images.
    void setValidationObstacle(const QString& why);

    /// Takes the τ that was found and says on which images, in red where on test.
    void setTuned(const BestTau& best);
    /// A search is going on: it cannot be asked for again.
    void setSearching(bool searching);

    /// What is said below the fields: of clamping, of a wrong number; "" where nothing is.
    QString remark() const;
    /// What is said of the tuned τ; "" once τ is another.
    QString tunedSentence() const;

Q_SIGNALS:
    void adjustmentChanged(const ballast::WhatIf& adjustment);
    void bestTauRequested(ballast::LogitSplit split);

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Row {
        const char* name;  // as messages call it
        double WhatIf::*value;
        WhatIfRange range;
        QLabel* label = nullptr;
        QSlider* slider = nullptr;
        QLineEdit* field = nullptr;

        void setVisible(bool visible) const;
    };

    void makeRow(Row& row, const QString& label, const QString& help, QGridLayout& grid, int at);
    void fieldEdited(Row& row);
    void weightsEdited();
    void change(const WhatIf& adjustment);
    void showAdjustment();
    void showTuning();
    void say(const QString& remark);

    WhatIf adjustment_;
    int classes_ = 0;
    std::array<Row, 4> rows_;  // the last: of De-confound alone
    QLineEdit* weights_;
    QLabel* tau_norm_why_;
    QLabel* remark_;
    QPushButton* on_validation_;
    QPushButton* on_test_;
    QLabel* validation_why_;
    QLabel* tuned_sentence_;
    QPushButton* reset_;
    std::optional<BestTau> tuned_;
    QString validation_obstacle_;
    bool searching_ = false;
    bool no_effect_ = false;  // known of these logits
};

}  // namespace ballast
