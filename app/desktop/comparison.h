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
#include "core/analysis/figure_choices.h"
#include "core/analysis/ranking.h"
#include "core/results/run_index.h"
#include "widgets/response_picture.h"

namespace ballast {

/// What is to be compared.
struct ComparisonRequest {
    std::optional<FigureDescription> figure;    // nothing: the suggested one
    std::vector<std::string> where;             // see runCondition(); all must hold
    std::optional<std::set<std::string>> only;  // IDs; nothing: all runs
};

/// What the runs say.
struct Comparison {
    FigureDescription figure;
    std::vector<FieldChoice> choices;  // that its axis and lines can have
    std::size_t runs = 0;              // that were looked at
    ResponsePicture picture;           // without lines where there is a problem
    Ranking ranking;
    QString problem;  // why there is nothing to draw, in a sentence
    QString note;     // why there is no ranking
    std::map<std::string, std::filesystem::path> folders;  // of the runs in the picture

    /// The runs of a point, by seed.
    QStringList runsOf(ResponseAt at) const;
    /// The runs of two points that have the same seed.
    std::vector<RunPair> pairsOf(ResponseAt first, ResponseAt second) const;
};

/// Any thread, for as long as the runs stay as they are.
Comparison compare(std::span<const IndexedRun> runs, const ComparisonRequest& request);

}  // namespace ballast
