#include <QMenu>
#include <nlohmann/json.hpp>

#include "app/desktop/pages/compare_menu.h"
#include "app/desktop/pages/compare_page.h"
#include "core/analysis/paper_grid.h"
#include "widgets/qt_text.h"

// What is done with points and cells of the Compare page: compared with, trained.

namespace ballast {
namespace {

constexpr int kMostNamedPlaces = 8;

}  // namespace

void ComparePage::compareWith(std::optional<ResponseAt> baseline) {
    baseline_ = baseline ? runIdsOf(*baseline) : std::vector<std::string>();
    refresh();
}

std::vector<std::string> ComparePage::runIdsOf(ResponseAt at) const {
    std::vector<std::string> runs;
    for (const QString& run : shown_->runsOf(at)) runs.push_back(run.toStdString());
    return runs;
}

void ComparePage::train(const std::vector<MissingRuns>& missing) {
    QStringList what;
    for (const MissingRuns& one : missing) {
        if (what.size() == kMostNamedPlaces) {
            what << tr("… and %L1 more places").arg(std::ssize(missing) - kMostNamedPlaces);
            break;
        }
        what << missingWords(*shown_, one);
    }
    Q_EMIT trainRequested(what.join(QLatin1Char('\n')),
                          [shown = shown_, missing] { return shown->configsFor(missing); });
}

void ComparePage::trainPaper(const PaperNumber& number, const std::vector<std::uint64_t>& seeds) {
    Q_EMIT trainRequested(
        tr("%1 on %2").arg(text(number.preset), text(paperDataName(number))),
        [&number, seeds] { return paperConfigs(number, seeds); });  // numbers are there for good
}

void ComparePage::showMenu(std::optional<ResponseAt> at, const std::vector<MissingRuns>& missing,
                           const QPoint& place) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("compare_menu"));
    CompareMenuActions actions;
    actions.watch = [this](ResponseAt point) { Q_EMIT watchRequested(shown_->runsOf(point)); };
    actions.compare_with = [this](std::optional<ResponseAt> point) { compareWith(point); };
    actions.train = [this](const std::vector<MissingRuns>& wanted) { train(wanted); };
    fillCompareMenu(*menu, *shown_, at, missing, actions);
    if (at) mark(*at);
    if (menu->isEmpty()) return delete menu;
    menu->popup(place);
}

}  // namespace ballast
