#include "core/analysis/confusion.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <set>

#include "core/analysis/paired_comparison.h"
#include "core/base/error.h"
#include "core/results/table_text.h"
#include "core/results/workspace.h"

namespace ballast {
namespace {

constexpr double kLeastPoints = 0.05;  // what is written as 0.0 stands out of nothing

/// A seed's cells [true class · C + predicted]; NaN in the rows of classes without test images.
struct SeedShares {
    std::string run;
    std::uint64_t seed = 0;
    std::vector<double> shares;
};

/// The matrix of the measured epoch that is nearest to the best, the later of equals; null where no
/// epoch has one.
const ConfusionMatrix* nearestToBest(const RunSummary& run, bool& is_best) {
    const EpochRecord* best = bestRecord(run.records, run.description.config.training.selection);
    if (best == nullptr) return nullptr;
    const EpochRecord* nearest = nullptr;
    for (const EpochRecord& record : run.records) {
        if (record.test_confusion.empty()) continue;
        if (nearest == nullptr ||
            std::abs(record.epoch - best->epoch) <= std::abs(nearest->epoch - best->epoch)) {
            nearest = &record;
        }
    }
    is_best = nearest == best;
    return nearest == nullptr ? nullptr : &nearest->test_confusion;
}

std::vector<double> sharesOf(const ConfusionMatrix& matrix) {
    const std::size_t classes = matrix.rows.size();
    std::vector<double> shares(classes * classes, 0.0);
    for (std::size_t y = 0; y < classes; ++y) {
        const auto row = shares.begin() + static_cast<std::ptrdiff_t>(y * classes);
        std::int64_t images = 0;
        for (const ConfusionMatrix::Cell& cell : matrix.rows[y]) images += cell.images;
        if (images == 0) std::fill_n(row, classes, kMissing);
        for (const ConfusionMatrix::Cell& cell : matrix.rows[y]) {
            if (cell.predicted == ConfusionMatrix::kNoClass) continue;
            row[cell.predicted] = static_cast<double>(cell.images) / static_cast<double>(images);
        }
    }
    return shares;
}

/// Reads runs, and counts what must be said of them.
class ConfusionReader {
public:
    /// Nothing where the run cannot be read or has no confusions.
    std::vector<double> sharesAt(const std::filesystem::path& folder, RunSummary& run) {
        run = readRun(folder);
        bool is_best = false;
        const ConfusionMatrix* matrix = run.error.empty() ? nearestToBest(run, is_best) : nullptr;
        if (matrix == nullptr || matrix->rows.size() != run.description.class_counts.size()) {
            none_.insert(folder);
            return {};
        }
        if (counts_.empty()) {
            first_ = run.id;
            counts_ = run.description.class_counts;
            for (std::size_t y = 0; y < counts_.size(); ++y) {
                const std::string name = className(run.description, y);
                names_.push_back(name.empty() ? std::to_string(y) : name);
            }
        }
        if (run.description.class_counts != counts_) {
            throw ConfigError("the runs " + first_ + " and " + run.id +
                              " have other classes or other numbers of training images; their "
                              "confusions do not compare");
        }
        read_.insert(run.id);
        if (!is_best) other_epoch_.insert(run.id);
        return sharesOf(*matrix);
    }

    const std::vector<std::int64_t>& counts() const { return counts_; }
    const std::vector<std::string>& names() const { return names_; }
    std::vector<std::string> runs() const { return {read_.begin(), read_.end()}; }

