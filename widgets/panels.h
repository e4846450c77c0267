#pragma once

#include <QString>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/results/records.h"

namespace ballast {

struct RunPlotInfo;

/// How a curve is drawn: as a line, as a dashed one, or as the thin edge of a band, which is filled
/// up to the next such edge.
enum class CurveLook { solid, dashed, edge };

/// One curve of a panel: what it reads of an epoch's record; NaN is a gap.
struct PanelCurve {
    std::string_view key;  // in its panel: "majority"
    CurveLook look = CurveLook::solid;
    double (*value)(const EpochRecord& record, const RunPlotInfo& run);
    /// Has a point only where a record has exact statistics, drawn as a marker: a full one, or of a
    /// dashed curve a hollow one.
    bool exact = false;
};

/// A column of the values beside a plot.
struct ReadOut {
    QString heading;
    std::string_view curve;
    int decimals = 1;
};

struct ValueRange {
    double lower = 0.0;
    double upper = 100.0;
};

/// What a plot over the epochs shows. Adding one is a file in widgets/panels/ and a line in
/// panels.cpp; live plots, read-outs and exported figures follow.
struct Panel {
    std::string_view name;  // of its files and in settings: "training-accuracy"
    QString title;
    QString unit;  // "%"; empty: none
    QString axis;  // on paper, where it differs from the title
    std::vector<PanelCurve> curves;
    std::vector<ReadOut> read_outs;
    ValueRange empty;                  // without values
    std::optional<ValueRange> always;  // in view whatever the values
    std::optional<ValueRange> within;  // no more than this is in view
    double margin = 0.0;               // at least, above and below, in its unit
    bool of_training = false;          // statistics of training images, of majority and minority
    bool positive = false;             // values are, so that a logarithmic axis can show them
    bool marks_best = false;           // rings the best epoch, whose value its last column shows
};

/// All panels, in the order in which people choose them.
std::span<const Panel> panels();

/// The panel of that name, or nullptr.
const Panel* findPanel(std::string_view name);

/// Names a curve of a panel.
struct CurveKey {
    std::string_view panel;
    std::string_view curve;
    auto operator<=>(const CurveKey&) const = default;
};

}  // namespace ballast
