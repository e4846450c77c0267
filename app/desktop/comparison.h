#pragma once

#include <QString>
#include <QStringList>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/analysis/class_differences.h"
#include "core/analysis/confusion.h"
#include "core/analysis/figure_choices.h"
#include "core/analysis/importance.h"
#include "core/analysis/missing_runs.h"
#include "core/analysis/paper_results.h"
#include "core/analysis/ranking.h"
#include "core/results/run_index.h"
#include "widgets/parallel_picture.h"
#include "widgets/response_picture.h"
#include "widgets/surface_picture.h"

namespace ballast {

/// Whose classes are to be shown. A setting is given by the IDs of its runs.
struct ClassRequest {
    std::optional<FigureDescription> figure;  // a file's; nothing: of the settings that are drawn
    std::vector<std::string> of;              // none: the best
    std::optional<std::vector<std::string>> minus;  // nothing: the second; none: no difference
};

/// What is to be compared.
struct ComparisonRequest {
    std::optional<FigureDescription> figure;    // nothing: the suggested one
    std::vector<std::string> where;             // see figureCondition(); all must hold
    std::optional<std::set<std::string>> only;  // IDs; nothing: all runs
    bool paper = false;                         // beside the paper's numbers instead of a figure
    bool contours = true;                       // of a grid
    std::vector<std::string> baseline;          // IDs of the setting to compare with; of the best
    std::optional<ClassRequest> classes;        // that are to be shown beside the figure
};

/// What the runs say.
struct Comparison {
    FigureDescription figure;
    std::vector<FieldChoice> choices;  // that its axis and lines can have
    std::size_t runs = 0;              // that were looked at
    QStringList class_names;           // of their data; none where they are on different data
    FigureDescription lines;           // of the picture; also of a grid, whose rows are lines
    ResponsePicture picture;           // without lines where there is a problem
    SurfacePicture surface;            // of a figure over two fields, whose rows are the lines
    ParallelPicture parallel;          // of a figure through several fields, in place of those
    Importance importance;             // of the fields, with it
    PaperComparison paper;             // where that was asked for, and nothing else
    // By class, where that was asked for; the figure's kind is confusion.
    std::optional<FigureDescription> class_figure;
    ClassDifferences class_differences;
    QString class_problem;  // why there are none, in a sentence
    ConfusionGrid confusion;
    QString confusion_problem;
    std::optional<ResponseAt> class_of;  // the settings they are of
    std::optional<ResponseAt> class_minus;
    Ranking ranking;
    std::optional<ResponseAt> baseline;  // what the ranking compares with; nothing: the best
    std::vector<MissingRuns> missing;    // of the lines
    QString problem;                     // why there is nothing to draw, in a sentence
    QString note;                        // why there is no ranking
    std::map<std::string, std::filesystem::path> folders;  // of the runs in the picture

    /// The runs of a point, by seed.
    QStringList runsOf(ResponseAt at) const;
    /// The point in which a run is.
    std::optional<ResponseAt> pointOf(const std::string& run) const;
    /// The line of a grid's row, and the cell of a point.
    std::optional<std::size_t> lineOfRow(std::size_t row) const;
    std::optional<SurfaceAt> cellOf(ResponseAt at) const;
    /// What is missing of a line at a place of the axis; nothing where all seeds are there.
    std::optional<MissingRuns> missingAt(std::size_t line, const FieldValue& x) const;
    /// Reads the runs whose configs are nearest, and makes those that are missing. Any thread;
    /// throws Error.
    std::vector<nlohmann::json> configsFor(const std::vector<MissingRuns>& wanted) const;
    /// The settings whose classes compare: the best and the chosen one, or else the second; with a
    /// baseline of choice the chosen one, or else the best, and that. Nothing below two settings.
    std::optional<std::pair<ResponseAt, ResponseAt>> comparedPair(
        std::optional<ResponseAt> marked) const;
    /// The runs of two points that have the same seed.
    std::vector<RunPair> pairsOf(ResponseAt first, ResponseAt second) const;
};

/// The field whose value a figure shows.
const std::string& resultOf(const FigureDescription& figure);

/// Any thread, for as long as the runs stay as they are.
Comparison compare(std::span<const IndexedRun> runs, const ComparisonRequest& request);

}  // namespace ballast