    std::vector<std::string> warnings() const {
        std::vector<std::string> sentences;
        if (!other_epoch_.empty()) {
            sentences.push_back(
                std::to_string(other_epoch_.size()) + " of " + std::to_string(read_.size()) +
                " runs measured no confusions at the best epoch; those of the nearest epoch that "
                "did are shown (/training/exact_every = 1 measures every epoch)");
        }
        if (!none_.empty()) {
            sentences.push_back(std::to_string(none_.size()) +
                                (none_.size() == 1 ? " run has" : " runs have") +
                                " no confusions, which are kept since version 0.3, and count for "
                                "nothing");
        }
        return sentences;
    }

private:
    std::string first_;
    std::vector<std::int64_t> counts_;
    std::vector<std::string> names_;
    std::set<std::string> read_;
    std::set<std::string> other_epoch_;
    std::set<std::filesystem::path> none_;
};

/// Classes with most training images first; of too many, those that are confused most.
std::vector<std::size_t> shownClasses(const std::vector<std::int64_t>& counts,
                                      const std::vector<SeedShares>& seeds) {
    const std::size_t classes = counts.size();
    std::vector<std::size_t> shown(classes);
    std::iota(shown.begin(), shown.end(), std::size_t{0});
    if (classes > kMostConfusedClasses) {
        std::vector<double> confused(classes, 0.0);
        for (const SeedShares& seed : seeds) {
            for (std::size_t i = 0; i < seed.shares.size(); ++i) {
                const std::size_t y = i / classes;
                const std::size_t j = i % classes;
                if (y == j || std::isnan(seed.shares[i])) continue;
                confused[y] += std::abs(seed.shares[i]);
                confused[j] += std::abs(seed.shares[i]);
            }
        }
        std::ranges::stable_sort(shown, std::ranges::greater{},
                                 [&](std::size_t y) { return confused[y]; });
        shown.resize(kMostConfusedClasses);
        std::ranges::sort(shown);
    }
    std::ranges::stable_sort(shown, std::ranges::greater{},
                             [&](std::size_t y) { return counts[y]; });
    return shown;
}

/// The cell of a class that is taken for another.
SurfaceCell confusionCell(const std::vector<SeedShares>& seeds, std::size_t at, Spread spread) {
    SurfaceCell cell;
    std::vector<double> values;
    for (const SeedShares& seed : seeds) {
        if (std::isnan(seed.shares[at])) continue;
        cell.values.push_back({seed.run, seed.seed, seed.shares[at]});
        values.push_back(seed.shares[at]);
    }
    cell.spread = seedSpread(values, spread);
    return cell;
}

void fillGrid(ConfusionGrid& grid, const std::vector<std::int64_t>& counts,
              const std::vector<std::string>& names, const std::vector<SeedShares>& seeds,
              Spread spread) {
    Surface& surface = grid.surface;
    surface.x_label = "taken for";
    surface.y_label = "class";
    surface.value_label =
        grid.difference ? "difference of shares of test images" : "share of test images";
    surface.x_scale = AxisScale::categories;
    surface.y_scale = AxisScale::categories;
    const std::size_t classes = counts.size();
    const std::vector<std::size_t> shown = shownClasses(counts, seeds);
    if (shown.size() < classes) {
        surface.warnings.push_back("the " + std::to_string(shown.size()) + " of " +
                                   std::to_string(classes) +
                                   " classes that are confused most are shown");
    }
    for (const std::size_t y : shown) surface.xs.emplace_back(names[y]);
    for (auto y = shown.rbegin(); y != shown.rend(); ++y) {  // rows count from below
        surface.ys.emplace_back(names[*y]);
        for (const std::size_t j : shown) {
            surface.cells.push_back(confusionCell(seeds, *y * classes + j, spread));
            if (surface.cells.back().values.empty()) ++surface.missing;
        }
    }
}

}  // namespace

ConfusionGrid confusionGrid(std::span<const RunPair> pairs, Spread spread) {
    ConfusionGrid grid;
    ConfusionReader reader;
    std::vector<SeedShares> seeds;
    for (const RunPair& pair : pairs) {
        grid.difference = grid.difference || !pair.second.empty();
        RunSummary run;
        SeedShares seed;
        seed.shares = reader.sharesAt(pair.first, run);
        seed.run = run.id;
        seed.seed = run.description.config.training.seed;
        if (seed.shares.empty()) continue;
        if (!pair.second.empty()) {
            const std::vector<double> other = reader.sharesAt(pair.second, run);
            if (other.empty()) continue;
            for (std::size_t i = 0; i < other.size(); ++i) seed.shares[i] -= other[i];
        }
        seeds.push_back(std::move(seed));
    }
    if (seeds.empty()) {
        throw ConfigError(
            "these runs have no confusions; Ballast keeps them since version 0.3, in the epochs "
            "that are measured exactly");
    }
    grid.runs = reader.runs();
    grid.surface.warnings = reader.warnings();
    fillGrid(grid, reader.counts(), reader.names(), seeds, spread);
    return grid;
}

ConfusionGrid confusionGrid(const ConfusionMatrix& matrix, const std::vector<std::string>& names,
                            const std::vector<std::int64_t>& class_counts) {
    ConfusionGrid grid;
    fillGrid(grid, class_counts, names, {{"", 0, sharesOf(matrix)}}, Spread::range);
    return grid;
}

ConfusionGrid confusionGrid(std::span<const IndexedRun* const> runs,
                            const FigureDescription& figure) {
    const SettingPairs settings = settingPairs(runs, figure);
    ConfusionGrid grid = confusionGrid(settings.pairs, figure.spread);
    grid.surface.protocol = settings.protocol;
    grid.surface.warnings.insert(grid.surface.warnings.begin(), settings.warnings.begin(),
                                 settings.warnings.end());
    return grid;
}

std::string confusionSentence(const ConfusionGrid& grid) {
    constexpr std::size_t kNamed = 3;
    const Surface& surface = grid.surface;
    const std::size_t columns = surface.xs.size();
    struct Mistake {
        std::size_t cell;
        double points;
    };
    std::vector<Mistake> more;
    std::vector<Mistake> less;
    for (std::size_t i = 0; i < surface.cells.size(); ++i) {
        const double points = 100.0 * surface.cells[i].spread.mean;
        if (i % columns == columns - 1 - i / columns) continue;  // rows count from below
        if (points >= kLeastPoints) more.push_back({i, points});
        if (points <= -kLeastPoints) less.push_back({i, points});
    }
    const auto named = [&](std::vector<Mistake>& mistakes) {
        std::ranges::stable_sort(mistakes, std::ranges::greater{},
                                 [](const Mistake& one) { return std::abs(one.points); });
        std::string text;
        for (std::size_t k = 0; k < std::min(kNamed, mistakes.size()); ++k) {
            const std::size_t i = mistakes[k].cell;
            text += (k == 0 ? "" : ", ") + valueText(surface.ys[i / columns]) + " for " +
                    valueText(surface.xs[i % columns]) + " (" +
                    (grid.difference ? signedText(mistakes[k].points, 1)
                                     : fixedText(mistakes[k].points, 1) + " %") +
                    ")";
        }
        return text;
    };
    if (!grid.difference) return more.empty() ? "" : "Most often taken: " + named(more) + ".";
    std::string text;
    if (!more.empty()) text += "More often taken, in points: " + named(more) + ".";
    if (!less.empty()) {
        text += (text.empty() ? "" : " ") + std::string("Less often: ") + named(less) + ".";
    }
    return text;
}

}  // namespace ballast
