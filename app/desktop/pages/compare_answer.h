#pragma once

#include <QSplitter>
#include <memory>
#include <optional>

#include "app/desktop/background_job.h"
#include "app/desktop/comparison.h"

class QComboBox;

namespace ballast {

class ClassDifferencePlot;
class RankingTable;

/// The settings in order, compared with the best or with any other, and beside them for which
/// classes the best is better than the chosen one, or the chosen one than that other.
class CompareAnswer : public QSplitter {
    Q_OBJECT
public:
    explicit CompareAnswer(QWidget* parent = nullptr);

    void setComparison(std::shared_ptr<const Comparison> comparison);
    void clear();

    /// Selects a setting, without pointChosen(), and shows its classes.
    void setMarked(std::optional<ResponseAt> at);

    RankingTable& ranking() { return *ranking_; }
    ClassDifferencePlot& classes() { return *classes_; }

Q_SIGNALS:
    void pointChosen(const ballast::ResponseAt& at);
    void activated();
    /// Settings are to be compared with that one; nothing: with the best.
    void baselineChosen(const std::optional<ballast::ResponseAt>& at);
    void menuRequested(const ballast::ResponseAt& at, const QPoint& place);

protected:
    void changeEvent(QEvent* event) override;

private:
    void fillBaselines();
    void showClasses();

    QComboBox* baseline_;
    RankingTable* ranking_;
    ClassDifferencePlot* classes_;
    std::shared_ptr<const Comparison> shown_;  // never null
    std::optional<ResponseAt> marked_;
    BackgroundJob classes_job_;
};

}  // namespace ballast
