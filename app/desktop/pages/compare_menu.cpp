#include "app/desktop/pages/compare_menu.h"

#include <QCoreApplication>
#include <QMenu>

#include "widgets/icons.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr std::size_t kMostPlaces = 12;
constexpr std::size_t kMostSeeds = 6;

QString seedWords(const std::vector<std::uint64_t>& seeds) {
    if (seeds.size() == 1) return tr("seed %1").arg(seeds.front());
    if (seeds.size() > kMostSeeds) return tr("%L1 seeds").arg(seeds.size());
    QStringList all;
    for (const std::uint64_t seed : seeds) all << QString::number(seed);
    return tr("seeds %1").arg(all.join(QStringLiteral(", ")));
}

/// One seed more than the figure has.
MissingRuns anotherSeed(const Comparison& comparison, ResponseAt at) {
    const ResponseCurves& curves = comparison.picture.curves;
    return {at.first, curves.lines[at.first].points[at.second].x, {seedsOf(curves).back() + 1}};
}

}  // namespace

QString missingWords(const Comparison& comparison, const MissingRuns& missing) {
    const ResponseCurves& curves = comparison.picture.curves;
    const QString x = text(valueText(missing.x));
    const QString seeds = seedWords(missing.seeds);
    if (curves.lines.size() == 1) return tr("%1: %2").arg(x, seeds);
    return tr("%1 at %2: %3").arg(text(curves.lines[missing.line].name), x, seeds);
}

std::size_t countOf(const std::vector<MissingRuns>& missing) {
    std::size_t runs = 0;
    for (const MissingRuns& one : missing) runs += one.seeds.size();
    return runs;
}

void fillCompareMenu(QMenu& menu, const Comparison& comparison, std::optional<ResponseAt> at,
                     const std::vector<MissingRuns>& missing, const CompareMenuActions& actions) {
    if (at) {
        menu.addAction(icon(QStringLiteral("plots")), tr("&Watch its runs"), &menu,
                       [actions, at] { actions.watch(*at); });
        QAction* baseline = menu.addAction(tr("&Compare with this"), &menu,
                                           [actions, at] { actions.compare_with(at); });
        baseline->setEnabled(comparison.baseline != at);
        if (comparison.baseline) {
            menu.addAction(tr("Compare with the &best"), &menu,
                           [actions] { actions.compare_with({}); });
        }
        menu.addSeparator();
    }
    const auto addTraining = [&](const QString& words, const std::vector<MissingRuns>& what) {
        menu.addAction(icon(QStringLiteral("play")), words, &menu,
                       [actions, what] { actions.train(what); });
    };
    for (std::size_t i = 0; i < std::min(missing.size(), kMostPlaces); ++i) {
        addTraining(tr("&Train %1…").arg(missingWords(comparison, missing[i])), {missing[i]});
    }
    if (missing.empty() && at) {
        const MissingRuns more = anotherSeed(comparison, *at);
        addTraining(tr("&Train another seed, %1…").arg(more.seeds.front()), {more});
    }
    const std::size_t all = countOf(comparison.missing);
    if (all > countOf(missing)) {
        addTraining(tr("&Fill all holes (%L1 runs)…").arg(all), comparison.missing);
    }
}

}  // namespace ballast
