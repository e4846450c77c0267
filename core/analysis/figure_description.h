#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>
#include <vector>

#include "core/analysis/figure_style.h"
#include "core/results/seed_spread.h"

namespace ballast {

inline constexpr int kFigureFormat = 1;

enum class FigureKind {
    response,    // a value against one field, a line for each method
    surface,     // a value over two fields
    parallel,    // runs as lines through several fields
    classes,     // which classes a setting gets right, or more than another
    confusion,   // which classes test images are taken for
    curves,      // values over the epochs, a line for each run or for the mean over its seeds
    bound,       // what a run's bound is made of at an epoch, by class
    bound_sums,  // its sum over the epochs, a line for each run
    what_if      // a run's accuracies with its logits adjusted after training
};

enum class AxisScale { automatic, linear, log, categories };

/// What a figure of curves shows, and how.
struct CurveChoices {
    std::string panel;              // of the window's plots: "training-accuracy"
    std::vector<std::string> runs;  // IDs; none: those of `where`
    bool since_t0 = false;          // epochs relative to T0, not epochs done
    double smoothing = 0.0;         // weight of the past in an exponential mean; 0: none
    bool means = false;             // runs that differ in the seed only as mean and band
    bool log = false;               // a logarithmic value axis
    bool operator==(const CurveChoices&) const = default;
};

/// Which epochs of which runs a figure explains, and how.
struct ExplainChoices {
    std::vector<std::string> runs;  // IDs: one or two of a bound, one of a what-if, any of sums
    std::vector<int> epochs;        // epochs done, one for each run; not of sums
    bool streaming = false;         // bound: B_y(f) of the training passes, not measured exactly
    // Of a what-if: the images and what is done to their logits, in this order; see WhatIf.
    std::string split = "test";  // "test" | "validation" | "train"
    double tde = 0.0;
    double tau_norm = 0.0;
    double gamma = 0.0;
    double tau = 0.0;
    std::vector<double> weights;  // a decision weight for each class; none: all 1
    bool operator==(const ExplainChoices&) const = default;
};

/// A figure of many runs as people save and send it: what is drawn, not where the runs are. FIELDs
/// are those of figureField().
///
///     {"format": 1, "figure": "response", "x": "/phases/1/alpha/nu", "x_scale": "auto",
///      "y": "best", "lines": ["method"], "where": ["/data/dataset=cifar10"],
///      "spread": "std", "seeds_as_points": true, "title": "", "style": ""}
///
/// A surface has "x", "y" and "value" and no lines; parallel coordinates have "axes" and "value";
/// classes and confusion have "of" and, for the difference of two settings, "minus"; curves have
/// the members of CurveChoices. A bound, bound-sums and a what-if have those of ExplainChoices, and
/// neither "where" nor what is said of seeds.
struct FigureDescription {
    FigureKind figure = FigureKind::response;
    CurveChoices curves;                       // of curves
    ExplainChoices explain;                    // of bound, bound_sums and what_if
    std::string x;                             // of response and surface
    std::string y = "best";                    // response: the value; surface: the other field
    std::string value = "best";                // of surface and parallel
    std::vector<std::string> axes;             // of parallel
    AxisScale x_scale = AxisScale::automatic;  // of response and surface
    AxisScale y_scale = AxisScale::automatic;  // of surface
    std::vector<std::string> lines{"method", "data"};  // of response; none: one line
    std::vector<std::string> of;  // of classes, confusion: conditions as `where`, for one setting
    std::vector<std::string> minus;  // … and for another; none: no difference
    std::vector<std::string> where;  // see figureCondition(); all must hold
    Spread spread = Spread::standard_deviation;
    bool seeds_as_points = true;  // curves: single seeds faint beside the mean
    std::string title;            // "": made of what is drawn
    // A name, see named_styles.h, or a style of its own; "": the default, or what whoever draws it
    // asks for.
    std::variant<std::string, FigureStyle> style;
    bool operator==(const FigureDescription&) const = default;
};

/// Whether the figure is one of the Explain page: bound, bound_sums or what_if.
bool explainsRuns(FigureKind kind);

/// Reads a description. Throws ConfigError naming `subject` with every problem: its JSON pointer,
/// the value, what is allowed and, for an unknown key or field, the nearest known; a newer format
/// is refused before anything else is looked at.
FigureDescription figureFromJson(const nlohmann::json& json, const std::string& subject);

/// The description as JSON, every default of its kind written out; figureFromJson gives the same
/// again.
nlohmann::ordered_json toJson(const FigureDescription& figure);

}  // namespace ballast
